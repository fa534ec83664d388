"""Negotiating the text: comments, the agency's proposals and approvals, comparing, signing on paper."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from partners.lifecycles import AGREEMENT
from partners.models import Agreement, AgreementTemplate, Signature
from partners.models.agreement import words_of_later
from partners.services.agreements import draft_agreement, text_hash
from partners.services.negotiation import comment_on_agreement, compare_texts, keep_approval, propose_text
from partners.services.notice import give_notice, take_back_notice
from partners.services.signing import sign_agreement, sign_by_scan
from partners.services.templates import load_templates, text_from_template
from partners.tests.factories import make_agreement
from slp.lib.answers import Refused, Stale
from slp.lib.dates import show, today
from slp.reminders.models import Notice
from slp.reminders.services import collect

PDF = b"%PDF-1.4\n%signed\n"


@pytest.fixture
def reviewed(agency, officer) -> Agreement:
    """With the agency: it reads the text."""
    draft = draft_agreement(
        actor=officer,
        agency=agency,
        title="MOU",
        kind="mou",
        text="## 1. Purpose\n\nThe first text.",
        starts_on=today(),
    )
    for verb in ("review", "send_partner"):
        AGREEMENT.apply(draft, verb, actor=officer)
    return draft


@pytest.fixture
def signing(reviewed, coordinator) -> Agreement:
    return AGREEMENT.apply(reviewed, "accept_terms", actor=coordinator)


def scan(content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile("signed.pdf", content, content_type="application/pdf")


# -- comments and proposals -------------------------------------------------------------------------
def test_both_sides_comment_and_the_other_is_told(reviewed, officer, coordinator):
    comment_on_agreement(actor=coordinator, agreement=reviewed, text="Section 1 is too wide.")
    comment_on_agreement(actor=officer, agreement=reviewed, text="What would fit?")
    assert [(c.side, c.version_number) for c in reviewed.comments.all()] == [("agency", 1), ("inl", 1)]
    told = dict(Notice.objects.filter(rule="agreement-comment").values_list("user", "body"))
    assert "too wide" in told[officer.pk]
    assert "What would fit" in told[coordinator.pk]


@pytest.mark.parametrize("who", ["outsider", "traveller", "finance", "auditor", "post_officer"])
def test_others_do_not_comment(reviewed, who, request):
    with pytest.raises(Refused):
        comment_on_agreement(actor=request.getfixturevalue(who), agreement=reviewed, text="x")


def test_a_proposal_is_the_next_version_and_inls_turn(reviewed, coordinator):
    seen = text_hash(reviewed.text)
    changed = "## 1. Purpose\n\nOur text."
    agreement = propose_text(actor=coordinator, agreement=reviewed, text=changed, summary="Narrower", seen_sha256=seen)
    assert (agreement.status, agreement.text) == ("draft", changed)
    latest = agreement.versions.last()
    assert (latest.number, latest.author) == (2, coordinator)
    assert "Narrower" in latest.summary


def told(who, rule="agreement-moved") -> list[str]:
    """The subjects of what somebody was told, the newest first; nothing is told twice."""
    return list(who.notices.filter(rule=rule).order_by("-pk").values_list("subject", flat=True))


def test_inl_is_told_of_a_proposal_and_of_what_was_proposed(reviewed, coordinator, signatory, officer, director):
    before = told(coordinator)
    propose_text(
        actor=coordinator, agreement=reviewed, text="## 1. Purpose\n\nOurs.", summary="Narrower",
        seen_sha256=text_hash(reviewed.text),
    )  # fmt: skip
    (notice,) = officer.notices.filter(rule="agreement-moved")
    assert notice.subject == f"MOU: {reviewed.agency} proposes another text"
    assert "What is changed: Narrower" in notice.body
    assert notice.path == f"/admin/desk/agreements/{reviewed.reference}/"
    assert (told(coordinator), told(director)) == (before, []), "who did it knows; the director signs later"


def test_the_side_that_did_not_move_it_is_told(reviewed, coordinator, signatory, officer, second_officer, director):
    Agreement.objects.filter(pk=reviewed.pk).update(owner=officer)
    reviewed.refresh_from_db()
    before = len(told(signatory))
    AGREEMENT.apply(reviewed, "accept_terms", actor=coordinator)
    for person in (officer, director):
        assert told(person) == [f"MOU: {reviewed.agency} agrees to the text: both sides sign now"]
    assert told(second_officer) == [], "another officer keeps it"
    assert len(told(signatory)) == before
    AGREEMENT.apply(reviewed, "return_draft", actor=officer, reason="A wrong date.")
    assert len(told(signatory)) == before + 1
    assert "A wrong date." in signatory.notices.filter(rule="agreement-moved").last().body
    assert len(told(officer)) == 1


def test_what_is_typed_as_a_reason_makes_no_proposal_of_a_return(reviewed, coordinator, officer):
    AGREEMENT.apply(reviewed, "return_draft", actor=coordinator, reason="Proposed changes: none, it is all wrong.")
    assert told(officer) == [f"MOU: {reviewed.agency} has sent it back"]


def test_what_inl_takes_back_from_its_own_review_is_not_told_to_the_agency(agency, officer, coordinator, signatory):
    draft = draft_agreement(actor=officer, agency=agency, title="MOU", kind="mou", text="Text.", starts_on=today())
    AGREEMENT.apply(draft, "review", actor=officer)
    AGREEMENT.apply(draft, "return_draft", actor=officer, reason="Counsel doubts that we may.")
    assert told(coordinator) == told(signatory) == []


def sign(agreement, *users) -> None:
    for user in users:
        sha256 = agreement.versions.last().sha256
        sign_agreement(agreement=agreement, actor=user, typed_name=user.name, seen_sha256=sha256)
    agreement.refresh_from_db()


@pytest.mark.parametrize("last", ["signatory", "director"])
def test_of_the_last_signature_both_sides_are_told_but_not_who_gave_it(
    last, signing, coordinator, signatory, officer, director
):
    people = {"coordinator": coordinator, "officer": officer, "signatory": signatory, "director": director}
    Notice.objects.all().delete()
    sign(signing, *sorted((signatory, director), key=lambda user: user == people[last]))
    for name, person in people.items():
        assert told(person) == ([] if name == last else [f"MOU ({signing.agency}): in force"]), name
    assert officer.notices.get().path == f"/admin/desk/agreements/{signing.reference}/"
    assert coordinator.notices.get().path == f"/portal/agreements/{signing.reference}/"


@pytest.mark.parametrize(
    ("status", "says"),
    [("prospect", "still a prospect: open talks"), ("in_talks", "still in talks: make it a partner"), ("partner", "")],
)
def test_the_officer_is_told_to_make_it_a_partner(
    status, says, agency, signing, signatory, director, officer, client_of
):
    type(agency).objects.filter(pk=agency.pk).update(status=status)
    heading = "Agencies to make partners"
    assert heading not in client_of(officer).get("/admin/").content.decode()
    sign(Agreement.objects.get(pk=signing.pk), signatory, director)
    body = officer.notices.get(rule="agreement-moved", subject__endswith="in force").body
    assert (says in body) if says else ("partner" not in body)
    assert (heading in client_of(officer).get("/admin/").content.decode()) is bool(says)


def test_what_begins_later_is_not_called_in_force(signing, signatory, director, officer, coordinator, client_of):
    day = today() + timedelta(days=40)
    Agreement.objects.filter(pk=signing.pk).update(starts_on=day)
    type(signing.agency).objects.update(status="in_talks")
    sign(Agreement.objects.get(pk=signing.pk), signatory, director)
    words = f"igned; in force from {show(day)}"
    assert told(coordinator)[0] == f"MOU ({signing.agency}): s{words}"
    assert "make it a partner" not in officer.notices.get(subject__contains=words).body, "that is refused until then"
    for reader, door in ((officer, "desk"), (coordinator, "portal")):
        client = client_of(reader)
        page = client.get(reverse(f"{door}:agreement-detail", args=[signing.reference])).content.decode()
        assert page.count(f">S{words}<") == 2, "the tag and the last step"
        listed = reverse(f"{door}:agreement-list")
        assert f">S{words}<" in client.get(listed).content.decode()
        file = b"".join(client.get(f"{listed}?export=csv").streaming_content).decode()
        assert f",S{words}," in file
        own = reverse("desk:agency-detail", args=[signing.agency_id]) if door == "desk" else "/portal/agency/"
        page = client.get(own).content.decode()
        assert f"S{words}" in page
        assert not re.search('(slp-status--good|data-label="State)">In force<', page)
    assert Agreement.objects.in_force(day).exists()
    assert not Agreement.objects.in_force(today()).exists()


@pytest.mark.parametrize(("kind", "words"), [("mou", "Signed; in force from"), ("letter", "In force from")])
def test_words_of_what_begins_later_are_those_of_the_record(kind, words, agency):
    day = today() + timedelta(days=3)
    agreement = make_agreement(agency, kind=kind, starts_on=day)
    said = Agreement.objects.annotate(said=words_of_later()).values_list("said", flat=True)
    assert list(said) == [agreement.status_label()] == [f"{words} {show(day)}"]
    Agreement.objects.update(starts_on=today())
    assert list(said.all()) == [""]


@pytest.mark.parametrize("what", ["comment", "notice", "ends", "to-sign"])
def test_every_mail_to_an_agency_about_its_agreement_names_the_agency(
    what, reviewed, coordinator, signatory, officer, director
):
    if what == "comment":
        comment_on_agreement(actor=officer, agreement=reviewed, text="Well?")
    elif what == "notice":
        agreement = make_agreement(reviewed.agency, title="Letter", kind="letter", notice_days=30)
        take_back_notice(actor=director, agreement=give_notice(actor=director, agreement=agreement, reason="x"))
    elif what == "ends":
        make_agreement(reviewed.agency, title="Letter", kind="letter", ends_on=today() + timedelta(days=50))
        collect(timezone.now())
    else:
        AGREEMENT.apply(reviewed, "accept_terms", actor=coordinator)
        Agreement.objects.update(status_since=timezone.now() - timedelta(days=9))
        collect(timezone.now())
    said = Notice.objects.filter(user__in=[coordinator, signatory], rule__startswith="agreement").exclude(
        rule="agreement-moved"
    )
    assert said
    for notice in said:
        assert reviewed.agency.name in notice.subject
        assert reviewed.agency.name in notice.body


def test_a_late_proposal_keeps_what_was_written(reviewed, coordinator, signatory, agency_finance, client_of):
    url = reverse("portal:agreement-propose", args=[reviewed.reference])
    mine = {"text": "## 1. Purpose\n\nMine, long thought over.", "summary": "Mine"}
    sent = {"seen_sha256": text_hash(reviewed.text)}
    propose_text(actor=coordinator, agreement=reviewed, text="Theirs.", summary="Theirs", **sent)
    page = client_of(signatory).post(url, mine | sent)
    assert page.status_code == 422
    assert "Mine, long thought over." in page.content.decode()
    assert "Yours is not sent: copy it" in page.content.decode()
    assert client_of(signatory).get(url).status_code == 403
    assert client_of(agency_finance).post(url, mine | sent).status_code == 403


@pytest.mark.parametrize("kind", ["mou", "informal"])
def test_what_is_over_is_not_put_in_force(kind, agency, officer):
    draft = draft_agreement(
        actor=officer, agency=agency, title="Old", kind=kind, text="Terms.",
        starts_on=today() - timedelta(days=90), ends_on=today() - timedelta(days=1),
    )  # fmt: skip
    with pytest.raises(Refused, match="It would have ended on"):
        AGREEMENT.apply(draft, "review" if draft.is_formal else "activate", actor=officer)


def test_a_proposal_over_a_text_that_has_changed(reviewed, coordinator):
    with pytest.raises(Stale, match="text has changed"):
        propose_text(actor=coordinator, agreement=reviewed, text="y", summary="x", seen_sha256=text_hash("another"))


@pytest.mark.parametrize(("text", "words"), [(None, "Nothing is changed"), ("  ", "can't be empty")])
def test_a_proposal_that_proposes_nothing(reviewed, coordinator, text, words):
    with pytest.raises(Refused, match=words):
        propose_text(
            actor=coordinator,
            agreement=reviewed,
            text=reviewed.text if text is None else text,
            summary="x",
            seen_sha256=text_hash(reviewed.text),
        )


# -- approvals --------------------------------------------------------------------------------------
def test_what_is_still_needed_holds_the_signing_back(reviewed, coordinator):
    keep_approval(actor=coordinator, agreement=reviewed, kind="counsel", outcome="waiting")
    with pytest.raises(Refused, match="still needs: legal counsel's review"):
        AGREEMENT.apply(reviewed, "accept_terms", actor=coordinator)
    keep_approval(actor=coordinator, agreement=reviewed, kind="counsel", outcome="approved", decided_on=today())
    AGREEMENT.apply(reviewed, "accept_terms", actor=coordinator)
    assert reviewed.status == "signing"


def test_not_needed_here_holds_nothing_back(reviewed, coordinator):
    keep_approval(actor=coordinator, agreement=reviewed, kind="union", outcome="not_needed")
    assert AGREEMENT.can(reviewed, "accept_terms", coordinator)


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"outcome": "approved"}, "on which day"), ({"outcome": "approved", "decided_on": "tomorrow"}, "still to come")],
)
def test_an_approval_needs_its_day(reviewed, coordinator, fields, words):
    if fields.get("decided_on"):
        fields = fields | {"decided_on": today() + timedelta(days=1)}
    with pytest.raises(Refused, match=words):
        keep_approval(actor=coordinator, agreement=reviewed, kind="risk", **fields)


def test_approvals_on_the_page(reviewed, coordinator, officer, client_of):
    url = reverse("portal:agreement-approval", args=[reviewed.reference, "risk"])
    wrong = client_of(coordinator).post(url, {"outcome": "approved", "file_number": "R-7"})
    assert wrong.status_code == 422
    assert "R-7" in wrong.content.decode()
    assert client_of(coordinator).post(url, {"outcome": "approved", "decided_on": today()}).status_code == 302
    desk = client_of(officer).get(reverse("desk:agreement-detail", args=[reviewed.reference])).content.decode()
    assert "Risk and insurance" in desk
    assert client_of(coordinator).get(url.replace("risk", "nothing")).status_code == 404


# -- comparing --------------------------------------------------------------------------------------
def test_a_changed_word_is_shown_in_its_paragraph():
    found = compare_texts("A b c d.\n\nSame.\n\nGone.", "A b x d.\n\nSame.")
    assert [p.kind for p in found] == ["changed", "same", "removed"]
    assert [(p.kind, p.text.strip()) for p in found[0].pieces] == [
        ("same", "A b"), ("removed", "c"), ("added", "x"), ("same", "d."),
    ]  # fmt: skip


@given(st.lists(st.text("abc \n", max_size=30), max_size=6), st.lists(st.text("abc \n", max_size=30), max_size=6))
def test_both_texts_can_be_read_off_a_comparison(old, new):
    before, after = "\n\n".join(old), "\n\n".join(new)
    found = compare_texts(before, after)

    def words(without: str) -> list[str]:
        return "".join(p.text + " " for para in found for p in para.pieces if p.kind != without).split()

    assert words("added") == before.split()
    assert words("removed") == after.split()


def test_comparing_on_the_page(reviewed, coordinator, officer, client_of):
    url = reverse("desk:agreement-compare", args=[reviewed.reference])
    assert client_of(officer).get(url).status_code == 403
    propose_text(
        actor=coordinator, agreement=reviewed, text="## 1. Purpose\n\nThe <b>second</b> text.", summary="x",
        seen_sha256=text_hash(reviewed.text),
    )  # fmt: skip
    page = client_of(officer).get(url).content.decode()
    assert "<del>" in page
    assert "&lt;b&gt;second" in page
    assert client_of(officer).get(url + "?from=1&to=9").status_code == 404
    assert client_of(officer).get(url + "?from=²").status_code == 404


# -- signing on paper -------------------------------------------------------------------------------
def test_scans_of_both_sides_put_it_in_force(signing, coordinator, officer, signatory, director):
    sign_by_scan(paper=signing, actor=coordinator, side="agency", signer=signatory, signed_on=today(), upload=scan())
    signature = sign_by_scan(
        paper=signing, actor=officer, side="inl", signer=director, signed_on=today(), upload=scan()
    )
    signing.refresh_from_db()
    assert signing.status == "active"
    assert signature.scan.content_type == "application/pdf"


def test_one_side_on_paper_the_other_in_the_system(signing, coordinator, signatory, director):
    sign_by_scan(paper=signing, actor=coordinator, side="agency", signer=signatory, signed_on=today(), upload=scan())
    sha256 = signing.versions.last().sha256
    sign_agreement(agreement=signing, actor=director, typed_name=director.name, seen_sha256=sha256)
    signing.refresh_from_db()
    assert signing.status == "active"


@pytest.mark.parametrize(
    ("signer", "on", "words"),
    [
        ("coordinator", 0, "not entitled to sign"),
        ("director", 0, "not entitled to sign"),
        ("signatory", 1, "still to come"),
        ("signatory", -1, "not before"),
    ],
)
def test_what_is_no_signature(signing, coordinator, signatory, signer, on, words, request):
    with pytest.raises(Refused, match=words):
        sign_by_scan(
            paper=signing, actor=coordinator, side="agency", signer=request.getfixturevalue(signer),
            signed_on=today() + timedelta(days=on), upload=scan(),
        )  # fmt: skip
    assert not Signature.objects.exists()


@pytest.mark.parametrize(("who", "side"), [("coordinator", "inl"), ("officer", "agency"), ("traveller", "agency")])
def test_nobody_brings_in_the_other_sides_scan(signing, director, signatory, who, side, request):
    signer = {"inl": director, "agency": signatory}[side]
    with pytest.raises(Refused, match="brought in by"):
        sign_by_scan(
            paper=signing,
            actor=request.getfixturevalue(who),
            side=side,
            signer=signer,
            signed_on=today(),
            upload=scan(),
        )


def test_a_scan_on_the_page(signing, coordinator, signatory, officer, outsider, client_of):
    url = reverse("portal:agreement-scan", args=[signing.reference])
    data = {"signer": signatory.pk, "signed_on": today()}
    picture = client_of(coordinator).post(url, data | {"scan": scan(b"\x89PNG\r\n")})
    assert picture.status_code == 422
    assert "This is not a PDF" in picture.content.decode()
    assert client_of(coordinator).post(url, data | {"scan": scan()}).status_code == 302
    download = reverse("documents:document-download", args=[Signature.objects.get().scan_id])
    for user, code in ((officer, 200), (signatory, 200), (outsider, 404)):
        answer = client_of(user).get(download)
        assert answer.status_code == code
        if answer.streaming:
            list(answer)


# -- templates --------------------------------------------------------------------------------------
def test_a_draft_without_text_begins_with_the_template(agency, officer, client_of):
    load_templates()
    data = {"agency": agency.pk, "kind": "mou", "title": "MOU", "starts_on": today(), "notice_days": 30, "text": ""}
    assert client_of(officer).post(reverse("desk:agreement-add"), data).status_code == 302
    text = Agreement.objects.get().text
    assert agency.name in text
    assert "30 days" in text
    assert "{" not in text


def test_templates_are_loaded_once_and_keep_what_people_changed(db):
    assert load_templates() == 3
    AgreementTemplate.objects.filter(kind="mou").update(text="Ours.")
    assert load_templates() == 0
    assert AgreementTemplate.objects.get(kind="mou").text == "Ours."


def test_what_is_not_known_yet_stays_to_be_filled_in(agency):
    load_templates()
    assert "until __________" in text_from_template(kind="mou", agency=agency, starts_on=today())


# -- as a paper -------------------------------------------------------------------------------------
def pdf_text(answer) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)


def test_the_paper_says_the_text_the_terms_and_the_signatures(signing, signatory, director, outsider, client_of):
    for user in (signatory, director):
        sha256 = signing.versions.last().sha256
        sign_agreement(agreement=signing, actor=user, typed_name=user.name, seen_sha256=sha256)
    url = reverse("portal:agreement-pdf", args=[signing.reference])
    answer = client_of(signatory).get(url)
    text = pdf_text(answer)
    for words in ("1. Purpose", "The first text.", signatory.name, director.name, sha256[:20], "all countries"):
        assert words in text
    assert b"pdfuaid" in PdfReader(io.BytesIO(answer.content)).trailer["/Root"]["/Metadata"].get_object().get_data()
    assert client_of(outsider).get(url).status_code == 404


@pytest.mark.parametrize(
    "text", ["### Deep first", "# A\n\n### C", "- a\n- b\n\n1. c", "#let x = 1\n$y$ \\", "plain", ""]
)
def test_any_text_makes_an_accessible_paper(agency, officer, client_of, text):
    draft = draft_agreement(actor=officer, agency=agency, title="*T* #x", kind="letter", text=text)
    answer = client_of(officer).get(reverse("desk:agreement-pdf", args=[draft.reference]))
    assert answer.status_code == 200
    assert "*T* #x" in pdf_text(answer)


# -- words -------------------------------------------------------------------------------------------
def test_the_agency_reads_plain_words_in_mail_and_on_its_page(coordinator, reviewed, agency_finance, client_of):
    notice = coordinator.notices.get(rule="agreement-moved")
    assert notice.subject == f"MOU ({reviewed.agency}): your turn to read it"
    assert notice.body == f"The agreement {reviewed.reference} with {reviewed.agency} is now: your turn to read it."
    url = reverse("portal:agreement-detail", args=[reviewed.reference])
    page = client_of(coordinator).get(url).content.decode()
    assert "Read the terms, then accept or return them." in page
    assert "The agency reads" not in page
    assert "Waiting for your coordinator or signatory" in client_of(agency_finance).get(url).content.decode()


def test_a_step_that_is_done_or_to_come_is_nobodys_turn(coordinator, reviewed, client_of):
    url = reverse("portal:agreement-detail", args=[reviewed.reference])
    for status, current in (("partner_review", 1), ("inl_review", 0), ("signing", 0), ("active", 0)):
        Agreement.objects.filter(pk=reviewed.pk).update(status=status)
        page = client_of(coordinator).get(url).content.decode()
        steps = page.split('<ol class="slp-steps"')[1].split("</ol>")[0]
        assert steps.count("Your turn to read it") == current
        assert steps.count("Read by the agency") == 1 - current
        assert ("Read by INL" in steps) is (status != "inl_review")


def test_states_are_chosen_by_the_words_of_the_rows(reviewed, coordinator, officer, client_of):
    at_portal = client_of(coordinator).get("/portal/agreements/?status=partner_review").content.decode()
    assert '<option value="partner_review" selected>Your turn to read it</option>' in at_portal
    assert "INL review" not in at_portal
    assert reviewed.title in at_portal
    assert "INL review" in client_of(officer).get("/admin/desk/agreements/").content.decode()


@pytest.mark.parametrize(
    ("kind", "signed"), [("mou", True), ("interagency", True), ("letter", False), ("informal", False)]
)
def test_what_nobody_signs_asks_for_no_approval_before(kind, signed, agency, officer, coordinator, client_of):
    draft = make_agreement(agency, kind=kind, status="draft")
    for reader, door in ((officer, "desk"), (coordinator, "portal")):
        page = client_of(reader).get(reverse(f"{door}:agreement-detail", args=[draft.reference])).content.decode()
        assert ("nobody signs it" in page) is not signed
        assert ('id="approvals"' in page) is signed
