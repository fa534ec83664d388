"""Who reads a traveller's requirements, and what is said of them elsewhere."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from deployments.lifecycles import CLEARANCE, DEPLOYMENT
from deployments.models import Clearance, Deployment
from deployments.models.deployment import PERSONAL_FROM, PERSONAL_UNTIL
from deployments.services.readiness import list_requirements
from deployments.tests.factories import make_deployment, make_expert, make_receipt
from slp.history.models import PERSONAL_STAFF, PersonalDataRead
from slp.lib.dates import today
from slp.places.models import PostAssignment

pytestmark = pytest.mark.django_db


@pytest.fixture
def far(engagement, agency, requirements, traveller):
    """Leaves in 60 days: the RSO's window is not open yet."""
    start = today() + timedelta(days=60)
    journey = make_deployment(
        engagement, make_expert(agency, "Far Away"), status="preparing", starts_on=start,
        ends_on=start + timedelta(days=5),
    )  # fmt: skip
    journey.expert.user = traveller
    journey.expert.save(update_fields=["user"])
    list_requirements(deployment=journey)
    return journey


def codes(user) -> set[str]:
    return set(Clearance.objects.visible_to(user).values_list("requirement__code", flat=True))


@pytest.mark.parametrize("who", ["traveller", "coordinator", "officer", "director", "auditor"])
def test_all_requirements_are_for_the_person_the_coordinator_and_officers(far, who, request):
    assert Clearance.objects.visible_to(request.getfixturevalue(who)).count() == far.clearances.count()


@pytest.mark.parametrize(
    "who", ["agency_finance", "signatory", "finance", "administrator", "outsider", "other_post_officer"]
)
def test_and_none_for_the_others(far, who, request):
    assert codes(request.getfixturevalue(who)) == set()


def test_who_clears_at_the_post_sees_what_they_clear(far, post_officer, rso):
    assert codes(post_officer) == {"country-clearance"}
    assert codes(rso) == {"rso-pre-brief"}


@pytest.mark.parametrize(("days", "all_of_them"), [(31, False), (30, True)])
def test_the_rso_reads_all_from_thirty_days_before(far, rso, days, all_of_them):
    start = today() + timedelta(days=days)
    make_period(far, start, start + timedelta(days=5))
    assert (len(codes(rso)) > 1) is all_of_them


@pytest.mark.parametrize(("days", "all_of_them"), [(8, False), (7, True)])
def test_and_until_seven_days_after(far, rso, days, all_of_them):
    end = today() - timedelta(days=days)
    make_period(far, end - timedelta(days=5), end)
    assert (len(codes(rso)) > 1) is all_of_them
    assert Deployment.objects.personal_to(rso).exists() is all_of_them


def make_period(journey, first, last) -> None:
    Deployment.objects.filter(pk=journey.pk).update(period=(first, last + timedelta(days=1)))


def test_an_rso_who_has_left_the_post_reads_nothing(far, rso):
    PostAssignment.objects.filter(user=rso).update(is_active=False)
    assert codes(rso) == set()


def test_the_mark_on_a_row_and_the_queryset_are_the_same_rule(far, request):
    for name in ("traveller", "coordinator", "signatory", "post_officer", "rso", "officer", "finance"):
        user = request.getfixturevalue(name)
        marked = {c.pk for c in Clearance.objects.with_seen(user) if c.seen}
        assert marked == set(Clearance.objects.visible_to(user).values_list("pk", flat=True)), name


def test_the_start_page_of_a_signatory_names_no_requirement(far, client_of, signatory, coordinator):
    words = "Agency head’s approval"
    assert words in client_of(coordinator).get(reverse("portal:home")).content.decode()
    assert words not in client_of(signatory).get(reverse("portal:home")).content.decode()


def test_the_history_of_a_journey_names_no_requirement(far, client_of, officer, finance):
    far.clearances.update(status="cleared", valid_until=today() + timedelta(days=900))
    DEPLOYMENT.apply(far, "ready", actor=officer)
    medical = far.clearances.get(requirement__code="medical")
    CLEARANCE.apply(medical, "reopen", actor=officer, reason="It came to light that it was for somebody else.")
    for user in (officer, finance):
        page = client_of(user).get(reverse("desk:deployment-detail", args=[far.reference]), {"tab": "history"})
        text = page.content.decode()
        assert "Not everything that is required is cleared yet." in text
        assert "somebody else" not in text
    assert "Medical" not in text


def test_the_reason_of_a_refusal_names_the_requirement_to_its_readers_only(far, officer, finance):
    assert DEPLOYMENT.can(far, "ready", officer).reason == "Agency head’s approval is not started."
    assert DEPLOYMENT._ask(DEPLOYMENT.find("ready", "preparing"), far, finance).reason.startswith("Not everything")


def test_who_opens_a_paper_is_recorded_but_not_the_person(far, client_of, officer, traveller):
    visa = far.clearances.get(requirement__code="visa")
    visa.evidence = make_receipt(traveller)
    type(visa.evidence).objects.filter(pk=visa.evidence_id).update(slot="evidence")
    visa.save(update_fields=["evidence"])
    for user in (traveller, officer):
        page = client_of(user).get(reverse("documents:document-download", args=[visa.evidence_id]))
        assert page.status_code == 200
        assert page.getvalue()
    row = PersonalDataRead.objects.get()
    assert (row.reader, row.subject, row.what, row.person) == (officer, far.reference, "evidence", traveller)


def test_who_clears_at_the_post_reads_on_the_record_as_well(far, client_of, post_officer):
    client_of(post_officer).get(reverse("post:deployment-detail", args=[far.reference]))
    assert PersonalDataRead.objects.get().what == "requirements"


def test_the_model_page_of_requirements_is_recorded(far, client_of, auditor):
    client_of(auditor).get(reverse("admin:deployments_clearance_changelist"))
    assert PersonalDataRead.objects.get().subject == far.reference


def test_a_start_page_that_is_kept_for_a_role_shows_each_coordinator_their_own(far, client_of, coordinator, outsider):
    for user, shown in [(outsider, False), (coordinator, True), (outsider, False)]:
        page = client_of(user).get(reverse("portal:home")).content.decode()
        assert ("Agency head’s approval" in page) is shown, user


@pytest.mark.parametrize("who", ["traveller", "coordinator", "officer"])
def test_personal_data_stands_below_a_sentence_that_names_all_its_readers(far, who, request, client_of):
    """Whoever is added to the readers must be added to the sentence."""
    client = client_of(request.getfixturevalue(who))
    door, pages = "portal", [reverse("portal:deployment-detail", args=[far.reference])]
    if who == "officer":
        door, pages = "desk", []
    pages.append(reverse(f"{door}:expert-detail", args=[far.expert_id]))
    for url in pages:
        sentence = client.get(url).content.decode().partition("Read by the person")[2].partition("</p>")[0]
        for reader in (*PERSONAL_STAFF, "coordinator", "Regional Security Officer"):
            assert reader in sentence, (url, reader)
        assert f"from {PERSONAL_FROM.days} days before arrival until {PERSONAL_UNTIL.days} days after" in sentence
