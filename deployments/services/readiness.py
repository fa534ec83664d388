"""Who is ready: the list of what must be true before travel, and each person's state of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, timedelta

from django.db import transaction
from django.db.models import F, Q

from deployments.lifecycles import CLEARANCE, DEPLOYMENT, last_day_needed, readiness
from deployments.models import ACTIVE, Clearance, ClearanceStatus, Deployment, DeploymentStatus, Requirement
from deployments.permissions import can_hand_in
from deployments.requirements import BOUND_TO_DATES, CATALOGUE, COUNTRY_CLEARANCE, EMERGENCY_CONTACT
from slp.documents.models import Slot
from slp.documents.services import keep
from slp.lib.answers import Refused, Stale, require
from slp.lib.dates import add_working_days, show, today
from slp.lib.track import because

LONG_STAY = 90  # days abroad in 12 months from which FACT is asked (13 FAM 301.4-2)
OPEN = (ClearanceStatus.NOT_STARTED, ClearanceStatus.SUBMITTED, ClearanceStatus.REFUSED)
HELD = (ClearanceStatus.CLEARED, ClearanceStatus.WAIVED)


def load_requirements(*, actor=None) -> int:
    """Write the catalogue. Rules that an administrator has changed stay as they are. Returns how many are new."""
    known = set(Requirement.objects.values_list("code", "valid_from"))
    fresh = []
    for order, rule in enumerate(CATALOGUE, start=1):
        if (rule.code, rule.valid_from) not in known:
            fields = asdict(rule) | {"waivable_by": list(rule.waivable_by)}
            fresh.append(Requirement(order=order * 10, **fields))
    with because(actor, "Requirements loaded"):
        Requirement.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


# -- which rules apply ------------------------------------------------------------------------------
def year_later(day: date) -> date:
    """The same day of the next year; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 3, 1)


def year_earlier(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return date(day.year - 1, 3, 1)


def most_days_in_a_year(trip: tuple[date, date], others: Iterable[tuple[date, date]]) -> int:
    """The most days abroad in any 12 months that touch the trip; days of travel count.

    The fullest window begins where a journey begins or ends where one ends, so only those are looked at.
    """
    journeys = [trip, *others]
    starts = {first for first, _ in journeys} | {year_earlier(last) + timedelta(days=1) for _, last in journeys}
    most = 0
    for start in starts:
        end = year_later(start) - timedelta(days=1)
        if start > trip[1] or end < trip[0]:
            continue
        days = sum(max(0, (min(last, end) - max(first, start)).days + 1) for first, last in journeys)
        most = max(most, days)
    return most


def days_abroad(deployment: Deployment) -> int:
    """Days abroad in the fullest 12 months around this journey, the person's other journeys included."""
    first, last = deployment.starts_on, deployment.ends_on
    near = Deployment.objects.filter(
        expert=deployment.expert_id,
        status__in=ACTIVE,
        starts_on__lte=year_later(last),
        ends_on__gte=year_earlier(first),
    ).exclude(pk=deployment.pk)
    return most_days_in_a_year((first, last), near.values_list("starts_on", "ends_on"))


def applicable(deployment: Deployment) -> list[Requirement]:
    """The rules in force when the journey begins that ask something of this person."""
    scope = Requirement.Scope.FROM_90_DAYS if days_abroad(deployment) >= LONG_STAY else Requirement.Scope.UNDER_90_DAYS
    rules = Requirement.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=deployment.starts_on),
        Q(countries=None) | Q(countries=deployment.country_id),
        Q(activity_kinds=[]) | Q(activity_kinds__contains=[deployment.engagement.kind]),
        set=deployment.engagement.rules.requirements,
        scope__in=[Requirement.Scope.ALWAYS, scope],
        valid_from__lte=deployment.starts_on,
    )
    newest: dict[str, Requirement] = {}
    for rule in rules.distinct().order_by("valid_from"):
        newest[rule.code] = rule
    return sorted(newest.values(), key=lambda rule: (rule.order, rule.code))


def due_dates(deployment: Deployment, rules: Iterable[Requirement]) -> dict[int, date]:
    """When each is due: so many of the post's working days before the journey, and not before today.

    For somebody who is abroad already, what a longer stay asks again is due now, not before they left.
    """
    post = deployment.country.post
    closures = set(post.closures.filter(on__lt=deployment.starts_on).values_list("on", flat=True))
    abroad = deployment.status == DeploymentStatus.IN_COUNTRY
    earliest = today() if abroad else min(today(), deployment.starts_on)
    due = {}
    for rule in rules:
        lead = rule.lead_days
        if rule.code == COUNTRY_CLEARANCE and post.clearance_lead_days is not None:
            lead = post.clearance_lead_days
        day = add_working_days(deployment.starts_on, -lead, week=post.working_week, closures=closures)
        due[rule.pk] = max(day, earliest)
    return due


# -- the list ---------------------------------------------------------------------------------------
def list_requirements(*, deployment: Deployment) -> list[Clearance]:
    """Write what this journey asks: add what is missing, move due dates, drop what no longer applies.

    What was cleared or waived stays, even when the rule does not apply any more. May run twice.
    """
    with transaction.atomic():
        rules = applicable(deployment)
        due = due_dates(deployment, rules)
        listed = {c.requirement_id: c for c in deployment.clearances.select_for_update(of=("self",))}
        gone = [c.pk for key, c in listed.items() if key not in due and c.status in OPEN]
        Clearance.objects.filter(pk__in=gone).delete()
        for key, clearance in listed.items():
            if key not in due or clearance.status not in OPEN:
                continue
            # What was late stays late, unless the new dates leave time for it.
            day = due[key] if due[key] > today() else min(due[key], clearance.due_on)
            if clearance.due_on != day:
                Clearance.objects.filter(pk=clearance.pk).update(due_on=day, version=F("version") + 1)
        Clearance.objects.bulk_create(
            Clearance(deployment=deployment, requirement=rule, due_on=due[rule.pk])
            for rule in rules
            if rule.pk not in listed
        )
    return list(deployment.clearances.select_related("requirement"))


def list_where_missing() -> int:
    """Give a list to everybody who prepares without one, as where the catalogue was loaded late. Returns how many."""
    rows = Deployment.objects.filter(status=DeploymentStatus.PREPARING, clearances=None)
    waiting = list(rows.select_related("engagement", "country__post"))
    with because(None, "Requirements listed"):
        for deployment in waiting:
            list_requirements(deployment=deployment)
    return len(waiting)


def review_readiness(*, deployment: Deployment, actor, was: tuple[date, date]) -> None:
    """After the dates have changed: list again, open again what does not hold, and take "ready" back if need be."""
    if deployment.status not in (DeploymentStatus.PREPARING, DeploymentStatus.READY, DeploymentStatus.IN_COUNTRY):
        return
    list_requirements(deployment=deployment)
    earlier_or_later = deployment.starts_on < was[0] or deployment.ends_on > was[1]
    for clearance in deployment.clearances.filter(status__in=HELD).select_related("requirement", "deployment"):
        needed = last_day_needed(clearance)
        bound = clearance.requirement.code in BOUND_TO_DATES and earlier_or_later
        if bound or not clearance.holds_on(needed):
            why = (
                "The dates of the journey have changed."
                if bound
                else f"Valid until {show(clearance.valid_until)}; it must now hold until {show(needed)}."
            )
            CLEARANCE.apply(clearance, "reopen", actor=None, reason=why)
    deployment.refresh_from_db(fields=["status", "version"])
    still = readiness(deployment)
    if deployment.status == DeploymentStatus.READY and not still:
        DEPLOYMENT.apply(deployment, "reopen", actor=None, reason=f"The dates have changed. {still.reason}")


# -- one item ---------------------------------------------------------------------------------------
def needs_date(requirement: Requirement) -> bool:
    """Must somebody say until when this holds?"""
    return requirement.validity_months is not None or requirement.valid_days_after > 0


def hand_in_clearance(
    *, clearance: Clearance, actor, upload=None, note: str = "", valid_until: date | None = None
) -> Clearance:
    """The traveller or the coordinator hands something in: a paper, a reference, or just word that it is done."""
    require(can_hand_in(actor, clearance))
    requirement = clearance.requirement
    if requirement.needs_evidence and upload is None and clearance.evidence_id is None:
        raise Refused(f"{requirement.name}: add a photo or a scan.")
    _refuse_short(clearance, valid_until)
    with transaction.atomic():
        fields = {"evidence_note": note.strip()[:200], "valid_until": valid_until}
        if upload is not None:
            fields["evidence"] = keep(upload=upload, slot=Slot.EVIDENCE, actor=actor)
        return CLEARANCE.apply(clearance, "submit", actor=actor, fields=fields)


def save_emergency_contact(*, deployment: Deployment, name: str, phone: str, actor) -> None:
    """Keep whom to call on the person's own record, so that the next journey knows it."""
    from partners.models import Expert

    with because(actor, "Gave an emergency contact"):
        Expert.objects.filter(pk=deployment.expert_id).update(
            emergency_name=name.strip(), emergency_phone=phone.strip(), version=F("version") + 1
        )


def _refuse_short(clearance: Clearance, valid_until: date | None) -> None:
    needed = last_day_needed(clearance)
    if valid_until is not None and valid_until < needed:
        beyond = clearance.requirement.valid_days_after
        more = f", {beyond} days after the return" if beyond else ", the last day of travel"
        raise Refused(
            f"{clearance.requirement.name} is valid until {show(valid_until)}; it must hold until "
            f"{show(needed)}{more}. Renew it, or change the journey."
        )


def default_validity(clearance: Clearance) -> date | None:
    """The date that the form offers: what was handed in, or the journey's end where it is bound to its dates."""
    if clearance.valid_until:
        return clearance.valid_until
    if clearance.requirement.code in BOUND_TO_DATES:
        return last_day_needed(clearance)
    return None


def clear_clearance(*, clearance: Clearance, actor, valid_until: date | None = None, note: str = "") -> Clearance:
    """Say that a requirement is met, and until when. Refused if it does not reach the last day of travel."""
    valid_until = valid_until or default_validity(clearance)
    if needs_date(clearance.requirement) and valid_until is None:
        raise Refused(f"Say until when {clearance.requirement.name} is valid.")
    require(CLEARANCE.can(clearance, "clear", actor))
    _refuse_short(clearance, valid_until)
    fields = {"valid_until": valid_until}
    if note.strip():
        fields["evidence_note"] = note.strip()[:200]
    return CLEARANCE.apply(clearance, "clear", actor=actor, fields=fields)


def waive_clearance(*, clearance: Clearance, actor, reason: str) -> Clearance:
    """Let the traveller go without it: the director or the RSO, by name, with the reason."""
    reason = reason.strip()
    if not reason:
        raise Refused("Say why it is waived. Your name and reason are kept.")
    return CLEARANCE.apply(
        clearance, "waive", actor=actor, reason=reason, fields={"reason": reason[:300], "valid_until": None}
    )


def refuse_clearance(*, clearance: Clearance, actor, reason: str) -> Clearance:
    """Send it back with what is wrong; the traveller can hand it in again."""
    return CLEARANCE.apply(clearance, "refuse", actor=actor, reason=reason)


def reopen_clearance(*, clearance: Clearance, actor, reason: str) -> Clearance:
    """Ask for it again. Whoever was ready is not ready any more (the lifecycle sees to that)."""
    return CLEARANCE.apply(clearance, "reopen", actor=actor, reason=reason)


def clear_for_team(*, clearances: Iterable[Clearance], actor, valid_until: date | None = None, note: str = "") -> int:
    """Clear the same requirement for several people at once; all or nothing. Returns how many.

    A date that a person has handed in goes before the common one.
    """
    count = 0
    with transaction.atomic():
        for clearance in clearances:
            until = clearance.valid_until if clearance.status == ClearanceStatus.SUBMITTED else None
            try:
                clear_clearance(clearance=clearance, actor=actor, valid_until=until or valid_until, note=note)
            except Stale:
                raise
            except Refused as refusal:
                raise Refused(f"{clearance.deployment.expert}: {refusal.reason}") from refusal
            count += 1
    return count


def missing(clearances: Iterable[Clearance]) -> list[Clearance]:
    """What is still open, in order of deadline."""
    return sorted((c for c in clearances if c.status in OPEN), key=lambda c: (c.due_on, c.requirement.order))


def mark_ready(*, deployment: Deployment, actor) -> Deployment:
    """The officer says that this person may go; the table asks whether every requirement holds."""
    return DEPLOYMENT.apply(deployment, "ready", actor=actor)


def is_emergency_contact(clearance: Clearance) -> bool:
    return clearance.requirement.code == EMERGENCY_CONTACT
