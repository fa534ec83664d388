"""What the sweep finds in this app: reminders of what is due.

Each rule yields at most one rung per record and person: the latest that has passed. So after an outage nobody gets
the mails that were missed, but the one that is true now; and since the keys hold the date that the rungs hang on, a
moved date, a new arrival or a new check-in begins anew. A rule asks a constant number of queries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce

from deployments.models import CheckIn, Claim, Clearance, Deployment, SupportEntry, SupportKind
from deployments.services.payments import PAYMENT_DAYS, pay_by
from deployments.services.support import RSO_AFTER, TRAVELLER_AFTER
from engagements.lifecycles import staff
from engagements.reminders import speakers
from slp.accounts.models import User
from slp.lib.dates import add_working_days, at_post, day_of, end_of, show
from slp.lib.money import usd
from slp.places.models import PostAssignment
from slp.reminders.rules import Due, rule

CLEARANCE_RUNGS = (-7, 0, 1)  # days after the due date; 1 is overdue
BRIEFING_RUNGS = (2, 5)  # days after arrival
REVIEW_RUNGS = (5, 10, 20)  # working days that a claim waits
PAYMENT_RUNGS = (-7, 0, 1)
WAITING_FOR_REVIEW = ("submitted", "in_review")
WAITING_FOR_MONEY = ("approved", "certified")


def latest(rungs: Iterable[int], days: int) -> int | None:
    """The latest rung that has passed after so many days."""
    return max((rung for rung in rungs if rung <= days), default=None)


def at_posts(posts: Iterable[int], role: str) -> dict[int, list[User]]:
    """The active people in a role, by post. One query."""
    rows = PostAssignment.objects.filter(post__in=set(posts), role=role, is_active=True, user__is_active=True)
    people: dict[int, list[User]] = defaultdict(list)
    for assignment in rows.select_related("user"):
        people[assignment.post_id].append(assignment.user)
    return people


# -- before travel ----------------------------------------------------------------------------------
@rule(
    "clearance-due",
    "Something that is needed before travel is due in a week, due today or overdue.",
    roles={"traveller", "coordinator"},
)
def clearance_due(now: datetime) -> Iterator[Due]:
    """One mail per traveller and due date, to the traveller and the coordinator, however many things are missing."""
    day = day_of(now)
    rows = (
        Clearance.objects.filter(
            status__in=["not_started", "refused"],
            deployment__status="preparing",
            due_on__lte=day - timedelta(days=CLEARANCE_RUNGS[0]),
        )
        .select_related("requirement", "deployment__expert__user", "deployment__country")
        .order_by("requirement__order")
    )
    missing: dict[tuple[Deployment, date], list[str]] = defaultdict(list)
    for clearance in rows:
        missing[clearance.deployment, clearance.due_on].append(clearance.requirement.name)
    people = speakers((d.agency_id for d, _ in missing), "coordinator")
    for (deployment, due_on), names in missing.items():
        rung = latest(CLEARANCE_RUNGS, (day - due_on).days)
        own = deployment.expert.user
        readers = {u.pk: u for u in [*people.get(deployment.agency_id, ()), *([own] if own else [])]}
        for user in readers.values():
            yield _clearance_due(deployment, due_on, rung, names, user, day)


def _clearance_due(deployment: Deployment, due_on: date, rung: int, names: list[str], user: User, day: date) -> Due:
    words = {-7: f"due on {show(due_on)}", 0: "due today"}.get(rung, f"overdue since {show(due_on)}")
    if rung == -7 and due_on < day:
        words = f"overdue since {show(due_on)}"
    things = names[0] if len(names) == 1 else f"{len(names)} things"
    return Due(
        key=f"clearance-due:{deployment.reference}:{due_on}:{rung:+d}:{user.pk}",
        user=user,
        email=user.email,
        subject=f"Before {deployment.country}: {things} {words}",
        body=f"{deployment.expert} travels to {deployment.country} on {show(deployment.starts_on)}.\n\n"
        f"Still missing, {words}:\n" + "\n".join(f"- {name}" for name in names),
        about=deployment.reference,
        path=f"/portal/deployments/{deployment.reference}/",
        why="You travel." if deployment.expert.user_id == user.pk else "You coordinate the agency of this traveller.",
    )


# -- in country -------------------------------------------------------------------------------------
@rule(
    "not-briefed", "Somebody is in country and has not had the RSO's arrival briefing.", can_be_off=False, roles={"rso"}
)
def not_briefed(now: datetime) -> Iterator[Due]:
    briefings = SupportEntry.objects.filter(deployments=OuterRef("pk"), kind=SupportKind.ARRIVAL_BRIEFING)
    rows = list(
        Deployment.objects.filter(~Exists(briefings), status="in_country", arrived_at__lte=now - timedelta(days=2))
        .select_related("expert", "country__post", "agency")
    )  # fmt: skip
    people = at_posts((d.country.post_id for d in rows), "rso")
    for deployment in rows:
        rung = latest(BRIEFING_RUNGS, (now - deployment.arrived_at).days)
        for user in people.get(deployment.country.post_id, ()):
            yield Due(
                key=f"not-briefed:{deployment.reference}:{deployment.arrived_at:%Y-%m-%d}:{rung}:{user.pk}",
                user=user,
                email=user.email,
                subject=f"Not briefed yet: {deployment.expert}",
                body=f"{deployment.expert} ({deployment.agency}) has been in {deployment.country} since "
                f"{at_post(deployment.arrived_at, deployment.country.post.time_zone)} and has not had the arrival "
                f"briefing.\nPhone: {deployment.phone_in_country or 'not known'}",
                about=deployment.reference,
                path=f"/post/support/add/?for={deployment.reference}&kind=arrival_briefing",
                why="You are the Regional Security Officer of this post.",
            )


@rule(
    "no-check-in", "A traveller in country has not checked in for days.", can_be_off=False, roles={"traveller", "rso"}
)
def no_check_in(now: datetime) -> Iterator[Due]:
    """First the traveller is asked, then the RSO is told. A new check-in begins anew."""
    last = CheckIn.objects.filter(deployment=OuterRef("pk")).order_by("-at").values("at")[:1]
    rows = list(
        Deployment.objects.filter(status="in_country")
        .annotate(heard_at=Coalesce(Subquery(last), "arrived_at"))
        .filter(heard_at__lte=now - timedelta(days=TRAVELLER_AFTER))
        .select_related("expert__user", "country__post", "agency")
    )
    people = at_posts((d.country.post_id for d in rows), "rso")
    for deployment in rows:
        days = (now - deployment.heard_at).days
        if days < RSO_AFTER:
            own = deployment.expert.user
            if own and own.is_active:
                yield _ask_traveller(deployment, days, own)
            continue
        for user in people.get(deployment.country.post_id, ()):
            yield _tell_rso(deployment, days, user)


def _ask_traveller(deployment: Deployment, days: int, user: User) -> Due:
    return Due(
        key=f"no-check-in:{deployment.reference}:{deployment.heard_at:%Y-%m-%dT%H%M}:{TRAVELLER_AFTER}:{user.pk}",
        user=user,
        email=user.email,
        subject="Are you well? Please check in",
        body=f"You have not checked in for {days} days. One tap is enough. After {RSO_AFTER} days the Regional "
        "Security Officer is told.",
        about=deployment.reference,
        path=f"/portal/deployments/{deployment.reference}/check-in/",
        why="You are abroad for the program.",
    )


def _tell_rso(deployment: Deployment, days: int, user: User) -> Due:
    return Due(
        key=f"no-check-in:{deployment.reference}:{deployment.heard_at:%Y-%m-%dT%H%M}:{RSO_AFTER}:{user.pk}",
        user=user,
        email=user.email,
        subject=f"No check-in for {days} days: {deployment.expert}",
        body=f"{deployment.expert} ({deployment.agency}), {deployment.city or deployment.country}, was last heard of "
        f"on {at_post(deployment.heard_at, deployment.country.post.time_zone)}.\n"
        f"Lodging: {deployment.lodging or 'not known'}\nPhone: {deployment.phone_in_country or 'not known'}",
        about=deployment.reference,
        path=f"/post/deployments/{deployment.reference}/",
        why="You are the Regional Security Officer of this post.",
    )


# -- claims -----------------------------------------------------------------------------------------
def working_days_between(start: date, end: date) -> int:
    """How many working days have passed since `start`, capped at the highest rung."""
    passed = 0
    for rung in REVIEW_RUNGS:
        if add_working_days(start, rung) < end:
            passed = rung
    return passed


@rule("claim-waiting", "A claim has waited for its review for more than five working days.", roles={"officer"})
def claim_waiting(now: datetime) -> Iterator[Due]:
    day = day_of(now)
    rows = Claim.objects.filter(status__in=WAITING_FOR_REVIEW, submitted_at__lt=now - timedelta(days=5))
    officers: list[User] | None = None
    for claim in rows.select_related("agency", "engagement").with_totals():
        since = day_of(claim.submitted_at)
        rung = working_days_between(since, day)
        if not rung:
            continue
        officers = staff("officer") if officers is None else officers
        for user in officers:
            yield Due(
                key=f"claim-waiting:{claim.reference}:{since}:{rung}:{user.pk}",
                user=user,
                email=user.email,
                subject=f"Claim {claim.reference} has waited more than {rung} working days",
                body=f"{claim.agency} claims {usd(claim.claimed_usd)} for {claim.engagement.title}. It was submitted "
                f"on {show(since)}. Payment is due within {PAYMENT_DAYS} days of a proper claim (41 CFR 301-52.7).",
                about=claim.reference,
                path=f"/admin/desk/claims/{claim.reference}/",
                why="You are a programme officer.",
            )


@rule(
    "claim-unpaid",
    "An approved claim is near or past the 30 days of prompt payment.",
    can_be_off=False,
    roles={"finance"},
)
def claim_unpaid(now: datetime) -> Iterator[Due]:
    day = day_of(now)
    first = day - timedelta(days=PAYMENT_DAYS + PAYMENT_RUNGS[0])
    rows = Claim.objects.filter(status__in=WAITING_FOR_MONEY, submitted_at__lt=end_of(first))
    finance: list[User] | None = None
    for claim in rows.select_related("agency", "engagement").with_totals():
        last = pay_by(claim)
        rung = latest(PAYMENT_RUNGS, (day - last).days)
        if rung is None:
            continue
        finance = staff("finance") if finance is None else finance
        late = "Interest runs from day 31 (41 CFR 301-52.10)." if rung > 0 else ""
        for user in finance:
            yield Due(
                key=f"claim-unpaid:{claim.reference}:{last}:{rung:+d}:{user.pk}",
                user=user,
                email=user.email,
                subject=f"Pay by {show(last)}: claim {claim.reference}",
                body=f"{claim.reference} of {claim.agency}, {usd(claim.allowed_usd)} allowed, is "
                f"{claim.get_status_display().lower()} and not paid. {late}",
                about=claim.reference,
                path=f"/admin/desk/claims/{claim.reference}/",
                why="You are a finance officer.",
            )
