"""The life of an engagement."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import prefetch_related_objects

from engagements.lifecycles.people import AUTOMATIC, post_people
from engagements.models import Addendum, Engagement, EngagementStatus, FinalReport, NeedStatus, ReportStatus
from engagements.models.engagement import report_due_days
from engagements.permissions import engagement_roles
from partners.lifecycles import OFFICER, people_of
from partners.models.agreement import SignatureSide
from partners.services.scope import may_all_do
from slp.lib.answers import YES, Answer, answer, no
from slp.lib.dates import show, today
from slp.lib.lifecycle import Lifecycle, Move
from slp.reminders.services import tell


def _has_partners(engagement: Engagement, user) -> Answer:
    return answer(engagement.participations.exists(), "Add at least one agency first.")


def _loaded(engagement: Engagement, name: str, rows) -> list:
    """What a page has read already is not read again; a move reads afresh, under its lock."""
    cached = getattr(engagement, "_prefetched_objects_cache", {})
    return list(cached.get(name, rows))


def _participations(engagement: Engagement) -> list:
    rows = engagement.participations.select_related("agency", "agreement")
    return _loaded(engagement, "participations", rows)


def addenda_signed(engagement: Engagement, user=None) -> Answer:
    """Both signatures, over the exact text, on the addendum of every agency that takes part."""
    addenda = {a.agency_id: a for a in _loaded(engagement, "addenda", engagement.addenda.all())}
    prefetch_related_objects(list(addenda.values()), "costs", "signatures")
    for participation in _participations(engagement):
        addendum = addenda.get(participation.agency_id)
        if addendum is None:
            return no(f"{participation.agency} has no addendum yet.")
        digest = addendum_digest(addendum)
        signed = {s.side for s in addendum.signatures.all() if s.sha256 == digest}
        if missing := {SignatureSide.INL, SignatureSide.AGENCY} - signed:
            names = " and ".join(sorted(SignatureSide(side).label for side in missing))
            return no(f"The addendum with {participation.agency} is not signed yet by {names}.")
    return YES


def addendum_digest(addendum: Addendum) -> str:
    """The hash of the terms that are signed: any later change of them voids the signatures."""
    from engagements.services.addenda import terms_digest

    return terms_digest(addendum)


def agreements_cover(engagement: Engagement, user=None) -> Answer:
    """Agreements in force over the engagement's dates, for every agency that takes part."""
    participations = _participations(engagement)
    standings = may_all_do(
        agencies=[p.agency for p in participations],
        kind=engagement.kind,
        country=engagement.country,
        start=engagement.starts_on,
        end=engagement.ends_on,
        expertise=engagement.expertise.order_by().values_list("pk", flat=True),
    )
    for participation in participations:
        if participation.agreement is None:
            return no(f"Say under which agreement {participation.agency} takes part.")
        given = standings[participation.agency_id].answer
        if not given:
            return no(f"{participation.agency}: {given.reason}")
    return YES


def _may_start(engagement: Engagement, user) -> Answer:
    if engagement.starts_on > today():
        return no(f"It starts on {show(engagement.starts_on)}.")
    return addenda_signed(engagement) & agreements_cover(engagement)


def _owe_reports(engagement: Engagement, actor, reason: str) -> None:
    """Every participating agency owes a final report (program brochure, "Post-Deployment")."""
    days = {a.agency_id: a.report_due_days for a in engagement.addenda.all()}
    for participation in engagement.participations.select_related("agency"):
        due = max(engagement.ends_on, today()) + timedelta(days=days.get(participation.agency_id, report_due_days()))
        report, made = FinalReport.objects.get_or_create(
            engagement=engagement,
            agency=participation.agency,
            defaults={"first_due_on": due, "due_on": due},
        )
        if made:
            _tell_report_due(report)


def _tell_report_due(report: FinalReport) -> None:
    tell(
        users=people_of(report.agency, "coordinator"),
        rule="report-owed",
        key=f"report-owed:{report.reference}",
        subject=f"Final report due by {show(report.due_on)}: {report.engagement.title}",
        body=f"Thank you. {report.engagement.title} is completed.\n\nThe final report {report.reference} is due by "
        f"{show(report.due_on)}. You can save it as you go and ask for more time if you need it.",
        about=report.reference,
        path=f"/portal/reports/{report.reference}/",
        why="You coordinate your agency's partnership.",
    )


def _reports_done(engagement: Engagement, user) -> Answer:
    reports = _loaded(engagement, "reports", engagement.reports.select_related("agency"))
    for report in reports:
        if report.status not in (ReportStatus.ACCEPTED, ReportStatus.WAIVED):
            return no(f"The final report of {report.agency} is {report.get_status_display().lower()}, not accepted.")
    return answer(reports, "There is no final report yet.")


def _close_need(engagement: Engagement, actor, reason: str) -> None:
    if engagement.need_id and engagement.need.status == NeedStatus.STAFFED:
        engagement.need.lifecycle.apply(engagement.need, "fulfil", actor=None)


def _tell_cancelled(engagement: Engagement, actor, reason: str) -> None:
    """Nobody waits for a team that does not come, and an agency knows that its costs are paid back."""
    claims = "\n\nWhat your agency has spent until today can still be claimed." if engagement.rules.reimbursable else ""
    country = engagement.country or (engagement.academy.country if engagement.academy else None)
    agencies = [
        (people_of(agency, "coordinator", "agency_finance"), "portal", claims, "Your agency takes part.")
        for agency in engagement.agencies.all()
    ]
    post = [(post_people(country, "post_officer", "rso"), "post", "", "It would have taken place in your country.")]
    for users, door, more, why in [*agencies, *(post if country else [])]:
        tell(
            users=users,
            rule="engagement-cancelled",
            key=f"engagement-cancelled:{engagement.reference}",
            subject=f"Cancelled: {engagement.title}",
            body=f"INL has cancelled {engagement.title}, {engagement.when}. Nobody travels.\n\nReason: {reason}{more}",
            about=engagement.reference,
            path=f"/{door}/engagements/{engagement.reference}/",
            why=why,
        )


ENGAGEMENT = Lifecycle(
    name="engagement",
    model="engagements.Engagement",
    states=EngagementStatus,
    initial=EngagementStatus.PLANNED,
    roles=engagement_roles,
    tones={
        "addendum": "warn", "preparing": "info", "under_way": "good", "completed": "warn", "closed": "neutral",
        "cancelled": "bad",
    },
    plain={"addendum": "Paperwork", "completed": "Waiting for report and claims"},
    as_step={"completed": "Completed"},
    moves=(
        Move("write_addendum", "Write the addendum", ("planned",), "addendum", OFFICER, _has_partners),
        Move(
            "prepare", "Start preparing", ("addendum",), "preparing", OFFICER, addenda_signed,
            explains="Everybody who travels gets a list of what must be cleared.",
        ),
        Move("start", "Start", ("preparing",), "under_way", OFFICER | AUTOMATIC, _may_start),
        Move(
            "complete", "Complete", ("under_way",), "completed", OFFICER, effect=_owe_reports,
            explains="Everybody is back, and nobody waits to leave: cancel the journeys that did not take place first. "
            "Every agency that took part owes a final report.",
        ),
        Move(
            "close", "Close", ("completed",), "closed", OFFICER, _reports_done, _close_need,
            explains="Reports are accepted and claims settled: the engagement counts in the fact sheet.",
        ),
        Move(
            "cancel", "Cancel", ("planned", "addendum", "preparing", "under_way"), "cancelled", OFFICER,
            effect=_tell_cancelled, reason_required=True, danger=True,
            explains="Nobody travels. Agencies and the post are told; what was spent until today can still be claimed.",
        ),
    ),
)  # fmt: skip
