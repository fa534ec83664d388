"""What the sweep finds in this app: reminders of what is due, and chores that time does by itself.

Each rule yields at most one rung per record and person: the latest that has passed. So after an outage nobody gets
the three mails that were missed, but the one that is true now; and since the keys hold the date that the rungs hang
on, a moved date begins anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from engagements.lifecycles import INVITATION, addendum_digest, staff
from engagements.models import Addendum, EngagementStatus, FinalReport, Invitation, InvitationStatus
from engagements.models.report import OWED
from engagements.services.answer_links import answer_path
from partners.models import Membership
from partners.models.agreement import SignatureSide
from slp.accounts.models import User
from slp.lib.answers import Refused
from slp.lib.dates import at_post, day_of, show
from slp.reminders.rules import Due, chore, link_of, rule

REPORT_RUNGS = (-7, -1, 0, 1, 7, 14, 30)  # days after the due date
ESCALATION = 30
FORGET_AFTER = 120  # days; by then it is the director's
SIGN_AFTER = timedelta(days=3)
BEFORE_REPLY = timedelta(days=2)
COORDINATOR_WHY = "You coordinate your agency's partnership."


def speakers(agencies: Iterable[int], role: str) -> dict[int, list[User]]:
    """The active people in a role, by agency. One query."""
    rows = Membership.objects.filter(
        agency__in=set(agencies), role=role, is_active=True, user__is_active=True
    ).select_related("user")
    people: dict[int, list[User]] = {}
    for membership in rows:
        people.setdefault(membership.agency_id, []).append(membership.user)
    return people


# -- invitations -----------------------------------------------------------------------------------
@link_of("invitation-sent")
@link_of("invitation-changed")
@link_of("invitation-reply")
def invitation_link(notice) -> str:
    """The coordinator's own link, which takes a "not this time" without signing in."""
    invitation = Invitation.objects.filter(reference=notice.about).first()
    return answer_path(invitation, notice.user) if invitation and notice.user else notice.path


@rule(
    "invitation-reply",
    "A request for help waits for your answer: half way, and two days before the end.",
    roles={"coordinator"},
)
def invitation_reply(now: datetime) -> Iterator[Due]:
    rows = list(
        Invitation.objects.filter(status=InvitationStatus.SENT, reply_by__gt=now, sent_at__lte=now).select_related(
            "need__country", "agency"
        )
    )
    people = speakers((row.agency_id for row in rows), "coordinator")
    for invitation in rows:
        rung = _reply_rung(invitation, now)
        if rung is None:
            continue
        until = at_post(invitation.reply_by, invitation.agency.time_zone)
        for user in people.get(invitation.agency_id, ()):
            yield Due(
                key=f"invitation-reply:{invitation.reference}:{invitation.reply_by:%Y-%m-%dT%H%M}:{rung}:{user.pk}",
                user=user,
                email=user.email,
                subject=f"Please answer by {until}: {invitation.need.title}",
                body=f"INL asked {invitation.agency} for help in {invitation.need.country}. You can answer until "
                f"{until}.\n\nA “not this time” takes one tap, needs no reason and costs you nothing.",
                about=invitation.reference,
                path=f"/portal/invitations/{invitation.reference}/",
                why=COORDINATOR_WHY,
            )


def _reply_rung(invitation: Invitation, now: datetime) -> str | None:
    """The latest rung that has passed. A short deadline has only one: two days before would be before half way."""
    half = invitation.sent_at + (invitation.reply_by - invitation.sent_at) / 2
    if now < half:
        return None
    last = invitation.reply_by - BEFORE_REPLY
    return "2d" if half < last <= now else "half"


@chore("invitation-lapse", "A request that nobody answered in time lapses. That is not a decline.")
def invitation_lapse(now: datetime) -> int:
    lapsed = 0
    rows = Invitation.objects.filter(status=InvitationStatus.SENT, reply_by__lte=now)
    for invitation in rows.select_related("need", "agency", "sender")[:500]:
        try:
            INVITATION.apply(invitation, "lapse", actor=None)
        except Refused:
            continue  # answered, or given more time, in this very moment
        lapsed += 1
    return lapsed


# -- final reports ---------------------------------------------------------------------------------
def _owed(now: datetime) -> list[tuple[FinalReport, int, date]]:
    """Reports that are owed, with the latest rung that has passed since they stand as they stand."""
    day = day_of(now)
    rows = FinalReport.objects.filter(
        status__in=OWED,
        due_on__range=(day - timedelta(days=FORGET_AFTER), day - timedelta(days=REPORT_RUNGS[0])),
    ).select_related("agency", "engagement__country", "engagement__owner")
    found = []
    for report in rows:
        since = day_of(report.status_since)
        dates = [(n, report.due_on + timedelta(days=n)) for n in REPORT_RUNGS]
        passed = [n for n, on in dates if on <= day and (on >= since or n == ESCALATION)]
        if passed:
            found.append((report, max(passed), day))
    return found


def _report_words(report: FinalReport, day: date) -> str:
    days = (report.due_on - day).days
    if days > 0:
        return f"is due in {days} day{'s' if days != 1 else ''}, on {show(report.due_on)}"
    if days == 0:
        return "is due today"
    return f"was due on {show(report.due_on)}, {-days} day{'s' if days != -1 else ''} ago"


@rule("report-due", "A final report is due soon or overdue.", roles={"coordinator"})
def report_due(now: datetime) -> Iterator[Due]:
    rows = _owed(now)
    people = speakers((report.agency_id for report, _, _ in rows), "coordinator")
    for report, rung, day in rows:
        words = _report_words(report, day)
        for user in people.get(report.agency_id, ()):
            yield Due(
                key=f"report-due:{report.reference}:{report.due_on}:{rung:+d}:{user.pk}",
                user=user,
                email=user.email,
                subject=f"The final report {words}",
                body=f"The final report on {report.engagement.title} {words}.\n\nYou can save it as you go. If you "
                "need more time, ask for it on the same page.",
                about=report.reference,
                path=f"/portal/reports/{report.reference}/",
                why=COORDINATOR_WHY,
            )


@rule("report-escalated", "A final report is thirty days overdue.", can_be_off=False, roles={"director"})
def report_escalated(now: datetime) -> Iterator[Due]:
    rows = [(report, day) for report, rung, day in _owed(now) if rung == ESCALATION]
    directors = staff("director") if rows else []
    for report, day in rows:
        words = _report_words(report, day)
        for user in directors:
            yield Due(
                key=f"report-escalated:{report.reference}:{report.due_on}:{ESCALATION:+d}:{user.pk}",
                user=user,
                email=user.email,
                subject=f"Final report overdue: {report.agency}",
                body=f"The final report of {report.agency} on {report.engagement.title} {words}.\n\nYou can speak to "
                "the agency, grant more time, or waive the report with a reason.",
                about=report.reference,
                path=f"/admin/desk/reports/{report.reference}/",
                why="You direct the program.",
            )


# -- addenda ---------------------------------------------------------------------------------------
@rule("addendum-waits", "An addendum has waited for your signature for three days.", roles={"signatory", "officer"})
def addendum_waits(now: datetime) -> Iterator[Due]:
    rows = list(
        Addendum.objects.filter(
            engagement__status=EngagementStatus.ADDENDUM, engagement__status_since__lte=now - SIGN_AFTER
        )
        .select_related("agency", "engagement__owner")
        .prefetch_related("costs", "signatures")
    )
    signers = speakers((row.agency_id for row in rows), "signatory")
    for addendum in rows:
        for user, path, why in _who_signs(addendum, signers):
            yield _sign_please(addendum, user, path, why)


def _who_signs(addendum: Addendum, signers: dict[int, list[User]]) -> list[tuple[User, str, str]]:
    digest = addendum_digest(addendum)
    signed = {s.side for s in addendum.signatures.all() if s.sha256 == digest}
    wanted = []
    owner = addendum.engagement.owner
    if SignatureSide.INL not in signed and owner and owner.is_active:
        wanted.append((owner, f"/admin/desk/addenda/{addendum.pk}/", "You look after this engagement."))
    if SignatureSide.AGENCY not in signed:
        people = signers.get(addendum.agency_id, ())
        wanted += [(user, f"/portal/addenda/{addendum.pk}/", "You sign for your agency.") for user in people]
    return wanted


def _sign_please(addendum: Addendum, user: User, path: str, why: str) -> Due:
    engagement = addendum.engagement
    due = day_of(engagement.status_since + SIGN_AFTER)
    return Due(
        key=f"addendum-waits:{engagement.reference}:{addendum.pk}:{due}:3d:{user.pk}",
        user=user,
        email=user.email,
        subject=f"Waiting for your signature: {engagement.title}",
        body=f"The addendum with {addendum.agency} for {engagement.title} waits for your signature. Nobody can get "
        "ready to travel before both sides have signed.",
        about=engagement.reference,
        path=path,
        why=why,
    )
