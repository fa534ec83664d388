"""The walk through real pages: registered by the post, staffed, agreed, reported, closed."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from engagements.lifecycles import ENGAGEMENT
from engagements.models import Engagement, FinalReport, Invitation, Need, Nomination
from partners.tests.factories import make_agreement, make_expert
from slp.lib.dates import today

pytestmark = pytest.mark.django_db


def post(client, url, data=None, *, status=302):
    response = client.post(url, data or {})
    assert response.status_code == status, response.content.decode()[:4000]
    return response


def page(client, url, status=200):
    response = client.get(url)
    assert response.status_code == status, response.content.decode()[:4000]
    return response.content.decode()


def need_data(haiti, expertise, language, **more):
    start = today() + timedelta(days=60)
    return {
        "title": "Creole-speaking mentors", "country": haiti.pk, "new_institution": "Haitian National Police",
        "kind": "mentoring", "sector": "POL", "priority": "1", "problem": "Foot patrols in three cities.",
        "success": "Daily patrols", "places": "Port-au-Prince", "starts_on": start, "ends_on": start + timedelta(119),
        "min_days": 90, "max_days": 120, "seats-TOTAL_FORMS": 1, "seats-INITIAL_FORMS": 0, "seats-0-count": 6,
        "seats-0-role": "Mentor", "seats-0-expertise": expertise.pk, "seats-0-min_depth": 2,
        "seats-0-language": language.pk, "seats-0-min_speaking": 3, "action": "submit",
    } | more  # fmt: skip


@pytest.fixture
def cast(officer, director, post_officer, coordinator, signatory, outsider, client_of):
    people = {
        "officer": officer, "director": director, "post": post_officer, "coordinator": coordinator,
        "signatory": signatory, "other": outsider,
    }  # fmt: skip
    return {name: client_of(person) for name, person in people.items()}


def register(cast, haiti, expertise, language) -> Need:
    post(cast["post"], "/post/needs/new/", need_data(haiti, expertise, language))
    return Need.objects.get()


def invite(cast, need, *agencies):
    url = f"/admin/desk/needs/{need.reference}/invite/?" + "&".join(f"agency={a.pk}" for a in agencies)
    page(cast["officer"], url)
    seats = list(need.seats.values_list("pk", flat=True))
    data = {"message": "Please help.", "reply_on": today() + timedelta(days=10), "reply_at": "17:00", "action": "send"}
    post(cast["officer"], url, data | {f"seats_{a.pk}": seats for a in agencies})


def test_from_need_to_closed_engagement(
    cast, haiti, creole, community_policing, agency, other_agency, officer, signatory
):
    make_agreement(agency), make_agreement(other_agency)
    people = [
        make_expert(agency, f"Officer {n}", skills=[(community_policing, 2)], languages=[(creole, 4)]) for n in range(4)
    ]
    need = register(cast, haiti, community_policing, creole)
    find_agencies(cast, need, agency, other_agency)
    answer(cast, need, people)
    staff(cast, need)
    engagement = open_it(cast, need)
    assert "Officer 2" in engagement.addenda.get().people
    both_sign(cast, engagement, officer, signatory)
    complete(engagement, officer)
    write_report(cast, FinalReport.objects.get())
    engagement.refresh_from_db()
    ENGAGEMENT.apply(engagement, "close", actor=officer)
    need.refresh_from_db()
    assert need.status == "fulfilled"
    assert "Fulfilled" in page(cast["post"], f"/post/needs/{need.reference}/")
    page(cast["post"], f"/post/engagements/{engagement.reference}/")
    page(cast["coordinator"], f"/portal/engagements/{engagement.reference}/")
    assert "Closed" in page(cast["officer"], f"/admin/desk/engagements/{engagement.reference}/?tab=history")


def find_agencies(cast, need, agency, other_agency):
    assert need.status == "submitted"
    assert need.seats.count() == 6
    assert "With INL/KM" in page(cast["post"], f"/post/needs/{need.reference}/")
    post(cast["officer"], f"/admin/desk/needs/{need.reference}/do/validate/", {"seen_status": "submitted"})
    match = page(cast["officer"], f"/admin/desk/needs/{need.reference}/match/")
    assert "Officer 0" in match
    assert "Officer 3" in match
    invite(cast, need, agency, other_agency)
    mine = Invitation.objects.get(agency=agency)
    assert mine.sent_at
    assert mine.reply_by.astimezone(ZoneInfo(agency.time_zone)).hour == 17


def answer(cast, need, people):
    theirs, mine = need.invitations.order_by("agency__name")
    page(cast["coordinator"], f"/portal/invitations/{mine.reference}/")
    page(cast["coordinator"], f"/portal/invitations/{mine.reference}/answer/")
    seats = list(need.seats.order_by("number"))
    data = {"verb": "accept_part", "seats": [s.pk for s in seats[:4]]}
    response = post(cast["coordinator"], f"/portal/invitations/{mine.reference}/answer/", data)
    assert response["Location"].endswith("/people/")
    page(cast["coordinator"], response["Location"])
    chosen = {f"seat_{seat.pk}": expert.pk for seat, expert in zip(seats, people, strict=False)}
    post(cast["coordinator"], response["Location"], chosen)
    post(cast["other"], f"/portal/invitations/{theirs.reference}/answer/", {"verb": "decline"})
    theirs.refresh_from_db()
    assert theirs.status == "declined"


def staff(cast, need):
    assert "0 of 6 filled, 4 people offered" in page(cast["officer"], f"/admin/desk/needs/{need.reference}/")
    page(cast["officer"], f"/admin/desk/needs/{need.reference}/confirm/")
    ids = list(Nomination.objects.values_list("pk", flat=True))
    post(cast["officer"], f"/admin/desk/needs/{need.reference}/confirm/", {"people": ids})
    why = {"seen_status": "validated", "reason": "Four are enough."}
    post(cast["officer"], f"/admin/desk/needs/{need.reference}/do/staff_partly/", why)


def open_it(cast, need) -> Engagement:
    page(cast["officer"], f"/admin/desk/needs/{need.reference}/open/")
    start = today()
    data = {"title": "Mentors", "starts_on": start, "ends_on": start + timedelta(days=20), "places": "Les Cayes"}
    response = post(cast["officer"], f"/admin/desk/needs/{need.reference}/open/", data)
    page(cast["officer"], response["Location"])
    engagement = Engagement.objects.get()
    assert engagement.status == "addendum"
    return engagement


def both_sign(cast, engagement, officer, signatory):
    addendum = engagement.addenda.get()
    sign(cast["officer"], "/admin/desk", addendum, officer)
    sign(cast["signatory"], "/portal", addendum, signatory)
    assert "Signed by both sides" in page(cast["coordinator"], f"/portal/addenda/{addendum.pk}/")


def complete(engagement, officer):
    """Travel belongs to the floor above: here the engagement is simply under way, with everybody home."""
    engagement.deployments.all().delete()
    Engagement.objects.filter(pk=engagement.pk).update(status="under_way")
    engagement.refresh_from_db()
    ENGAGEMENT.apply(engagement, "complete", actor=officer)


def sign(client, door, addendum, person):
    url = f"{door}/addenda/{addendum.pk}/sign/"
    form = client.get(url)
    assert form.status_code == 200
    digest = form.context["form"].initial["seen_digest"]
    post(client, url, {"agree": "on", "typed_name": person.name, "seen_digest": digest})


def write_report(cast, report):
    coordinator, officer, key = cast["coordinator"], cast["officer"], report.reference
    page(coordinator, f"/portal/reports/{key}/write/")
    post(coordinator, f"/portal/reports/{key}/write/", {"delivered": "Patrols", "seen_version": 1, "action": "save"})
    report.refresh_from_db()
    full = {
        "delivered": "Patrols", "results": "Trust", "women_trained": 3, "men_trained": 9, "action": "submit",
        "seen_version": report.version,
    }  # fmt: skip
    post(coordinator, f"/portal/reports/{key}/write/", full)
    page(officer, f"/admin/desk/reports/{key}/")
    back = {"seen_status": "submitted", "reason": "Say how many women."}
    post(officer, f"/admin/desk/reports/{key}/do/return/", back)
    assert "Say how many women." in page(coordinator, f"/portal/reports/{key}/")
    post(coordinator, f"/portal/reports/{key}/do/submit/", {"seen_status": "returned"})
    post(officer, f"/admin/desk/reports/{key}/do/accept/", {"seen_status": "submitted"})
    report.refresh_from_db()
    assert report.status == "accepted"
    assert report.submitted_at
