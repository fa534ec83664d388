"""The model pages of this app: each opens, nobody edits what belongs to a lifecycle or to the other side."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from engagements.models import Accomplishment as Story
from engagements.models import Guide, HostInstitution, InvitationAnswer, Need, Participants, PublishedFigure, Result
from engagements.tests.test_pages import season  # noqa: F401 -- one of everything
from slp.documents.models import Source

pytestmark = pytest.mark.django_db

MODELS = [m for m in apps.get_app_config("engagements").get_models() if not m.__name__.endswith("Event")]


@pytest.fixture
def everything(season, haiti):  # noqa: F811
    """At least one row of every model of the app."""
    source = Source.objects.create(code="s", title="A brochure")
    need = Need.objects.get(reference=season["need"])
    invitation = need.invitations.first()
    InvitationAnswer.objects.create(invitation=invitation, verb="accept_part", by=invitation.sender, note="Private.")
    from engagements.models import AddendumCost, Engagement

    engagement = Engagement.objects.get(reference=season["engagement"])
    AddendumCost.objects.create(addendum=engagement.addenda.get(), category="travel", amount=1)
    HostInstitution.objects.create(country=haiti, name="Haitian National Police")
    Participants.objects.create(engagement=engagement, group="Recruits", women=2)
    Result.objects.create(engagement=engagement, measure="courses", value=1)
    Story.objects.create(headline="Story", body="x", sector="POL")
    Guide.objects.create(title="Guide", summary="x")
    PublishedFigure.objects.create(
        code="F1", measure="agencies", label="Agencies", certainty="exact", wording="over 50", source=source
    )
    return season


def test_every_model_has_its_page():
    missing = [m.__name__ for m in MODELS if m not in admin.site._registry and not m._meta.auto_created]
    assert not missing


def test_lists_and_records_open_for_every_staff_role(everything, officer, auditor, client_of):
    people = [client_of(officer), client_of(auditor)]
    for model in MODELS:
        url, row = f"/admin/engagements/{model._meta.model_name}/", model._base_manager.first()
        assert row is not None, url
        for person in people:
            for page in (url, f"{url}?q=x", f"{url}{row.pk}/change/"):
                assert person.get(page).status_code == 200, page


def test_an_auditor_changes_nothing_and_partners_see_nothing(everything, auditor, coordinator, client_of):
    reader, partner = client_of(auditor), client_of(coordinator)
    for model in MODELS:
        url = f"/admin/engagements/{model._meta.model_name}/{model._base_manager.first().pk}/change/"
        assert reader.post(url, {}).status_code == 403, url
        assert partner.get(url).status_code in (302, 403), url


def test_a_need_is_read_here_and_worked_on_at_its_own_page(everything, officer, client):
    need = Need.objects.get(reference=everything["submitted"])
    client.force_login(officer)
    html = client.get(f"/admin/engagements/need/{need.pk}/change/").content.decode()
    assert 'name="title"' not in html
    assert 'name="status"' not in html
    assert reverse("desk:need-detail", args=[need.reference]) in html


@pytest.mark.parametrize("model", ["finalreport", "addendum", "nomination", "invitationanswer"])
def test_what_belongs_to_the_other_side_is_only_read(model, everything, officer, client):
    row = apps.get_model("engagements", model)._base_manager.first()
    client.force_login(officer)
    url = f"/admin/engagements/{model}/{row.pk}/change/"
    assert client.post(url, {}).status_code == 403
    assert "Private." not in client.get(url).content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_what_the_list_of_needs_costs(rows, need, officer, haiti, client, django_assert_max_num_queries):
    from engagements.tests.factories import make_need

    for _ in range(rows - 1):
        make_need(haiti, officer)
    client.force_login(officer)
    client.get("/admin/engagements/need/")
    with django_assert_max_num_queries(8):
        client.get("/admin/engagements/need/")
