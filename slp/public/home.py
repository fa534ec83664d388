"""The start page of each signed-in door: whose turn it is, what is stuck, what is due."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import admin
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path
from django.utils.functional import SimpleLazyObject

from deployments.models import Deployment
from deployments.pages.common import post_of
from partners.models import Agency
from partners.models.agency import AgencyRole
from partners.permissions import agency_ids, agency_roles, post_roles, staff_roles
from slp.lib.answers import answer, require
from slp.lib.light import light
from slp.lib.statements import Statement, kept
from slp.public import feeds, todo
from slp.public.notices import notice_urls
from slp.reminders.models import SweepRun


@dataclass(frozen=True)
class Area:
    """A part of the desk: what it says when it is empty, and its groups of cards."""

    title: str
    kind: str
    empty: str
    groups: list[todo.Group]


_stock_app_list = admin.site.get_app_list


def app_list(request, app_label=None):
    """The admin's list of models, made only where a page shows it.

    Django makes it for each of the admin's pages, for a side bar that ours don't have; that took a quarter of a page.
    """
    return SimpleLazyObject(lambda: _stock_app_list(request, app_label))


_RECORDS: dict[str, str] = {}


def _records(request) -> str:
    """The admin's list of models, drawn. It depends on the role alone and would cost half of the page."""
    role = request.user.staff_role
    if role not in _RECORDS:
        context = {"app_list": admin.site.get_app_list(request), "show_changelinks": True}
        _RECORDS[role] = render_to_string("admin/app_list.html", context, request)
    return _RECORDS[role]


AREAS = (
    ("Your turn", "turn", "Nothing waits for you.", feeds.DESK_TURN),
    ("Stuck", "stuck", "Nothing is stuck.", feeds.DESK_STUCK),
    ("Coming up", "due", "Nothing is coming up.", feeds.DESK_DUE),
)


LAST_SWEEP = Statement(lambda: SweepRun.objects.values("started_at", "error")[:1])


def desk_index(request, extra_context=None):
    """The admin's index, behind the admin's own check that the person is staff."""
    roles = staff_roles(request.user)
    found = todo.groups(feeds.DESK, request.user, roles)
    desk = [
        Area(title, kind, empty, [g for g in found if g.title in {f.heading for f in part}])
        for title, kind, empty, part in AREAS
    ]
    context = {
        "site_title": admin.site.site_title,
        "site_header": admin.site.site_header,
        "has_permission": True,
        "title": "Desk",
        "records": _records(request),
        "desk": desk,
        "sweep": next(iter(LAST_SWEEP.of()), None),
        **(extra_context or {}),
    }
    request.current_app = admin.site.name
    return render(request, "admin/index.html", context)


OF_AGENCY = ("id", "name", "paused_until", "not_before")


@kept
def _agencies(reader):
    return Agency.objects.visible_to(reader).order_by("name").values_list(*OF_AGENCY)


def portal_home(request):
    """What the agency's person can do now."""
    roles = agency_roles(request.user)
    require(answer(roles, "The partner portal is for people of a partner agency."))
    agencies = [light(Agency, dict(zip(OF_AGENCY, row, strict=True))) for row in _agencies(request.user)]
    found = todo.groups(feeds.PORTAL, request.user, roles)
    known = {feed.heading for feed in feeds.PORTAL_UNDER_WAY}
    context = {
        "agencies": agencies,
        "groups": [group for group in found if group.title not in known],
        "under_way": [group for group in found if group.title in known],
        "roles": roles,
        "keeps": agency_ids(request.user, {AgencyRole.COORDINATOR}),
    }
    return render(request, "portal/home.html", context)


HERE = 20  # people in country on the start page of a post
OF_TRAVELLER = ("reference", "expert__name", "agency__name", "city", "phone_in_country", "ends_on")


@kept
def _in_country(reader):
    rows = Deployment.objects.visible_to(reader).filter(status="in_country").order_by("city", "pk")
    return rows.values_list(*OF_TRAVELLER)[: HERE + 1]


def post_home(request):
    """Who is here tonight, who lands, what waits for the post."""
    roles = post_roles(request.user)
    require(answer(roles, "These pages are for people of an embassy or post."))
    here = [dict(zip(OF_TRAVELLER, row, strict=True)) for row in _in_country(request.user)]
    context = {
        "post": post_of(request.user),
        "here": here[:HERE],
        "only": HERE if len(here) > HERE else 0,
        "groups": todo.groups(feeds.POST, request.user, roles),
        "roles": roles,
    }
    return render(request, "post/home.html", context)


desk_urlpatterns = notice_urls("desk")
portal_urlpatterns = [path("", portal_home, name="home"), *notice_urls("portal")]
post_urlpatterns = [path("", post_home, name="home"), *notice_urls("post")]
