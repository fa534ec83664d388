"""Agreements: drafting, text versions, signing by both sides, renewal; and those known only from publications."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any

from django.db import transaction
from django.db.models import F

from partners.lifecycles import AGREEMENT
from partners.models import Agency, Agreement, AgreementVersion, Expertise
from partners.models.agreement import AgreementStatus
from partners.permissions import (
    can_draft_agreement,
    can_edit_agreement,
    can_record_board,
    can_renew_agreement,
)
from slp.documents.models import Source
from slp.lib.answers import Refused, require
from slp.lib.dates import today
from slp.lib.errors import readable_constraints
from slp.lib.track import because
from slp.places.models import Country


def text_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def draft_agreement(
    *,
    actor,
    agency: Agency,
    title: str,
    kind: str,
    text: str = "",
    countries: Iterable[Country] = (),
    expertise: Iterable[Expertise] = (),
    **fields,
) -> Agreement:
    """A draft, with its text as version 1."""
    require(can_draft_agreement(actor))
    with because(actor, "Drafted"), readable_constraints(Agreement):
        agreement = Agreement.objects.create(
            agency=agency, title=title, kind=kind, text=text, owner=fields.pop("owner", actor), **fields
        )
    agreement.countries.set(countries)
    agreement.expertise.set(expertise)
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
            max_people=agreement.max_people,
            renewal_terms=agreement.renewal_terms,
            agency_contact=agreement.agency_contact,
            activity_kinds=agreement.activity_kinds,
            needs_board_approval=agreement.needs_board_approval,
            supersedes=agreement,
            owner=actor,
        )
        renewal.countries.set(agreement.countries.all())
        renewal.expertise.set(agreement.expertise.all())
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
