"""Reference data: countries, posts, languages, academies, expertise, what travel requires, rates."""

from __future__ import annotations

import io
import json
import sys

import pgtrigger
import pytest
from django.core.management import call_command

from deployments.lifecycles import DEPLOYMENT, readiness
from deployments.models import Rate, Requirement
from deployments.tests.factories import make_deployment
from partners.services.taxonomy import load_expertise
from slp.lib.track import triggers_not_in_force
from slp.local import prepare
from slp.places.models import Academy, Country, Post
from slp.places.services import load_places

pytestmark = pytest.mark.django_db


def test_reference_data_loads_once():
    assert load_places() == {"languages": 59, "posts": 89, "countries": 94, "academies": 7}
    assert load_expertise() == 63
    assert set(load_places().values()) == {0}
    assert load_expertise() == 0


def test_what_an_administrator_changed_stays():
    load_places()
    Country.objects.filter(pk="HT").update(travel_advisory=4, capital="Changed")
    load_places()
    assert Country.objects.get(pk="HT").capital == "Changed"


def test_one_post_serves_several_countries():
    load_places()
    assert Post.objects.get(name="Embassy Bridgetown").countries.count() == 6
    assert Country.objects.get(pk="KN").post.name == "Embassy Bridgetown"


def test_names_of_the_publications_are_kept_as_aliases():
    load_places()
    assert Country.objects.get(pk="MK").aliases == ["Macedonia"]
    assert Country.objects.get(pk="CV").aliases == ["Cape Verde"]


def test_the_academy_at_home_has_no_country():
    load_places()
    assert Academy.objects.get(pk="ILEA-ROS").country is None
    assert Academy.objects.get(pk="ILEA-BUD").country_id == "HU"


def load(*options: str) -> str:
    out = io.StringIO()
    call_command("load_reference", *options, stdout=out)
    return out.getvalue()


def test_the_command_loads_all_that_an_installation_needs_and_says_what_it_added():
    added = json.loads(load("--json"))
    assert (added["countries"], added["requirements"], added["rates"]) == (94, 13, 13)
    assert (Requirement.objects.count(), Rate.objects.count()) == (13, 13)
    assert load().splitlines()[-2:] == ["requirements: 0 added", "rates: 0 added"]


def test_after_the_command_somebody_can_be_prepared_for_travel(engagement, expert, officer):
    load()
    deployment = make_deployment(engagement, expert, status="confirmed")
    DEPLOYMENT.apply(deployment, "prepare", actor=officer)
    assert readiness(deployment, officer).reason == "Agency head’s approval is not started."


def test_whoever_was_preparing_without_a_list_gets_one(engagement, expert, officer):
    stuck = make_deployment(engagement, expert, status="preparing")
    assert readiness(stuck).reason == "The list of requirements has not been made yet."
    load()
    assert readiness(stuck, officer).reason == "Agency head’s approval is not started."


@pytest.fixture
def started_without_demo_data(monkeypatch, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    monkeypatch.setattr(sys, "argv", ["prepare", "--no-seed"])


def test_a_start_without_demo_data_loads_the_reference_data(started_without_demo_data, capsys):
    prepare.main()
    assert "rows of reference data loaded, no demo data" in capsys.readouterr().out
    assert Requirement.objects.exists()
    prepare.main()
    assert "record" not in capsys.readouterr().out


def test_a_start_puts_a_trigger_of_the_history_right_that_changed_without_a_migration(started_without_demo_data):
    model, trigger = pgtrigger.registered()[0]
    trigger.uninstall(model)
    prepare.main()
    assert triggers_not_in_force() == []
