"""Agreements: drafting, text versions, signing by both sides, renewal; and those known only from publications."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from partners.lifecycles import AGREEMENT, signed_sides
from partners.models import Agency, Agreement, AgreementVersion, Signature
from partners.models.agreement import AgreementStatus, SignatureSide
from partners.permissions import (
    can_draft_agreement,
    can_edit_agreement,
    can_record_board,
    can_renew_agreement,
    can_sign_agreement,
    signing_side,
)
from slp.documents.models import Source
from slp.lib.answers import Refused, Stale, require
from slp.lib.dates import today
from slp.lib.errors import readable_constraints
from slp.lib.track import because
from slp.places.models import Country

STATEMENT = {
    SignatureSide.INL: "I sign this agreement for the Bureau of International Narcotics and Law Enforcement Affairs.",
    SignatureSide.AGENCY: "I am authorized to sign this agreement for {agency}.",
}


def text_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def statement_for(agreement: Agreement, side: str) -> str:
    """The sentence that a signer of this side agrees to."""
    return STATEMENT[SignatureSide(side)].format(agency=agreement.agency)


@transaction.atomic
def draft_agreement(
    *, actor, agency: Agency, title: str, kind: str, text: str = "", countries: Iterable[Country] = (), **fields
) -> Agreement:
    """A draft, with its text as version 1."""
    require(can_draft_agreement(actor))
    with because(actor, "Drafted"), readable_constraints(Agreement):
        agreement = Agreement.objects.create(
            agency=agency, title=title, kind=kind, text=text, owner=fields.pop("owner", actor), **fields
        )
    agreement.countries.set(countries)
    keep_version(agreement=agreement, actor=actor, summary="First draft")
    return agreement


def keep_version(*, agreement: Agreement, actor, summary: str = "") -> AgreementVersion | None:
    """Keep the text as a numbered version if it differs from the last one. The caller holds the transaction."""
    Agreement.objects.select_for_update().get(pk=agreement.pk)
    last = agreement.versions.last()
    digest = text_hash(agreement.text)
    if not agreement.text.strip() or (last is not None and last.sha256 == digest):
        return last
    return AgreementVersion.objects.create(
        agreement=agreement,
        number=last.number + 1 if last else 1,
        summary=summary[:200],
        text=agreement.text,
        sha256=digest,
        author=actor,
    )


@transaction.atomic
def edit_agreement(*, form: Any, actor, summary: str = "") -> Agreement:
    """Save a checked edit form of a draft; a changed text becomes the next version."""
    before = Agreement.objects.get(pk=form.instance.pk)
    require(can_edit_agreement(actor, before))
    with because(actor, "Edited", summary), readable_constraints(Agreement):
        agreement = form.save_changes()
    keep_version(agreement=agreement, actor=actor, summary=summary)
    return agreement


@transaction.atomic
def record_board_decision(
    *, actor, agreement: Agreement, board_body: str, board_on: date, board_resolution: str
) -> Agreement:
    """What the agency's governing board decided; the agreement goes to signing."""
    require(can_record_board(actor, agreement))
    if board_on > today():
        raise Refused("The board's meeting is still to come. Record its decision afterwards.")
    with because(actor, "Recorded the board's decision"):
        Agreement.objects.filter(pk=agreement.pk).update(
            board_body=board_body, board_on=board_on, board_resolution=board_resolution, version=F("version") + 1
        )
    agreement.refresh_from_db()
    return AGREEMENT.apply(agreement, "board_approved", actor=actor)


@transaction.atomic
def sign_agreement(*, agreement: Agreement, actor, typed_name: str, seen_sha256: str) -> Signature:
    """One side signs exactly the text it was shown; with the second signature the agreement is in force.

    `Stale` when the text has changed since the page was opened.
    """
    agreement = Agreement.objects.select_for_update(of=("self",)).select_related("agency").get(pk=agreement.pk)
    require(can_sign_agreement(actor, agreement))
    latest = agreement.versions.last()
    if latest is None:
        raise Refused("There is no text to sign yet.")
    if latest.sha256 != seen_sha256:
        raise Stale("The text has changed since you opened it. Nothing was signed. Read the new text first.")
    if " ".join(typed_name.split()).casefold() != " ".join(actor.name.split()).casefold():
        raise Refused(f"Type your name as it stands in your account: {actor.name}.")
    side = signing_side(actor, agreement)
    with because(actor, "Signed"), readable_constraints(Signature):
        signature = Signature.objects.create(
            content_type=ContentType.objects.get_for_model(latest),
            object_id=latest.pk,
            side=side,
            signer=actor,
            typed_name=" ".join(typed_name.split()),
            statement=statement_for(agreement, side),
            sha256=latest.sha256,
            signed_at=timezone.now(),
        )
    if signed_sides(latest, latest.sha256) == set(SignatureSide.values):
        AGREEMENT.apply(agreement, "complete_signing", actor=actor)
    return signature


def signatures_of(agreement: Agreement) -> list[Signature]:
    """All signatures under any version of the text, oldest first."""
    kind = ContentType.objects.get_for_model(AgreementVersion)
    rows = Signature.objects.filter(content_type=kind, object_id__in=agreement.versions.values("pk"))
    return list(rows.select_related("signer"))


@transaction.atomic
def renew_agreement(*, actor, agreement: Agreement, starts_on: date, ends_on: date | None) -> Agreement:
    """A draft on the old one's terms. When it comes into force it supersedes the old one."""
    require(can_renew_agreement(actor, agreement))
    if agreement.starts_on and starts_on <= agreement.starts_on:
        raise Refused("A renewal starts after the agreement that it renews.")
    with because(actor, "Drafted as a renewal"), readable_constraints(Agreement):
        renewal = Agreement.objects.create(
            agency=agreement.agency,
            kind=agreement.kind,
            title=agreement.title,
            text=agreement.text,
            starts_on=starts_on,
            ends_on=ends_on,
            notice_days=agreement.notice_days,
            activity_kinds=agreement.activity_kinds,
            needs_board_approval=agreement.needs_board_approval,
            supersedes=agreement,
            owner=actor,
        )
        renewal.countries.set(agreement.countries.all())
    keep_version(agreement=renewal, actor=actor, summary=f"Renewal of {agreement.reference}")
    return renewal


@transaction.atomic
def record_published_agreement(
    *,
    agency: Agency,
    title: str,
    kind: str,
    source: Source,
    starts_on: date,
    date_precision: str,
    reason: str,
    **fields,
) -> Agreement:
    """An agreement known from a publication only. Its present state is not published, so it is not in force here.

    The system records it (no person decides anything), as expired and with the reason in its history.
    """
    with because(None, "Recorded from a publication", reason), readable_constraints(Agreement):
        return Agreement.objects.create(
            agency=agency,
            title=title,
            kind=kind,
            status=AgreementStatus.EXPIRED,
            status_since=datetime.combine(starts_on, time(12), UTC),
            starts_on=starts_on,
            date_precision=date_precision,
            source=source,
            **fields,
        )
