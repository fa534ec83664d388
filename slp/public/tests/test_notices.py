"""What SLP wrote to a person, and which reminders they want: one page at each door, in the menu of every page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from engagements.tests.factories import make_engagement, make_report
from slp.lib.answers import Refused
from slp.lib.dates import today
from slp.reminders import services
from slp.reminders.models import Notice, Preference
from slp.reminders.rules import RULES

pytestmark = pytest.mark.django_db
DOORS = [("officer", "desk"), ("coordinator", "portal"), ("traveller", "portal"), ("post_officer", "post")]


def write(user, subject: str = "A thing", **fields) -> Notice:
    services.tell(users=[user], rule="thing", key=subject, subject=subject, body="Do this.\nAnd that.", **fields)
    return Notice.objects.get(user=user, subject=subject)


@pytest.fixture
def report_due(haiti, officer, agency):
    """In seven days."""
    return make_report(make_engagement(haiti, officer, agency=agency), agency, due_on=today() + timedelta(days=7))


@pytest.fixture
def page(client_of):
    """`page(user, door)` -> the inbox as text."""

    def fetch(user, door: str) -> str:
        answer = client_of(user).get(reverse(f"{door}:notice-list"))
        assert answer.status_code == 200
        return answer.content.decode()

    return fetch


# -- the inbox --------------------------------------------------------------------------------------
@pytest.mark.parametrize(("who", "door"), DOORS)
def test_every_door_shows_what_why_and_where(page, request, who, door, finance):
    user = request.getfixturevalue(who)
    write(user, path="/somewhere/", why="You own it.")
    write(finance, "Somebody else's")
    html = page(user, door)
    assert '<a class="usa-link" href="/somewhere/">A thing</a>' in html
    assert all(words in html for words in ("Do this.\nAnd that.", "You own it.", "Waiting to be sent"))
    assert "Somebody else" not in html


def test_it_says_when_it_was_mailed(page, officer):
    write(officer)
    services.deliver_due()
    assert "Waiting to be sent" not in page(officer, "desk")


def test_ninety_days_are_kept(page, officer):
    for days, subject in ((89, "Recent"), (91, "Old")):
        write(officer, subject)
        Notice.objects.filter(subject=subject).update(created_at=timezone.now() - timedelta(days=days))
    html = page(officer, "desk")
    assert "Recent" in html
    assert "Old" not in html


def test_whoever_reads_the_whole_ledger_still_has_an_inbox_of_their_own(page, director, officer, client_of):
    write(officer)
    assert "A thing" not in page(director, "desk")
    assert "A thing" in client_of(director).get("/admin/reminders/notice/").content.decode()


def test_others_read_their_own_rows_of_the_ledger(client_of, officer, finance):
    write(officer)
    assert "A thing" in client_of(officer).get("/admin/reminders/notice/").content.decode()
    assert "A thing" not in client_of(finance).get("/admin/reminders/notice/").content.decode()


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("who", "door", "count"), [("officer", "desk", 6), ("coordinator", "portal", 7), ("rso", "post", 7)]
)
def test_it_takes_a_constant_number_of_queries(client_of, request, who, door, count, rows, django_assert_num_queries):
    user = request.getfixturevalue(who)
    for number in range(rows):
        write(user, f"Thing {number}")
    client = client_of(user)
    with django_assert_num_queries(count):
        client.get(reverse(f"{door}:notice-list"))


# -- the way there ----------------------------------------------------------------------------------
@pytest.mark.parametrize(("who", "door"), DOORS)
def test_the_menu_of_every_page_leads_there(client_of, request, who, door):
    client = client_of(request.getfixturevalue(who))
    for url in ("/", "/admin/" if door == "desk" else f"/{door}/"):
        assert f'href="{reverse("public:notices")}"' in client.get(url).content.decode(), url
    assert client.get(reverse("public:notices"))["Location"] == reverse(f"{door}:notice-list")


def test_strangers_and_people_without_a_role(client, client_of, coordinator):
    assert client.get(reverse("public:notices"))["Location"].startswith(reverse("account_login"))
    coordinator.memberships.update(is_active=False)
    assert client_of(coordinator).get(reverse("public:notices"))["Location"] == "/"


# -- reminders on and off ---------------------------------------------------------------------------
def test_a_reminder_is_turned_off_and_on_again(client_of, coordinator):
    client, url = client_of(coordinator), reverse("portal:notice-list")
    form = client.get(url).context["form"]
    assert {"clearance-due", "invitation-reply", "report-due"} <= set(form.offered)
    assert form["wanted"].value() == form.offered

    others = [code for code in form.offered if code != "report-due"]
    assert client.post(url, {"wanted": others})["Location"] == url
    assert services.turned_off(coordinator) == {"report-due"}
    assert client.get(url).context["form"]["wanted"].value() == others

    client.post(url, {"wanted": form.offered})
    assert not Preference.objects.exists()


def test_what_is_turned_off_is_not_found_by_the_sweep(client_of, report_due, coordinator):
    client_of(coordinator).post(reverse("portal:notice-list"), {"wanted": []})
    services.sweep()
    assert not coordinator.notices.filter(rule="report-due").exists()
    client_of(coordinator).post(reverse("portal:notice-list"), {"wanted": ["report-due"]})
    services.sweep()
    assert coordinator.notices.filter(rule="report-due").exists()


@pytest.mark.parametrize(("who", "door", "duty"), [("rso", "post", "not-briefed"), ("finance", "desk", "claim-unpaid")])
def test_duties_stand_there_and_have_no_tick(page, client_of, request, who, door, duty):
    user = request.getfixturevalue(who)
    html = page(user, door)
    assert "Always on" in html
    assert RULES[duty].explains.replace("'", "&#x27;") in html
    assert f'value="{duty}"' not in html
    client_of(user).post(reverse(f"{door}:notice-list"), {"wanted": []})
    assert not Preference.objects.exists()


def test_the_service_refuses_to_turn_a_duty_off(rso, officer):
    with pytest.raises(Refused, match="duty of safety or money"):
        services.choose_reminders(user=rso, wanted=[], offered=["not-briefed"])
    with pytest.raises(Refused, match="no such reminder"):
        services.choose_reminders(user=officer, wanted=[], offered=["nonsense"])
    assert not Preference.objects.exists()


def test_a_reminder_that_reached_somebody_can_be_turned_off_whatever_their_role(client_of, finance):
    services.tell(users=[finance], rule="report-due", key="x", subject="x", body="x")
    form = client_of(finance).get(reverse("desk:notice-list")).context["form"]
    assert form.offered == ["report-due"]
