"""Our roster as a file: the template, sending it, the check, taking it over."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.http import require_POST

from partners.models import Agency, RosterImport
from partners.pages.common import door
from partners.pages.roster_import import add_page, detail_page, file_page, take_over_page, template_file
from partners.portal.agency import for_agency
from slp.lib.moves import move_path


@door("portal")
@for_agency
def roster_import_add(request, agency: Agency):
    return add_page(request, agency, "portal")


@door("portal")
def roster_import_template(request):
    return template_file(request)


@door("portal")
def roster_import_detail(request, key: str):
    return detail_page(request, key, "portal")


@door("portal")
def roster_import_file(request, key: str):
    return file_page(request, key)


@door("portal")
@require_POST
def roster_import_decide(request, key: str):
    return take_over_page(request, key, "portal")


urlpatterns = [
    path("experts/import/", roster_import_add, name="roster-import-add"),
    path("experts/import/template/", roster_import_template, name="roster-import-template"),
    path("experts/import/<str:key>/", roster_import_detail, name="roster-import-detail"),
    path("experts/import/<str:key>/file/", roster_import_file, name="roster-import-file"),
    path("experts/import/<str:key>/decide/", roster_import_decide, name="roster-import-decide"),
    move_path(RosterImport, "experts/import", "portal", "roster-import-detail"),
]
