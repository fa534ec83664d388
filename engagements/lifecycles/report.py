"""The life of a final report."""

from __future__ import annotations

from django.utils import timezone

from engagements.lifecycles.people import COORDINATOR, staff
from engagements.models import FinalReport, ReportStatus
from engagements.permissions import partner_roles
from partners.lifecycles import DIRECTOR, OFFICER, people_of
from slp.lib.answers import Answer, answer, no
from slp.lib.lifecycle import Lifecycle, Move
from slp.reminders.services import tell


def _written(report: FinalReport, user) -> Answer:
    if not report.delivered.strip() or not report.results.strip():
        return no("Say what was delivered and what came of it first.")
    return answer(report.people_trained is not None, "Enter how many people took part; zero is an answer.")


def _tell_desk_of_report(report: FinalReport, actor, reason: str) -> None:
    from engagements.services.reports import settle_requests

    report.submitted_at, report.submitted_by = timezone.now(), actor
    FinalReport.objects.filter(pk=report.pk).update(submitted_at=report.submitted_at, submitted_by=actor)
    settle_requests(report)
    tell(
        users=[report.engagement.owner] if report.engagement.owner else staff("officer"),
        rule="report-submitted",
        key=f"report-submitted:{report.reference}:{report.version}",
        subject=f"Final report from {report.agency}",
        body=f"{report.agency} has submitted {report.reference} on {report.engagement.title}.",
        about=report.reference,
        path=f"/admin/desk/reports/{report.reference}/",
        why="You look after this engagement.",
    )


def _tell_author(report: FinalReport, actor, reason: str) -> None:
    if report.status == ReportStatus.RETURNED:
        report.returned_because = reason
        FinalReport.objects.filter(pk=report.pk).update(returned_because=reason)
    tell(
        users=people_of(report.agency, "coordinator"),
        rule="report-moved",
        key=f"report-moved:{report.reference}:{report.status}:{report.version}",
        subject=f"Final report {report.status_in_words}: {report.engagement.title}",
        body=f"Your final report {report.reference} is now: {report.status_in_words}."
        + (f"\n\nINL says: {reason}" if reason else ""),
        about=report.reference,
        path=f"/portal/reports/{report.reference}/",
        why="You coordinate your agency's partnership.",
    )


REPORT = Lifecycle(
    name="final report",
    model="engagements.FinalReport",
    stem="report",
    states=ReportStatus,
    initial=ReportStatus.DUE,
    roles=lambda user, report: partner_roles(user, report.agency_id),
    tones={"due": "warn", "drafting": "info", "submitted": "info", "returned": "warn", "accepted": "good"},
    plain={"submitted": "INL is reading it", "returned": "Back with you"},
    as_step={"submitted": "Read by INL"},
    moves=(
        Move("begin", "Begin", ("due",), "drafting", COORDINATOR, form="report-edit"),
        Move("submit", "Submit", ("drafting", "returned"), "submitted", COORDINATOR, _written, _tell_desk_of_report),
        Move("accept", "Accept", ("submitted",), "accepted", OFFICER, effect=_tell_author),
        Move(
            "return", "Return for correction", ("submitted",), "returned", OFFICER, effect=_tell_author,
            reason_required=True,
        ),
        Move(
            "waive", "Waive", ("due", "drafting", "returned"), "waived", DIRECTOR, effect=_tell_author,
            reason_required=True, danger=True, explains="No report will be asked for.",
        ),
    ),
)  # fmt: skip
