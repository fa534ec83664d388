"""The public door: what the programme is, what it has achieved, how to ask. Nothing here needs an account."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import path
from django.utils.safestring import SafeString

from deployments import public as deployments_public
from engagements import public as engagements_public
from engagements.models import Accomplishment, Guide, PublishedFigure
from partners import public as partners_public
from partners.models import Sector
from slp.documents.models import Source
from slp.lib.dates import show, today
from slp.lib.lists import PAGE_SIZE, csv_response, page_number, pages_of, url_with
from slp.public import health
from slp.public.factsheet import MEASURES, FactSheet, Line, NotADate, Numbers, read_date
from slp.public.remember import KEEP_SECONDS, remembered
from slp.public.world import world

HIGHLIGHTS = ("PF07", "SF46", "SF30", "SF10")  # published figures on the home page, each with its source
KEEP_PAST_SECONDS = 600


def csrf_failure(request, reason=""):
    """A form that was open too long, or a browser that keeps no cookies."""
    return render(
        request, "403.html", {"reason": "This form was open too long. Go back, reload and try again."}, status=403
    )


HOMES = {"desk": "admin:index", "portal": "portal:home", "post": "post:home"}


def _own_door(user) -> str:
    """The door at which a signed-in person works; empty for somebody whose last role has ended."""
    if user.is_staff:
        return "desk"
    if user.memberships.filter(is_active=True).exists():
        return "portal"
    return "post" if user.assignments.filter(is_active=True).exists() else ""


def door(request):
    """Sends a signed-in person to their own door."""
    return redirect(HOMES.get(_own_door(request.user), "public:home"))


def notices(request):
    """From the menu of every page to what SLP wrote to this person, at their own door."""
    own = _own_door(request.user)
    return redirect(f"{own}:notice-list" if own else "public:home")


@login_not_required
def home(request):
    """What a chief of police needs to know in two minutes."""
    return render(request, "public/home.html", {"drawn": remembered("home", _draw_home)})


def _draw_home() -> SafeString:
    found = {f.code: f for f in PublishedFigure.objects.filter(code__in=HIGHLIGHTS).select_related("source")}
    context = {
        "world": world(),
        "figures": [_highlight(found[code]) for code in HIGHLIGHTS if code in found],
        "stories": _one_per_sector(_stories()),
    }
    return render_to_string("public/_home.html", context)


def _highlight(figure: PublishedFigure) -> dict:
    words = {"at_least": "over ", "about": "about "}.get(figure.certainty, "")
    when = f", {show(figure.as_of, figure.precision)}" if figure.as_of else ""
    return {
        "label": figure.label,
        "value": f"{words}{figure.value:,}".capitalize(),
        "note": f"{figure.source.publisher or figure.source.title}{when}",
    }


def _stories():
    return Accomplishment.objects.exclude(published_on=None).select_related("agency", "country", "source")


def _one_per_sector(stories) -> list[Accomplishment]:
    """Up to six stories, of as many sectors as there are, so that every kind of agency finds its own."""
    first, more = [], []
    for story in stories:
        (more if any(s.sector == story.sector for s in first) else first).append(story)
    return [*first, *more][:6]


@login_not_required
def accomplishments(request):
    """Published accomplishments by sector, and the guides."""
    stories = list(_stories())
    groups = [
        {"label": sector.label, "stories": [s for s in stories if s.sector == sector]}
        for sector in Sector
        if any(s.sector == sector for s in stories)
    ]
    guides = Guide.objects.exclude(published_on=None).select_related("source")
    return render(request, "public/accomplishments.html", {"groups": groups, "guides": guides})


def _as_of(request) -> tuple[date, str]:
    """The date asked for, or today with a sentence about what was wrong with it."""
    text = request.GET.get("as_of", "").strip()
    if not text:
        return today(), ""
    try:
        return read_date(text), ""
    except NotADate as problem:
        return today(), f"{problem} The numbers below are of today."


def _numbers(sheet: FactSheet) -> Numbers:
    """What the database counts for a sheet, once for each state of the record."""
    return remembered(f"numbers:{sheet.as_of}", sheet.numbers, KEEP_SECONDS if sheet.is_now else KEEP_PAST_SECONDS)


@login_not_required
def fact_sheet(request):
    """The programme's numbers as of any date, computed from records, beside the published ones."""
    as_of, problem = _as_of(request)
    context = {
        "as_of": as_of,
        "is_now": as_of >= today(),
        "problem": problem,
        # Past dates could be any: of them only the numbers are remembered, and not for long.
        "drawn": remembered("fact-sheet", _draw_fact_sheet) if as_of == today() else _draw_fact_sheet(as_of),
    }
    return render(request, "public/fact_sheet.html", context, status=422 if problem else 200)


def _draw_fact_sheet(as_of: date | None = None) -> SafeString:
    sheet = FactSheet(as_of)
    context = {
        "sheet": sheet,
        "figures": sheet.figures(numbers=_numbers(sheet)),
        "sources": Source.objects.all(),
        "demo": settings.DEMO,
    }
    return render_to_string("public/_fact_sheet.html", context)


@login_not_required
def fact_sheet_rows(request):
    """The lines that one computed figure is the sum of; `?measure=deployments`. With `export=csv` all of them."""
    measure = request.GET.get("measure", "")
    if not measure:
        return redirect("public:fact-sheet")
    if measure not in MEASURES or MEASURES[measure].kinds is None:
        raise Http404
    as_of, problem = _as_of(request)
    sheet = FactSheet(as_of)
    if request.GET.get("export") == "csv" and not problem:
        rows = (_spreadsheet_row(line) for line in sheet.every_line(measure))
        return csv_response(f"fact-sheet-{measure}-{as_of}", SPREADSHEET, rows)
    numbers, number = _numbers(sheet), page_number(request)
    figure = sheet.figures(measure, numbers)[0]
    start, stop = (number - 1) * PAGE_SIZE, number * PAGE_SIZE
    context = {
        "sheet": sheet,
        "figure": figure,
        "problem": problem,
        "lines": sheet.lines(measure, numbers, start, stop),
        "undated": sheet.undated(measure, PAGE_SIZE) if figure.undated_lines else [],
        "pages": pages_of(request, number, has_next=stop < figure.lines, total=figure.lines),
        "export_url": url_with(request, export="csv", page=None),
        "first_url": url_with(request, page=None),
    }
    return render(request, "public/fact_sheet_rows.html", context, status=422 if problem else 200)


SPREADSHEET = ("Record", "Details", "When", "Part", "Counts", "Source", "Demonstration", "Counted")


def _spreadsheet_row(line: Line) -> tuple[str, ...]:
    text = line.text
    counted = "Yes" if line.counted else "No, its date was not published"
    source = text.source or "Our records"
    demo = "Yes" if line.fictional else "No"
    return text.what, text.detail, text.when, line.part, str(line.count), source, demo, counted


@login_not_required
def accessibility(request):
    return render(request, "public/accessibility.html", {"contact": settings.ACCESSIBILITY_CONTACT})


@login_not_required
def privacy(request):
    """The Privacy Act statement. What an agency's lawyers must supply comes from settings, or is said to be missing."""
    facts = [
        ("Authority", settings.PRIVACY_AUTHORITY),
        ("System of records notice", settings.PRIVACY_SORN),
        ("Privacy office", settings.PRIVACY_CONTACT),
    ]
    context = {"facts": [{"label": label, "value": value} for label, value in facts]}
    return render(request, "public/privacy.html", context)


urlpatterns = [
    path("", home, name="home"),
    path("door/", door, name="door"),
    path("notices/", notices, name="notices"),
    path("accomplishments/", accomplishments, name="accomplishments"),
    path("fact-sheet/", fact_sheet, name="fact-sheet"),
    path("fact-sheet/rows/", fact_sheet_rows, name="fact-sheet-rows"),
    path("accessibility/", accessibility, name="accessibility"),
    path("privacy/", privacy, name="privacy"),
    path("health/live", health.health_live, name="health-live"),
    path("health/ready", health.health_ready, name="health-ready"),
    *partners_public.urlpatterns,
    *engagements_public.urlpatterns,
    *deployments_public.urlpatterns,
]
