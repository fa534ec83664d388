"""How an agreement ends: renewed without a gap, by notice, at once; and what the database refuses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from partners import reminders
from partners.lifecycles import AGREEMENT
from partners.models import Agreement
from partners.services.agreements import renew_agreement
from partners.services.notice import give_notice, take_back_notice
from partners.services.scope import may_do
from partners.services.signing import sign_agreement
from partners.tests.factories import make_agreement
from slp.lib.answers import Refused
from slp.lib.dates import show, today
from slp.reminders.models import Notice


@pytest.fixture
def old(agency) -> Agreement:
    """In force for a year more, with 60 days of notice."""
    return make_agreement(agency, ends_on=today() + timedelta(days=365), notice_days=60)


@pytest.fixture
def renewed(old, officer, coordinator, signatory, director):
    """`renewed(first_day)`: a renewal from that many days on, signed by both sides."""

    def renew(first: int) -> Agreement:
        start = today() + timedelta(days=first)
        renewal = renew_agreement(actor=officer, agreement=old, starts_on=start, ends_on=start + timedelta(days=700))
        for verb, actor in (("review", officer), ("send_partner", officer), ("accept_terms", coordinator)):
            AGREEMENT.apply(renewal, verb, actor=actor)
        for user in (signatory, director):
            sha256 = renewal.versions.last().sha256
            sign_agreement(agreement=renewal, actor=user, typed_name=user.name, seen_sha256=sha256)
        renewal.refresh_from_db()
        old.refresh_from_db()
        return renewal

    return renew


def in_days(days: int):
    return timezone.now() + timedelta(days=days)


# -- renewal ----------------------------------------------------------------------------------------
def test_a_renewal_for_later_leaves_the_old_one_in_force_until_the_day_before(old, renewed):
    renewal = renewed(100)
    assert (renewal.status, old.status) == ("active", "active")
    assert old.ends_on == renewal.starts_on - timedelta(days=1)


def test_a_renewal_after_the_end_leaves_the_term_alone(old, renewed):
    before = old.ends_on
    renewed(366)
    assert (old.status, old.ends_on) == ("active", before)


def test_an_activity_over_the_change_is_covered(old, renewed, agency, haiti):
    renewed(100)
    asked = {"agency": agency, "kind": "mentoring", "country": haiti}
    assert may_do(**asked, start=today() + timedelta(days=90), end=today() + timedelta(days=120))


def test_on_its_first_day_it_takes_the_place(old, renewed, monkeypatch):
    renewal = renewed(100)
    assert reminders.agreement_over(in_days(99)) == 0
    for module in ("partners.lifecycles.agreement",):
        monkeypatch.setattr(f"{module}.today", lambda: renewal.starts_on)
    assert reminders.agreement_over(in_days(100)) == 1
    old.refresh_from_db()
    assert old.status == "superseded"


def test_a_renewal_from_today_takes_the_place_at_once(old, renewed):
    renewed(0)
    assert old.status == "superseded"


def test_two_of_a_kind_are_never_in_force_on_the_same_days(old, agency, officer):
    """Also where nobody has asked the form: the refusal is a sentence, and nothing is half done."""
    second = make_agreement(agency, kind="informal", status="draft")
    make_agreement(agency, kind="informal")
    with pytest.raises(Refused, match="Another agreement of this kind is in force"):
        AGREEMENT.apply(second, "activate", actor=officer)
    second.refresh_from_db()
    assert second.status == "draft"


def test_a_renewal_that_starts_before_the_old_one_is_said_at_the_field(old, officer, client_of):
    data = {"starts_on": old.starts_on, "ends_on": old.ends_on}
    answer = client_of(officer).post(reverse("desk:agreement-renew", args=[old.reference]), data)
    assert answer.status_code == 422
    assert "starts after the agreement that it renews" in str(answer.context["form"].errors["starts_on"])


# -- notice -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(("who", "side"), [("director", "inl"), ("signatory", "agency")])
def test_notice_sets_the_last_day_and_tells_both_sides(old, officer, coordinator, who, side, request):
    actor = request.getfixturevalue(who)
    agreement = give_notice(actor=actor, agreement=old, reason="We need our people here.")
    assert (agreement.status, agreement.notice_side) == ("active", side)
    assert agreement.ends_on == today() + timedelta(days=60)
    told = set(Notice.objects.filter(rule="agreement-notice").values_list("user", flat=True))
    assert {officer.pk, coordinator.pk} <= told


@pytest.mark.parametrize("who", ["officer", "coordinator", "outsider", "finance", "traveller"])
def test_others_cannot_give_notice(old, who, request):
    with pytest.raises(Refused, match="can give notice"):
        give_notice(actor=request.getfixturevalue(who), agreement=old, reason="No.")


@pytest.mark.parametrize(
    ("last", "words"), [(59, "60 days of notice"), (365, "by itself"), (400, "by itself"), (0, "60 days of notice")]
)
def test_a_last_day_too_early_or_too_late(old, director, last, words):
    with pytest.raises(Refused, match=words):
        give_notice(actor=director, agreement=old, reason="x", last_day=today() + timedelta(days=last))
    old.refresh_from_db()
    assert old.notice_on is None


def test_nothing_is_planned_beyond_the_last_day(old, director, agency, haiti):
    asked = {"agency": agency, "kind": "mentoring", "country": haiti, "start": today() + timedelta(days=30)}
    assert may_do(**asked, end=today() + timedelta(days=90))
    give_notice(actor=director, agreement=old, reason="x")
    standing = may_do(**asked, end=today() + timedelta(days=90))
    assert "notice was given" in standing.answer.reason
    assert may_do(**asked, end=today() + timedelta(days=60))


def test_the_side_that_gave_it_takes_it_back(old, director, signatory):
    before = old.ends_on
    agreement = give_notice(actor=signatory, agreement=old, reason="x")
    with pytest.raises(Refused, match="taken back by the side that gave it"):
        take_back_notice(actor=director, agreement=agreement)
    agreement = take_back_notice(actor=signatory, agreement=agreement)
    assert (agreement.ends_on, agreement.notice_on, agreement.notice_side) == (before, None, "")
    give_notice(actor=director, agreement=agreement, reason="Now INL.")


def test_notice_is_not_taken_back_when_another_agreement_follows(old, director, agency, client_of):
    agreement = give_notice(actor=director, agreement=old, reason="x")
    start = agreement.ends_on + timedelta(days=1)
    make_agreement(agency, starts_on=start, ends_on=start + timedelta(days=300))
    answer = client_of(director).post(reverse("desk:agreement-notice-back", args=[old.reference]))
    assert answer.status_code == 403
    assert "in force" in answer.content.decode()
    old.refresh_from_db()
    assert old.notice_on is not None


def test_after_the_last_day_it_is_terminated(old, director, monkeypatch):
    give_notice(actor=director, agreement=old, reason="x")
    assert reminders.agreement_over(in_days(60)) == 0
    monkeypatch.setattr("partners.lifecycles.agreement.today", lambda: today() + timedelta(days=61))
    assert reminders.agreement_over(in_days(61)) == 1
    old.refresh_from_db()
    assert old.status == "terminated"


def test_notice_on_the_page(old, signatory, client_of):
    client, url = client_of(signatory), reverse("portal:agreement-notice", args=[old.reference])
    early = client.post(url, {"last_day": today(), "reason": "We need our people."})
    assert early.status_code == 422
    assert "so long is the notice" in early.content.decode()
    assert "We need our people." in early.content.decode()
    assert client.post(url, {"last_day": today() + timedelta(days=70), "reason": "x"}).status_code == 302
    page = client.get(reverse("portal:agreement-detail", args=[old.reference])).content.decode()
    assert "Take back the notice" in page
    back = reverse("portal:agreement-notice-back", args=[old.reference])
    assert client.get(back).status_code == 200
    assert client.post(back).status_code == 302
    assert client.get(back).status_code == 403


@pytest.mark.parametrize(
    ("status", "agreed", "since", "last"),
    [
        ("terminated", 400, -40, -40),
        ("terminated", None, -40, -40),
        ("terminated", -60, -40, -60),
        ("expired", -3, -2, -3),
        ("superseded", -3, -2, -3),
        ("active", 400, -40, 400),
    ],
)
def test_what_has_ended_is_not_in_force_until_a_later_day(status, agreed, since, last, agency, officer, client_of):
    """The page, the list, its order and the picture say when it ended; the day that was agreed is past or void."""
    ends_on = None if agreed is None else today() + timedelta(days=agreed)
    begun = {"starts_on": today() - timedelta(days=900), "status_since": in_days(since)}
    agreement = make_agreement(agency, status=status, ends_on=ends_on, **begun)
    day, client = show(today() + timedelta(days=last)), client_of(officer)
    assert show(agreement.last_day) == day
    page = client.get(reverse("desk:agreement-detail", args=[agreement.reference])).content.decode()
    ended = f"<dt>Ended on</dt><dd>{day}, {agreement.get_status_display().lower()}</dd>"
    assert (ended in "".join(line.strip() for line in page.splitlines())) is (status != "active")
    assert ("In force until" in page) is (status == "active")
    listed = client.get(reverse("desk:agreement-list") + "?sort=last_day").content.decode()
    assert f'<td data-label="In force until">{day}</td>' in listed
    assert f" to {day}</td>" in client.get(reverse("desk:agency-detail", args=[agency.pk])).content.decode()
