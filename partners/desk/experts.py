"""The roster at the desk: INL/KM reads it; the agencies keep it."""

from __future__ import annotations

from django.shortcuts import get_object_or_404, render
from django.urls import path

from partners.models import Expert
from partners.pages.common import door
from partners.pages.lists import expert_list_page
from partners.pages.roster import expert_context
from slp.history.services import note_read, timeline
from slp.lib.lists import list_view


@door("desk")
def expert_list(request):
    return list_view(request, expert_list_page("desk"), "desk/expert_list.html")


@door("desk")
def expert_detail(request, key: int):
    """One person. Personal data is for officers and the director, and reading it is recorded."""
    expert = get_object_or_404(Expert.objects.visible_to(request.user).select_related("agency"), pk=key)
    personal = request.user.is_officer or request.user.is_director
    if personal:
        note_read(reader=request.user, subject=f"expert {expert.pk}", what="personal data of the roster")
    context = expert_context(expert, personal=personal) | {"history": timeline(expert), "can_read_history": personal}
    return render(request, "desk/expert_detail.html", context)


urlpatterns = [
    path("experts/", expert_list, name="expert-list"),
    path("experts/<int:key>/", expert_detail, name="expert-detail"),
]
