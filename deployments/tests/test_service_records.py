"""A record of service: asked for, signed by INL's director, confirmed by its code, worthless once tampered with."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pypdf import PdfReader

from deployments.models import ServiceRecord
from deployments.services import service_records
from deployments.tests.factories import make_deployment, make_engagement
from engagements.models import FinalReport
from partners.models import Signature
from partners.tests.factories import make_expert
from slp.lib.answers import Refused, Stale
from slp.lib.dates import today
from slp.reminders.models import Notice

SIGN = {"agree": "on"}


@pytest.fixture
def served(expert, haiti, agency):
    """Alix Jean came home from a tour of 60 days; the agency's report counts 41 people trained."""
    end = today() - timedelta(days=20)
    engagement = make_engagement(haiti, agency, starts_on=end - timedelta(days=59), ends_on=end, status="completed")
    make_deployment(engagement, expert, status="returned", is_team_lead=True)
    FinalReport.objects.create(
        engagement=engagement, agency=agency, first_due_on=end, due_on=end, status="accepted",
        women_trained=12, men_trained=29,
    )  # fmt: skip
    return expert


@pytest.fixture
def record(served, traveller):
    return service_records.ask_for_service_record(actor=traveller, expert=served)


@pytest.fixture
def issued(record, director):
    _, sha256 = service_records.draft(record)
    return service_records.sign_service_record(
        actor=director, record=record, typed_name=director.name, seen_sha256=sha256
    )


def test_it_says_where_when_what_and_how_many(served):
    service = service_records.service_of(served)
    row = service["engagements"][0]
    assert (row["country"], row["role"], row["days"], row["trained"]) == ("Haiti", "Mentor, team lead", 60, "41")
    assert service["totals"] == {"journeys": 1, "countries": ["Haiti"], "days": 60, "trained": 41}


def test_people_trained_by_a_team_count_once(served, haiti):
    """Two journeys in one engagement are two rows, but one number of people trained."""
    engagement = served.deployments.get().engagement
    make_deployment(engagement, served, status="closed", starts_on=today() - timedelta(days=10), ends_on=today())
    service = service_records.service_of(served)
    assert len(service["engagements"]) == 2
    assert service["totals"]["trained"] == 41


def test_a_report_that_is_not_accepted_counts_nobody(served):
    FinalReport.objects.update(status="submitted")
    assert service_records.service_of(served)["engagements"][0]["trained"] == ""


@pytest.mark.parametrize("status", ["nominated", "confirmed", "preparing", "ready", "withdrawn", "cancelled"])
def test_who_never_left_has_no_service_abroad(expert, engagement, status, traveller):
    make_deployment(engagement, expert, status=status)
    with pytest.raises(Refused, match="nothing to record yet"):
        service_records.ask_for_service_record(actor=traveller, expert=expert)


def test_it_is_asked_for_once(record, served, coordinator):
    with pytest.raises(Refused, match="asked for already"):
        service_records.ask_for_service_record(actor=coordinator, expert=served)


@pytest.mark.parametrize("who", ["outsider", "signatory", "finance", "post_officer"])
def test_others_cannot_ask(served, who, request):
    with pytest.raises(Refused, match="asks for a record"):
        service_records.ask_for_service_record(actor=request.getfixturevalue(who), expert=served)


@pytest.mark.parametrize("who", ["officer", "finance", "administrator", "coordinator"])
def test_only_the_director_signs(record, who, request):
    actor = request.getfixturevalue(who)
    _, sha256 = service_records.draft(record)
    with pytest.raises(Refused, match="signed by the INL/KM director"):
        service_records.sign_service_record(actor=actor, record=record, typed_name=actor.name, seen_sha256=sha256)


def test_signing_freezes_seals_and_tells(coordinator, issued, director, traveller):
    assert issued.status == "issued"
    assert issued.content["name"] == "Alix Jean"
    signature = Signature.objects.get(object_id=issued.pk, side="inl")
    assert (signature.signer, signature.sha256) == (director, service_records.digest(issued.code, issued.content))
    told = Notice.objects.filter(rule="service-record").values_list("user", flat=True)
    assert set(told) == {traveller.pk, coordinator.pk}


def test_what_changed_since_the_page_was_opened_is_not_signed(record, director, served, haiti, agency):
    _, sha256 = service_records.draft(record)
    make_deployment(make_engagement(haiti, agency), served, status="in_country", starts_on=today())
    with pytest.raises(Stale, match="Nothing was signed"):
        service_records.sign_service_record(actor=director, record=record, typed_name=director.name, seen_sha256=sha256)
    record.refresh_from_db()
    assert (record.status, record.seal) == ("requested", "")


def test_later_service_does_not_change_the_paper(issued, served, haiti, agency):
    before = issued.content
    make_deployment(make_engagement(haiti, agency), served, status="in_country", starts_on=today())
    issued.refresh_from_db()
    assert issued.content == before
    assert service_records.is_genuine(issued)


def test_the_paper_is_tagged_and_says_the_code(issued):
    with issued.document.file.open("rb") as file:
        reader = PdfReader(io.BytesIO(file.read()))
    text = " ".join(page.extract_text() for page in reader.pages)
    assert issued.code in text
    assert "Haiti" in text
    assert "testserver" not in text  # links lead to the public address
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert str(reader.trailer["/Root"]["/Lang"]).startswith("en")
    assert b"pdfuaid" in reader.trailer["/Root"]["/Metadata"].get_object().get_data()


def test_the_same_record_gives_the_same_bytes(issued, director):
    made = service_records.service_record_pdf(issued, issued.content, signer=director, signed_at=issued.issued_at)
    assert service_records.is_the_same_file(issued, made)
    assert not service_records.is_the_same_file(issued, made + b" ")


def test_what_a_person_typed_never_becomes_markup(served, record, director):
    """Typst's own signs in a name are letters on the paper."""
    served.name = "#panic[x] *Bold* $y$ \\ <label> @ref"
    served.save(update_fields=["name"])
    record.expert.refresh_from_db()
    content, _ = service_records.draft(record)
    made = service_records.service_record_pdf(record, content, signer=director, signed_at=record.requested_at)
    assert "#panic[x] *Bold* $y$" in PdfReader(io.BytesIO(made)).pages[0].extract_text()


# -- confirming -------------------------------------------------------------------------------------
@pytest.fixture
def check(client):
    def post(code: str, paper: bytes | None = None):
        data = {"code": code}
        if paper is not None:
            data["paper"] = SimpleUploadedFile("record.pdf", paper, content_type="application/pdf")
        return client.post(reverse("public:service-record-verify"), data)

    return post


def words(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize("typed", ["{}", " {} ", "lower", "no hyphens"])
def test_anybody_confirms_it_by_its_code(issued, check, typed):
    codes = {"lower": issued.code.lower(), "no hyphens": issued.code.replace("-", "")}
    answer = check(codes.get(typed, typed.format(issued.code)))
    assert answer.status_code == 200
    assert "This record is genuine" in words(answer)
    assert "Alix Jean" in words(answer)
    assert answer["X-Robots-Tag"] == "noindex"


def test_the_address_on_the_paper_confirms_it(issued, client):
    assert "This record is genuine" in words(client.get(reverse("public:service-record-check", args=[issued.code])))


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content | {"name": "Somebody Else"},
        lambda content: content | {"totals": content["totals"] | {"days": 600}},
        lambda content: content | {"engagements": []},
        lambda content: content | {"extra": 1},
    ],
)
def test_a_content_that_was_changed_confirms_nothing(issued, check, change):
    ServiceRecord.objects.filter(pk=issued.pk).update(content=change(issued.content))
    answer = words(check(issued.code))
    assert "its content is not what INL signed" in answer
    assert "genuine" not in answer
    assert "Alix Jean" not in answer
    assert "Somebody Else" not in answer


def test_a_seal_of_another_record_confirms_nothing(issued, check):
    other = service_records._signer().sign("0" * 64)
    ServiceRecord.objects.filter(pk=issued.pk).update(seal=other)
    assert "not what INL signed" in words(check(issued.code))


def test_a_changed_file_is_told_from_the_issued_one(issued, check):
    with issued.document.file.open("rb") as file:
        paper = file.read()
    assert "exactly the one that INL issued" in words(check(issued.code, paper))
    assert "The file was changed" in words(check(issued.code, paper.replace(b"%%EOF", b"%%EOF ")))
    assert "The file was changed" in words(check(issued.code, b""))


def test_a_revoked_record_confirms_nothing(issued, check, director):
    from deployments.lifecycles import SERVICE_RECORD

    SERVICE_RECORD.apply(issued, "revoke", actor=director, reason="Issued for the wrong person.")
    answer = words(check(issued.code))
    assert "was revoked" in answer
    assert "Alix Jean" not in answer


def test_one_that_is_only_asked_for_confirms_nothing(record, check):
    assert check(record.code).status_code == 404


@pytest.mark.parametrize("typed", ["", "7KQ2", "x" * 40, "0000-0000-0000", "<script>", "\x00" * 12])
def test_a_code_that_cannot_be_one_is_said_at_the_field(check, db, typed):
    answer = check(typed)
    assert answer.status_code == 422
    assert answer.context["form"].errors["code"]


def test_an_unknown_code_is_not_found(check, db, client):
    assert check("7KQ2-9MXD-44TB").status_code == 404
    assert client.get("/verify/7KQ2-9MXD-44TB/").status_code == 404
    assert client.get("/verify/..%2F..%2Fetc/").status_code == 404


def test_trying_codes_is_slowed_down(check, db):
    from django.core.cache import cache

    cache.clear()
    codes = [check("7KQ2-9MXD-44TB").status_code for _ in range(61)]
    cache.clear()
    assert codes[:60] == [404] * 60
    assert codes[60] == 429


# -- pages ------------------------------------------------------------------------------------------
def test_asked_for_by_the_officer_signed_by_the_director(client_of, served, traveller, director):
    portal = reverse("portal:expert-service", args=[served.pk])
    assert "Ask INL to sign it" in client_of(traveller).get(portal).content.decode()
    assert client_of(traveller).post(reverse("portal:expert-service-ask", args=[served.pk])).status_code == 302
    record = ServiceRecord.objects.get()
    sign = reverse("desk:service-record-sign", args=[record.reference])
    page = client_of(director).get(sign)
    seen = page.context["form"].initial["seen_sha256"]
    refused = client_of(director).post(sign, SIGN | {"typed_name": "Nobody", "seen_sha256": seen})
    assert refused.status_code == 422
    assert "Type your name" in refused.content.decode()
    assert client_of(director).post(sign, SIGN | {"typed_name": "Director", "seen_sha256": seen}).status_code == 302
    assert "Download the PDF" in client_of(traveller).get(portal).content.decode()


def test_the_paper_is_for_those_who_see_the_officer(client_of, issued, traveller, coordinator, outsider, post_officer):
    url = reverse("documents:document-download", args=[issued.document_id])
    for user, code in ((traveller, 200), (coordinator, 200), (outsider, 404), (post_officer, 404)):
        answer = client_of(user).get(url)
        assert answer.status_code == code, user
        if answer.streaming:
            assert b"".join(answer).startswith(b"%PDF")


def test_another_agency_does_not_see_it(client_of, issued, served, outsider):
    assert client_of(outsider).get(reverse("portal:expert-service", args=[served.pk])).status_code == 404
    assert not ServiceRecord.objects.visible_to(outsider).exists()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_however_long(client_of, officer, agency, engagement, rows, django_assert_num_queries):
    for number in range(rows):
        expert = make_expert(agency, f"Officer {number}")
        make_deployment(engagement, expert)
        service_records.ask_for_service_record(actor=officer, expert=expert)
    client = client_of(officer)
    with django_assert_num_queries(4):
        assert client.get(reverse("desk:service-record-list")).status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_the_officers_page_costs_the_same_however_long(
    client_of, coordinator, expert, haiti, agency, rows, django_assert_num_queries
):
    for number in range(rows):
        end = today() - timedelta(days=100 * number)
        engagement = make_engagement(haiti, agency, starts_on=end - timedelta(days=20), ends_on=end)
        make_deployment(engagement, expert, status="closed")
    client = client_of(coordinator)
    with django_assert_num_queries(9):
        assert client.get(reverse("portal:expert-service", args=[expert.pk])).status_code == 200


def test_a_record_sealed_with_an_earlier_key_still_verifies(issued, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key of a later year, fifty characters long ..."
    assert service_records.is_genuine(issued)
    settings.SECRET_KEY_FALLBACKS = []
    assert not service_records.is_genuine(issued)
