"""Certificates and travel papers: entered, corrected, removed; what is past or ends soon says so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from partners import reminders
from partners.models import Certificate, Expert
from partners.tests.factories import make_expert
from slp.history.models import PersonalDataRead
from slp.lib.dates import today


@pytest.fixture
def expert(agency, traveller) -> Expert:
    return make_expert(agency, user=traveller)


@pytest.fixture
def certificate(expert) -> Certificate:
    return expert.certificates.create(
        programme="Field training officer", number="FT-1", issued_on=today() - timedelta(days=300)
    )


def entries(**changes) -> dict:
    return {"programme": "Instructor", "expertise": "", "number": "7", "issued_on": today(), "expires_on": ""} | changes


def pdf() -> SimpleUploadedFile:
    return SimpleUploadedFile("c.pdf", b"%PDF-1.4\n", content_type="application/pdf")


@pytest.mark.parametrize("who", ["coordinator", "traveller"])
def test_the_person_and_the_coordinator_enter_them_with_the_paper(expert, client_of, who, request):
    client = client_of(request.getfixturevalue(who))
    url = reverse("portal:certificate-add", args=[expert.pk])
    assert client.post(url, entries(scan=pdf())).status_code == 302
    made = expert.certificates.get()
    assert made.document.content_type == "application/pdf"
    page = client.get(reverse("portal:expert-detail", args=[expert.pk])).content.decode()
    assert "Valid" in page


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"expires_on": today()}, "expires_on", "end before it was issued"),
        ({"issued_on": today() + timedelta(days=1)}, "issued_on", "still to come"),
        ({"programme": ""}, "programme", "required"),
        ({"issued_on": "soon"}, "issued_on", "valid date"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(expert, coordinator, client_of, changes, field, words):
    answer = client_of(coordinator).post(reverse("portal:certificate-add", args=[expert.pk]), entries(**changes))
    assert answer.status_code == 422
    assert words in str(answer.context["form"].errors[field])
    assert not expert.certificates.exists()


def test_a_file_that_is_no_certificate(expert, coordinator, client_of):
    wrong = SimpleUploadedFile("c.pdf", b"MZ\x90\x00", content_type="application/pdf")
    answer = client_of(coordinator).post(reverse("portal:certificate-add", args=[expert.pk]), entries(scan=wrong))
    assert answer.status_code == 422
    assert "not a PDF or a picture" in answer.content.decode()


def test_the_same_one_is_not_entered_twice(certificate, expert, coordinator, client_of):
    url = reverse("portal:certificate-add", args=[expert.pk])
    again = entries(programme="field training OFFICER", issued_on=certificate.issued_on)
    page = client_of(coordinator).post(url, again)
    assert page.status_code == 422
    assert "already listed for this person" in page.content.decode()
    assert expert.certificates.count() == 1


def test_an_expired_one_is_kept_and_marked(expert, coordinator, client_of):
    past = {"issued_on": today() - timedelta(days=900), "expires_on": today() - timedelta(days=1)}
    url = reverse("portal:certificate-add", args=[expert.pk])
    assert client_of(coordinator).post(url, entries(**past)).status_code == 302
    page = client_of(coordinator).get(reverse("portal:expert-detail", args=[expert.pk])).content.decode()
    assert "Expired" in page


def test_corrected_and_removed(certificate, coordinator, outsider, client_of):
    edit, remove = (reverse(f"portal:certificate-{verb}", args=[certificate.pk]) for verb in ("edit", "remove"))
    assert client_of(coordinator).post(edit, entries(number="FT-2")).status_code == 302
    certificate.refresh_from_db()
    assert certificate.number == "FT-2"
    for url in (edit, remove):
        assert client_of(outsider).get(url).status_code == 404
    assert "FT-2" in client_of(coordinator).get(remove).content.decode()
    assert client_of(coordinator).post(remove).status_code == 302
    assert not Certificate.objects.exists()


@pytest.mark.parametrize(("left", "rung"), [(91, None), (90, 90), (31, 90), (30, 30), (0, 30), (-1, None)])
def test_its_end_is_told_before(certificate, coordinator, traveller, left, rung):
    Certificate.objects.update(expires_on=today() + timedelta(days=left))
    found = list(reminders.certificate_ends(timezone.now()))
    assert {due.user for due in found} == (set() if rung is None else {coordinator, traveller})
    assert all(f":{rung}:" in due.key for due in found)


# -- travel papers ----------------------------------------------------------------------------------
def rows(**changes) -> dict:
    return {
        "travel_documents-TOTAL_FORMS": 1, "travel_documents-INITIAL_FORMS": 0, "travel_documents-0-kind": "visa",
        "travel_documents-0-country": "", "travel_documents-0-expires_on": today() + timedelta(days=200),
    } | {f"travel_documents-0-{name}": value for name, value in changes.items()}  # fmt: skip


def test_a_visa_names_its_country(expert, coordinator, haiti, client_of):
    url = reverse("portal:expert-papers", args=[expert.pk])
    wrong = client_of(coordinator).post(url, rows())
    assert wrong.status_code == 422
    assert "for which country the visa is" in wrong.content.decode()
    assert client_of(coordinator).post(url, rows(country="HT")).status_code == 302
    assert str(expert.travel_documents.get()) == "Visa Haiti"


def test_papers_are_personal_data(expert, coordinator, signatory, officer, auditor, haiti, client_of):
    expert.travel_documents.create(kind="visa", country=haiti, expires_on=today() + timedelta(days=9))
    portal, desk = reverse("portal:expert-detail", args=[expert.pk]), reverse("desk:expert-detail", args=[expert.pk])
    seen = {
        user.email: "Visa Haiti" in client_of(user).get(url).content.decode()
        for user, url in ((coordinator, portal), (signatory, portal), (officer, desk), (auditor, desk))
    }
    assert seen == {coordinator.email: True, signatory.email: False, officer.email: True, auditor.email: True}
    assert PersonalDataRead.objects.filter(reader=officer).exists()
