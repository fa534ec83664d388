"""The life of a need."""

from __future__ import annotations

from django.db.models import Count, Q

from engagements.kinds import KINDS
from engagements.lifecycles.people import AUTOMATIC, POST, post_people, staff
from engagements.models import EngagementStatus, Need, NeedStatus
from engagements.models.invitation import ANSWERED_YES, OPEN
from engagements.permissions import need_roles
from partners.lifecycles import OFFICER
from slp.lib.answers import YES, Answer, answer, no
from slp.lib.dates import show, today
from slp.lib.lifecycle import Lifecycle, Move
from slp.reminders.services import tell


def _need_complete(need: Need, user) -> Answer:
    if not need.problem.strip():
        return no("Say what must improve first.")
    if not need.places.strip():
        return no("Say in which city or cities first.")
    if need.starts_on < today():
        return no(f"The earliest start, {show(need.starts_on)}, is in the past. Change the dates first.")
    if KINDS[need.kind].abroad and not need.seats.exists():
        return no("Add at least one seat: whom do you need?")
    return YES


def seats_filled(need: Need) -> tuple[int, int]:
    """How many seats are filled, of how many. A page that shows the seats has read it; a move reads afresh."""
    seats = getattr(need, "_prefetched_objects_cache", {}).get("seats")
    if seats is not None and all(hasattr(seat, "is_filled") for seat in seats):
        return sum(seat.is_filled for seat in seats), len(seats)
    count = need.seats.with_filled().aggregate(total=Count("pk"), filled=Count("pk", filter=Q(is_filled=True)))
    return count["filled"], count["total"]


def _all_filled(need: Need, user) -> Answer:
    filled, total = seats_filled(need)
    return answer(filled >= total > 0 or not total, f"{filled} of {total} seats are filled.")


def _some_filled(need: Need, user) -> Answer:
    filled, total = seats_filled(need)
    if filled >= total:
        return no("All seats are filled.")
    return answer(filled, "No seat is filled yet.")


def _opened(need: Need) -> set[str]:
    """The states of the need's engagements, as the page has read them; a move reads afresh."""
    known = getattr(need, "_prefetched_objects_cache", {}).get("engagements")
    return set(need.engagements.values_list("status", flat=True)) if known is None else {e.status for e in known}


def is_opened(need: Need) -> bool:
    """Has an engagement been opened for it that was not cancelled?"""
    return bool(_opened(need) - {EngagementStatus.CANCELLED})


def _nothing_opened(need: Need, user) -> Answer:
    return answer(not is_opened(need), "An engagement is already open for this need.")


def _no_longer_asked(need: Need, actor, reason: str) -> None:
    """Agencies that were asked are told; when the need itself ends, people who were offered are released."""
    open_ones = list(OPEN)
    words = "All seats are filled. Thank you."
    if need.status != NeedStatus.STAFFED:
        open_ones += ANSWERED_YES
        words = f"The need is {need.status_in_words}."
    for invitation in need.invitations.filter(status__in=open_ones):
        invitation.lifecycle.apply(invitation, "withdraw", actor=None, reason=words)


def _search_is_over(need: Need, actor, reason: str) -> None:
    _no_longer_asked(need, actor, reason)
    _tell_post_of_need(need, actor, reason)


def _delivered(need: Need, user) -> Answer:
    done = _opened(need) & {EngagementStatus.COMPLETED, EngagementStatus.CLOSED}
    return answer(done, "The engagement that meets this need is not completed yet.")


def _tell_desk_of_need(need: Need, actor, reason: str) -> None:
    tell(
        users=staff("officer"),
        rule="need-submitted",
        key=f"need-submitted:{need.reference}:{need.version}",
        subject=f"{need.country} needs: {need.title}",
        body=f"{need.country} has submitted {need.reference}: {need.title}.\n\nValidate it or return it.",
        about=need.reference,
        path=f"/admin/desk/needs/{need.reference}/",
        why="You are a programme officer.",
    )


def _tell_post_of_need(need: Need, actor, reason: str) -> None:
    """The post, and whoever registered it: an officer may have done so at the desk, and reads it there."""
    about = {
        "rule": "need-moved",
        "key": f"need-moved:{need.reference}:{need.status}:{need.version}",
        "subject": f"{need.title}: {need.status_in_words}",
        "body": f"Your need {need.reference} is now: {need.status_in_words}."
        + (f"\n\nINL/KM says: {reason}" if reason else ""),
        "about": need.reference,
        "why": "You registered this need or work at the post.",
    }
    at_desk = [need.author] if need.author.staff_role else []
    at_post = post_people(need.country) + ([] if at_desk else [need.author])
    tell(users=at_post, path=f"/post/needs/{need.reference}/", **about)
    tell(users=at_desk, path=f"/admin/desk/needs/{need.reference}/", **about)


NEED = Lifecycle(
    name="need",
    model="engagements.Need",
    states=NeedStatus,
    initial=NeedStatus.DRAFT,
    roles=need_roles,
    tones={
        "submitted": "warn",
        "returned": "warn",
        "validated": "info",
        "staffed": "info",
        "fulfilled": "good",
        "unmet": "bad",
    },
    plain={"submitted": "With INL/KM", "returned": "Back with you", "validated": "INL/KM looks for people"},
    as_step={"submitted": "Received by INL/KM", "validated": "Validated"},
    moves=(
        Move(
            "submit", "Submit to INL/KM", ("draft", "returned"), "submitted", POST | OFFICER, _need_complete,
            _tell_desk_of_need, explains="INL/KM reads it and answers. You are told by mail.",
        ),
        Move("validate", "Validate", ("submitted",), "validated", OFFICER, effect=_tell_post_of_need),
        Move(
            "return", "Return to the post", ("submitted",), "returned", OFFICER, effect=_tell_post_of_need,
            reason_required=True, explains="The post can change it and submit it again.",
        ),
        Move(
            "staff", "Mark as staffed", ("validated",), "staffed", OFFICER, _all_filled, _search_is_over,
            explains="Every seat has a person. The engagement can be opened.",
        ),
        Move(
            "staff_partly", "Go with the seats that are filled", ("validated",), "staffed", OFFICER, _some_filled,
            _search_is_over, reason_required=True, explains="The seats that nobody fills stay empty.",
        ),
        Move(
            "reopen", "Look for people again", ("staffed",), "validated", OFFICER, _nothing_opened,
            _tell_post_of_need, reason_required=True, explains="Agencies can be invited again.",
        ),
        Move("fulfil", "Mark as fulfilled", ("staffed",), "fulfilled", OFFICER | AUTOMATIC, _delivered),
        Move(
            "withdraw", "Withdraw", ("draft", "submitted", "returned", "validated"), "withdrawn", POST,
            effect=_no_longer_asked, reason_required=True, danger=True,
            explains="INL/KM stops looking. The record stays.",
        ),
        Move(
            "mark_unmet", "Mark as unmet", ("submitted", "validated"), "unmet", OFFICER, effect=_search_is_over,
            reason_required=True, danger=True, explains="Unmet needs are counted: they show what to recruit.",
        ),
    ),
)  # fmt: skip
