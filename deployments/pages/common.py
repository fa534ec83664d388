"""Small things of every page: one form on a page, loading what this person may see, the post's own time."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.db.models import Prefetch, prefetch_related_objects
from django.shortcuts import get_object_or_404
from django.utils import timezone

from deployments.models import Clearance, Deployment
from partners.pages.common import form_page
from slp.history.services import note_read
from slp.places.models import Post

__all__ = ["form_page", "in_post_time", "load_clearance", "load_deployment", "post_of"]


# The journey, its requirements, and of what hangs on them only what is shown or asked by a rule: whole rows of nine
# tables take longer to make than the page.
OF_A_JOURNEY = (
    *(column.name for column in Deployment._meta.concrete_fields if column.name != "search_text"),
    *(f"engagement__{name}" for name in ("reference", "title", "kind", "status", "starts_on", "ends_on", "owner")),
    *(f"expert__{name}" for name in ("agency", "user", "rank", "name", "phone", "passport_expires_on")),
    *("expert__emergency_name", "expert__emergency_phone", "agency__name", "country__name", "country__post"),
    *("country__post__name", "country__post__time_zone", "country__post__duty_phone"),
)
OF_A_CLEARANCE = (
    *(column.name for column in Clearance._meta.concrete_fields),
    *(f"requirement__{name}" for name in ("code", "name", "explanation", "citation", "cleared_by", "waivable_by")),
    *("requirement__valid_days_after", "requirement__order", "evidence__name", "decided_by__name", "decided_by__email"),
)


def load_deployment(request, key: str) -> Deployment:
    """One journey with its clearances, if this person may see it. Two queries."""
    user = request.user
    rows = Deployment.objects.visible_to(user).with_personal(user)
    rows = rows.select_related("engagement", "expert", "agency", "country__post").only(*OF_A_JOURNEY)
    deployment = get_object_or_404(rows, reference=key)
    clearances = Clearance.objects.with_seen(user, personal=deployment.personal)
    clearances = clearances.select_related("requirement", "evidence", "decided_by").only(*OF_A_CLEARANCE)
    prefetch_related_objects([deployment], Prefetch("clearances", clearances))
    return deployment


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
    """The post of an embassy's person, looked up once per request."""
    if not hasattr(user, "_post"):
        mine = Post.objects.filter(assignments__user=user, assignments__is_active=True)
        user._post = mine.only("name", "time_zone", "duty_phone").first()
    return user._post


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
