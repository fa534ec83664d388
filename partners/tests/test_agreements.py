"""The life of an agreement: drafted, reviewed, signed by both sides, renewed; and what its pages refuse."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

from partners.lifecycles import AGREEMENT
from partners.models import Agreement
from partners.services.agreements import (
    draft_agreement,
    record_board_decision,
    renew_agreement,
)
from partners.services.signing import sign_agreement
from slp.lib.answers import Refused, Stale
from slp.lib.dates import today

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(agency, officer) -> Agreement:
    return draft_agreement(
        actor=officer,
        agency=agency,
        title="MOU",
        kind="mou",
        text="The terms.",
        starts_on=today() - timedelta(days=1),
        ends_on=today() + timedelta(days=900),
    )


@pytest.fixture
def signing(draft, officer, coordinator, signatory) -> Agreement:
    for verb, actor in (("review", officer), ("send_partner", officer), ("accept_terms", coordinator)):
        AGREEMENT.apply(draft, verb, actor=actor)
    return draft


def sign(agreement, user, sha256=""):
    return sign_agreement(
        agreement=agreement,
        actor=user,
        typed_name=user.name,
        seen_sha256=sha256 or agreement.versions.last().sha256,
    )


def test_both_signatures_put_it_in_force(signing, signatory, director):
    sign(signing, signatory)
    signing.refresh_from_db()
    assert signing.status == "signing"
    signature = sign(signing, director)
    signing.refresh_from_db()
    assert signing.status == "active"
    assert signature.sha256 == signing.versions.last().sha256
    assert signature.side == "inl"


def test_a_side_signs_once(signing, signatory):
    sign(signing, signatory)
    with pytest.raises(Refused, match="already signed"):
        sign(signing, signatory)


@pytest.mark.parametrize("who", ["coordinator", "officer", "finance", "outsider", "traveller"])
def test_only_director_and_signatory_sign(signing, who, request):
    with pytest.raises(Refused, match="director and the agency's signatory"):
        sign(signing, request.getfixturevalue(who))


def test_nobody_signs_a_text_they_have_not_seen(signing, signatory):
    with pytest.raises(Stale, match="text has changed"):
        sign(signing, signatory, sha256="0" * 64)


def test_the_typed_name_is_the_signers_own(signing, signatory):
    with pytest.raises(Refused, match="Type your name"):
        sign_agreement(
            agreement=signing,
            actor=signatory,
            typed_name="Somebody Else",
            seen_sha256=signing.versions.last().sha256,
        )


def test_a_changed_text_needs_new_signatures(signing, signatory, director, officer, client_of):
    sign(signing, signatory)
    AGREEMENT.apply(Agreement.objects.get(pk=signing.pk), "return_draft", actor=officer, reason="A clause is missing.")
    answer = client_of(officer).post(
        reverse("desk:agreement-edit", args=[signing.reference]),
        {
            "kind": "mou", "title": "MOU", "starts_on": signing.starts_on, "ends_on": signing.ends_on,
            "text": "The terms, and one more.", "what_changed": "One more clause", "seen_version": 0,
        } | {"seen_version": Agreement.objects.get(pk=signing.pk).version},
    )  # fmt: skip
    assert answer.status_code == 302
    signing.refresh_from_db()
    assert [v.number for v in signing.versions.all()] == [1, 2]
    assert signing.versions.last().summary == "One more clause"
    for verb, actor in (("review", officer), ("send_partner", officer)):
        AGREEMENT.apply(signing, verb, actor=actor)
    AGREEMENT.apply(signing, "accept_terms", actor=signatory)
    sign(signing, director)
    signing.refresh_from_db()
    assert signing.status == "signing", "the agency has signed an earlier text only"


def test_a_board_decides_before_signing(draft, officer, coordinator):
    Agreement.objects.filter(pk=draft.pk).update(needs_board_approval=True)
    draft.refresh_from_db()
    for verb, actor in (("review", officer), ("send_partner", officer), ("send_board", coordinator)):
        AGREEMENT.apply(draft, verb, actor=actor)
    with pytest.raises(Refused, match="still to come"):
        record_board_decision(
            actor=coordinator, agreement=draft, board_body="Council", board_on=date(2999, 1, 1), board_resolution="R-1"
        )
    record_board_decision(
        actor=coordinator, agreement=draft, board_body="Council", board_on=today(), board_resolution="R-1"
    )
    assert draft.status == "signing"


def test_the_page_of_an_agreement_before_the_board_leads_to_its_decision(draft, officer, coordinator, client_of):
    Agreement.objects.filter(pk=draft.pk).update(needs_board_approval=True)
    draft.refresh_from_db()
    for verb, actor in (("review", officer), ("send_partner", officer), ("send_board", coordinator)):
        AGREEMENT.apply(draft, verb, actor=actor)
    client = client_of(coordinator)
    url = reverse("portal:agreement-board", args=[draft.reference])
    assert f'href="{url}"' in client.get(reverse("portal:agreement-detail", args=[draft.reference])).content.decode()
    typed = {"board_body": "City Council", "board_on": "2026-01-05", "board_resolution": ""}
    refused = client.post(url, typed | {"board_on": str(today() + timedelta(days=3)), "board_resolution": "R-7"})
    assert refused.status_code == 422
    assert "City Council" in refused.content.decode()
    client.post(url, typed | {"board_on": str(today()), "board_resolution": "R-7"})
    draft.refresh_from_db()
    assert (draft.status, draft.board_body) == ("signing", "City Council")


def test_a_renewal_supersedes_the_old_one(signing, signatory, director, officer, coordinator):
    sign(signing, signatory)
    sign(signing, director)
    signing.refresh_from_db()
    renewal = renew_agreement(
        actor=officer, agreement=signing, starts_on=today(), ends_on=today() + timedelta(days=1500)
    )
    with pytest.raises(Refused, match="drafted already"):
        renew_agreement(actor=officer, agreement=signing, starts_on=today(), ends_on=None)
    for verb, actor in (("review", officer), ("send_partner", officer), ("accept_terms", coordinator)):
        AGREEMENT.apply(renewal, verb, actor=actor)
    sign(renewal, signatory)
    sign(renewal, director)
    signing.refresh_from_db()
    assert signing.status == "superseded"


def test_the_agency_cannot_edit_and_outsiders_see_nothing(signing, coordinator, outsider, client_of):
    detail = reverse("portal:agreement-detail", args=[signing.reference])
    assert client_of(coordinator).get(detail).status_code == 200
    assert client_of(outsider).get(detail).status_code == 404
    assert client_of(coordinator).get(reverse("desk:agreement-edit", args=[signing.reference])).status_code == 403


def test_signing_on_the_page(signing, signatory, client_of):
    url = reverse("portal:agreement-sign", args=[signing.reference])
    client = client_of(signatory)
    assert signing.versions.last().sha256 in client.get(url).content.decode()
    data = {"typed_name": "X", "agree": "on", "seen_sha256": signing.versions.last().sha256}
    wrong = client.post(url, data)
    assert wrong.status_code == 422
    assert "Type your name as it stands" in wrong.content.decode()
    assert client.post(url, data | {"typed_name": signatory.name}).status_code == 302
    assert client.get(url).status_code == 403, "the side has signed"


def test_an_overlap_is_said_at_the_field(signing, signatory, director, officer, agency, client_of):
    sign(signing, signatory)
    sign(signing, director)
    answer = client_of(officer).post(
        reverse("desk:agreement-add"),
        {"agency": agency.pk, "kind": "mou", "title": "Another", "starts_on": today(), "text": "x"},
    )
    assert answer.status_code == 422
    assert f"{signing.reference} is in force on some of these days" in answer.content.decode()
