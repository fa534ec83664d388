"""Nights in several cities: inside the journey, one bed a night, at the rate of the place."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from deployments.lifecycles import DEPLOYMENT
from deployments.models import Deployment, Stay
from deployments.services.problems import ClaimCheck
from deployments.services.stays import add_stay, remove_stay
from deployments.services.travel import change_dates
from deployments.tests.factories import make_claim, make_line
from slp.history.services import timeline
from slp.lib.answers import Refused
from slp.lib.dates import show, today

pytestmark = pytest.mark.django_db


def plan(deployment: Deployment, city: str, first: int, last: int, actor) -> Stay:
    """Nights counted from the first day of travel."""
    start = deployment.starts_on
    return add_stay(
        deployment=deployment, city=city, first_night=start + timedelta(days=first),
        last_night=start + timedelta(days=last), actor=actor,
    )  # fmt: skip


def nights(deployment: Deployment) -> list[tuple[str, int, int]]:
    start = deployment.starts_on
    rows = deployment.stays.order_by("period")
    return [(s.city, (s.first_night - start).days, (s.last_night - start).days) for s in rows]


# -- the service ------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["coordinator", "traveller", "post_officer", "officer"])
def test_whoever_organizes_the_journey_plans_its_nights(deployment, who, request):
    actor = request.getfixturevalue(who)
    plan(deployment, "Jacmel", 0, 4, actor)
    stay = plan(deployment, "Les Cayes", 5, 5, actor)
    assert nights(deployment) == [("Jacmel", 0, 4), ("Les Cayes", 5, 5)]
    assert timeline(stay)[0].who == actor.name


@pytest.mark.parametrize("who", ["agency_finance", "auditor", "outsider", "finance"])
def test_others_do_not(deployment, who, request):
    with pytest.raises(Refused, match="changes travel details"):
        plan(deployment, "Jacmel", 0, 4, request.getfixturevalue(who))


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        (-1, 3, "is not within the journey"),
        (58, 61, "is not within the journey"),  # the journey lasts 61 days
        (5, 4, "ends before it starts"),
        (3, 8, "already elsewhere on some of these nights"),
        (8, 8, "already elsewhere on some of these nights"),
    ],
)
def test_nights_that_can_not_be(deployment, officer, first, last, sentence):
    plan(deployment, "Jacmel", 6, 9, officer)
    with pytest.raises(Refused, match=sentence):
        plan(deployment, "Les Cayes", first, last, officer)
    assert nights(deployment) == [("Jacmel", 6, 9)]


def test_nights_of_a_journey_that_was_cancelled_meanwhile_are_refused(deployment, officer):
    stay = plan(deployment, "Jacmel", 0, 4, officer)
    Deployment.objects.filter(pk=deployment.pk).update(status="cancelled")  # the page still shows "in country"
    with pytest.raises(Refused, match="This deployment is over"):
        plan(deployment, "Les Cayes", 5, 6, officer)
    with pytest.raises(Refused, match="This deployment is over"):
        remove_stay(stay=stay, actor=officer)


# -- when the dates change --------------------------------------------------------------------------
def test_nights_follow_a_shorter_journey(deployment, officer):
    plan(deployment, "Jacmel", 0, 34, officer)
    plan(deployment, "Les Cayes", 35, 49, officer)
    plan(deployment, "Gonaives", 50, 55, officer)
    last = deployment.starts_on + timedelta(days=40)
    change_dates(deployment=deployment, starts_on=deployment.starts_on, ends_on=last, reason="Shorter.", actor=officer)
    assert nights(deployment) == [("Jacmel", 0, 34), ("Les Cayes", 35, 40)]


def test_nights_end_with_a_journey_that_is_cut_short(deployment, officer, rso):
    plan(deployment, "Jacmel", 0, 34, officer)  # today is day 30
    plan(deployment, "Les Cayes", 35, 49, officer)
    DEPLOYMENT.apply(deployment, "curtail", actor=rso, reason="Unrest.")
    assert nights(deployment) == [("Jacmel", 0, 30)]


def test_dates_of_a_journey_that_was_cancelled_meanwhile_stay(deployment, officer):
    Deployment.objects.filter(pk=deployment.pk).update(status="cancelled")
    with pytest.raises(Refused, match="its dates stay"):
        change_dates(
            deployment=deployment, starts_on=deployment.starts_on, ends_on=today(), reason="Shorter.", actor=officer
        )


# -- the claim --------------------------------------------------------------------------------------
def test_a_claim_is_held_against_the_rate_of_the_city_of_that_night(deployment, officer, coordinator, agency):
    plan(deployment, "Jacmel", 10, 12, officer)
    plan(deployment, "Les Cayes", 50, 59, officer)
    claim = make_claim(deployment.engagement, agency, coordinator)
    where = {9: "Port-au-Prince", 10: "Jacmel", 12: "Jacmel", 13: "Port-au-Prince", 60: "Les Cayes"}
    for day, city in where.items():  # day 60 is the last one: no night follows it
        line = make_line(
            claim, category="meals", deployment=deployment, spent_on=deployment.starts_on + timedelta(days=day)
        )
        assert ClaimCheck(claim).place(line) == city, day


# -- the pages --------------------------------------------------------------------------------------
@pytest.mark.parametrize(("who", "door"), [("officer", "desk"), ("traveller", "portal"), ("post_officer", "post")])
def test_nights_are_planned_and_removed_at_every_door(client_of, deployment, request, who, door):
    client = client_of(request.getfixturevalue(who))
    page = reverse(f"{door}:deployment-detail", args=[deployment.reference])
    add = reverse(f"{door}:stay-add", args=[deployment.reference])
    assert add in client.get(page).content.decode()
    sent = {"city": "Jacmel", "first_night": today(), "last_night": today(), "lodging": "Hotel Florita"}
    assert client.post(add, sent)["Location"] == f"{page}#nights"

    stay = Stay.objects.get()
    html = client.get(page).content.decode()
    remove = reverse(f"{door}:stay-remove", args=[stay.pk])
    assert all(words in html for words in ("Jacmel", "Hotel Florita", remove))

    assert "Remove the nights in Jacmel?" in client.get(remove).content.decode()
    assert Stay.objects.exists()
    client.post(remove)
    assert not Stay.objects.exists()


def test_the_form_says_what_is_wrong_at_its_field(client_of, deployment, officer):
    add = reverse("desk:stay-add", args=[deployment.reference])
    too_late = deployment.ends_on + timedelta(days=1)
    answer = client_of(officer).post(add, {"city": "Jacmel", "first_night": today(), "last_night": too_late})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "last_night": [f"{show(too_late)} is not within the journey, {deployment.when}."]
    }
    earlier = {"city": "Jacmel", "first_night": today(), "last_night": today() - timedelta(days=1)}
    assert answer.client.post(add, earlier).context["form"].errors == {
        "last_night": ["The last night is before the first."]
    }


def test_whoever_only_reads_sees_the_nights_and_no_links(client_of, deployment, officer, auditor, outsider):
    stay = plan(deployment, "Jacmel", 0, 4, officer)
    html = client_of(auditor).get(f"/admin/desk/deployments/{deployment.reference}/").content.decode()
    assert "Jacmel" in html
    assert "nights/" not in html
    assert client_of(auditor).get(reverse("desk:stay-remove", args=[stay.pk])).status_code == 403
    assert client_of(outsider).get(reverse("portal:stay-remove", args=[stay.pk])).status_code == 404


def test_the_model_pages_only_show_them(client_of, deployment, officer):
    stay = plan(deployment, "Jacmel", 0, 4, officer)
    client = client_of(officer)
    assert client.get(reverse("admin:deployments_stay_add")).status_code == 403
    change = reverse("admin:deployments_stay_change", args=[stay.pk])
    client.post(change, {"city": "Elsewhere"})
    assert Stay.objects.get().city == "Jacmel"
