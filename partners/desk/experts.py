"""The roster at the desk: INL/KM reads it; the agencies keep it."""

from __future__ import annotations

from django.db.models import F
from django.shortcuts import get_object_or_404, render
from django.urls import path

from partners.models import Expert
from partners.pages.common import door
from partners.pages.lists import expert_list_page
from partners.pages.roster import expert_context, note_personal
from partners.permissions import can_read_roster_files
from slp.history.services import timeline
from slp.lib.lists import list_view


@door("desk")
def expert_list(request):
    files = can_read_roster_files(request.user)
    return list_view(request, expert_list_page("desk"), "desk/expert_list.html", can_read_files=files)


@door("desk")
def expert_detail(request, key: int):
    """One person. Personal data is for officers, the director and the auditor, and reading it is recorded."""
    rows = Expert.objects.visible_to(request.user).with_personal(request.user)
    expert = get_object_or_404(rows.annotate(agency_name=F("agency__name")), pk=key)
    if expert.personal:
        note_personal(request, expert)
    context = expert_context(expert, agency=expert.agency_name, personal=expert.personal)
    context |= {"history": timeline(expert), "can_read_history": expert.personal}
    return render(request, "desk/expert_detail.html", context)


urlpatterns = [
    path("experts/", expert_list, name="expert-list"),
    path("experts/<int:key>/", expert_detail, name="expert-detail"),
]
