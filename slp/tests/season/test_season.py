"""The living season: every state is shown, made only by services, told once."""

from __future__ import annotations

import io

import pytest
from django.apps import apps
from django.contrib.auth.hashers import check_password
from django.core.management import call_command
from django.utils import timezone

from deployments.models import Deployment
from engagements.models import Engagement
from partners.models import Agency
from partners.services.facts import untrue_facts
from slp.accounts.models import User
from slp.demo.accounts import ACCOUNTS, PASSWORD
from slp.demo.clock import Clock
from slp.history.services import timeline
from slp.lib.dates import today
from slp.lib.lifecycle import LIFECYCLES
from slp.reminders.models import Notice

pytestmark = pytest.mark.django_db
# States that a record only passes through within one step, so that no record rests in them.
PASSING = {
    "engagements.Engagement": {"planned"},
    "deployments.Deployment": {"nominated"},
    "partners.RosterImport": {"uploaded", "applying"},
}


@pytest.mark.parametrize("model", sorted(lc.model for lc in LIFECYCLES.values() if "." in lc.model))
def test_every_state_has_its_example(season, model):
    lifecycle = LIFECYCLES[model.lower()]
    shown = set(apps.get_model(model).objects.values_list("status", flat=True))
    assert set(lifecycle.states.values) - shown - PASSING.get(model, set()) == set()


def test_matching_reads_what_the_season_has_written(season):
    assert untrue_facts() == []


def test_a_second_run_changes_nothing(season):
    def counts():
        return {m._meta.label: m._base_manager.count() for m in apps.get_models() if m._meta.app_label != "pghistory"}

    before = counts()
    call_command("seed_demo", stdout=io.StringIO())
    assert counts() == before


def test_every_account_can_sign_in_and_has_its_role(season):
    for account in ACCOUNTS:
        user = User.objects.get(email=account.email)
        assert check_password(PASSWORD, user.password), account.key
        assert user.staff_role == account.staff_role
        assert sorted(user.memberships.values_list("role", flat=True)) == [r for r in [account.agency_role] if r]
        assert sorted(user.assignments.values_list("role", flat=True)) == [r for r in [account.post_role] if r]


def test_only_the_accounts_of_the_table_can_sign_in(season):
    able = {u.email for u in User.objects.all() if u.has_usable_password()}
    assert able == {account.email for account in ACCOUNTS}


def test_fictional_agencies_say_so(season):
    assert all(
        "(fictional)" in name for name in Agency.objects.filter(is_fictional=True).values_list("name", flat=True)
    )


def test_history_has_the_days_of_the_story(season):
    team = Engagement.objects.get(title="Community policing mentors, second team")
    days = [entry.at.date() for entry in timeline(team)]
    assert days == sorted(days, reverse=True)
    assert days[-1] < today()


def test_no_mail_of_the_story_waits(season):
    assert Notice.objects.exists()
    assert not Notice.objects.filter(sent_at=None).exists()


def test_the_traveller_is_in_haiti_now(season):
    mine = Deployment.objects.filter(expert__user__email="traveller@demo.example")
    assert mine.get().status == "in_country"


def test_the_clock_stands_still_only_inside(db):
    clock = Clock()
    before = timezone.now()
    with clock.at(today().replace(year=2020), hour=9):
        assert timezone.now().year == 2020
        assert today().year == 2020
        first, second = timezone.now(), timezone.now()
        assert first < second
    assert timezone.now() >= before


def test_the_clock_is_set_right_after_an_error(db):
    with pytest.raises(ZeroDivisionError), Clock().at(today().replace(year=2020)):
        _ = 1 / 0
    assert timezone.now().year == today().year
    assert today().year > 2020
