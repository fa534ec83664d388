"""Signatures under one exact text: typed in the system, or on paper with the scan brought in."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone

from partners.lifecycles import AGREEMENT, AMENDMENT, people_of, signed_sides
from partners.models import Agreement, AgreementVersion, Amendment, Signature
from partners.models.agreement import SignatureSide
from partners.permissions import (
    amendment_goes_on,
    can_sign_agreement,
    can_sign_amendment,
    can_sign_by_scan,
    signing_side,
)
from slp.accounts.models import StaffRole, User
from slp.documents.models import Document, Slot
from slp.documents.services import keep
from slp.lib.answers import Refused, Stale, no, require
from slp.lib.dates import day_of, show, today
from slp.lib.errors import readable_constraints
from slp.lib.track import because

STATEMENT = {
    SignatureSide.INL: "I sign this {paper} for the Bureau of International Narcotics and Law Enforcement Affairs.",
    SignatureSide.AGENCY: "I am authorized to sign this {paper} for {agency}.",
}
ON_PAPER = "Signed on paper; the scan is kept with the signature."
CHANGED = "The text has changed since you opened it. Nothing was signed. Read the new text first."

Paper = AgreementVersion | Amendment


def statement_for(agreement: Agreement, side: str, *, paper: str = "agreement") -> str:
    """The sentence that a signer of this side agrees to."""
    return STATEMENT[SignatureSide(side)].format(agency=agreement.agency, paper=paper)


def signatures_under(*papers: Paper) -> list[Signature]:
    """All signatures under these papers of one kind, oldest first."""
    if not papers:
        return []
    kind = ContentType.objects.get_for_model(papers[0])
    rows = Signature.objects.filter(content_type=kind, object_id__in=[p.pk for p in papers])
    return list(rows.select_related("signer", "scan"))


@transaction.atomic
def sign_agreement(*, agreement: Agreement, actor, typed_name: str, seen_sha256: str) -> Signature:
    """One side signs exactly the text it was shown; with the second signature the agreement is in force.

    `Stale` when the text has changed since the page was opened.
    """
    agreement, latest = _held_agreement(agreement)
    require(can_sign_agreement(actor, agreement))
    statement = statement_for(agreement, signing_side(actor, agreement) or SignatureSide.INL)
    signature = _sign(latest, actor, signing_side(actor, agreement), typed_name, seen_sha256, statement)
    _complete_agreement(agreement, latest, actor)
    return signature


@transaction.atomic
def sign_amendment(*, amendment: Amendment, actor, typed_name: str, seen_sha256: str) -> Signature:
    """One side signs the amendment as it was shown; with the second signature it is agreed."""
    amendment = _held_amendment(amendment)
    require(can_sign_amendment(actor, amendment))
    side = signing_side(actor, amendment.agreement)
    statement = statement_for(amendment.agreement, side, paper="amendment")
    signature = _sign(amendment, actor, side, typed_name, seen_sha256, statement)
    _complete_amendment(amendment, actor)
    return signature


def signers_of(agreement: Agreement, side: str) -> list[User]:
    """Who can have signed a paper for this side."""
    if side == SignatureSide.INL:
        return list(User.objects.filter(is_active=True, staff_role=StaffRole.DIRECTOR))
    return people_of(agreement.agency, "signatory")


@transaction.atomic
def sign_by_scan(
    *, paper: Agreement | Amendment, actor, side: str, signer: User, signed_on: date, upload: Any
) -> Signature:
    """A paper that was signed by hand: the scan is kept, with who signed it for which side and when.

    Refused where the named person signs for nobody, on a day before the text was ready to be signed or to come, and
    for a file that is no PDF (`ValidationError`).
    """
    if isinstance(paper, Amendment):
        amendment = _held_amendment(paper)
        agreement, text = amendment.agreement, amendment
        ready = amendment.status == "signing"
        require(amendment_goes_on(amendment))
    else:
        amendment = None
        agreement, text = _held_agreement(paper)
        ready = agreement.status == "signing"
    since = (amendment or agreement).status_since
    require(can_sign_by_scan(actor, agreement, side) if ready else no("It is signed when both sides have agreed."))
    if signer.pk not in {user.pk for user in signers_of(agreement, side)}:
        raise Refused(f"{signer} is not entitled to sign for this side.")
    if signed_on > today():
        raise Refused("The day of the signature is still to come.")
    if signed_on < day_of(since):
        raise Refused(f"The text was ready to be signed on {show(day_of(since))}, not before.")
    _not_yet(text, side)
    scan = keep(upload=upload, slot=Slot.SIGNED, actor=actor)
    with because(actor, "Brought in a signed scan"):
        signature = _add(text, signer, side, signer.name, ON_PAPER, at=_at_noon(signed_on), scan=scan)
    if amendment is not None:
        _complete_amendment(amendment, actor)
    else:
        _complete_agreement(agreement, text, actor)
    return signature


# -- parts ------------------------------------------------------------------------------------------
def _held_agreement(agreement: Agreement) -> tuple[Agreement, AgreementVersion]:
    agreement = Agreement.objects.select_for_update(of=("self",)).select_related("agency").get(pk=agreement.pk)
    latest = agreement.versions.last()
    if latest is None:
        raise Refused("There is no text to sign yet.")
    return agreement, latest


def _held_amendment(amendment: Amendment) -> Amendment:
    rows = Amendment.objects.select_for_update(of=("self",)).select_related("agreement__agency")
    return rows.get(pk=amendment.pk)


def _sign(paper: Paper, actor, side: str, typed_name: str, seen_sha256: str, statement: str) -> Signature:
    if paper.sha256 != seen_sha256:
        raise Stale(CHANGED)
    typed = " ".join(typed_name.split())
    if typed.casefold() != " ".join(actor.name.split()).casefold():
        raise Refused(f"Type your name as it stands in your account: {actor.name}.")
    with because(actor, "Signed"):
        return _add(paper, actor, side, typed, statement, at=timezone.now())


def _add(
    paper: Paper, signer: User, side: str, name: str, statement: str, *, at: datetime, scan: Document | None = None
) -> Signature:
    with readable_constraints(Signature):
        return Signature.objects.create(
            paper=paper,
            side=side,
            signer=signer,
            typed_name=name,
            statement=statement,
            sha256=paper.sha256,
            scan=scan,
            signed_at=at,
        )


def _not_yet(paper: Paper, side: str) -> None:
    if side in signed_sides(paper, paper.sha256):
        raise Refused("This side has signed this text already.")


def _at_noon(day: date) -> datetime:
    return min(datetime.combine(day, time(16), UTC), timezone.now())


def _complete_agreement(agreement: Agreement, latest: AgreementVersion, actor) -> None:
    if signed_sides(latest, latest.sha256) == set(SignatureSide.values):
        AGREEMENT.apply(agreement, "complete_signing", actor=actor)


def _complete_amendment(amendment: Amendment, actor) -> None:
    if signed_sides(amendment, amendment.sha256) == set(SignatureSide.values):
        AMENDMENT.apply(amendment, "complete_signing", actor=actor)
