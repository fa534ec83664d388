"""Small things of every page: one form on a page, loading what this person may see, the post's own time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from deployments.models import Clearance, ClearanceStatus, Deployment, Requirement
from engagements.models import Engagement
from partners.models import Agency, Expert
from partners.pages.common import form_page
from partners.permissions import POST, posts_held
from slp.documents.models import Document
from slp.history.services import note_read
from slp.lib.light import columns, has_read, light, named, of
from slp.lib.statements import kept
from slp.places.models import Country, Post

__all__ = ["form_page", "in_post_time", "load_clearance", "load_deployment", "post_of"]


# The journey, its requirements, and of what hangs on them only what is shown or asked by a rule.
JOURNEY = tuple(name for name in columns(Deployment) if name != "search_text")
ENGAGEMENT = ("reference", "title", "status")
EXPERT = (
    "id", "agency_id", "user_id", "rank", "name", "phone", "passport_expires_on", "emergency_name", "emergency_phone",
)  # fmt: skip
STATE = (
    "id", "deployment_id", "requirement_id", "status", "due_on", "valid_until", "evidence_id", "evidence_note",
    "decided_by_id", "reason",
)  # fmt: skip
RULE = ("id", "code", "name", "explanation", "citation", "cleared_by", "waivable_by", "valid_days_after", "order")


@kept
def _seen(reader, key):
    rows = Deployment.objects.visible_to(reader).with_personal(reader).filter(reference=key).order_by()
    engagement = [of(Engagement, "engagement_id", name) for name in ENGAGEMENT]
    expert, post = [f"expert__{name}" for name in EXPERT], [f"country__post__{name}" for name in POST]
    return rows.values_list(*JOURNEY, *engagement, *expert, *post, of(Agency, "agency_id"), "country__name", "personal")


@kept
def _of_the_traveller(reader, deployment):
    """The requirements of somebody whose personal data the reader may read."""
    return _shown(Clearance.objects.with_seen(reader, personal=True), deployment)


@kept
def _of_others(reader, deployment):
    """Those of somebody whose personal data the reader may not read."""
    return _shown(Clearance.objects.with_seen(reader, personal=False), deployment)


def _shown(rows: QuerySet, deployment: int) -> QuerySet:
    beside = [*(f"requirement__{name}" for name in RULE), "evidence__name", "decided_by__name", "decided_by__email"]
    rows = rows.filter(deployment=deployment).order_by("requirement__order", "pk")
    return rows.values_list(*STATE, *beside, "seen")


def _parts(row: tuple, *groups: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """The values of a row that belong to each group of names; what is left stands in none."""
    start = 0
    for names in groups:
        yield dict(zip(names, row[start : start + len(names)], strict=True))
        start += len(names)


def load_deployment(request, key: str) -> Deployment:
    """One journey with its clearances, if this person may see it. Two queries."""
    row = next(iter(_seen(request.user, key)), None)
    if row is None:
        raise Http404
    own, engagement, expert, post = _parts(row, JOURNEY, ENGAGEMENT, EXPERT, POST)
    agency, country, personal = row[-3:]
    deployment = light(Deployment, own)
    deployment.personal = personal
    deployment.engagement = light(Engagement, {"id": deployment.engagement_id} | engagement)
    deployment.expert = light(Expert, expert)
    deployment.agency = named(Agency, deployment.agency_id, agency)
    deployment.country = light(Country, {"iso2": deployment.country_id, "name": country, "post_id": post["id"]})
    deployment.country.post = light(Post, post)
    asked = _of_the_traveller if personal else _of_others
    clearances = [_clearance(deployment, row) for row in asked(request.user, deployment.pk)]
    has_read(deployment, "clearances", clearances)
    return deployment


def _clearance(deployment: Deployment, row: tuple) -> Clearance:
    state, rule = _parts(row, STATE, RULE)
    evidence, name, email, seen = row[-4:]
    clearance = light(Clearance, state)
    clearance.seen = seen
    clearance.deployment = deployment
    clearance.requirement = light(Requirement, rule)
    if clearance.evidence_id:
        clearance.evidence = named(Document, clearance.evidence_id, evidence)
    if clearance.decided_by_id and clearance.status == ClearanceStatus.WAIVED:  # nobody is named else
        person = {"id": clearance.decided_by_id, "name": name, "email": email}
        clearance.decided_by = light(get_user_model(), person)
    return clearance


def load_clearance(request, key: int) -> Clearance:
    """One requirement of one person, if this person may see it."""
    rows = Clearance.objects.visible_to(request.user).select_related(
        "requirement", "evidence", "deployment__expert__user", "deployment__country__post", "deployment__engagement",
        "deployment__agency",
    )  # fmt: skip
    clearance = get_object_or_404(rows, pk=key)
    note_read(
        reader=request.user, subject=clearance.deployment.reference, what="requirements",
        person=clearance.deployment.expert.user,
    )  # fmt: skip
    return clearance


def post_of(user) -> Post | None:
    """The post of an embassy's person."""
    return next((post for post, _ in posts_held(user)), None)


def in_post_time(view: Callable) -> Callable:
    """Decorator: dates and times are shown and read in the time of the reader's post."""

    @wraps(view)
    def at_post(request, *args, **kwargs):
        post = post_of(request.user)
        if post is None:
            return view(request, *args, **kwargs)
        with timezone.override(post.zone):
            return view(request, *args, **kwargs)

    return at_post
