"""Reference data: countries, posts, languages, academies, expertise."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command

from partners.services.taxonomy import load_expertise
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


def test_the_command_says_what_it_added():
    out = io.StringIO()
    call_command("load_reference", "--json", stdout=out)
    assert json.loads(out.getvalue())["countries"] == 94
