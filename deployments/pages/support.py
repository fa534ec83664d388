"""Support and incidents as the post and the desk see them."""

from __future__ import annotations

from functools import cache

import django_filters
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from deployments.forms import NoteForm, SupportEditForm
from deployments.lifecycles import INCIDENT
from deployments.models import Incident, IncidentStatus, SupportEntry, SupportKind
from deployments.pages.common import form_page
from deployments.permissions import can_edit_support, can_report_incident
from deployments.services.support import edit_support, note_action
from engagements.pages.common import facts, offers, steps
from partners.permissions import countries_served
from slp.history.services import timeline
from slp.lib.answers import require
from slp.lib.dates import at_post
from slp.lib.filters import FilterSet
from slp.lib.forms import refused_at
from slp.lib.lists import Column, Empty, ListPage, choice

PREFIX = {"desk": "/admin/desk", "post": "/post"}


class SupportFilter(FilterSet):
    kind = django_filters.ChoiceFilter(label="What", choices=SupportKind.choices)

    class Meta:
        model = SupportEntry
        fields = ["kind"]


class IncidentFilter(FilterSet):
    status = django_filters.ChoiceFilter(label="State", choices=IncidentStatus.choices)
    severity = django_filters.ChoiceFilter(label="How bad", choices=Incident.Severity.choices)

    class Meta:
        model = Incident
        fields = ["status", "severity"]


def _at_own_posts(rows, user, door: str):
    """The same rows, at a post: with its countries named, an index has them in their order."""
    codes = [code for code, _ in countries_served(user)] if door == "post" else []
    return rows.filter(country__in=codes) if codes else rows


@cache
def support_list_page(door: str) -> ListPage:
    """What the post did for the teams."""
    desk = door == "desk"
    add = ("", "") if desk else ("Log support", reverse("post:support-add"))
    return ListPage(
        title="Support log",
        intro="What the posts did for the teams." if desk else "What the post did for the teams. Newest first.",
        rows=lambda user: _at_own_posts(SupportEntry.objects.visible_to(user), user, door),
        shared=desk,
        columns=(
            Column("happened_at", "When"),
            *([Column("country__name", "Country")] if desk else []),
            Column("kind", "What", choice(SupportKind)),
            Column("engagement__title", "Team"),
            Column("note", "Note", lambda text: text[:120], sort=False),
            Column("author__name", "Logged by"),
        ),
        order="-happened_at",
        empty=Empty(
            "Nothing is logged yet",
            "Every pick-up, briefing or meeting that the post arranges is logged here. It takes 20 seconds.",
            *add,
        ),
        link=lambda row: f"{PREFIX[door]}/support/{row['pk']}/",
        filters=SupportFilter,
        filename="support",
    )


def _load_entry(request, key: int) -> SupportEntry:
    rows = SupportEntry.objects.visible_to(request.user).select_related("country__post", "engagement", "author")
    return get_object_or_404(rows, pk=key)


def support_detail(request, key: int, door: str):
    """One entry: what, for whom, when, and what it said before it was corrected."""
    entry = _load_entry(request, key)
    zone = entry.country.post.time_zone
    people = entry.deployments.select_related("expert").order_by("expert__name")
    context = {
        "base": f"{door}/base.html",
        "entry": entry,
        "list_url": reverse(f"{door}:support-list"),
        "facts": facts(
            ("When", at_post(entry.happened_at, zone)),
            ("Team", entry.engagement.title),
            ("For whom", ", ".join(str(d.expert) for d in people)),
            ("Note", entry.note),
            ("Logged by", f"{entry.author}, {at_post(entry.recorded_at, zone)}"),
        ),
        "can_edit": can_edit_support(request.user, entry),
        "edit_url": reverse("post:support-edit", args=[key]),
        "history": timeline(entry, limit=20),
    }
    return render(request, "deployments/support_page.html", context)


def support_edit(request, key: int, door: str):
    """Correct one's own entry."""
    entry = _load_entry(request, key)
    require(can_edit_support(request.user, entry))
    form = SupportEditForm(request.POST or None, initial={"happened_at": entry.happened_at, "note": entry.note})
    back = reverse(f"{door}:support-detail", args=[key])
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            edit_support(entry=entry, actor=request.user, **form.cleaned_data)
            messages.success(request, "Corrected.")
            return redirect(back)
    return form_page(request, door, form, title="Correct this entry", about=entry, submit="Save", back=back)


@cache
def incident_list_page(door: str) -> ListPage:
    """What touched a traveller's safety."""
    return ListPage(
        title="Incidents",
        intro="What touched a traveller’s safety. No medical detail, nothing classified.",
        rows=lambda user: Incident.objects.visible_to(user),
        shared=True,
        columns=(
            Column("reference", "Incident"),
            Column("severity", "How bad", choice(Incident.Severity)),
            Column("country__name", "Country"),
            Column("place", "Place"),
            Column("happened_at", "When"),
            Column("status", "State", lifecycle=INCIDENT),
        ),
        order="-happened_at",
        empty=Empty("No incidents", "Good. If something happens, record it here: INL/KM and the RSO are told at once."),
        link=lambda row: f"{PREFIX[door]}/incidents/{row['reference']}/",
        filters=IncidentFilter,
        filename="incidents",
    )


def _load(request, key: str) -> Incident:
    rows = Incident.objects.visible_to(request.user).select_related(
        "country__post", "deployment__expert", "deployment__agency", "author"
    )
    return get_object_or_404(rows, reference=key)


def incident_detail(request, key: str, door: str):
    """What happened, what was done, whose turn it is."""
    incident = _load(request, key)
    person = incident.deployment
    context = {
        "base": f"{door}/base.html",
        "incident": incident,
        "list_url": reverse(f"{door}:incident-list"),
        "steps": steps(INCIDENT, ("open", "in_hand", "resolved"), incident.status),
        "moves": offers(incident, request.user, door),
        "facts": facts(
            ("When", at_post(incident.happened_at, incident.country.post.time_zone)),
            ("Country", incident.country),
            ("Place", incident.place),
            ("Who is concerned", f"{person.expert}, {person.agency}" if person else "Nobody of the program"),
            ("What happened", incident.summary),
            ("What was done", incident.action_taken),
            ("Recorded by", f"{incident.author}, {at_post(incident.recorded_at, incident.country.post.time_zone)}"),
        ),
        "can_note": can_report_incident(request.user, incident.country),
        "note_url": reverse(f"{door}:incident-edit", args=[key]),
        "history": timeline(incident, limit=20),
    }
    return render(request, "deployments/incident_page.html", context)


def incident_edit(request, key: str, door: str):
    """Write down what was done."""
    incident = _load(request, key)
    require(can_report_incident(request.user, incident.country))
    form = NoteForm(request.POST or None, instance=incident)
    back = reverse(f"{door}:incident-detail", args=[key])
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            note_action(incident=incident, actor=request.user, form=form)
            messages.success(request, "Noted.")
            return redirect(back)
    return form_page(request, door, form, title="What was done", about=incident, submit="Save", back=back)
