"""While an agreement is negotiated: comments, the agency's proposals and own approvals, comparing texts."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.db.models import F

from partners.lifecycles import AGREEMENT, inl_of, people_of, titled
from partners.models import Agreement, AgreementApproval, AgreementComment, ApprovalKind, SignatureSide
from partners.permissions import can_comment, can_keep_approvals, can_propose_text, comment_side
from partners.services.agreements import keep_version, text_hash
from slp.lib.answers import Refused, Stale, require
from slp.lib.dates import today
from slp.lib.errors import readable_constraints
from slp.lib.track import because
from slp.reminders.services import tell


@transaction.atomic
def comment_on_agreement(*, actor, agreement: Agreement, text: str) -> AgreementComment:
    """One side says something about the text as it stands; the other side is told."""
    require(can_comment(actor, agreement))
    text = text.strip()
    if not text:
        raise Refused("Write something first.")
    side = comment_side(actor, agreement)
    latest = agreement.versions.last()
    with because(actor, "Commented"):
        comment = AgreementComment.objects.create(
            agreement=agreement,
            version_number=latest.number if latest else None,
            side=side,
            author=actor,
            text=text,
        )
    _tell_other_side(agreement, side, actor, comment)
    return comment


def _tell_other_side(agreement: Agreement, side: str, actor, comment: AgreementComment) -> None:
    if side == SignatureSide.INL:
        users, door, why = (
            people_of(agreement.agency, "coordinator", "signatory"),
            "/portal",
            "You negotiate for the agency.",
        )
    else:
        users = inl_of(agreement)
        door, why = "/admin/desk", "You negotiate this agreement for INL."
    tell(
        users=users,
        rule="agreement-comment",
        key=f"agreement-comment:{comment.pk}",
        subject=f"{titled(agreement)}: {actor} has commented",
        body=f"{actor} writes about {agreement.reference}, the agreement with {agreement.agency}:\n\n{comment.text}",
        about=agreement.reference,
        path=f"{door}/agreements/{agreement.reference}/",
        why=why,
    )


@transaction.atomic
def propose_text(*, actor, agreement: Agreement, text: str, summary: str, seen_sha256: str) -> Agreement:
    """The agency rewrites the text: the next version is theirs, and it is INL/KM's turn again.

    `Stale` when the text has changed since the page was opened.
    """
    agreement = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    require(can_propose_text(actor, agreement))
    if text_hash(agreement.text) != seen_sha256:
        raise Stale("The text has changed since you opened it. Copy your wording, go back and look at the new text.")
    if not text.strip():
        raise Refused("A text can't be empty. To say no to all of it, return it with your reason.")
    if text_hash(text) == seen_sha256:
        raise Refused("Nothing is changed. Accept the terms, or change what you don't agree with.")
    with because(actor, "Proposed changes", summary):
        Agreement.objects.filter(pk=agreement.pk).update(text=text, version=F("version") + 1)
    agreement.refresh_from_db()
    keep_version(agreement=agreement, actor=actor, summary=f"Proposed by {agreement.agency}: {summary}")
    return AGREEMENT.apply(agreement, "propose", actor=actor, reason=summary)


@transaction.atomic
def keep_approval(
    *,
    actor,
    agreement: Agreement,
    kind: str,
    outcome: str,
    decided_on: date | None = None,
    file_number: str = "",
    note: str = "",
) -> AgreementApproval:
    """What the agency needs of its own: still needed, done on a day, or not needed here."""
    require(can_keep_approvals(actor, agreement))
    if outcome == "approved" and decided_on is None:
        raise Refused("Say on which day it was done.")
    if decided_on and decided_on > today():
        raise Refused("That day is still to come. Record it when it is done.")
    values = {
        "outcome": outcome,
        "decided_on": decided_on if outcome == "approved" else None,
        "file_number": file_number,
        "note": note,
    }
    Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    label = ApprovalKind(kind).label
    with because(actor, f"{label}: {outcome.replace('_', ' ')}"), readable_constraints(AgreementApproval):
        known = agreement.approvals.filter(kind=kind)
        if known.update(**values, version=F("version") + 1):
            return known.get()
        return AgreementApproval.objects.create(agreement=agreement, kind=kind, **values)


# -- comparing two texts ----------------------------------------------------------------------------
@dataclass(frozen=True)
class Piece:
    """A run of words: `kind` is "same", "added" or "removed"."""

    kind: str
    text: str


@dataclass(frozen=True)
class Paragraph:
    """One paragraph of a comparison: `kind` is "same", "added", "removed" or "changed" (then in `pieces`)."""

    kind: str
    pieces: list[Piece] = field(default_factory=list)


def compare_texts(before: str, after: str) -> list[Paragraph]:
    """Two texts paragraph by paragraph; of a changed paragraph, word by word."""
    old, new = _paragraphs(before), _paragraphs(after)
    found: list[Paragraph] = []
    for tag, i, j, k, m in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found += [Paragraph("same", [Piece("same", text)]) for text in old[i:j]]
            continue
        pairs = min(j - i, m - k)
        found += [_changed(a, b) for a, b in zip(old[i : i + pairs], new[k : k + pairs], strict=True)]
        found += [Paragraph("removed", [Piece("removed", text)]) for text in old[i + pairs : j]]
        found += [Paragraph("added", [Piece("added", text)]) for text in new[k + pairs : m]]
    return found


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if part.strip()]


def _changed(before: str, after: str) -> Paragraph:
    """Word by word; two paragraphs that have little in common are one that went and one that came."""
    old, new = re.findall(r"\S+\s*", before), re.findall(r"\S+\s*", after)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < 0.3:
        return Paragraph("changed", [Piece("removed", before), Piece("added", after)])
    pieces = []
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(old[i:j])))
            continue
        if j > i:
            pieces.append(Piece("removed", "".join(old[i:j])))
        if m > k:
            pieces.append(Piece("added", "".join(new[k:m])))
    return Paragraph("changed", pieces)
