"""What the posts logged, and incidents, at the desk."""

from __future__ import annotations

from django.urls import path

from deployments.models import Incident
from deployments.pages import support as pages
from engagements.pages.common import door
from slp.lib.lists import list_view
from slp.lib.moves import move_path

DESK = {"door": "desk"}


@door("desk")
def support_list(request):
    return list_view(request, pages.support_list_page("desk"), "desk/support_list.html")


@door("desk")
def incident_list(request):
    return list_view(request, pages.incident_list_page("desk"), "desk/incident_list.html")


urlpatterns = [
    path("support/", support_list, name="support-list"),
    path("support/<int:key>/", door("desk")(pages.support_detail), DESK, name="support-detail"),
    path("incidents/", incident_list, name="incident-list"),
    path("incidents/<str:key>/", door("desk")(pages.incident_detail), DESK, name="incident-detail"),
    path("incidents/<str:key>/edit/", door("desk")(pages.incident_edit), DESK, name="incident-edit"),
    move_path(Incident, "incidents", "desk", "incident-detail"),
]
