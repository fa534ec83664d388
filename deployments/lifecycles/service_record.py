"""The life of a record of service."""

from __future__ import annotations

from deployments.models import ServiceRecord, ServiceRecordStatus
from partners.lifecycles import DIRECTOR, OFFICER, people_of
from partners.permissions import roles_towards
from slp.lib.answers import Answer, answer
from slp.lib.lifecycle import Lifecycle, Move
from slp.reminders.services import tell


def _is_signed(record: ServiceRecord, user) -> Answer:
    return answer(record.seal, "It is issued by signing it.")


def _tell_holder(record: ServiceRecord, actor, reason: str) -> None:
    """The person, and the coordinators of the agency, who hand papers on."""
    person = record.expert.user
    word = record.get_status_display().lower()
    tell(
        users=[*([person] if person else []), *people_of(record.expert.agency, "coordinator")],
        rule="service-record",
        key=f"service-record:{record.reference}:{record.status}",
        subject=f"Record of service of {record.expert}: {word}",
        body=f"The record of service {record.reference} is now: {word}." + (f"\n\nReason: {reason}" if reason else ""),
        about=record.reference,
        path=f"/portal/experts/{record.expert_id}/service/",
        why="It is your record, or you coordinate the agency.",
    )


def _keep_reason(record: ServiceRecord, actor, reason: str) -> None:
    ServiceRecord.objects.filter(pk=record.pk).update(reason=reason[:300])
    _tell_holder(record, actor, reason)


SERVICE_RECORD = Lifecycle(
    name="record of service",
    model="deployments.ServiceRecord",
    states=ServiceRecordStatus,
    initial=ServiceRecordStatus.REQUESTED,
    roles=lambda user, record: roles_towards(user, agency_id=record.expert.agency_id),
    stem="service-record",
    tones={"requested": "info", "issued": "good", "declined": "warn", "revoked": "bad"},
    plain={"requested": "Waits for INL's signature"},
    moves=(
        Move(
            "issue",
            "Issue",
            ("requested",),
            "issued",
            DIRECTOR,
            guard=_is_signed,
            effect=_tell_holder,
            form="service-record-sign",
        ),
        Move(
            "decline",
            "Do not issue",
            ("requested",),
            "declined",
            OFFICER,
            effect=_keep_reason,
            reason_required=True,
            explains="The person and the coordinator read your reason. They can ask again.",
        ),
        Move(
            "revoke",
            "Revoke",
            ("issued",),
            "revoked",
            DIRECTOR,
            effect=_keep_reason,
            reason_required=True,
            danger=True,
            explains="Its code confirms nothing any more. This can't be undone; a new record can be issued.",
        ),
    ),
)
