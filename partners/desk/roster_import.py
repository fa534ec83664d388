"""Rosters as files at the desk: what agencies send, and an officer sending one for them."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from django.urls import path
from django.views.decorators.http import require_POST

from partners.models import Agency, RosterImport
from partners.pages.common import door
from partners.pages.roster_import import (
    add_page,
    detail_page,
    file_page,
    imports_list_page,
    take_over_page,
    template_file,
)
from partners.permissions import can_read_roster_files
from slp.lib.answers import require
from slp.lib.lists import list_view
from slp.lib.moves import move_path


@door("desk")
def roster_import_list(request):
    require(can_read_roster_files(request.user))
    return list_view(request, imports_list_page(), "desk/roster_import_list.html")


@door("desk")
def roster_import_add(request, key: int):
    """On behalf of an agency."""
    agency = get_object_or_404(Agency.objects.visible_to(request.user), pk=key)
    return add_page(request, agency, "desk")


@door("desk")
def roster_import_template(request):
    return template_file(request)


@door("desk")
def roster_import_detail(request, key: str):
    return detail_page(request, key, "desk")


@door("desk")
def roster_import_file(request, key: str):
    return file_page(request, key)


@door("desk")
@require_POST
def roster_import_decide(request, key: str):
    return take_over_page(request, key, "desk")


urlpatterns = [
    path("roster-files/", roster_import_list, name="roster-import-list"),
    path("roster-files/template/", roster_import_template, name="roster-import-template"),
    path("roster-files/<str:key>/", roster_import_detail, name="roster-import-detail"),
    path("roster-files/<str:key>/file/", roster_import_file, name="roster-import-file"),
    path("roster-files/<str:key>/decide/", roster_import_decide, name="roster-import-decide"),
    path("agencies/<int:key>/roster-file/", roster_import_add, name="roster-import-add"),
    move_path(RosterImport, "roster-files", "desk", "roster-import-detail"),
]
