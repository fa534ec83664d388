"""The outreach board: who is being won, how far it has come, what comes next. One query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, Subquery

from partners.models import Agency, AgencyKind, Agreement, Outreach, OutreachKind
from partners.permissions import NEGOTIATED
from slp.lib.dates import show, today

PER_STAGE = 30
NEW_PARTNER_DAYS = 90
STAGES = (
    ("prospect", "Prospects", "Found, but nobody has talked about a partnership yet."),
    ("in_talks", "In talks", "Meetings, calls and letters about a partnership."),
    ("negotiation", "Agreement in negotiation", "A draft is being read, approved or signed."),
    ("partner", f"New partners (last {NEW_PARTNER_DAYS} days)", "Won lately: see that the first months go well."),
)


@dataclass(frozen=True)
class Card:
    """One agency on the board."""

    agency: Agency
    kind: str
    last: str  # what happened last, in words
    step: str
    step_on: date | None
    late: bool


@dataclass(frozen=True)
class Stage:
    title: str
    text: str
    cards: list[Card]
    more: bool


def outreach_board(user, *, us_state: str = "", kind: str = "") -> list[Stage]:
    """The agencies that are being won, by stage; the next step that is due first comes first."""
    newest = Outreach.objects.filter(agency=OuterRef("pk")).order_by("-on", "-pk")
    negotiated = Agreement.objects.filter(agency=OuterRef("pk"), status__in=NEGOTIATED)
    lately = today() - timedelta(days=NEW_PARTNER_DAYS)
    rows = (
        Agency.objects.visible_to(user)
        .filter(Q(status__in=["prospect", "in_talks"]) | Q(status="partner", partner_since__gte=lately))
        .select_related("found_through")
        .annotate(
            last_on=Subquery(newest.values("on")[:1]),
            last_kind=Subquery(newest.values("kind")[:1]),
            last_who=Subquery(newest.values("attended")[:1]),
            step=Subquery(newest.values("next_step")[:1]),
            step_on=Subquery(newest.values("next_step_on")[:1]),
            negotiates=Exists(negotiated),
        )
        .order_by("step_on", "name")
    )
    if us_state:
        rows = rows.filter(us_state=us_state)
    if kind:
        rows = rows.filter(kind=kind)
    found: dict[str, list[Card]] = {code: [] for code, _, _ in STAGES}
    for agency in rows[: PER_STAGE * len(STAGES) * 4]:
        found[_stage(agency)].append(_card(agency))
    return [Stage(title, text, found[code][:PER_STAGE], len(found[code]) > PER_STAGE) for code, title, text in STAGES]


def _stage(agency: Agency) -> str:
    if agency.status == "partner":
        return "partner"
    return "negotiation" if agency.negotiates else agency.status


def _card(agency: Agency) -> Card:
    last = ""
    if agency.last_on:
        who = f", {agency.last_who}" if agency.last_who else ""
        last = f"{OutreachKind(agency.last_kind).label}, {show(agency.last_on)}{who}"
    late = bool(agency.step and agency.step_on and agency.step_on < today())
    return Card(agency, AgencyKind(agency.kind).label, last, agency.step or "", agency.step_on, late)
