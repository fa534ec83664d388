"""The final report as the agency writes it and INL/KM reads it."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from engagements.lifecycles import REPORT
from engagements.models import Engagement, FinalReport, ReportExtension
from engagements.models.report import OWED
from engagements.pages.common import Turn, due_words, facts, offers, steps
from engagements.permissions import can_ask_extension, can_decide_extension, can_edit_report
from partners.models import Agency
from partners.pages.common import whose
from slp.history.services import timeline
from slp.lib.answers import answer
from slp.lib.dates import show
from slp.lib.light import columns, light, named, of
from slp.lib.statements import kept

PATH = ("due", "drafting", "submitted", "accepted")


def load_report(request, key: str) -> FinalReport:
    rows = FinalReport.objects.visible_to(request.user).select_related("agency", "engagement__country", "submitted_by")
    return get_object_or_404(rows, reference=key)


OWN = columns(FinalReport)
EXTENSION = ("status", "asked_for", "asked_at", "reason", "decision_note", "asked_by__name", "asked_by__email")


@kept
def _shown(reader, key):
    rows = FinalReport.objects.visible_to(reader).filter(reference=key).order_by()
    handed_in = get_user_model()
    return rows.values_list(
        *OWN, of(Agency, "agency_id"), of(Engagement, "engagement_id", "reference"),
        of(Engagement, "engagement_id", "title"), of(handed_in, "submitted_by_id"),
        of(handed_in, "submitted_by_id", "email"),
    )  # fmt: skip


@kept
def _extensions(reader, report):
    rows = ReportExtension.objects.filter(report=report).order_by("asked_at", "pk")
    return rows.values_list(*EXTENSION)


def show_report(request, key: str) -> FinalReport:
    """The report for its page; if this person may see it."""
    row = next(iter(_shown(request.user, key)), None)
    if row is None:
        raise Http404
    report = light(FinalReport, dict(zip(OWN, row, strict=False)))
    agency, reference, title, name, email = row[len(OWN) :]
    report.agency = named(Agency, report.agency_id, agency)
    report.engagement = light(Engagement, {"id": report.engagement_id, "reference": reference, "title": title})
    if report.submitted_by_id:
        report.submitted_by = light(get_user_model(), {"id": report.submitted_by_id, "name": name, "email": email})
    return report


def extensions_of(report: FinalReport, user) -> list[dict]:
    """The requests for more time."""
    found = []
    for row in _extensions(user, report.pk):
        asked = dict(zip(EXTENSION, row, strict=True))
        words = {"asked_by": asked["asked_by__name"] or asked["asked_by__email"]}
        found.append(asked | words | {"state": ReportExtension.Status(asked["status"]).label})
    return found


def written(report: FinalReport) -> list:
    counts = [
        f"{count} {word}"
        for count, word in (
            (report.women_trained, "women"),
            (report.men_trained, "men"),
            (report.unknown_trained, "with sex not recorded"),
        )
        if count is not None
    ]
    return facts(
        ("What was delivered", report.delivered),
        ("People who took part", f"{report.people_trained}: {', '.join(counts)}" if counts else ""),
        ("What came of it", report.results),
        ("What got in the way", report.problems),
        ("What should happen next", report.recommendations),
        ("Lessons for the next team", report.lessons),
    )


def report_turn(report: FinalReport, user, door: str, asked: dict | None = None) -> Turn | None:
    """Whose turn it is. `asked`: the request for more time that waits for an answer."""
    key, mine = report.reference, door == "portal" and bool(can_edit_report(user, report))
    coordinator = f"the coordinator of {report.agency}"
    if asked and door == "desk" and can_decide_extension(user, report):
        return Turn(True, "an INL/KM officer", f"Decide whether the agency has until {show(asked['asked_for'])}.")
    if report.status in OWED:
        text = {
            "due": "Write the final report. You can save it as you go.",
            "drafting": "Complete the report and hand it in.",
            "returned": "INL has returned the report. Correct it and hand it in again.",
        }[report.status]
        url = reverse("portal:report-edit", args=[key]) if mine else ""
        return Turn(mine, coordinator, text, f"Due {show(report.due_on)}, {due_words(report.due_on)}", url, "Write")
    if report.status == "submitted":
        reads = door == "desk" and user.staff_role in ("officer", "director")
        return Turn(
            reads,
            "INL" if door == "portal" else "an INL/KM officer",
            "Read it, then accept it or return it with what to correct.",
        )
    return None


def report_detail(request, door_name: str, key: str):
    report = show_report(request, key)
    extensions = extensions_of(report, request.user)
    asked = next((e for e in extensions if e["status"] == ReportExtension.Status.ASKED), None)
    desk = door_name == "desk"
    context = {
        "report": report,
        "whose": whose(request.user, report),
        "status": report.status_tag if desk else report.plain_status_tag,
        "steps": steps(REPORT, PATH, report.status, plain=not desk, detours={"returned": "drafting"}),
        "turn": report_turn(report, request.user, door_name, asked),
        "moves": offers(report, request.user, door_name),
        "facts": written(report),
        "extensions": extensions,
        "asked": asked,
        "can_decide": answer(asked, "") & can_decide_extension(request.user, report),
        "can_ask": answer(not desk and asked is None, "") and can_ask_extension(request.user, report),
        "history": timeline(report) if desk else [],
    }
    return render(request, f"{door_name}/report_detail.html", context)
