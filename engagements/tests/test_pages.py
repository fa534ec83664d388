"""Who may open which page, and what a page costs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from conftest import make_agency, make_user
from deployments.tests.factories import make_deployment, make_obligation
from engagements.models import Engagement, Need, Nomination
from engagements.services.addenda import sign_addendum
from engagements.tests.factories import (
    make_addendum,
    make_engagement,
    make_invitation,
    make_need,
    make_report,
    make_seats,
)
from partners.tests.factories import make_agreement, make_expert
from slp.lib.dates import today

pytestmark = pytest.mark.django_db

STAFF = ("officer", "finance", "director", "administrator", "auditor")
AGENCY = ("coordinator", "agency_finance", "signatory", "traveller")
POST = ("post_officer", "rso")
EVERYBODY = (*STAFF, *AGENCY, "outsider", *POST, "other_post_officer")


@pytest.fixture
def season(need, six_seats, agency, agreement, officer, coordinator, mentor, haiti):
    """One of everything, of the agency and of Haiti."""
    invitation = make_invitation(need, agency, officer, status="part_accepted")
    Nomination.objects.create(invitation=invitation, seat=six_seats[0], expert=mentor, by=coordinator)
    six_seats[1].held_by = invitation
    six_seats[1].save(update_fields=["held_by"])
    engagement = make_engagement(haiti, officer, agency=agency, agreement=agreement, status="addendum")
    addendum = make_addendum(engagement, agency)
    report = make_report(engagement, agency)
    report.extensions.create(asked_for=today() + timedelta(days=60), reason="x", asked_by=coordinator)
    open_one = make_invitation(make_need(haiti, officer), agency, officer)
    staffed = make_need(haiti, officer, status="staffed")
    draft = make_need(haiti, officer, status="submitted")
    return {
        "need": need.reference, "invitation": invitation.reference, "open": open_one.reference, "agency": agency.pk,
        "engagement": engagement.reference, "addendum": addendum.pk, "report": report.reference,
        "staffed": staffed.reference, "submitted": draft.reference, "nomination": invitation.nominations.get().pk,
    }  # fmt: skip


OFFICERS = {"officer": 200, "director": 200}
READERS = dict.fromkeys(STAFF, 200)
HAITI = {"post_officer": 200, "rso": 200}
AT_POST = {"other_post_officer": 404}  # inside the door, but not their country
OFFICE = {"coordinator": 200, "agency_finance": 200, "signatory": 200}
PARTNERS = {"outsider": 404}
TRAVELLER_404 = {"traveller": 404}
COORDINATOR = {"coordinator": 200}
SIGNER = {"signatory": 200}

# page -> who gets what; everybody who is not named gets 403
PAGES = {
    "desk:need-list": READERS,
    "desk:need-add": OFFICERS,
    "desk:need-detail need": READERS,
    "desk:need-edit submitted": OFFICERS,
    "desk:need-match need": OFFICERS,
    "desk:need-team need": OFFICERS,
    "desk:need-move submitted validate": OFFICERS,
    "desk:nomination-confirm need": OFFICERS,
    "desk:nomination-move nomination confirm": OFFICERS,
    "desk:invitation-list": READERS,
    "desk:invitation-detail invitation": READERS,
    "desk:invitation-edit open": OFFICERS,
    "desk:invitation-add need": OFFICERS,
    "desk:invitation-move open withdraw": OFFICERS,
    "desk:engagement-open staffed": OFFICERS,
    "desk:engagement-list": READERS,
    "desk:engagement-detail engagement": READERS,
    "desk:engagement-move engagement cancel": OFFICERS,
    "desk:addendum-detail addendum": READERS,
    "desk:addendum-edit addendum": OFFICERS,
    "desk:addendum-sign addendum": OFFICERS,
    "desk:report-list": READERS,
    "desk:report-detail report": READERS,
    "desk:report-move report waive": {"director": 200},
    "desk:extension-decide report": OFFICERS,
    "portal:invitation-list": {**OFFICE, "outsider": 200},
    "portal:invitation-detail invitation": {**OFFICE, **PARTNERS, **TRAVELLER_404},
    "portal:invitation-answer open": {"coordinator": 200, "signatory": 200, **PARTNERS, **TRAVELLER_404},
    "portal:nomination-add invitation": {**COORDINATOR, **PARTNERS, **TRAVELLER_404},
    "portal:nomination-move nomination withdraw": {**COORDINATOR, **PARTNERS, **TRAVELLER_404},
    "portal:seat-release invitation 2": {**COORDINATOR, **PARTNERS, **TRAVELLER_404},
    "portal:engagement-list": {**OFFICE, "traveller": 200, "outsider": 200},
    "portal:engagement-detail engagement": {**OFFICE, **PARTNERS, **TRAVELLER_404},
    "portal:addendum-detail addendum": {**OFFICE, **PARTNERS, **TRAVELLER_404},
    "portal:addendum-sign addendum": {**SIGNER, **PARTNERS, **TRAVELLER_404},
    "portal:report-list": {**OFFICE, "traveller": 200, "outsider": 200},
    "portal:report-detail report": {**OFFICE, **PARTNERS, **TRAVELLER_404},
    "portal:report-edit report": {**COORDINATOR, **PARTNERS, **TRAVELLER_404},
    "portal:extension-add report": {**COORDINATOR, **PARTNERS, **TRAVELLER_404},
    "post:need-list": {**HAITI, "other_post_officer": 200},
    "post:need-add": {"post_officer": 200, "other_post_officer": 200},
    "post:need-detail need": {**HAITI, **AT_POST},
    "post:need-edit submitted": AT_POST,
    "post:need-move need withdraw": {"post_officer": 200, **AT_POST},
    "post:engagement-list": {**HAITI, "other_post_officer": 200},
    "post:engagement-detail engagement": {**HAITI, **AT_POST},
}


def address(row: str, season: dict) -> str:
    name, *keys = row.split()
    return reverse(name, args=[season.get(key, key) for key in keys])


def test_who_may_open_each_page(season, client_of, request):
    """Outsiders get 404, readers who may not act get 403 with the reason, nobody gets 500.

    All in one test, because making one of everything takes longer than all readers of a page.
    """
    people = {role: client_of(request.getfixturevalue(role)) for role in EVERYBODY}
    wrong = {}
    for row, readers in PAGES.items():
        url = address(row, season)
        if row.startswith("desk:invitation-add"):
            url += f"?agency={season['agency']}"
        for role, reader in people.items():
            expected = readers.get(role, 403)
            # a generic verb page is not behind a door of its own: whoever can't see the record gets 404
            allowed = {expected, 404} if "-move" in row and expected == 403 else {expected}
            if (status := status_of(reader, url)) not in allowed:
                wrong[row, role] = status
    assert not wrong


def status_of(reader, url: str) -> int:
    """What looking at the page leaves, such as who has read it, is taken back."""
    with transaction.atomic():
        status = reader.get(url).status_code
        transaction.set_rollback(True)
    return status


def test_nobody_enters_without_signing_in(season, client):
    for row in PAGES:
        response = client.get(address(row, season))
        assert response.status_code == 302, row
        assert response["Location"].startswith("/accounts/login/"), row


def test_every_page_of_this_app_is_in_the_table():
    from engagements import desk, portal, post

    named = {
        f"{door}:{p.name}" for door, m in (("desk", desk), ("portal", portal), ("post", post)) for p in m.urlpatterns
    }
    # moves of one lifecycle share a page: one verb of it stands for all
    assert named - {row.split()[0] for row in PAGES} == {"portal:report-move"}


@pytest.mark.parametrize(
    "url",
    [
        "/admin/desk/needs/NEED-99-9999/", "/admin/desk/needs/x/match/", "/admin/desk/addenda/999999/",
        "/admin/desk/invitations/INV-1/", "/admin/desk/engagements/%00/", "/admin/desk/reports/REP-99-9999/",
        "/admin/desk/needs/NEED-99-9999/do/fly/", "/admin/desk/needs/NEED-99-9999/open/",
    ],
)  # fmt: skip
def test_unknown_references_are_404(url, officer, client):
    client.force_login(officer)
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("agencies", ["", "?agency=x", "?agency=999999", "?agency=-1"])
def test_asking_nobody_leads_back_to_the_candidates(agencies, season, officer, client):
    client.force_login(officer)
    response = client.get(f"/admin/desk/needs/{season['need']}/invite/{agencies}")
    assert response["Location"].endswith("/match/?choose=1")
    assert b"Tick at least one agency" in client.get(response["Location"]).content


# -- what pages cost -------------------------------------------------------------------------------
def many(rows, haiti, officer, agency, agreement, expertise):
    """`rows` of everything, all of one need and one engagement where that is possible."""
    need = make_need(haiti, officer)
    seats = make_seats(need, expertise, 2 * rows)
    engagement = make_engagement(haiti, officer, agency=agency, agreement=agreement, status="addendum", need=need)
    first = make_invitation(need, agency, officer, status="part_accepted")
    addendum, report = make_addendum(engagement, agency), make_report(engagement, agency)
    signer = make_user("another-signer")
    for n in range(rows):
        more = make_agency(f"More {n}")
        make_invitation(need, more, officer)
        Nomination.objects.create(
            invitation=first, seat=seats[n], expert=make_expert(agency, f"E{n}"), by=officer, status="confirmed"
        )
        engagement.participations.create(agency=more, agreement=make_agreement(more))
        another = make_addendum(engagement, more)
        another.costs.create(category="travel", amount=1)
        another.signatures.create(side="inl", signer=signer, typed_name="x", statement="x", sha256="0" * 64)
        make_report(engagement, more)
        report.extensions.create(asked_for=today(), reason="x", asked_by=signer, status="refused")
        make_need(haiti, officer)
        make_engagement(haiti, officer, agency=agency)
        make_report(make_engagement(haiti, officer, agency=agency), agency)
        make_invitation(make_need(haiti, officer), agency, officer)
    Need.objects.filter(pk=need.pk).update(status="staffed")
    return {
        "need": need.reference, "invitation": first.reference, "engagement": engagement.reference,
        "addendum": addendum.pk, "report": report.reference, "open": agency.invitations.filter(status="sent").first(),
    }  # fmt: skip


COSTS = [
    ("officer", "/admin/desk/needs/", 5),
    ("officer", "/admin/desk/needs/{need}/", 7),
    ("officer", "/admin/desk/invitations/", 4),
    ("officer", "/admin/desk/invitations/{invitation}/", 6),
    ("officer", "/admin/desk/engagements/", 5),
    ("officer", "/admin/desk/engagements/{engagement}/", 11),
    ("officer", "/admin/desk/engagements/{engagement}/?tab=history", 5),
    ("officer", "/admin/desk/addenda/{addendum}/", 5),
    ("officer", "/admin/desk/reports/", 4),
    ("officer", "/admin/desk/reports/{report}/", 4),
    ("coordinator", "/portal/invitations/", 5),
    ("coordinator", "/portal/invitations/{invitation}/", 6),
    ("coordinator", "/portal/engagements/", 6),
    ("coordinator", "/portal/engagements/{engagement}/", 10),
    ("coordinator", "/portal/addenda/{addendum}/", 6),
    ("coordinator", "/portal/reports/", 5),
    ("coordinator", "/portal/reports/{report}/", 5),
    ("post_officer", "/post/needs/", 5),
    ("post_officer", "/post/needs/{need}/", 8),
    ("post_officer", "/post/engagements/", 5),
    ("post_officer", "/post/engagements/{engagement}/", 6),
]


@pytest.mark.parametrize("status", ["draft", "submitted", "returned", "validated", "staffed", "fulfilled"])
def test_a_need_costs_at_most_twelve_in_every_state(status, season, officer, client):
    Need.objects.filter(reference=season["need"]).update(status=status, author=officer)
    client.force_login(officer)
    url = f"/admin/desk/needs/{season['need']}/"
    client.get(url)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(url).status_code == 200
    assert len(caught) <= 12


@pytest.mark.parametrize("people", [1, 3])
@pytest.mark.parametrize(
    ("status", "queries"),
    [("planned", 11), ("addendum", 11), ("preparing", 14), ("under_way", 9), ("completed", 7), ("closed", 7)],
)
def test_the_overview_of_an_engagement_with_everything(
    status, queries, people, season, officer, signatory, agency, client
):
    """Signed, staffed, funded: the most that the overview ever asks, the travel and money parts included.

    The 14 are those of the first day only, when the button "Start" asks for signatures, agreement and money.
    """
    engagement = Engagement.objects.get(reference=season["engagement"])
    addendum = engagement.addenda.get()
    for person in (officer, signatory):
        sign_addendum(addendum=addendum, typed_name=person.name, actor=person)
    make_obligation(engagement, officer)
    for n in range(people):
        make_deployment(engagement, make_expert(agency, f"T{n}"), status="returned")
    days = {"starts_on": today() - timedelta(days=4), "ends_on": today() + timedelta(days=10)}
    Engagement.objects.filter(pk=engagement.pk).update(status=status, **days)
    client.force_login(officer)
    url = f"/admin/desk/engagements/{season['engagement']}/"
    client.get(url)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(url).status_code == 200
    assert len(caught) == queries


@pytest.mark.parametrize("rows", [1, 3])
def test_what_each_page_costs(
    rows, haiti, officer, agency, agreement, community_policing, coordinator, post_officer, client_of
):
    """A literal number for each page, the same for one row and for three."""
    keys = many(rows, haiti, officer, agency, agreement, community_policing)
    people = {
        "officer": client_of(officer),
        "coordinator": client_of(coordinator),
        "post_officer": client_of(post_officer),
    }
    costs = []
    for role, url, _ in COSTS:
        with transaction.atomic():
            people[role].get(url.format(**keys))  # what a process reads once, such as content types
            with CaptureQueriesContext(connection) as caught:
                response = people[role].get(url.format(**keys))
            transaction.set_rollback(True)
        assert response.status_code == 200, (role, url)
        costs.append((role, url, len(caught)))
    assert costs == COSTS


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("min_days", "999999999", "at most 365 days"),
        ("ends_on", "9999-12-31", "more than 10 years from now"),
        ("starts_on", "0001-01-01", "more than 100 years ago"),
    ],
)
def test_an_absurd_number_or_date_is_a_sentence_and_not_an_error(client_of, post_officer, field, value, words):
    """What was typed is kept."""
    sent = {
        "title": "Mentors for patrols",
        "starts_on": "2027-01-01",
        "ends_on": "2027-02-01",
        "min_days": "5",
        field: value,
    }
    answer = client_of(post_officer).post("/post/needs/new/", sent | {"action": "submit"})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "Mentors for patrols" in answer.content.decode()


@pytest.mark.parametrize("chosen", ["²", "٣", "-1", "abc", "9" * 20, "9" * 5000])
def test_agencies_that_cannot_be_lead_back_to_the_candidates(need, officer, client_of, chosen):
    client = client_of(officer)
    assert client.get(reverse("desk:need-match", args=[need.reference]), {"agency": chosen}).status_code == 200
    answer = client.get(reverse("desk:invitation-add", args=[need.reference]), {"agency": chosen})
    assert answer.url == f"{reverse('desk:need-match', args=[need.reference])}?choose=1"
