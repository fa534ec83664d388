"""The support log, which works offline; incidents."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import path, reverse
from django.views.decorators.cache import never_cache

from deployments.forms import IncidentForm, SupportForm
from deployments.models import Deployment, Incident
from deployments.pages import support as pages
from deployments.pages.common import form_page, in_post_time, post_of
from deployments.permissions import can_log_support, can_report_incident
from deployments.services import support
from engagements.models import Engagement
from engagements.pages.common import door
from partners.permissions import post_roles
from slp.lib.answers import Refused, require
from slp.lib.forms import refused_at
from slp.lib.lists import list_view
from slp.lib.moves import move_path
from slp.places.models import Country

RUNNING = ("addendum", "preparing", "under_way", "completed")
KEPT = ("uswds/css/uswds.min.css", "slp/slp.css", "slp/slp.js", "slp/offline.js", "slp/favicon.svg")
TRAVELLING = ("ready", "in_country")


# -- the log ----------------------------------------------------------------------------------------
@door("post")
@in_post_time
def support_list(request):
    """What was logged, and what this phone still has to send."""
    actions = []
    if can_log_support(request.user):
        actions.append({"label": "Log support", "url": reverse("post:support-add")})
    return list_view(request, pages.support_list_page("post"), "post/support_list.html", list_actions=actions)


def _form(request) -> SupportForm:
    """The form with the teams and travellers of this post. Three queries."""
    teams = list(
        Engagement.objects.visible_to(request.user)
        .filter(status__in=RUNNING)
        .order_by("-status", "starts_on")
        .only("reference", "title", "country", "academy", "status", "kind")[:20]
    )
    people = (
        Deployment.objects.visible_to(request.user)
        .filter(Q(status__in=TRAVELLING) | Q(reference=request.GET.get("for", "")[:24]))
        .filter(engagement__in=[t.pk for t in teams])
        .select_related("expert")
        .order_by("engagement", "expert__name")
    )
    initial = {}
    if request.GET.get("for"):
        initial = _for(request, people)
    return SupportForm(
        request.POST or None, teams=teams, people=people, roles=post_roles(request.user), initial=initial
    )


def _for(request, people) -> dict:
    """`?for=DEP-26-0001` chooses that person and the team; `&kind=arrival_briefing` the kind."""
    person = next((d for d in people if d.reference == request.GET["for"]), None)
    chosen = {"kind": request.GET.get("kind", "")[:20]}
    if person:
        chosen |= {"engagement": person.engagement_id, "deployments": [person.pk]}
    return chosen


def _log(request, form: SupportForm):
    data = form.cleaned_data
    engagement = Engagement.objects.select_related("country", "academy__country").get(pk=data["engagement"].pk)
    everybody = form.fields["deployments"].queryset.filter(engagement=engagement, status__in=["ready", "in_country"])
    return support.log_support(
        engagement=engagement, kind=data["kind"], actor=request.user, happened_at=form.when(),
        deployments=list(data["deployments"] or everybody), note=data["note"], client_id=data["client_id"],
    )  # fmt: skip


@door("post")
@in_post_time
def support_add(request):
    """Three taps and a line of text."""
    require(can_log_support(request.user))
    form = _form(request)
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            _, made = _log(request, form)
            messages.success(request, "Logged." if made else "That was already logged. It stands there once.")
            return redirect("post:support-list")
    return form_page(
        request, "post", form, template="post/support_add.html", post=post_of(request.user),
        back=reverse("post:support-list"),
    )  # fmt: skip


@door("post")
@never_cache
@in_post_time
def support_sync(request):
    """What the phone's queue talks to: a token by GET; by POST one entry, answered in JSON.

    The same entry may come as often as the line breaks: its `client_id` makes it one.
    """
    if request.method != "POST":
        return JsonResponse({"token": get_token(request), "user": request.user.pk})
    form = _form(request)
    if not form.is_valid():
        return JsonResponse({"state": "refused", "errors": form.errors.get_json_data()}, status=422)
    try:
        entry, made = _log(request, form)
    except Refused as refusal:
        return JsonResponse({"state": "refused", "reason": refusal.reason}, status=422)
    return JsonResponse({"state": "saved" if made else "known", "client_id": str(entry.client_id)})


def service_worker(request):
    """`static/slp/sw.js`, served from /post/ so that it may look after these pages, with the files to keep."""
    script = (Path(settings.BASE_DIR) / "static" / "slp" / "sw.js").read_text(encoding="utf-8")
    files = [static(name) for name in KEPT]
    version = hashlib.sha256("".join([script, *files]).encode()).hexdigest()[:12]
    pages_kept = [reverse("post:support-add"), reverse("post:support-list")]
    named = {"CACHE": f"slp-post-{version}", "PAGES": pages_kept, "FILES": files}
    head = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in named.items())
    response = HttpResponse(head + script, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


# -- incidents --------------------------------------------------------------------------------------
@door("post")
@in_post_time
def incident_list(request):
    actions = [{"label": "Record an incident", "url": reverse("post:incident-add")}]
    return list_view(request, pages.incident_list_page("post"), "post/incident_list.html", list_actions=actions)


@door("post")
@in_post_time
def incident_add(request):
    """Something has happened: who, where, how bad."""
    countries = list(Country.objects.served_by(request.user).select_related("post"))
    require(can_report_incident(request.user, countries[0] if countries else None))
    people = (
        Deployment.objects.visible_to(request.user)
        .filter(status__in=["ready", "in_country"])
        .select_related("expert", "country")
        .order_by("expert__name")
    )
    chosen = people.filter(reference=request.GET["for"][:24]).first() if request.GET.get("for") else None
    form = IncidentForm(request.POST or None, people=people, initial={"deployment": chosen, "severity": 1})
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            data = form.cleaned_data
            country = data["deployment"].country if data["deployment"] else countries[0]
            incident = support.report_incident(country=country, actor=request.user, **data)
            messages.success(request, "Recorded. The RSO, the post and INL/KM have been told.")
            return redirect("post:incident-detail", key=incident.reference)
    return form_page(
        request, "post", form, title="Record an incident", submit="Record", back=reverse("post:incident-list"),
        lead="INL/KM, the RSO and the post are told at once.",
    )  # fmt: skip


def _posted(view):
    return door("post")(in_post_time(view))


POST = {"door": "post"}
urlpatterns = [
    path("sw.js", service_worker, name="service-worker"),
    path("support/", support_list, name="support-list"),
    path("support/add/", support_add, name="support-add"),
    path("support/<int:key>/", _posted(pages.support_detail), POST, name="support-detail"),
    path("support/<int:key>/edit/", _posted(pages.support_edit), POST, name="support-edit"),
    path("support/sync/", support_sync, name="support-sync"),
    path("incidents/", incident_list, name="incident-list"),
    path("incidents/add/", incident_add, name="incident-add"),
    path("incidents/<str:key>/", _posted(pages.incident_detail), POST, name="incident-detail"),
    path("incidents/<str:key>/edit/", _posted(pages.incident_edit), POST, name="incident-edit"),
    move_path(Incident, "incidents", "post", "incident-detail"),
]
