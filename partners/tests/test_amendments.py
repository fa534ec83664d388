"""An amendment changes an agreement in force: written, read, signed by both, applied on its day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from partners import reminders
from partners.lifecycles import AMENDMENT
from partners.models import Agreement, Amendment
from partners.services.amendments import changes_in_words, edit_amendment, write_amendment
from partners.services.notice import give_notice, take_back_notice
from partners.services.signing import sign_amendment
from partners.tests.factories import make_agreement
from slp.lib.answers import Refused, Stale
from slp.lib.dates import today
from slp.reminders.models import Notice


@pytest.fixture
def agreement(agency) -> Agreement:
    return make_agreement(agency, ends_on=today() + timedelta(days=300), max_people=4)


@pytest.fixture
def write(agreement, officer):
    def amendment(**changes) -> Amendment:
        fields = {"summary": "Two more years", "text": "The term is longer.", "effective_on": today()}
        end = (today() + timedelta(days=1000)).isoformat()
        return write_amendment(actor=officer, agreement=agreement, **(fields | {"changes": {"ends_on": end}} | changes))

    return amendment


@pytest.fixture
def sign(signatory, director, officer, coordinator):
    def both(amendment: Amendment) -> Amendment:
        AMENDMENT.apply(amendment, "send_partner", actor=officer)
        AMENDMENT.apply(amendment, "accept_terms", actor=coordinator)
        for user in (signatory, director):
            sign_amendment(amendment=amendment, actor=user, typed_name=user.name, seen_sha256=amendment.sha256)
        amendment.refresh_from_db()
        return amendment

    return both


def test_with_both_signatures_it_takes_effect_at_once(write, sign, agreement, haiti):
    amendment = sign(write(changes={"ends_on": None, "max_people": 9, "countries": ["HT"]}))
    agreement.refresh_from_db()
    assert amendment.status == "active"
    assert (agreement.ends_on, agreement.max_people) == (None, 9)
    assert list(agreement.countries.all()) == [haiti]


def test_it_waits_for_its_day(write, sign, agreement, monkeypatch):
    day = today() + timedelta(days=30)
    amendment = sign(write(effective_on=day))
    assert amendment.status == "agreed"
    assert reminders.amendment_due(timezone.now()) == 0
    monkeypatch.setattr("partners.lifecycles.amendment.today", lambda: day)
    assert reminders.amendment_due(timezone.now() + timedelta(days=30)) == 1
    agreement.refresh_from_db()
    assert agreement.ends_on == today() + timedelta(days=1000)


def test_was_and_will_be_stay_readable_afterwards(write, sign):
    amendment = write(changes={"max_people": 9})
    before = changes_in_words(amendment)
    assert [(c.label, c.was, c.will_be) for c in before] == [("People in one activity, at most", "4", "9")]
    assert changes_in_words(Amendment.objects.get(pk=sign(amendment).pk)) == before


def test_what_is_not_named_stays(write, sign, agreement):
    kinds = agreement.activity_kinds
    sign(write(changes={"notice_days": 90}))
    agreement.refresh_from_db()
    assert (agreement.activity_kinds, agreement.max_people, agreement.notice_days) == (kinds, 4, 90)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"changes": {}, "text": " "}, "changes nothing"),
        ({"effective_on": today() - timedelta(days=4000)}, "itself begins on"),
        ({"effective_on": today() + timedelta(days=301)}, "takes effect before that"),
        ({"changes": {"ends_on": (today() - timedelta(days=1)).isoformat()}}, "end before the amendment takes effect"),
    ],
)
def test_what_is_refused(write, changes, words):
    with pytest.raises(Refused, match=words):
        write(**changes)
    assert not Amendment.objects.exists()


def test_one_at_a_time(write):
    write()
    with pytest.raises(Refused, match="not finished yet"):
        write()


@pytest.mark.parametrize("status", ["draft", "expired", "terminated", "superseded"])
def test_only_what_is_in_force_is_amended(agreement, write, status):
    Agreement.objects.filter(pk=agreement.pk).update(status=status)
    with pytest.raises(Refused, match="Only an agreement in force is amended"):
        write()


def test_a_changed_text_voids_what_was_read(write, officer, signatory, coordinator):
    amendment = write()
    AMENDMENT.apply(amendment, "send_partner", actor=officer)
    AMENDMENT.apply(amendment, "accept_terms", actor=coordinator)
    seen = amendment.sha256
    Amendment.objects.filter(pk=amendment.pk).update(text="Something else.")
    with pytest.raises(Stale, match="Nothing was signed"):
        sign_amendment(amendment=amendment, actor=signatory, typed_name=signatory.name, seen_sha256=seen)


@pytest.mark.parametrize("who", ["coordinator", "officer", "finance", "traveller"])
def test_who_signs_for_nobody(write, officer, coordinator, who, request):
    amendment = write()
    AMENDMENT.apply(amendment, "send_partner", actor=officer)
    AMENDMENT.apply(amendment, "accept_terms", actor=coordinator)
    user = request.getfixturevalue(who)
    with pytest.raises(Refused, match="can sign an amendment"):
        sign_amendment(amendment=amendment, actor=user, typed_name=user.name, seen_sha256=amendment.sha256)


def test_two_who_edit(write, officer, director):
    amendment = write()
    fields = {"summary": "Other", "text": "Other.", "changes": {"max_people": 7}, "effective_on": today()}
    edit_amendment(actor=officer, amendment=amendment, seen_version=1, **fields)
    with pytest.raises(Stale, match="while you were writing"):
        edit_amendment(actor=director, amendment=amendment, seen_version=1, **fields)


def test_it_is_not_signed_when_the_agreement_has_ended(write, sign, agreement):
    amendment = write()
    Agreement.objects.filter(pk=agreement.pk).update(status="terminated")
    with pytest.raises(Refused, match="nothing to amend"):
        sign(Amendment.objects.get(pk=amendment.pk))


# -- pages ------------------------------------------------------------------------------------------
def entries(agreement, **changes) -> dict:
    return {
        "summary": "More people", "text": "Up to nine.", "effective_on": today(), "ends_on": agreement.ends_on,
        "notice_days": "", "max_people": 9, "activity_kinds": [], "countries": [], "expertise": [],
    } | changes  # fmt: skip


def test_from_the_desk_to_the_agency(agreement, officer, coordinator, signatory, outsider, client_of):
    url = reverse("desk:amendment-add", args=[agreement.reference])
    nothing = client_of(officer).post(url, entries(agreement, max_people=4, text=""))
    assert nothing.status_code == 422
    late = client_of(officer).post(url, entries(agreement, effective_on=today() + timedelta(days=400)))
    assert "The agreement ends on" in str(late.context["form"].errors["effective_on"])
    assert client_of(officer).post(url, entries(agreement)).status_code == 302
    amendment = Amendment.objects.get()
    assert amendment.changes == {"max_people": 9}
    AMENDMENT.apply(amendment, "send_partner", actor=officer)
    detail = reverse("portal:amendment-detail", args=[amendment.reference])
    assert "Your turn" in client_of(coordinator).get(detail).content.decode()
    assert client_of(outsider).get(detail).status_code == 404
    AMENDMENT.apply(amendment, "accept_terms", actor=coordinator)
    sign = reverse("portal:amendment-sign", args=[amendment.reference])
    data = {"agree": "on", "typed_name": signatory.name, "seen_sha256": amendment.sha256}
    assert client_of(signatory).post(sign, data | {"typed_name": "No"}).status_code == 422
    assert client_of(signatory).post(sign, data | {"seen_sha256": "0" * 64}).status_code == 409
    assert client_of(signatory).post(sign, data).status_code == 302
    assert client_of(coordinator).get(sign).status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_its_page_costs_the_same(agreement, write, officer, client_of, rows, django_assert_num_queries):
    amendment = write(changes={"max_people": 7} if rows == 1 else {"max_people": 7, "notice_days": 3, "ends_on": None})
    client, url = client_of(officer), reverse("desk:amendment-detail", args=[amendment.reference])
    client.get(url)  # content types are looked up once
    with django_assert_num_queries(6 if rows == 1 else 7):  # a new end is held against other agreements
        assert client.get(url).status_code == 200


def test_an_agreement_that_changed_while_the_amendment_was_written_is_shown(agreement, officer, director, client_of):
    url = reverse("desk:amendment-add", args=[agreement.reference])
    opened = entries(agreement, seen_agreement=agreement.version, ends_on=agreement.ends_on)
    given = give_notice(actor=director, agreement=agreement, reason="x")
    late = client_of(officer).post(url, opened)
    assert late.status_code == 409
    page = late.content.decode()
    assert str(given.ends_on) in page, "what stands in the agreement now"
    assert opened["text"] in page
    assert not Amendment.objects.exists()
    again = opened | {"seen_agreement": given.version, "ends_on": given.ends_on, "max_people": 9}
    assert client_of(officer).post(url, again).status_code == 302
    assert Amendment.objects.get().changes == {"max_people": 9}


def test_of_an_agreement_that_has_ended_it_asks_nobody_to_sign(
    write, agreement, officer, signatory, director, client_of
):
    amendment = write()
    AMENDMENT.apply(amendment, "send_partner", actor=officer)
    AMENDMENT.apply(amendment, "accept_terms", actor=signatory)
    assert "Amendments to sign" in client_of(signatory).get("/portal/").content.decode()
    Agreement.objects.filter(pk=agreement.pk).update(status="terminated")
    for person, page in ((signatory, "/portal/"), (director, "/admin/")):
        assert "Amendments to sign" not in client_of(person).get(page).content.decode()
    shown = client_of(signatory).get(f"/portal/amendments/{amendment.reference}/").content.decode()
    assert "slp-turn--mine" not in shown
    assert "there is nothing to amend" in shown
    assert "Signed on paper" not in shown
    assert client_of(signatory).get(f"/portal/amendments/{amendment.reference}/scan/").status_code == 403
    assert "Amendments to withdraw" in client_of(officer).get("/admin/").content.decode()
    with pytest.raises(Refused, match="nothing to amend"):
        AMENDMENT.apply(amendment, "return_draft", actor=signatory, reason="Why not.")
    amendment.refresh_from_db()
    with pytest.raises(Refused, match="nothing to amend"):
        sign_amendment(amendment=amendment, actor=signatory, typed_name=signatory.name, seen_sha256=amendment.sha256)


def test_inl_is_told_what_the_agency_did_with_it(write, officer, director, signatory, coordinator):
    amendment = write()
    AMENDMENT.apply(amendment, "send_partner", actor=officer)
    AMENDMENT.apply(amendment, "return_draft", actor=coordinator, reason="Too many people.")
    (notice,) = officer.notices.filter(rule="agreement-moved")
    assert notice.subject.endswith("has sent it back")
    assert "Too many people." in notice.body
    assert f" ({amendment.summary}): {coordinator} of " in notice.body
    assert notice.path == f"/admin/desk/amendments/{amendment.reference}/"
    AMENDMENT.apply(amendment, "send_partner", actor=officer)
    AMENDMENT.apply(amendment, "accept_terms", actor=signatory)
    for person in (officer, director):
        assert person.notices.filter(subject__endswith="agrees to the text: both sides sign now").count() == 1


# -- what stands in its way --------------------------------------------------------------------------
def later(agreement, days: int = 400) -> str:
    return (agreement.ends_on + timedelta(days=days)).isoformat()


def test_while_a_notice_runs_no_amendment_moves_the_end(write, agreement, officer, signatory, director, client_of):
    """The last day was told to both sides; and what the notice took away comes back when it is taken back."""
    amendment = write(changes={"ends_on": later(agreement)})
    AMENDMENT.apply(amendment, "send_partner", actor=officer)
    AMENDMENT.apply(amendment, "accept_terms", actor=signatory)
    before = agreement.ends_on
    given = give_notice(actor=director, agreement=agreement, reason="The budget.")
    amendment = Amendment.objects.get()
    with pytest.raises(Refused, match="Take the notice back first"):
        sign_amendment(amendment=amendment, actor=director, typed_name=director.name, seen_sha256=amendment.sha256)
    with pytest.raises(Refused, match="Take the notice back"):
        write(changes={"ends_on": later(agreement)})
    page = client_of(officer).get(f"/admin/desk/amendments/{amendment.reference}/").content.decode()
    assert "slp-turn--mine" in page
    assert "Amendments to withdraw" in client_of(officer).get("/admin/").content.decode()
    assert "Amendments to sign" not in client_of(director).get("/admin/").content.decode()
    take_back_notice(actor=director, agreement=given)
    agreement.refresh_from_db()
    assert agreement.ends_on == before
    amendment = Amendment.objects.get()
    for person in (signatory, director):
        sign_amendment(amendment=amendment, actor=person, typed_name=person.name, seen_sha256=amendment.sha256)
    agreement.refresh_from_db()
    assert agreement.ends_on.isoformat() == amendment.changes["ends_on"]


def test_a_new_end_may_not_reach_into_another_agreement(write, agreement, officer, signatory):
    amendment = write(changes={"ends_on": later(agreement)})
    AMENDMENT.apply(amendment, "send_partner", actor=officer)
    other = make_agreement(
        agreement.agency, kind=agreement.kind, starts_on=agreement.ends_on + timedelta(days=100), ends_on=None
    )
    with pytest.raises(Refused, match=f"{other.reference} .* is in force on days that would be added"):
        AMENDMENT.apply(Amendment.objects.get(), "accept_terms", actor=signatory)


def test_what_both_signed_and_can_not_be_is_taken_back(write, sign, agreement, officer, signatory, client_of):
    """Signed for later, and the agreement ends before: it neither says that it takes effect nor stays for ever."""
    effective = today() + timedelta(days=30)
    amendment = sign(write(changes={"max_people": 3}, effective_on=effective))
    assert amendment.status == "agreed"
    with pytest.raises(Refused, match="Both sides have signed it"):
        AMENDMENT.apply(amendment, "withdraw", actor=officer, reason="No.")
    Agreement.objects.filter(pk=agreement.pk).update(status="terminated")
    Amendment.objects.update(effective_on=today())
    for _ in range(2):  # a day later again: it is told once
        reminders.amendment_due(timezone.now())
    (notice,) = officer.notices.filter(rule="amendment-due")
    assert "nothing to amend" in notice.body
    url = f"/admin/desk/amendments/{amendment.reference}/"
    assert "Withdraw it." in client_of(officer).get(url).content.decode()
    AMENDMENT.apply(Amendment.objects.get(), "withdraw", actor=officer, reason="The agreement is over.")
    assert signatory.notices.filter(body__contains="The agreement is over.").exists()


@pytest.mark.parametrize(("days", "words"), [(0, "in effect"), (30, "signed by both")])
def test_of_the_last_signature_both_sides_are_told_once(
    days, words, write, sign, agreement, coordinator, officer, signatory, director, monkeypatch
):
    day = today() + timedelta(days=days)
    amendment = sign(write(effective_on=day))
    subject = f"Amendment to {agreement.title}: {words}"  # a title that names the agency
    for person in (coordinator, officer, signatory):
        assert person.notices.filter(subject=subject).count() == 1
        assert agreement.agency.name in person.notices.get(subject=subject).body
    assert not director.notices.filter(subject=subject).exists(), "who signed last knows"
    assert not Notice.objects.filter(subject__endswith="signed by both" if not days else "in effect").exists()
    monkeypatch.setattr("partners.lifecycles.amendment.today", lambda: day)
    reminders.amendment_due(timezone.now() + timedelta(days=30))
    amendment.refresh_from_db()
    assert amendment.status == "active"
    for person in (coordinator, officer, signatory, *([director] if days else [])):
        assert person.notices.filter(subject=f"Amendment to {agreement.title}: in effect").count() == 1
