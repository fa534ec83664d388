"""The feeds of the posts."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F

from deployments.models import Deployment
from engagements.models import Need
from slp.lib.dates import today
from slp.places.models import Country
from slp.public.feeds.common import INCIDENT, REQUIREMENT, TO_SUBMIT, by_status, handed_in, words
from slp.public.todo import Feed

AT_POST = frozenset({"post_officer", "rso"})
TRAVELLER = {"page": "post:deployment-detail", "title": F("expert__name"), "more": "post:deployment-list"}
POST = (
    Feed(
        "Needs to submit",
        frozenset({"post_officer"}),
        lambda u: (
            Need.objects.visible_to(u, door="post")
            .filter(status__in=TO_SUBMIT, country__in=Country.objects.served_by(u, "post_officer"))
            .order_by("-status_since")
        ),
        "post:need-detail",
        F("title"),
        by_status(TO_SUBMIT),
        more="post:need-list",
    ),
    Feed(
        "In country, not briefed yet",
        frozenset({"rso"}),
        lambda u: (
            Deployment.objects.visible_to(u)
            .filter(status="in_country", country__in=Country.objects.served_by(u, "rso"))
            .exclude(support_entries__kind="arrival_briefing")
            .order_by("arrived_at")
        ),
        text=words("agency__name", "', ", "city"),
        **TRAVELLER,
    ),
    Feed(
        "Arriving within 30 days",
        AT_POST,
        lambda u: (
            Deployment.objects.visible_to(u)
            .filter(status__in=["confirmed", "preparing", "ready"], starts_on__lte=today() + timedelta(days=30))
            .order_by("starts_on")
        ),
        text=words("agency__name", "', ", "city"),
        due=F("starts_on"),
        says="arrives",
        **TRAVELLER,
    ),
    Feed(
        "Requirements handed in for you to clear",
        AT_POST,
        lambda u: handed_in(u).to_clear_by(u),
        "post:deployment-detail",
        **REQUIREMENT,
        more="post:deployment-list",
    ),
    Feed(
        roles=AT_POST,
        page="post:incident-detail",
        title=F("place"),
        more="post:incident-list",
        **INCIDENT,
    ),
)
