"""What comes after an activity: the final reports, and the closing."""

from __future__ import annotations

from engagements.lifecycles import ENGAGEMENT, REPORT
from engagements.models import FinalReport
from engagements.services.reports import (
    accept_report,
    ask_extension,
    decide_extension,
    return_report,
    save_report,
    submit_report,
)
from slp.demo.season.journeys import Journey
from slp.demo.season.story import Story

WORDS = {
    "delivered": "Daily work beside our counterparts, two courses for their instructors, all materials handed over.",
    "results": "The host institution has taken the lesson plans over and names two of its people who go on with them.",
    "problems": "The power was off on three days; we taught from paper.",
    "recommendations": "A short visit after six months, by one of the same people.",
    "lessons": "Send the materials ahead in the country's language. Meet the institution's head on the first day.",
}


def write_reports(story: Story, journey: Journey) -> None:
    """Each agency's report, as far as it came; then the engagement is closed if nothing is open."""
    engagement = journey.engagement
    if engagement is None:
        return
    engagement.refresh_from_db()
    if engagement.status != "completed":
        return
    for report in engagement.reports.select_related("agency", "engagement").order_by("pk"):
        key = next(k for k, a in story.agencies.items() if a.pk == report.agency_id)
        _write(story, journey, report, key)
    _close(story, journey)


def _write(story: Story, journey: Journey, report: FinalReport, key: str) -> None:
    reaches = journey.plan.report
    over = journey.plan.start + journey.plan.days
    author = story.coordinator(key)
    if reaches == "due":
        return
    if reaches == "waived":
        with story.clock.at(story.day(over + 35)):
            REPORT.apply(report, "waive", actor=story.director, reason="Two calls of an hour: the minutes say it all.")
        return
    with story.clock.at(story.day(min(over + 12, -2))):
        save_report(report=report, actor=author, fields=_entries(journey, full=reaches != "drafting"))
    if reaches == "drafting":
        with story.clock.at(story.day(min(over + 26, -2))):
            ask_extension(report=report, actor=author, asked_for=story.day(12), reason="Two of us are on leave.")
        return
    if reaches == "returned":
        _extend(story, report, author, over + 20)
    with story.clock.at(story.day(min(over + 22, -2))):
        submit_report(report=report, actor=author)
    if reaches == "submitted":
        return
    with story.clock.at(story.day(min(over + 25, -2))):
        if reaches == "returned":
            return_report(report=report, actor=story.officer, reason="Say what the prosecutors will do differently.")
        else:
            accept_report(report=report, actor=story.officer)


def _extend(story: Story, report: FinalReport, author, offset: int) -> None:
    with story.clock.at(story.day(offset)):
        extension = ask_extension(
            report=report,
            actor=author,
            asked_for=story.day(30),
            reason="Our counterparts still comment on the findings.",
        )
        decide_extension(extension=extension, grant=True, actor=story.officer)
    report.refresh_from_db()


def _entries(journey: Journey, *, full: bool) -> dict:
    women, men, unknown = journey.plan.trained
    counts = {"women_trained": women, "men_trained": men, "unknown_trained": unknown}
    agencies = len(journey.agencies()) or 1
    counts = {name: value // agencies for name, value in counts.items()}
    return {**WORDS, **counts} if full else {"delivered": WORDS["delivered"]}


def _close(story: Story, journey: Journey) -> None:
    engagement = journey.engagement
    engagement.refresh_from_db()
    offset = journey.plan.start + journey.plan.days + 45
    if offset < 0 and ENGAGEMENT.can(engagement, "close", story.officer):
        with story.clock.at(story.day(offset)):
            ENGAGEMENT.apply(engagement, "close", actor=story.officer)
