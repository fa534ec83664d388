"""Who is told when a paper that both sides sign has moved: the side that did not move it."""

from __future__ import annotations

from partners.lifecycles.people import directors, inl_of, people_of
from partners.models import Agreement, Amendment
from slp.reminders.services import tell

PROPOSED = "Proposed changes: "  # begins the reason of a return that brings the agency's own wording
HAS_DONE = {"draft": "has sent it back", "signing": "agrees to the text: both sides sign now"}


def tell_partner(paper: Agreement | Amendment, actor, reason: str) -> None:
    agreement, name, called = _of(paper)
    _tell(
        paper,
        "/portal",
        reason,
        users=people_of(agreement.agency, "coordinator", "signatory"),
        subject=f"{name}: {paper.status_in_words}",
        body=f"{called} is now: {paper.status_in_words}.",
        why="You are a coordinator or signatory of the agency.",
    )


def tell_inl(paper: Agreement | Amendment, actor, reason: str) -> None:
    agreement, name, called = _of(paper)
    done, signs = HAS_DONE[paper.status], paper.status == "signing"
    done = "proposes another text" if reason.startswith(PROPOSED) else done
    _tell(
        paper,
        "/admin/desk",
        reason,
        users=[*inl_of(agreement), *(directors() if signs else ())],
        subject=f"{name}: {agreement.agency} {done}",
        body=f"{called}: {actor} of {agreement.agency} {done}.",
        why="You negotiate this agreement for INL, or sign it.",
    )


def tell_other_side(paper: Agreement | Amendment, actor, reason: str) -> None:
    (tell_partner if actor.is_staff else tell_inl)(paper, actor, reason)


def _of(paper: Agreement | Amendment) -> tuple[Agreement, str, str]:
    """The agreement, what the paper is called, and the same with its reference."""
    if isinstance(paper, Agreement):
        return paper, paper.title, f"The agreement {paper.reference}"
    agreement = paper.agreement
    called = f"Amendment {paper.number} of {agreement.reference} ({paper.summary})"
    return agreement, f"Amendment to {agreement.title}", called


def _tell(paper: Agreement | Amendment, door: str, reason: str, *, body: str, **mail) -> None:
    page = f"{paper._meta.model_name}s"
    tell(
        rule="agreement-moved",
        key=f"{paper._meta.model_name}-moved:{paper.reference}:{paper.status}:{paper.version}",
        body=body + (f"\n\nReason: {reason}" if reason else ""),
        about=paper.reference,
        path=f"{door}/{page}/{paper.reference}/",
        **mail,
    )
