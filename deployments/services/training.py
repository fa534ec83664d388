"""Pre-deployment training: INL/KM schedules sessions, enrols travellers, records who took part."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from deployments.lifecycles import CLEARANCE
from deployments.models import Clearance, Deployment, Requirement, TrainingEnrolment, TrainingSession
from deployments.permissions import DECIDES
from deployments.requirements import TRAINING
from deployments.services.readiness import OPEN
from partners.lifecycles import people_of
from slp.lib.answers import Answer, Refused, answer, require
from slp.lib.dates import day_of, today
from slp.lib.errors import readable_constraints
from slp.lib.track import because
from slp.reminders.services import tell


def can_schedule_training(user) -> Answer:
    return answer(user.staff_role in DECIDES, "Only an INL/KM officer schedules training.")


def schedule_training(*, actor, **fields) -> TrainingSession:
    """Offer a session. Completing it clears the requirement it names, by default INL/KM's own."""
    require(can_schedule_training(actor))
    if fields.get("requirement") is None:
        fields["requirement"] = Requirement.objects.filter(code=TRAINING).order_by("-valid_from").first()
    session = TrainingSession(**fields)
    with because(actor, "Scheduled training"), readable_constraints(TrainingSession):
        session.save(force_insert=True)
    return session


def edit_training(*, session: TrainingSession, form, actor) -> TrainingSession:
    require(can_schedule_training(actor))
    with transaction.atomic(), because(actor, "Changed the session"):
        return form.save_changes()


def enrol(*, session: TrainingSession, deployments: Iterable[Deployment], actor) -> int:
    """Give travellers a place, as long as there are some. Returns how many are new."""
    require(can_schedule_training(actor))
    with transaction.atomic():
        session = TrainingSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
        taken = set(session.enrolments.values_list("deployment_id", flat=True))
        fresh = [d for d in deployments if d.pk not in taken]
        free = session.capacity - len(taken)
        if len(fresh) > free:
            raise Refused(f"{session} has {max(free, 0)} free places; you chose {len(fresh)} people.")
        with because(actor, "Enrolled"):
            TrainingEnrolment.objects.bulk_create(
                TrainingEnrolment(session=session, deployment=deployment) for deployment in fresh
            )
        for deployment in fresh:
            _tell_enrolled(session, deployment)
    return len(fresh)


def _tell_enrolled(session: TrainingSession, deployment: Deployment) -> None:
    user = deployment.expert.user
    when = f"{timezone.localtime(session.starts_at):%-d %b %Y, %H:%M} UTC"
    tell(
        users=[*people_of(deployment.agency, "coordinator"), *([user] if user else [])],
        rule="training-enrolled",
        key=f"training-enrolled:{session.pk}:{deployment.reference}",
        subject=f"Training on {when}: {session.title}",
        body=f"{deployment.expert} has a place in {session.title}, {when}.\n"
        f"{session.get_mode_display()}{': ' + session.place if session.place else ''}\n\n{session.agenda}",
        about=deployment.reference,
        path=f"/portal/deployments/{deployment.reference}/",
        why="You travel, or coordinate the agency.",
    )


def record_attendance(
    *, enrolment: TrainingEnrolment, attended: bool, actor, completed_on: date | None = None
) -> TrainingEnrolment:
    """Who took part has met the requirement by that alone; who did not, needs another session."""
    require(can_schedule_training(actor))
    session = enrolment.session
    if session.starts_at > timezone.now():
        raise Refused("The session has not taken place yet.")
    status = TrainingEnrolment.Status.COMPLETED if attended else TrainingEnrolment.Status.MISSED
    with transaction.atomic(), because(actor, "Recorded attendance"):
        TrainingEnrolment.objects.filter(pk=enrolment.pk).update(
            status=status,
            completed_on=(completed_on or min(today(), day_of(session.ends_at))) if attended else None,
            version=F("version") + 1,
        )
        if attended and session.requirement_id:
            _clear(enrolment, actor)
    enrolment.refresh_from_db()
    return enrolment


def _clear(enrolment: TrainingEnrolment, actor) -> None:
    clearance = Clearance.objects.filter(
        deployment=enrolment.deployment_id,
        requirement__code=enrolment.session.requirement.code,
        status__in=OPEN,
    ).first()
    if clearance is not None:
        note = f"Completed: {enrolment.session.title}"
        CLEARANCE.apply(clearance, "clear", actor=actor, fields={"evidence_note": note[:200]})
