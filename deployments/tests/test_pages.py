"""Every page of this app, by role: who sees it, and who gets 404 or 403."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from deployments.desk import travel as desk
from deployments.models import CheckIn, Deployment
from deployments.portal import travel as portal
from deployments.post import travel as post
from deployments.services.readiness import list_requirements
from deployments.services.support import report_incident
from deployments.tests.factories import (
    make_claim,
    make_clearance,
    make_deployment,
    make_engagement,
    make_receipt,
    make_team,
)  # fmt: skip
from partners.tests.factories import make_expert
from slp.history.models import PersonalDataRead
from slp.lib.dates import today
from slp.public import home


@pytest.fixture
def here(engagement, agency):
    """Somebody else, in country."""
    return make_deployment(engagement, make_expert(agency, "Marie Paul"))


@pytest.fixture
def claim(in_review):
    return in_review


@pytest.fixture
def incident(haiti, rso, deployment):
    return report_incident(country=haiti, severity=1, summary="Lost phone.", actor=rso, deployment=deployment)


@pytest.fixture
def get(client_of):
    """`get(user, "desk:claim-list", key...)` -> response."""

    def fetch(user, name: str, *args, **query):
        return client_of(user).get(reverse(name, args=args), query)

    return fetch


# -- every list opens for its people, empty and with rows -------------------------------------------
LISTS = [
    ("officer", "desk:deployment-list"),
    ("officer", "desk:training-list"),
    ("officer", "desk:claim-list"),
    ("finance", "desk:claim-list"),
    ("finance", "desk:obligation-list"),
    ("auditor", "desk:support-list"),
    ("auditor", "desk:incident-list"),
    ("coordinator", "portal:deployment-list"),
    ("traveller", "portal:deployment-list"),
    ("agency_finance", "portal:claim-list"),
    ("post_officer", "post:deployment-list"),
    ("post_officer", "post:deployment-all"),
    ("rso", "post:support-list"),
    ("rso", "post:incident-list"),
]


@pytest.mark.parametrize(("who", "name"), LISTS)
def test_an_empty_list_teaches(who, name, get, request, haiti):
    response = get(request.getfixturevalue(who), name)

    assert response.status_code == 200
    assert b"slp-empty" in response.content


@pytest.mark.parametrize(
    ("who", "name"),
    [
        *[("coordinator", name) for _, name in LISTS if name.startswith("desk:")],
        *[("post_officer", name) for _, name in LISTS if name.startswith("portal:")],
        *[("officer", name) for _, name in LISTS if name.startswith("post:")],
    ],
)
def test_a_list_of_another_door_is_refused_with_its_reason(who, name, get, request):
    response = get(request.getfixturevalue(who), name)

    assert response.status_code == 403
    assert b"for people of" in response.content or b"The desk is for INL/KM" in response.content


@pytest.mark.parametrize(
    ("who", "name"),
    [
        ("officer", "desk:deployment-list"), ("coordinator", "portal:deployment-list"),
        ("traveller", "portal:deployment-list"), ("post_officer", "post:deployment-all"),
    ],
)  # fmt: skip
def test_a_list_of_travellers_has_a_row_for_each(who, name, get, request, deployment):
    page = get(request.getfixturevalue(who), name, status="in_country").content.decode()
    assert f"/deployments/{deployment.reference}/" in page
    assert "Alix Jean" in page
    other = get(request.getfixturevalue(who), name, status="ready").content.decode()
    assert deployment.reference not in other


# -- nothing is cut off without a word --------------------------------------------------------------
@pytest.fixture
def small_boards(monkeypatch):
    """Boards that are full with two people."""
    monkeypatch.setattr(desk, "TEAMS", 2)
    monkeypatch.setattr(portal, "IN_GRIDS", 2)
    monkeypatch.setattr(post, "LIMIT", 2)
    monkeypatch.setattr(home, "HERE", 2)


def test_the_board_of_a_post_says_whom_it_leaves_out(small_boards, engagement, agency, get, post_officer):
    make_team(engagement, agency, 3)
    soon = today() + timedelta(days=10)
    coming = make_engagement(engagement.country, agency, starts_on=soon, ends_on=soon)
    make_team(coming, agency, 4, status="ready")
    page = get(post_officer, "post:deployment-list").content.decode()
    assert "In country now (3)" in page
    assert "Only the first 2 of 3 stand here" in page
    assert "Only the first 2 of 4 stand here" in page
    everybody = get(post_officer, "post:deployment-all").content.decode()
    assert f'href="{reverse("post:deployment-all")}"' in page
    assert all(d.reference in everybody for d in Deployment.objects.all())
    assert "Only the first 2 stand here" in get(post_officer, "post:home").content.decode()


def test_a_board_that_has_room_says_nothing(small_boards, engagement, agency, get, post_officer):
    make_team(engagement, agency, 2)
    for name in ("post:deployment-list", "post:home"):
        assert "Only the first" not in get(post_officer, name).content.decode()


def test_grids_say_whom_they_leave_out_and_the_list_has_everybody(small_boards, engagement, agency, get, coordinator):
    make_team(engagement, agency, 3, status="preparing", starts_on=today() + timedelta(days=5))
    page = get(coordinator, "portal:deployment-list").content.decode()
    assert "Only the 2 people who leave first stand in these grids" in page
    listed = page.split("these grids")[1]
    assert all(d.reference in listed for d in Deployment.objects.all())


def test_the_desk_sees_each_team_that_leaves_in_one_line(small_boards, haiti, agency, get, officer, requirements):
    """The worst first, with what is missing whatever people were marked as; one more than fit is said."""
    plan = [("ready", 5, 0), ("preparing", 30, 0), ("preparing", 40, 1)]  # state, leaves in days, days overdue
    made = []
    for status, days, late in plan:
        start = today() + timedelta(days=days)
        engagement = make_engagement(haiti, agency, title=f"Team {days}", starts_on=start, ends_on=start)
        [first, _] = make_team(engagement, agency, 2, status=status, starts_on=start)
        make_clearance(first, due_on=today() - timedelta(days=late))
        made.append(engagement)
    page = get(officer, "desk:deployment-list").content.decode()
    board = page[page.index("Teams that leave within 60 days") : page.index("Only the first 2 teams")]
    assert board.index("Team 40") < board.index("Team 5")
    assert "Team 30" not in board
    assert "1 overdue" in board
    assert "2 of 2 people" in board
    assert "1 missing" in board, "a team that was marked as ready still misses something"


@pytest.mark.parametrize(("who", "reads"), [("officer", True), ("auditor", True), ("finance", False)])
def test_who_reads_no_requirements_reads_no_number_of_them(who, reads, engagement, agency, get, request):
    start = today() + timedelta(days=9)
    [person] = make_team(engagement, agency, 1, status="preparing", starts_on=start)
    make_clearance(person)
    reader = request.getfixturevalue(who)
    for query in ({}, {"status": "preparing"}):
        page = get(reader, "desk:deployment-list", **query).content.decode()
        assert ('data-label="Missing"' in page) is reads
        assert person.reference in page
    detail = get(reader, "desk:engagement-detail", engagement.reference).content.decode()
    assert ("1 missing" in detail) is reads
    assert "Preparations have not begun" not in detail


def test_travellers_stand_in_the_order_in_which_they_matter(engagement, agency, get, coordinator):
    past, soon = today() - timedelta(days=20), today() + timedelta(days=20)
    plan = [
        ("Long Gone", "closed", past - timedelta(days=9)), ("Leaves Later", "ready", soon + timedelta(days=9)),
        ("Leaves Soon", "ready", soon), ("Is There", "in_country", soon + timedelta(days=40)),
        ("Just Back", "returned", past),
    ]  # fmt: skip
    for name, status, day in plan:
        make_deployment(engagement, make_expert(agency, name), status=status, starts_on=day, ends_on=day)
    page = get(coordinator, "portal:deployment-list", q="dep").content.decode()
    names = ["Is There", "Leaves Soon", "Leaves Later", "Just Back", "Long Gone"]
    assert sorted(names, key=page.index) == names


@pytest.mark.parametrize(
    ("states", "words"),
    [
        (("in_country", "in_country"), "Everybody is in country"),
        (("in_country", "ready", "curtailed"), "1 of 3 in country"),
        (("ready", "returned"), "1 of 2 back"),
        (("ready", "ready"), "Everybody is ready"),
        (("returned", "closed"), "Everybody is back"),
    ],
)
def test_a_team_that_has_left_is_not_called_ready(states, words, engagement, agency, get, officer):
    for n, status in enumerate(states):
        make_deployment(engagement, make_expert(agency, f"Traveller {n}"), status=status)
    page = get(officer, "desk:engagement-detail", engagement.reference).content.decode()
    assert f">{words}</span>" in page
    assert ("Everybody is ready" in page) is (words == "Everybody is ready")


@pytest.mark.parametrize(
    ("arrived", "heard", "ends", "awaited"),
    [
        (10, 1, 5, "the journey home"),
        (10, 3, 5, "the traveller to check in"),
        (1, None, 5, "the journey home"),
        (4, None, 5, "the traveller to check in"),
        (10, 1, -1, "the post to record the return"),
    ],
)
def test_a_check_in_is_awaited_when_it_is_asked_for(
    arrived, heard, ends, awaited, engagement, expert, get, officer, coordinator, traveller
):
    """As the reminder asks: three days after the last one, or after the arrival."""
    day, now = today(), timezone.now()
    here = make_deployment(
        engagement, expert, starts_on=day - timedelta(days=arrived), ends_on=day + timedelta(days=ends),
        arrived_at=now - timedelta(days=arrived),
    )  # fmt: skip
    if heard is not None:
        CheckIn.objects.create(deployment=here, at=now - timedelta(days=heard), author=traveller)
    for reader, door in ((officer, "desk"), (coordinator, "portal")):
        page = get(reader, f"{door}:deployment-detail", here.reference).content.decode()
        assert f"Waiting for {awaited}</p>" in page
    own = get(traveller, "portal:deployment-detail", here.reference).content.decode()
    assert ("slp-turn--mine" in own) is (awaited == "the traveller to check in")


# -- details: own, foreign, not at all --------------------------------------------------------------
def test_a_journey_is_seen_by_its_people_only(
    leaving, get, coordinator, traveller, officer, rso, post_officer, outsider, other_post_officer, agency_finance
):
    key = leaving.reference
    for user, name in [
        (officer, "desk"), (coordinator, "portal"), (traveller, "portal"), (agency_finance, "portal"), (rso, "post"),
        (post_officer, "post"),
    ]:  # fmt: skip
        assert get(user, f"{name}:deployment-detail", key).status_code == 200, user
    assert get(outsider, "portal:deployment-detail", key).status_code == 404
    assert get(other_post_officer, "post:deployment-detail", key).status_code == 404
    assert get(coordinator, "desk:deployment-detail", key).status_code == 403
    assert get(officer, "desk:deployment-detail", "DEP-99-9999").status_code == 404


def test_clearances_and_emergency_contact_are_personal(
    leaving, get, coordinator, agency_finance, signatory, finance, administrator, auditor, rso, post_officer
):
    leaving.expert.emergency_phone = "+1 212 555 0100"
    leaving.expert.save(update_fields=["emergency_phone"])
    key = leaving.reference

    for user, name in [(coordinator, "portal"), (rso, "post"), (auditor, "desk")]:
        page = get(user, f"{name}:deployment-detail", key).content.decode()
        assert {"Official passport", "212 555 0100"} == _shown(page), user
    for user, name in [(agency_finance, "portal"), (signatory, "portal"), (finance, "desk"), (administrator, "desk")]:
        page = get(user, f"{name}:deployment-detail", key).content.decode()
        assert not _shown(page), user
    page = get(post_officer, "post:deployment-detail", key).content.decode()
    assert "Country clearance" in page
    assert not _shown(page)


def _shown(page: str) -> set[str]:
    return {words for words in ("Official passport", "212 555 0100") if words in page}


def test_the_rso_sees_personal_data_only_from_thirty_days_before(engagement, agency, rso, get, requirements):
    start = today() + timedelta(days=31)
    far = make_deployment(
        engagement, make_expert(agency), status="preparing", starts_on=start, ends_on=start + timedelta(days=5)
    )
    list_requirements(deployment=far)

    assert b"Official passport" not in get(rso, "post:deployment-detail", far.reference).content


def test_reading_personal_data_is_recorded_for_others_not_for_oneself(leaving, get, coordinator, traveller):
    get(traveller, "portal:deployment-detail", leaving.reference)
    assert not PersonalDataRead.objects.exists()

    get(coordinator, "portal:deployment-detail", leaving.reference)
    row = PersonalDataRead.objects.get()
    assert (row.reader, row.subject, row.person) == (coordinator, leaving.reference, traveller)

    get(coordinator, "portal:deployment-detail", leaving.reference)
    assert PersonalDataRead.objects.count() == 1, "once an hour is enough"
    assert f"{coordinator}, " in get(traveller, "portal:expert-detail", leaving.expert_id).content.decode()


def test_a_claim_is_seen_by_its_agency_and_staff_only(
    claim, get, coordinator, agency_finance, traveller, outsider, officer, finance, auditor
):
    for user in (coordinator, agency_finance):
        assert get(user, "portal:claim-detail", claim.reference).status_code == 200
    for user in (officer, finance, auditor):
        assert get(user, "desk:claim-detail", claim.reference).status_code == 200
    assert get(outsider, "portal:claim-detail", claim.reference).status_code == 404
    assert get(traveller, "portal:claim-detail", claim.reference).status_code == 404


def test_an_incident_is_seen_by_the_post_and_officers_only(incident, get, rso, officer, other_post_officer, finance):
    assert get(rso, "post:incident-detail", incident.reference).status_code == 200
    assert get(officer, "desk:incident-detail", incident.reference).status_code == 200
    assert get(other_post_officer, "post:incident-detail", incident.reference).status_code == 404
    assert get(finance, "desk:incident-detail", incident.reference).status_code == 404


def test_a_receipt_is_opened_by_whoever_sees_the_claim(claim, get, officer, coordinator, outsider, rso):
    key = claim.lines.get().receipt_id
    for user, status in [(officer, 200), (coordinator, 200), (outsider, 404), (rso, 404)]:
        response = get(user, "documents:document-download", key)
        assert response.status_code == status
        response.getvalue()


def test_a_passport_scan_is_opened_by_those_who_may_see_it(leaving, get, request, coordinator):
    passport = leaving.clearances.get(requirement__code="official-passport")
    passport.evidence = make_receipt(request.getfixturevalue("traveller"))
    passport.save(update_fields=["evidence"])
    readers = {
        "traveller": 200, "coordinator": 200, "officer": 200, "rso": 200, "post_officer": 404, "finance": 404,
        "auditor": 200, "agency_finance": 404, "signatory": 404, "administrator": 404, "outsider": 404,
    }  # fmt: skip
    for who, status in readers.items():
        response = get(request.getfixturevalue(who), "documents:document-download", passport.evidence_id)
        assert response.status_code == status, who
        response.getvalue()


# -- forms: who may open them, each with its reason -------------------------------------------------
def test_the_forms_open_for_those_who_may(leaving, here, engagement, claim, get, request):
    clearance = leaving.clearances.get(requirement__code="visa").pk
    emergency = leaving.clearances.get(requirement__code="emergency-contact").pk
    own = leaving.clearances.get(requirement__code="code-of-conduct")
    country = leaving.clearances.get(requirement__code="country-clearance")
    draft = make_claim(engagement, claim.agency, claim.prepared_by, lines=1)
    line = draft.lines.get().pk
    key = leaving.reference
    pages = [
        ("officer", "desk:deployment-edit", key),
        ("officer", "desk:deployment-dates", key),
        ("officer", "desk:clearance-clear", clearance),
        ("director", "desk:clearance-waive", clearance),
        ("officer", "desk:team-clear", engagement.reference, leaving.clearances.get(pk=clearance).requirement_id),
        ("officer", "desk:training-add"),
        ("finance", "desk:obligation-add", engagement.reference),
        ("coordinator", "portal:deployment-edit", key),
        ("traveller", "portal:clearance-submit", clearance),
        ("traveller", "portal:clearance-submit", emergency),
        ("coordinator", "portal:clearance-clear", own.pk),
        ("coordinator", "portal:team-clear", engagement.reference, own.requirement_id),
        ("coordinator", "portal:deployment-move", key, "withdraw"),
        ("coordinator", "portal:claim-add"),
        ("agency_finance", "portal:claim-edit", draft.reference),
        ("agency_finance", "portal:line-add", draft.reference),
        ("agency_finance", "portal:line-edit", line),
        ("agency_finance", "portal:line-remove", line),
        ("coordinator", "portal:claim-move", draft.reference, "withdraw"),
        ("post_officer", "post:clearance-clear", country.pk),
        ("post_officer", "post:team-clear", engagement.reference, country.requirement_id),
        ("rso", "post:clearance-waive", leaving.clearances.get(requirement__code="ctat").pk),
        ("rso", "post:checkin-add", here.reference),
        ("rso", "post:deployment-move", here.reference, "curtail"),
        ("post_officer", "post:support-add"),
        ("post_officer", "post:incident-add"),
        ("post_officer", "post:service-worker"),
        ("post_officer", "post:support-sync"),
    ]
    for who, name, *args in pages:
        response = get(request.getfixturevalue(who), name, *args)
        assert response.status_code == 200, (who, name, response.content[:2000])


def test_and_refuse_those_who_may_not(leaving, engagement, claim, get, request):
    clearance = leaving.clearances.get(requirement__code="visa").pk
    country = leaving.clearances.get(requirement__code="country-clearance").pk
    key = leaving.reference
    pages = [
        ("auditor", "desk:deployment-edit", key),
        ("finance", "desk:deployment-dates", key),
        ("auditor", "desk:clearance-clear", clearance),
        ("officer", "desk:clearance-waive", clearance),
        ("auditor", "desk:training-add"),
        ("officer", "desk:obligation-add", engagement.reference),
        ("officer", "desk:claim-certify", claim.reference),
        ("finance", "desk:claim-pay", claim.reference),
        ("coordinator", "portal:clearance-clear", clearance),
        ("traveller", "portal:claim-add"),
        ("coordinator", "portal:line-add", claim.reference),
        ("post_officer", "post:clearance-waive", country),
    ]
    for who, name, *args in pages:
        response = get(request.getfixturevalue(who), name, *args)
        assert response.status_code == 403, (who, name)


@pytest.mark.parametrize(
    ("who", "name"),
    [
        ("finance", "desk:clearance-clear"), ("administrator", "desk:clearance-clear"),
        ("agency_finance", "portal:clearance-submit"), ("signatory", "portal:clearance-submit"),
        ("post_officer", "post:clearance-clear"), ("post_officer", "post:clearance-waive"),
    ],
)  # fmt: skip
def test_a_requirement_is_nothing_to_those_who_may_not_read_it(leaving, get, request, who, name):
    visa = leaving.clearances.get(requirement__code="visa").pk
    assert get(request.getfixturevalue(who), name, visa).status_code == 404
