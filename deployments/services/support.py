"""The embassy looks after the team: support log, check-ins, incidents."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from deployments.models import CheckIn, Deployment, Incident, SupportEntry
from deployments.permissions import can_check_in, can_edit_support, can_log_kind, can_report_incident
from deployments.services.travel import country_of
from engagements.lifecycles import post_people, staff
from engagements.models import Engagement
from partners.lifecycles import people_of
from slp.lib.answers import Refused, require
from slp.lib.errors import readable_constraints
from slp.lib.track import because
from slp.places.models import Country
from slp.reminders.services import tell

TRAVELLER_AFTER, RSO_AFTER = 3, 5  # days without a check-in, until one is asked for, until it is told
CLOCK_SKEW = timedelta(minutes=15)  # a phone's clock is never quite right


def _refuse_future(moment: datetime) -> None:
    if moment > timezone.now() + CLOCK_SKEW:
        raise Refused("This lies in the future. Check the date and the time.")


def log_support(
    *,
    engagement: Engagement,
    kind: str,
    actor,
    happened_at: datetime | None = None,
    deployments: Collection[Deployment] = (),
    note: str = "",
    client_id: uuid.UUID | None = None,
) -> tuple[SupportEntry, bool]:
    """Log one thing that the post did for a team. Returns the entry, and whether it is new.

    `client_id` is made on the phone: the same entry sent again, hours later, adds nothing.
    """
    country = country_of(engagement)
    require(can_log_kind(actor, kind, country))
    if client_id is not None and (known := _already(client_id, actor)):
        return known, False
    _refuse_future(happened_at or timezone.now())
    if any(d.engagement_id != engagement.pk for d in deployments):
        raise Refused("One of these travellers belongs to another engagement. Choose again.")
    entry = SupportEntry(
        client_id=client_id or uuid.uuid4(),
        country=country,
        engagement=engagement,
        kind=kind,
        happened_at=happened_at or timezone.now(),
        note=note.strip(),
        author=actor,
    )
    try:
        with transaction.atomic(), because(actor, "Logged support"):
            entry.save(force_insert=True)
            entry.deployments.set(deployments)
    except IntegrityError:  # the phone has sent it twice at once, and the other one was faster
        known = _already(entry.client_id, actor)
        if known is None:
            raise
        return known, False
    return entry, True


def _already(client_id: uuid.UUID, actor) -> SupportEntry | None:
    entry = SupportEntry.objects.filter(client_id=client_id).first()
    if entry is not None and entry.author_id != actor.pk:
        raise Refused("Somebody else has logged an entry with this number. Start a new one.")
    return entry


def edit_support(*, entry: SupportEntry, actor, note: str, happened_at: datetime) -> SupportEntry:
    """Correct one's own entry; what it was before stays in the history."""
    require(can_edit_support(actor, entry))
    _refuse_future(happened_at)
    with because(actor, "Corrected an entry"):
        SupportEntry.objects.filter(pk=entry.pk).update(note=note.strip(), happened_at=happened_at)
    entry.refresh_from_db()
    return entry


def check_in(
    *,
    deployment: Deployment,
    actor,
    is_safe: bool = True,
    place: str = "",
    note: str = "",
    method: str = CheckIn.Method.SELF,
    at: datetime | None = None,
) -> CheckIn:
    """A traveller is well, or is not: then the RSO and the desk are told at once."""
    require(can_check_in(actor, deployment))
    at = at or timezone.now()
    _refuse_future(at)
    mine = deployment.expert.user_id == actor.pk
    if not mine and method == CheckIn.Method.SELF:
        method = CheckIn.Method.PHONE
    with transaction.atomic(), because(actor, "Checked in"):
        row = CheckIn.objects.create(
            deployment=deployment,
            at=at,
            method=CheckIn.Method.SELF if mine else method,
            is_safe=is_safe,
            place=place.strip(),
            note=note.strip(),
            author=actor,
        )
        if not is_safe:
            _tell_not_safe(row)
    return row


def _tell_not_safe(row: CheckIn) -> None:
    deployment = row.deployment
    about = {
        "rule": "not-safe",
        "key": f"not-safe:{row.pk}",
        "subject": f"{deployment.expert} is not safe: {row.place or deployment.city or deployment.country}",
        "body": f"{deployment.expert} ({deployment.agency}) has checked in as NOT safe.\n"
        f"Place: {row.place or 'not said'}\nPhone: {deployment.phone_in_country or 'not known'}\n\n{row.note}",
        "about": deployment.reference,
        "why": "You look after travellers in this country.",
    }
    at_post = post_people(deployment.country, "rso", "post_officer")
    tell(users=at_post, path=f"/post/deployments/{deployment.reference}/", **about)
    tell(users=staff("officer"), path=f"/admin/desk/deployments/{deployment.reference}/", **about)


def report_incident(
    *,
    country: Country,
    severity: int,
    summary: str,
    actor,
    deployment: Deployment | None = None,
    happened_at: datetime | None = None,
    place: str = "",
    action_taken: str = "",
) -> Incident:
    """Record something that touched a traveller's safety, and tell those who must know."""
    require(can_report_incident(actor, country))
    happened_at = happened_at or timezone.now()
    _refuse_future(happened_at)
    if deployment is not None and deployment.country_id != country.pk:
        raise Refused(f"{deployment.expert} is not in {country}.")
    incident = Incident(
        country=country,
        deployment=deployment,
        severity=severity,
        happened_at=happened_at,
        place=place.strip(),
        summary=summary.strip(),
        action_taken=action_taken.strip(),
        author=actor,
    )
    with transaction.atomic(), because(actor, "Recorded an incident"), readable_constraints(Incident):
        incident.save(force_insert=True)
        _tell_incident(incident)
    return incident


def _tell_incident(incident: Incident) -> None:
    """The text stays in SLP: a mail about an incident says only that there is one."""
    who = incident.deployment.expert if incident.deployment else "no named traveller"
    subject = f"{incident.get_severity_display()} incident in {incident.country}"
    common = {
        "rule": "incident",
        "key": f"incident:{incident.reference}",
        "subject": subject,
        "body": f"{incident.reference}, concerning {who}. Read it in SLP.",
        "about": incident.reference,
    }
    at_post = post_people(incident.country, "rso", "post_officer")
    tell(users=at_post, path=f"/post/incidents/{incident.reference}/", why="You serve this country.", **common)
    desk = staff("officer", "director") if incident.severity >= Incident.Severity.SERIOUS else staff("officer")
    tell(users=desk, path=f"/admin/desk/incidents/{incident.reference}/", why="You work at the desk.", **common)
    if incident.deployment and incident.severity >= Incident.Severity.SERIOUS:
        tell(
            users=people_of(incident.deployment.agency, "coordinator"),
            rule="incident",
            key=f"incident-agency:{incident.reference}",
            subject=f"{who}: please call INL",
            body=f"Something has happened in {incident.country} that concerns {who}. INL tells you more by phone.\n\n"
            + _whom_to_call(incident.deployment),
            about=incident.deployment.reference,
            path=f"/portal/deployments/{incident.deployment.reference}/",
            why="You coordinate the agency of this traveller.",
        )


def _whom_to_call(deployment: Deployment) -> str:
    """For the agency: the officer who looks after the engagement, and who is awake at the post."""
    owner, post = deployment.engagement.owner, deployment.country.post
    lines = [f"{owner.name}, INL: {owner.phone or owner.email}"] if owner and owner.is_active else []
    if post and post.duty_phone:
        lines.append(f"Duty officer, {post.name}: {post.duty_phone}")
    return "\n".join(lines) or "Ask whoever at INL you work with; the page of the journey names the post."


def note_action(*, incident: Incident, actor, form) -> Incident:
    """Write what was done; the conflict check is the form's."""
    require(can_report_incident(actor, incident.country))
    with transaction.atomic(), because(actor, "Noted what was done"):
        return form.save_changes()
