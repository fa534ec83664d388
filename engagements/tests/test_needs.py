"""Registering, changing and moving needs: services, forms and pages."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from engagements.lifecycles import NEED
from engagements.models import HostInstitution, Need
from engagements.services.needs import change_need, create_need, submit_need
from engagements.tests.factories import make_invitation, make_need, make_seats
from engagements.tests.test_walk import need_data, page
from slp.lib.answers import Refused, Stale
from slp.lib.dates import show, today
from slp.tests.season.forms import posting_forms

pytestmark = pytest.mark.django_db


def fields(country, **more):
    start = today() + timedelta(days=60)
    return {
        "country": country, "title": "Mentors", "kind": "mentoring", "sector": "POL", "problem": "Patrols.",
        "places": "Les Cayes", "starts_on": start, "ends_on": start + timedelta(119), "min_days": 90, "max_days": 120,
    } | more  # fmt: skip


# -- services --------------------------------------------------------------------------------------
def test_one_row_with_a_number_makes_that_many_seats(post_officer, haiti, community_policing):
    row = {"role": "Mentor", "expertise": community_policing, "count": 6}
    lead = {"role": "Team lead", "expertise": community_policing}
    need = create_need(actor=post_officer, seats=[lead, row], **fields(haiti))
    assert [s.role for s in need.seats.all()] == ["Team lead", *["Mentor"] * 6]
    assert [s.number for s in need.seats.all()] == [1, 2, 3, 4, 5, 6, 7]


def test_a_post_registers_for_its_own_countries_only(post_officer, georgia, coordinator, haiti):
    with pytest.raises(Refused, match="does not serve Georgia"):
        create_need(actor=post_officer, **fields(georgia))
    with pytest.raises(Refused, match="registered by the post"):
        create_need(actor=coordinator, **fields(haiti))


def test_an_institution_is_found_however_it_is_typed(post_officer, haiti):
    create_need(actor=post_officer, new_institution="Haitian National Police", **fields(haiti))
    second = create_need(actor=post_officer, new_institution="  haitian  national police ", **fields(haiti))
    assert HostInstitution.objects.count() == 1
    assert second.institution.name == "Haitian National Police"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"problem": " "}, "Say what must improve"),
        ({"places": ""}, "which city"),
        ({"starts_on": today() - timedelta(days=1)}, "is in the past"),
        ({}, "Add at least one seat"),
    ],
)
def test_an_incomplete_need_is_not_submitted(haiti, post_officer, change, reason):
    need = make_need(haiti, post_officer, status="draft", **change)
    with pytest.raises(Refused, match=reason):
        submit_need(need=need, actor=post_officer)


def test_a_need_in_the_past_is_refused_by_the_database_too(post_officer, haiti):
    start = today() + timedelta(days=60)
    with pytest.raises(Refused, match="before the earliest start"):
        create_need(actor=post_officer, **fields(haiti, ends_on=start - timedelta(days=1)))


def test_seats_keep_their_identity_when_the_list_changes(need, six_seats, officer, community_policing):
    Need.objects.filter(pk=need.pk).update(status="submitted")
    need.refresh_from_db()
    kept = [{"id": six_seats[2].pk, "role": "Team lead"}, {"role": "Driver", "expertise": community_policing}]
    change_need(need=need, actor=officer, fields={}, seats=kept)
    assert list(need.seats.values_list("number", "role")) == [(1, "Team lead"), (2, "Driver")]
    assert need.seats.first().pk == six_seats[2].pk
    assert need.version == 2


def test_a_seat_of_another_need_is_refused(need, six_seats, haiti, post_officer, officer):
    other = make_need(haiti, post_officer, status="submitted")
    with pytest.raises(Refused, match="not a seat of this need"):
        change_need(need=other, actor=officer, fields={}, seats=[{"id": six_seats[0].pk, "role": "Mentor"}])


def test_the_second_of_two_savers_is_told(haiti, post_officer, officer):
    need = make_need(haiti, post_officer, status="submitted")
    change_need(need=need, actor=officer, fields={"title": "One"}, seen_version=1)
    with pytest.raises(Stale, match="same moment"):
        change_need(need=need, actor=officer, fields={"title": "Two"}, seen_version=1)


def test_a_validated_need_is_settled(need, officer, post_officer):
    for person in (officer, post_officer):
        with pytest.raises(Refused, match="can't be changed"):
            change_need(need=need, actor=person, fields={"title": "x"})


def test_a_need_that_ends_tells_the_agencies(need, six_seats, agency, agreement, officer, post_officer, coordinator):
    invitation = make_invitation(need, agency, officer)
    NEED.apply(need, "withdraw", actor=post_officer, reason="No longer wanted.")
    invitation.refresh_from_db()
    assert invitation.status == "withdrawn"
    assert coordinator.notices.filter(rule="invitation-withdrawn").exists()


def test_a_staffed_need_can_be_opened_again(need, six_seats, officer):
    Need.objects.filter(pk=need.pk).update(status="staffed")
    need.refresh_from_db()
    NEED.apply(need, "reopen", actor=officer, reason="Two people fell ill.")
    assert need.status == "validated"


# -- the form --------------------------------------------------------------------------------------
def errors(response) -> str:
    return (
        str(response.context["form"].errors)
        + str(response.context["seats"].errors)
        + str(response.context["seats"].non_form_errors())
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"starts_on": "2020-01-01"}, "1 Jan 2020 is in the past"),
        ({"ends_on": "2020-01-01"}, "latest end is before the earliest start"),
        ({"min_days": 130, "max_days": 130}, "The window has 120 days; the shortest stay is 130 days"),
        ({"min_days": 90, "max_days": 30}, "longest stay is shorter than the shortest"),
        ({"max_days": 400}, "at most 365 days"),
        ({"seats-0-min_speaking": 0}, "Choose the level of Haitian Creole"),
        ({"seats-0-min_speaking": 6}, "not offered, or not any more"),
        ({"seats-0-language": ""}, "Choose the language for this level"),
        ({"seats-0-count": 0}, "At least one"),
        ({"seats-0-count": 61}, "At most 60"),
        ({"seats-0-role": "", "seats-0-expertise": "", "seats-0-language": "", "seats-0-min_speaking": 0,
          "seats-0-count": 1, "seats-0-min_depth": 1}, "Add at least one seat"),
        ({"kind": "academy"}, "Choose the academy"),
        ({"problem": ""}, "required"),
    ],
)  # fmt: skip
def test_a_wrong_entry_gets_a_sentence_and_nothing_is_saved(
    client_of, post_officer, haiti, creole, community_policing, change, sentence
):
    data = need_data(haiti, community_policing, creole, **change)
    response = client_of(post_officer).post("/post/needs/new/", data)
    assert response.status_code == 422
    assert sentence in errors(response).replace("&#x27;", "'")
    assert not Need.objects.exists()
    assert b"Creole-speaking mentors" in response.content  # what was typed is kept


def test_a_draft_asks_for_less(client_of, post_officer, haiti, creole, community_policing):
    data = need_data(haiti, community_policing, creole, problem="", places="", action="draft") | {
        "seats-TOTAL_FORMS": 0
    }
    response = client_of(post_officer).post("/post/needs/new/", data)
    assert response.status_code == 302
    assert Need.objects.get().status == "draft"


def test_a_post_cannot_choose_a_foreign_country(client_of, post_officer, georgia, creole, community_policing):
    response = client_of(post_officer).post("/post/needs/new/", need_data(georgia, community_policing, creole))
    assert response.status_code == 422
    assert "not offered, or not any more" in errors(response)


def test_more_seats_without_a_script(client_of, post_officer, haiti, creole, community_policing):
    data = need_data(haiti, community_policing, creole, more="1", title="")
    response = client_of(post_officer).post("/post/needs/new/", data)
    html = response.content.decode()
    assert response.status_code == 200
    assert 'name="seats-1-role"' in html
    assert 'value="Mentor"' in html
    assert "There is a problem" not in html
    assert not Need.objects.exists()


def test_sent_twice_saved_once(client_of, post_officer, haiti, creole, community_policing):
    client, data = client_of(post_officer), need_data(haiti, community_policing, creole, once=str(uuid.uuid4()))
    first = client.post("/post/needs/new/", data)
    second = client.post("/post/needs/new/", data)
    assert first["Location"] == second["Location"]
    assert Need.objects.count() == 1


def edit_data(need, **more):
    seats = {"seats-TOTAL_FORMS": 1, "seats-INITIAL_FORMS": 1}
    group = list(need.seats.order_by("number"))
    seats |= {
        "seats-0-ids": ",".join(str(s.pk) for s in group), "seats-0-count": len(group), "seats-0-role": "Mentor",
        "seats-0-expertise": group[0].expertise_id, "seats-0-min_depth": 2, "seats-0-language": "ht",
        "seats-0-min_speaking": 3, "seats-0-rank": "",
    }  # fmt: skip
    plain = {
        "title": need.title, "country": "HT", "kind": need.kind, "sector": need.sector, "priority": need.priority,
        "problem": need.problem, "success": need.success, "places": need.places, "starts_on": need.starts_on,
        "ends_on": need.ends_on, "min_days": need.min_days, "max_days": need.max_days, "seen_version": need.version,
        "action": "save",
    }  # fmt: skip
    return plain | seats | more


@pytest.fixture
def submitted(need, six_seats):
    Need.objects.filter(pk=need.pk).update(status="submitted")
    need.refresh_from_db()
    return need


def test_six_alike_seats_stand_in_one_row(client_of, officer, submitted):
    html = page(client_of(officer), f"/admin/desk/needs/{submitted.reference}/edit/")
    assert 'name="seats-0-count" value="6"' in html
    assert 'name="seats-2-role"' not in html


def test_fewer_like_this_takes_seats_out(client_of, officer, submitted):
    url = f"/admin/desk/needs/{submitted.reference}/edit/"
    response = client_of(officer).post(url, edit_data(submitted, **{"seats-0-count": 4}))
    assert response.status_code == 302, errors(response)
    assert submitted.seats.count() == 4


def test_nothing_changed_writes_nothing(client_of, officer, submitted):
    client_of(officer).post(f"/admin/desk/needs/{submitted.reference}/edit/", edit_data(submitted))
    submitted.refresh_from_db()
    assert submitted.version == 1


def test_two_editors_the_second_loses_nothing(client_of, officer, second_officer, submitted):
    url = f"/admin/desk/needs/{submitted.reference}/edit/"
    client_of(officer).post(url, edit_data(submitted, title="Theirs"))
    late = edit_data(submitted, title="Mine")
    response = client_of(second_officer).post(url, late)
    html = response.content.decode()
    assert response.status_code == 409
    assert "Theirs" in html
    assert 'value="Mine"' in html
    response = client_of(second_officer).post(url, late | {"seen_version": 2})
    assert response.status_code == 302
    submitted.refresh_from_db()
    assert submitted.title == "Mine"


def test_a_change_of_seats_alone_is_a_conflict_too(client_of, officer, second_officer, submitted):
    url = f"/admin/desk/needs/{submitted.reference}/edit/"
    client_of(officer).post(url, edit_data(submitted, **{"seats-0-count": 5}))
    stale = edit_data(submitted, seen_version=1, **{"seats-0-rank": "Sergeant"})
    response = client_of(second_officer).post(url, stale)
    assert response.status_code == 409
    assert "5 x Mentor" in response.content.decode()


def test_returned_with_a_comment_and_submitted_again(client_of, officer, post_officer, submitted):
    key = submitted.reference
    url = f"/admin/desk/needs/{key}/do/return/"
    blank = client_of(officer).post(url, {"seen_status": "submitted", "reason": ""})
    assert blank.status_code == 422
    assert b"Say why" in blank.content
    client_of(officer).post(url, {"seen_status": "submitted", "reason": "Which cities exactly?"})
    html = page(client_of(post_officer), f"/post/needs/{key}/")
    assert "Which cities exactly?" in html
    assert "Your turn" in html
    response = client_of(post_officer).post(f"/post/needs/{key}/do/submit/", {"seen_status": "returned"})
    assert response.status_code == 302
    submitted.refresh_from_db()
    assert submitted.status == "submitted"


def test_a_list_shows_a_post_only_its_countries(client_of, post_officer, other_post_officer, need, six_seats):
    assert need.title in page(client_of(post_officer), "/post/needs/")
    assert need.title not in page(client_of(other_post_officer), "/post/needs/")


def test_the_posts_door_shows_only_the_posts_needs(client_of, other_post_officer, need, six_seats, agency, officer):
    """Somebody who also speaks for an agency sees that agency's requests at the portal, not here."""
    make_invitation(need, agency, officer)
    agency.memberships.create(user=other_post_officer, role="coordinator")
    assert need.title not in page(client_of(other_post_officer), "/post/needs/")
    assert need.title in page(client_of(other_post_officer), "/portal/invitations/")


def test_triage_filters(client_of, officer, haiti, post_officer):
    make_need(haiti, post_officer, title="Waiting", status="submitted")
    make_need(haiti, post_officer, title="Finished", status="fulfilled")
    html = page(client_of(officer), "/admin/desk/needs/?status=open")
    assert "Waiting" in html
    assert "Finished" not in html
    assert "Nothing matches" in page(client_of(officer), "/admin/desk/needs/?q=unheard")


def test_seats_of_a_draft_are_hidden_from_staff(client_of, officer, haiti, post_officer, community_policing):
    draft = make_need(haiti, post_officer, status="draft")
    make_seats(draft, community_policing, 2)
    page(client_of(officer), f"/admin/desk/needs/{draft.reference}/", 404)


# -- what the post is told ---------------------------------------------------------------------------
def test_everybody_reads_of_a_need_in_plain_words_at_their_own_door(haiti, officer, second_officer, post_officer):
    need = make_need(haiti, officer, status="submitted")
    NEED.apply(need, "validate", actor=second_officer)
    for reader, door in ((officer, "/admin/desk"), (post_officer, "/post")):
        notice = reader.notices.get(rule="need-moved")
        assert notice.path == f"{door}/needs/{need.reference}/"
        assert notice.body == f"Your need {need.reference} is now: INL/KM looks for people."


def test_a_window_is_between_two_days(haiti, post_officer, agency, officer, coordinator, client_of):
    need = make_need(haiti, post_officer)
    words = f"Between {show(need.starts_on)} and {show(need.ends_on)}"
    invitation = make_invitation(need, agency, officer)
    assert words in page(client_of(officer), f"/admin/desk/needs/{need.reference}/")
    assert f"{words}, for 90 to 120 days" in page(
        client_of(coordinator), f"/portal/invitations/{invitation.reference}/"
    )


def test_a_state_that_there_is_not_is_said_at_its_field_and_finds_nothing(need, client_of, officer):
    client = client_of(officer)
    shown = client.get("/admin/desk/needs/?status=abc").content.decode()
    said = "This is not offered, or not any more: choose again."
    assert f'<p class="usa-error-message" id="id_status_error">{said}</p>' in shown
    assert 'aria-invalid="true" aria-describedby="id_status_error"' in shown
    assert need.title not in shown
    assert "A filter can’t be used" in shown
    assert "text/html" in client.get("/admin/desk/needs/?status=abc&export=csv")["Content-Type"]


def test_a_need_like_an_earlier_one_begins_with_its_words_and_seats(need, six_seats, post_officer, client_of):
    client = client_of(post_officer)
    shown = client.get(reverse("post:need-detail", args=[need.reference])).content.decode()
    url = f"{reverse('post:need-add')}?like={need.reference}"
    assert f'href="{url}"' in shown
    page = client.get(url)
    opened = posting_forms(page.content.decode())[-1].values
    assert opened["title"] == [need.title]
    assert opened["seats-0-count"] == ["6"]
    assert opened.get("starts_on", [""]) == [""], "dates are said anew"
    dates = {"starts_on": str(today() + timedelta(days=200)), "ends_on": str(today() + timedelta(days=320))}
    saved = client.post(url, opened | dates | {"priority": "3", "action": "draft"})
    assert saved.status_code == 302, saved.content.decode()[-3000:]
    made = Need.objects.exclude(pk=need.pk).get()
    assert (made.title, made.country, made.seats.count()) == (need.title, need.country, 6)
    assert need.seats.count() == 6, "the earlier one keeps its own"


def test_a_need_that_one_may_not_see_is_copied_by_nobody(georgia, officer, post_officer, client_of):
    foreign = make_need(georgia, officer)
    assert client_of(post_officer).get(reverse("post:need-add"), {"like": foreign.reference}).status_code == 404
