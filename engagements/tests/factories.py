"""Dull factories of this app: each makes one valid row, and says what it defaulted."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from engagements.models import (
    Addendum,
    Engagement,
    EngagementStatus,
    FinalReport,
    Invitation,
    Need,
    NeedStatus,
    Participation,
    Seat,
)
from partners.models import ActivityKind, Agency, Sector
from slp.lib.dates import today


def make_need(country, author, **fields) -> Need:
    """A validated mentoring need: a window of 120 days that begins in 60 days, stays of 90 to 120 days."""
    start = today() + timedelta(days=60)
    defaults = {
        "title": "Creole-speaking mentors for community policing",
        "kind": ActivityKind.MENTORING,
        "sector": Sector.POLICE,
        "problem": "The police of three cities start patrolling on foot.",
        "success": "Foot patrols every day.",
        "places": "Port-au-Prince, Les Cayes",
        "starts_on": start,
        "ends_on": start + timedelta(days=119),
        "min_days": 90,
        "max_days": 120,
        "status": NeedStatus.VALIDATED,
    }
    return Need.objects.create(country=country, author=author, **(defaults | fields))


def make_seats(need: Need, expertise, count: int = 1, **fields) -> list[Seat]:
    """`count` alike mentor seats."""
    first = need.seats.count() + 1
    return [
        Seat.objects.create(need=need, number=first + n, role="Mentor", expertise=expertise, **fields)
        for n in range(count)
    ]


def make_invitation(need: Need, agency: Agency, sender, seats=(), **fields) -> Invitation:
    """An invitation that was sent today and may be answered for two weeks."""
    defaults = {"status": "sent", "reply_by": timezone.now() + timedelta(days=14), "sent_at": timezone.now()}
    invitation = Invitation.objects.create(need=need, agency=agency, sender=sender, **(defaults | fields))
    invitation.seats.set(seats or need.seats.all())
    return invitation


def make_engagement(country, owner=None, *, agency: Agency | None = None, agreement=None, **fields) -> Engagement:
    """A mentoring engagement in preparation, starting in a month for 30 days."""
    start = today() + timedelta(days=30)
    defaults = {
        "kind": ActivityKind.MENTORING,
        "title": "Community policing mentors",
        "status": EngagementStatus.PREPARING,
        "starts_on": start,
        "ends_on": start + timedelta(days=29),
        "places": "Port-au-Prince",
    }
    engagement = Engagement.objects.create(country=country, owner=owner, **(defaults | fields))
    if agency:
        Participation.objects.create(engagement=engagement, agency=agency, agreement=agreement)
    return engagement


def make_addendum(engagement: Engagement, agency: Agency, **fields) -> Addendum:
    """The terms of one agency's part, unsigned."""
    defaults = {
        "objective": "Foot patrols in three cities.",
        "places": engagement.places,
        "starts_on": engagement.starts_on,
        "ends_on": engagement.ends_on,
    }
    return Addendum.objects.create(engagement=engagement, agency=agency, **(defaults | fields))


def make_report(engagement: Engagement, agency: Agency, *, due_on=None, **fields) -> FinalReport:
    """A report due in 30 days."""
    due_on = due_on or today() + timedelta(days=30)
    return FinalReport.objects.create(
        engagement=engagement, agency=agency, first_due_on=due_on, due_on=due_on, **fields
    )
