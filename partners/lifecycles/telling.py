"""Who is told when a paper that both sides sign has moved.

The side that did not move it; when the last signature puts it in force, both sides. Never the person who did it.
"""

from __future__ import annotations

from partners.lifecycles.people import directors, inl_of, people_of
from partners.models import Agreement, Amendment
from partners.models.agency import AgencyStatus
from slp.accounts.models import User
from slp.reminders.services import tell

HAS_DONE = {"draft": "has sent it back", "signing": "agrees to the text: both sides sign now"}
NO_PARTNER_YET = {
    AgencyStatus.PROSPECT: "is still a prospect: open talks on its page, then make it a partner.",
    AgencyStatus.IN_TALKS: "is still in talks: make it a partner on its page.",
}


def titled(agreement: Agreement) -> str:
    """Its title for mails to the agency, some of whose people speak for several."""
    title, agency = agreement.title, str(agreement.agency)
    return title if agency in title else f"{title} ({agency})"


def tell_partner(paper: Agreement | Amendment, actor, reason: str) -> None:
    agreement = _agreement(paper)
    _tell(
        paper,
        "/portal",
        people_of(agreement.agency, "coordinator", "signatory"),
        actor,
        subject=f"{_of(paper)}{titled(agreement)}: {paper.status_in_words}",
        body=f"{_called(paper)} with {agreement.agency} is now: {paper.status_in_words}.{_because(reason)}",
        why="You are a coordinator or signatory of the agency.",
    )


def tell_inl(paper: Agreement | Amendment, actor, reason: str) -> None:
    done = HAS_DONE[paper.status]
    _tell_inl_that(paper, actor, done, f"{done}.{_because(reason)}", signs=paper.status == "signing")


def tell_of_proposal(agreement: Agreement, actor, reason: str) -> None:
    _tell_inl_that(agreement, actor, "proposes another text", f"proposes another text.\n\nWhat is changed: {reason}")


def tell_other_side(paper: Agreement | Amendment, actor, reason: str) -> None:
    (tell_partner if actor.is_staff else tell_inl)(paper, actor, reason)


def tell_inl_only(paper: Agreement | Amendment, actor, reason: str) -> None:
    """What INL does with a text before the agency reads it is not told to the agency, nor why."""
    if not actor.is_staff:
        tell_inl(paper, actor, reason)


def tell_both(paper: Agreement | Amendment, actor, reason: str) -> None:
    """Of what both have signed, each side is told: nobody else knows that the other one's signature was the last."""
    tell_partner(paper, actor, reason)
    agreement = _agreement(paper)
    agency, words = agreement.agency, paper.status_in_words
    in_force = isinstance(paper, Agreement) and not paper.begins_later
    no_partner = NO_PARTNER_YET.get(agency.status, "") if in_force else ""
    _tell(
        paper,
        "/admin/desk",
        [*inl_of(agreement), *directors()],
        actor,
        subject=f"{_of(paper)}{titled(agreement)}: {words}",
        body=f"{_called(paper)} with {agency} is now: {words}." + (f"\n\n{agency} {no_partner}" if no_partner else ""),
        why="You negotiate this agreement for INL, or sign it.",
    )


def _tell_inl_that(paper: Agreement | Amendment, actor, done: str, said: str, *, signs: bool = False) -> None:
    agreement = _agreement(paper)
    _tell(
        paper,
        "/admin/desk",
        [*inl_of(agreement), *(directors() if signs else ())],
        actor,
        subject=f"{_of(paper)}{agreement.title}: {agreement.agency} {done}",
        body=f"{_called(paper)}: {actor} of {agreement.agency} {said}",
        why="You negotiate this agreement for INL, or sign it.",
    )


def _agreement(paper: Agreement | Amendment) -> Agreement:
    return paper.agreement if isinstance(paper, Amendment) else paper


def _of(paper: Agreement | Amendment) -> str:
    """What stands before the agreement's title, when a mail is about another paper."""
    return "Amendment to " if isinstance(paper, Amendment) else ""


def _called(paper: Agreement | Amendment) -> str:
    if isinstance(paper, Amendment):
        return f"Amendment {paper.number} of {paper.agreement.reference} ({paper.summary})"
    return f"The agreement {paper.reference}"


def _because(reason: str) -> str:
    return f"\n\nReason: {reason}" if reason else ""


def _tell(paper: Agreement | Amendment, door: str, users: list[User], actor, **mail) -> None:
    kind = paper._meta.model_name
    tell(
        users=[user for user in users if user != actor],
        rule="agreement-moved",
        key=f"{kind}-moved:{paper.reference}:{paper.status}:{paper.version}",
        about=paper.reference,
        path=f"{door}/{kind}s/{paper.reference}/",
        **mail,
    )
