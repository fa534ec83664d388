"""Days on which a post is closed: recorded by administrators through the service, kept in the history."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from slp.lib.answers import Refused
from slp.lib.track import event_model
from slp.places.models import Closure, Post
from slp.places.services import add_closure, remove_closure

pytestmark = pytest.mark.django_db
DAY = date(2027, 1, 5)  # a Tuesday
PREFIX = "closures"


@pytest.fixture
def post(haiti) -> Post:
    return haiti.post


def history() -> list[tuple[str, str]]:
    """(what was done, by whom) of every change of a closure."""
    rows = event_model(Closure).objects.select_related("pgh_context").order_by("pgh_id")
    return [(row.pgh_context.metadata["verb"], row.pgh_context.metadata["name"]) for row in rows]


def test_an_administrator_closes_a_post_and_opens_it_again(post, administrator):
    closure = add_closure(actor=administrator, post=post, on=DAY, name="  Carnival ")
    assert (closure.name, post.works_on(DAY)) == ("Carnival", False)
    remove_closure(actor=administrator, closure=closure)
    assert post.works_on(DAY)
    assert history() == [("Recorded a closure", "Administrator"), ("Removed a closure", "Administrator")]


@pytest.mark.parametrize("who", ["officer", "director", "auditor", "post_officer", "coordinator"])
def test_nobody_else_does(post, who, request):
    actor = request.getfixturevalue(who)
    with pytest.raises(Refused, match="Only an administrator"):
        add_closure(actor=actor, post=post, on=DAY, name="Holiday")
    closure = add_closure(actor=None, post=post, on=DAY, name="Holiday")
    with pytest.raises(Refused, match="Only an administrator"):
        remove_closure(actor=actor, closure=closure)


def test_a_day_is_closed_once_and_with_its_reason(post, administrator):
    add_closure(actor=administrator, post=post, on=DAY, name="Holiday")
    with pytest.raises(Refused, match="already has a closure on that day"):
        add_closure(actor=administrator, post=post, on=DAY, name="Another")
    with pytest.raises(Refused, match="Say why"):
        add_closure(actor=administrator, post=post, on=date(2027, 1, 2), name=" ")


# -- the model pages --------------------------------------------------------------------------------
def test_the_list_of_closures_goes_through_the_service(client_of, post, administrator):
    client = client_of(administrator)
    client.post(reverse("admin:places_closure_add"), {"post": post.pk, "on": DAY, "name": "Holiday"})
    closure = Closure.objects.get()
    assert client.post(reverse("admin:places_closure_change", args=[closure.pk]), {"name": "x"}).status_code == 403
    client.post(reverse("admin:places_closure_delete", args=[closure.pk]), {"post": "yes"})
    assert not Closure.objects.exists()
    assert [verb for verb, _ in history()] == ["Recorded a closure", "Removed a closure"]


def test_several_closures_are_removed_through_the_service(client_of, post, administrator):
    for day in (1, 2):
        add_closure(actor=None, post=post, on=date(2027, 1, day), name="Holiday")
    data = {"action": "delete_selected", "_selected_action": [c.pk for c in Closure.objects.all()], "post": "yes"}
    client_of(administrator).post(reverse("admin:places_closure_changelist"), data)
    assert not Closure.objects.exists()
    assert history()[2:] == [("Removed a closure", "Administrator")] * 2


def test_the_page_of_a_post_goes_through_the_service(client_of, post, administrator):
    """Its closures stand below its own fields: one is removed, one is added, one day is refused at its field."""
    old = add_closure(actor=None, post=post, on=DAY, name="Old holiday")
    url = reverse("admin:places_post_change", args=[post.pk])
    client = client_of(administrator)
    data = {
        "name": post.name, "city": post.city, "time_zone": post.time_zone, "working_week": "0,1,2,3,4",
        "seen_version": post.version, f"{PREFIX}-TOTAL_FORMS": 2, f"{PREFIX}-INITIAL_FORMS": 1,
        f"{PREFIX}-0-id": old.pk, f"{PREFIX}-0-post": post.pk, f"{PREFIX}-0-DELETE": "on",
        f"{PREFIX}-1-post": post.pk, f"{PREFIX}-1-on": "9999-12-31", f"{PREFIX}-1-name": "New holiday",
    }  # fmt: skip
    assert "more than 10 years from now" in client.post(url, data).content.decode()
    assert Closure.objects.get() == old

    client.post(url, data | {f"{PREFIX}-1-on": "2027-05-01"})
    assert [(c.on, c.name) for c in Closure.objects.all()] == [(date(2027, 5, 1), "New holiday")]
    assert [who for _, who in history()] == ["SLP", "Administrator", "Administrator"]


def test_officers_only_read_closures(client_of, post, officer):
    add_closure(actor=None, post=post, on=DAY, name="Holiday")
    assert client_of(officer).get(reverse("admin:places_closure_changelist")).status_code == 200
    assert client_of(officer).get(reverse("admin:places_closure_add")).status_code == 403
