"""Final reports: written by the agency, read by INL/KM; the due date moves only by a granted extension."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F

from engagements.lifecycles import REPORT, staff
from engagements.models import FinalReport, ReportExtension, ReportStatus
from engagements.permissions import can_ask_extension, can_decide_extension, can_edit_report
from partners.lifecycles import people_of
from slp.lib.answers import Refused, Stale, require
from slp.lib.dates import show, today
from slp.lib.errors import readable_constraints
from slp.lib.track import because
from slp.reminders.services import tell

WRITTEN = (
    "delivered",
    "women_trained",
    "men_trained",
    "unknown_trained",
    "results",
    "problems",
    "recommendations",
    "lessons",
)


@transaction.atomic
def save_report(
    *, report: FinalReport, actor, fields: Mapping[str, Any], seen_version: int | None = None
) -> FinalReport:
    """Keep what is written so far; the first save begins the report. Raises `Stale` if somebody saved meanwhile."""
    require(can_edit_report(actor, report))
    if foreign := set(fields) - set(WRITTEN):
        raise Refused(f"{min(foreign)} is not part of the report.")
    with because(actor, "Saved"), readable_constraints(FinalReport):
        rows = FinalReport.objects.filter(pk=report.pk, version=seen_version or report.version, status=report.status)
        if not rows.update(**fields, version=F("version") + 1):
            raise Stale("Someone saved this report in the same moment. Go back, reload and save again.")
        report.refresh_from_db()
        if report.status == ReportStatus.DUE:
            REPORT.apply(report, "begin", actor=actor)
    return report


def submit_report(*, report: FinalReport, actor) -> FinalReport:
    """Hand it in; whoever looks after the engagement is told."""
    return REPORT.apply(report, "submit", actor=actor)


def return_report(*, report: FinalReport, actor, reason: str) -> FinalReport:
    """Back to the agency with what to correct."""
    return REPORT.apply(report, "return", actor=actor, reason=reason)


def accept_report(*, report: FinalReport, actor) -> FinalReport:
    return REPORT.apply(report, "accept", actor=actor)


@transaction.atomic
def ask_extension(*, report: FinalReport, actor, asked_for: date, reason: str) -> ReportExtension:
    """Ask for more time. One request at a time; the desk is told."""
    require(can_ask_extension(actor, report))
    if asked_for <= max(report.due_on, today()):
        raise Refused(f"Choose a date after {show(max(report.due_on, today()))}.")
    with because(actor, "Asked for more time"), readable_constraints(ReportExtension):
        extension = ReportExtension.objects.create(report=report, asked_for=asked_for, reason=reason, asked_by=actor)
    engagement = report.engagement
    tell(
        users=[engagement.owner] if engagement.owner else staff("officer"),
        rule="extension-asked",
        key=f"extension-asked:{extension.pk}",
        subject=f"{report.agency} asks for more time: {engagement.title}",
        body=f"{report.agency} asks to hand in {report.reference} by {show(asked_for)}.\n\nReason: {reason}",
        about=report.reference,
        path=f"/admin/desk/reports/{report.reference}/",
        why="You look after this engagement.",
    )
    return extension


@transaction.atomic
def decide_extension(*, extension: ReportExtension, grant: bool, actor, note: str = "") -> ReportExtension:
    """Grant or refuse; only a granted request moves the due date. The agency is told either way."""
    report = (
        FinalReport.objects.select_for_update(of=("self",))
        .select_related("agency", "engagement")
        .get(pk=extension.report_id)
    )
    require(can_decide_extension(actor, report))
    if not grant and not note.strip():
        raise Refused("Say why: the agency will read it.")
    status = ReportExtension.Status.GRANTED if grant else ReportExtension.Status.REFUSED
    with because(actor, "Granted more time" if grant else "Refused more time", note), readable_constraints(FinalReport):
        changed = ReportExtension.objects.filter(pk=extension.pk, status=ReportExtension.Status.ASKED).update(
            status=status, decided_by=actor, decision_note=note.strip()
        )
        if not changed:
            raise Stale("This request was decided a moment ago. Reload the page and look again.")
        if grant and extension.asked_for > report.due_on:
            FinalReport.objects.filter(pk=report.pk).update(due_on=extension.asked_for, version=F("version") + 1)
    extension.refresh_from_db()
    due = extension.asked_for if grant else report.due_on
    tell(
        users=people_of(report.agency, "coordinator"),
        rule="extension-decided",
        key=f"extension-decided:{extension.pk}",
        subject=f"{'More time' if grant else 'No more time'} for your report: {report.engagement.title}",
        body=f"The report {report.reference} is due by {show(due)}." + (f"\n\nINL says: {note}" if note else ""),
        about=report.reference,
        path=f"/portal/reports/{report.reference}/",
        why="You coordinate your agency's partnership.",
    )
    return extension


def settle_requests(report: FinalReport) -> None:
    """A report that was handed in needs no more time."""
    report.extensions.filter(status=ReportExtension.Status.ASKED).update(
        status=ReportExtension.Status.REFUSED, decision_note="Not needed: the report was submitted."
    )
