"""Small things of every page: one form on a page, loading what this person may see, the post's own time."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from django.utils import timezone

from deployments.models import Clearance, Deployment
from partners.pages.common import form_page
from slp.history.services import note_read
from slp.places.models import Post

__all__ = ["form_page", "in_post_time", "load_clearance", "load_deployment", "post_of"]


def load_deployment(request, key: str) -> Deployment:
    """One journey with its clearances, if this person may see it. Two queries."""
    rows = (
        Deployment.objects.visible_to(request.user)
        .with_personal(request.user)
        .select_related("engagement", "expert__user", "agency", "country__post")
        .prefetch_related(
            Prefetch(
                "clearances",
                Clearance.objects.with_seen(request.user).select_related("requirement", "evidence", "decided_by"),
            )
        )
    )
    return get_object_or_404(rows, reference=key)


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
