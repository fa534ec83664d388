"""Pages of a roster file, the same at both doors: sending it, the check as it goes on, its result, the files."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import django_filters
from django.db.models import Case, IntegerField, Value, When
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from partners.forms.roster_import import RosterFileForm
from partners.lifecycles import ROSTER_IMPORT
from partners.models import Agency, RosterImport, RosterImportRow
from partners.models.roster_import import ImportStatus
from partners.pages.common import whose
from partners.permissions import can_import_roster, can_read_roster_file
from partners.services.roster_import.annotated import annotate, filename
from partners.services.roster_import.imports import ROWS_KEPT, decision_on, take_over, upload_roster
from partners.services.roster_import.template import csv_template, xlsx_template
from slp.documents.tables import CSV, XLSX
from slp.history.services import note_read
from slp.lib.answers import require
from slp.lib.filters import FilterSet
from slp.lib.forms import refused_at
from slp.lib.lists import Column, Empty, ListPage, choice, list_view
from slp.lib.moves import buttons

REFRESH_SECONDS = "2"
WORKING = (ImportStatus.UPLOADED, ImportStatus.APPLYING)
DECIDED = {ImportStatus.APPLIED: ImportStatus.APPLYING, ImportStatus.DISCARDED: ImportStatus.DISCARDED}
RECENT = 10


# -- sending ---------------------------------------------------------------------------------------
def add_page(request, agency: Agency, door: str) -> HttpResponse:
    """Choose a file; what was sent before stands below."""
    require(can_import_roster(request.user, agency))
    form = RosterFileForm(request.POST or None, request.FILES or None, agency=agency)
    if request.method == "POST" and form.is_valid():
        with refused_at(form, "file"):  # a colleague may have sent the same file in the same moment
            sent = upload_roster(actor=request.user, agency=agency, upload=form.cleaned_data["file"])
            return redirect(f"{door}:roster-import-detail", sent.reference)
    context = {
        "base": f"{door}/base.html",
        "form": form,
        "agency": agency,
        "back": _back(agency, door),
        "template_url": reverse(f"{door}:roster-import-template"),
        "recent": _recent(agency, door),
    }
    return render(request, "partners/roster_import_add.html", context, status=422 if form.is_bound else 200)


def _back(agency: Agency, door: str) -> dict[str, str]:
    if door == "portal":
        return {"label": "Roster", "url": reverse("portal:expert-list")}
    return {"label": agency.name, "url": reverse("desk:agency-detail", args=[agency.pk])}


def _recent(agency: Agency, door: str) -> list[dict[str, Any]]:
    rows = agency.roster_imports.select_related("document", "uploaded_by")[:RECENT]
    return [
        {"upload": row, "url": reverse(f"{door}:roster-import-detail", args=[row.reference]), "tag": row.status_tag}
        for row in rows
    ]


def template_file(request) -> HttpResponse:
    """The empty template: a workbook that explains itself, or the bare headings as CSV."""
    as_csv = request.GET.get("as") == "csv"
    content, kind, suffix = (csv_template(), CSV, "csv") if as_csv else (xlsx_template(), XLSX, "xlsx")
    headers = {"Content-Disposition": f'attachment; filename="SLP roster.{suffix}"'}
    return HttpResponse(content, content_type=kind, headers=headers)


# -- the result ------------------------------------------------------------------------------------
def load(request, key: str) -> RosterImport:
    """An upload that the person may see, if they may read what it holds; others' reading is recorded."""
    rows = RosterImport.objects.visible_to(request.user).select_related("agency", "document", "uploaded_by")
    upload = get_object_or_404(rows, reference=key)
    require(can_read_roster_file(request.user, upload.agency))
    return upload


def _note_reading(request, upload: RosterImport) -> None:
    if upload.uploaded_by_id != request.user.pk:
        note_read(reader=request.user, subject=f"roster file {upload.reference}", what="personal data of a roster file")


def detail_page(request, key: str, door: str) -> HttpResponse:
    """While a worker is at it: how far it is, looking again by itself. Then: every row with what is wrong in it."""
    upload = load(request, key)
    context = {
        "base": f"{door}/base.html",
        "upload": upload,
        "whose": whose(request.user, upload),
        "back": _back(upload.agency, door),
    }
    if upload.status in WORKING:
        response = render(request, "partners/roster_import_progress.html", context)
        # With the address: after the skip link a browser would otherwise only scroll to #main and never look again.
        response["Refresh"] = f"{REFRESH_SECONDS}; url={request.path}"
        return response
    _note_reading(request, upload)
    context |= {
        "stats": _stats(upload, request.path),
        "message_tone": "error" if upload.status == ImportStatus.FAILED else "info",
        "offers": [offer for offer in _offers(upload, request.user) if offer.label],
        "moves": buttons(upload, request.user, door, without=("take_over", "take_over_good")),
        "take_over_url": reverse(f"{door}:roster-import-decide", args=[key]),
        "file_url": reverse(f"{door}:roster-import-file", args=[key]),
        "add_url": _add_url(upload.agency, door),
        "roster_url": _roster_url(upload.agency, door),
        "decision": decision_on(upload, DECIDED[upload.status]) if upload.status in DECIDED else None,
        "rows_kept_days": ROWS_KEPT.days,
    }
    return list_view(request, _rows_page(upload, door), "partners/roster_import_detail.html", **context)


def _add_url(agency: Agency, door: str) -> str:
    if door == "portal":
        return f"{reverse('portal:roster-import-add')}?agency={agency.pk}"
    return reverse("desk:roster-import-add", args=[agency.pk])


def _roster_url(agency: Agency, door: str) -> str:
    url = reverse(f"{door}:expert-list")
    return url if door == "portal" else f"{url}?agency={agency.pk}"


def _stats(upload: RosterImport, path: str) -> list[dict[str, Any]]:
    """The totals, each a link to its rows."""
    counted = (
        ("bad", "Need correction", upload.rows_bad, "bad" if upload.rows_bad else ""),
        ("new", "New people", upload.rows_new, ""),
        ("changed", "Changes", upload.rows_changed, ""),
        ("same", "As they are", upload.rows_same, ""),
    )
    return [
        {"label": label, "value": f"{count:,}", "tone": tone, "url": f"{path}?outcome={outcome}" if count else ""}
        for outcome, label, count, tone in counted
    ]


@dataclass(frozen=True)
class Offer:
    """One way to take the file over, with its answer."""

    rows: str
    label: str
    answer: Any


def _offers(upload: RosterImport, user) -> list[Offer]:
    """What can be decided; "the good rows" only where some are not."""
    answers = {move.verb: answer for move, answer in ROSTER_IMPORT.offers(upload, user)}
    good = upload.rows_total - upload.rows_bad
    found = []
    if "take_over" in answers:
        found.append(Offer("all", f"Take over all {upload.rows_total:,}", answers["take_over"]))
    if upload.rows_bad and "take_over_good" in answers:
        found.append(Offer("good", f"Take over the {good:,} good rows", answers["take_over_good"]))
    return found


def take_over_page(request, key: str, door: str) -> HttpResponse:
    """The decision; a worker carries it out and the page shows how far it is."""
    upload = load(request, key)
    take_over(actor=request.user, roster_import=upload, only_good=request.POST.get("rows") == "good")
    return redirect(f"{door}:roster-import-detail", key)


def file_page(request, key: str) -> HttpResponse:
    """The sent file with what to correct; `rows=bad` only the rows that need it."""
    upload = load(request, key)
    if not upload.rows.exists():
        raise Http404
    _note_reading(request, upload)
    return FileResponse(
        annotate(upload, only_bad=request.GET.get("rows") == "bad"),
        as_attachment=True,
        filename=filename(upload),
        content_type=upload.document.content_type,
        headers={"Cache-Control": "private, no-store"},
    )


# -- lists -----------------------------------------------------------------------------------------
class RowFilter(FilterSet):
    outcome = django_filters.ChoiceFilter(label="Which rows", choices=RosterImportRow.Outcome.choices)

    class Meta:
        model = RosterImportRow
        fields = ["outcome"]


@dataclass(frozen=True)
class LinesColumn(Column):
    """Several sentences, each on a line of its own."""

    def text(self, value: list[str]) -> str:
        return " / ".join(value)

    def html(self, value: list[str]) -> SafeString | str:
        if len(value) < 2:
            return "".join(value) and format_html("{}", value[0])
        return format_html('<ul class="usa-list">{}</ul>', format_html_join("", "<li>{}</li>", ((v,) for v in value)))


BAD_FIRST = Case(
    When(outcome=RosterImportRow.Outcome.BAD, then=Value(0)), default=Value(1), output_field=IntegerField()
)


def _rows_page(upload: RosterImport, door: str) -> ListPage:
    return ListPage(
        title="Rows of the file",
        rows=lambda user: (
            RosterImportRow.objects.visible_to(user).filter(roster_import=upload).annotate(first=BAD_FIRST)
        ),
        columns=(
            Column("name", "Name", lambda text: text[:120] or "(empty)"),
            Column("line", "Line", kind="number"),
            Column("rank", "Rank or title", lambda text: text[:80]),
            Column("outcome", "Result", choice(RosterImportRow.Outcome), sort=False),
            LinesColumn("problems", "What to correct", sort=False),
            LinesColumn("changes", "What changes", sort=False),
        ),
        order="first",
        empty=Empty("No rows", "The rows of a file are kept for 30 days after it was finished with."),
        filters=RowFilter,
        filename=f"{upload.reference}-rows",
    )


@cache
def imports_list_page() -> ListPage:
    """All roster files, for the desk."""
    return ListPage(
        title="Roster files",
        rows=lambda user: RosterImport.objects.visible_to(user),
        shared=True,
        columns=(
            Column("document__name", "File"),
            Column("agency__name", "Agency"),
            Column("status", "State", lifecycle=ROSTER_IMPORT),
            Column("rows_total", "Rows", kind="number"),
            Column("rows_bad", "Need correction", kind="number"),
            Column("uploaded_by__name", "Sent by"),
            Column("created_at", "Sent"),
            Column("reference", "Reference"),
        ),
        order="-created_at",
        empty=Empty(
            "No roster files yet", "Agencies send theirs in the partner portal; you can do it from their page."
        ),
        link=lambda row: f"{row['reference']}/",
        filters=ImportFilter,
        filename="roster-files",
    )


class ImportFilter(FilterSet):
    status = django_filters.ChoiceFilter(label="State", choices=ImportStatus.choices)

    class Meta:
        model = RosterImport
        fields = ["status"]
