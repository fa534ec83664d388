"""Readiness as people see it: one person's list in order of deadline, a team's grid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, cached_property
from html import escape

from django.db.models import Count, Min, Prefetch, Q
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString, mark_safe

from deployments.lifecycles import CLEARANCE, DEPLOYMENT, last_day_needed
from deployments.models import Clearance, ClearanceStatus, Deployment, DeploymentStatus, Requirement
from deployments.services.readiness import HELD, OPEN
from engagements.pages.common import due_words
from slp.history.services import note_reads
from slp.lib.dates import show, today
from slp.lib.lifecycle import Move
from slp.lib.statements import kept

BEFORE = ("confirmed", "preparing", "ready")
UNREADY = ("nominated", "confirmed", "preparing")
SOON = timedelta(days=60)
MOST_TEAMS = 50
BACK = (DeploymentStatus.RETURNED, DeploymentStatus.CURTAILED, DeploymentStatus.CLOSED)
WORDS = {
    "not_started": "Missing",
    "submitted": "Handed in",
    "cleared": "Cleared",
    "waived": "Waived",
    "refused": "Refused",
}

ROW = (
    '<tr id="requirement-{}"><td data-label="Requirement"><div>{}<details class="slp-details"><summary>Why</summary>'
    '<p>{}</p><p class="slp-source">{}. Cleared by: {}.</p></details></div></td><td data-label="State"><div>'
    '<span class="slp-status slp-status--{}">{}</span> {}{}{}</div></td><td data-label="{}"><div>{}</div></td></tr>'
)
CLEARED_BY = dict(Requirement.ClearedBy.choices)
PAPER = '<a class="usa-link" href="/documents/{}/">{}</a> '
DO = '<a class="usa-link" href="{}">{}<span class="usa-sr-only">: {}</span></a>'


@dataclass(frozen=True)
class Item:
    """One requirement of one person, for a row or a cell."""

    clearance: Clearance
    moves: list[tuple] = field(default_factory=list)  # (label, url, danger)

    @property
    def key(self) -> str:
        """As text: a template would format a number."""
        return str(self.clearance.pk)

    @property
    def requirement(self):
        return self.clearance.requirement

    @property
    def is_open(self) -> bool:
        return self.clearance.status in OPEN

    @property
    def short_lived(self) -> bool:
        """Cleared, but not until the last day of travel."""
        return self.clearance.status == ClearanceStatus.CLEARED and not self.clearance.holds_on(
            last_day_needed(self.clearance)
        )

    @property
    def overdue(self) -> bool:
        return self.is_open and self.clearance.due_on < today()

    @cached_property
    def status(self) -> dict[str, str]:
        if self.short_lived:
            return {"label": "Ends too early", "tone": "bad"}
        if self.overdue and self.clearance.status == ClearanceStatus.NOT_STARTED:
            return {"label": "Overdue", "tone": "bad"}
        return {"label": WORDS[self.clearance.status], "tone": CLEARANCE.tone(self.clearance.status)}

    @property
    def row(self) -> SafeString:
        """The row of `_items.html`. There are a dozen on a page, and its template would cost more than all the rest."""
        rule, status = self.requirement, self.status
        name, why, citation, by, tone, label, when = map(
            escape,
            (
                rule.name, rule.explanation, rule.citation, CLEARED_BY[rule.cleared_by], status["tone"],
                status["label"], self.when,
            ),
        )  # fmt: skip
        moves = " &middot; ".join(DO.format(escape(url), escape(label), name) for label, url, _ in self.moves)
        head, tail = self._paper(), self._reason()
        do = "Do" if self.moves else ""
        return mark_safe(ROW.format(self.key, name, why, citation, by, tone, label, when, head, tail, do, moves))  # noqa: S308 -- each part is escaped

    def _paper(self) -> str:
        """What was handed in, escaped."""
        clearance = self.clearance
        paper = PAPER.format(clearance.evidence_id, escape(clearance.evidence.name)) if clearance.evidence_id else ""
        note = escape(clearance.evidence_note)
        return f"<br>{paper}{note}" if paper or note else ""

    def _reason(self) -> str:
        """Why it was refused or waived, escaped."""
        clearance = self.clearance
        if clearance.status == ClearanceStatus.REFUSED:
            said = f"Refused: {clearance.reason}"
        elif clearance.status == ClearanceStatus.WAIVED:
            said = f"Waived by {clearance.decided_by}: {clearance.reason}"
        else:
            return ""
        return f'<p class="slp-reason">{escape(said)}</p>'

    @property
    def when(self) -> str:
        """The date that matters now: due, or valid until."""
        if self.is_open:
            return f"{show(self.clearance.due_on)}, {due_words(self.clearance.due_on)}"
        until = self.clearance.valid_until
        return f"valid until {show(until)}" if until and self.clearance.status == ClearanceStatus.CLEARED else ""


def visible_clearances(deployment: Deployment) -> list[Clearance]:
    """The clearances that the reader may see, of those that were loaded with `with_seen`."""
    return [c for c in deployment.clearances.all() if c.seen]


def note_seen(user, deployments: Iterable[Deployment]) -> None:
    """Record that `user` has read requirements of these travellers. One query."""
    read = [(d.reference, d.expert.user_id) for d in deployments if visible_clearances(d)]
    note_reads(reader=user, subjects=read, what="requirements")


def items(deployment: Deployment, user, door: str) -> list[Item]:
    """What this person sees of a journey's requirements: open ones first, by deadline, each with what can be done.

    That somebody else's page is read, with the personal data beside the list, is recorded here.
    """
    rows = visible_clearances(deployment)
    if deployment.personal or rows:
        what = "requirements, passport, emergency contact" if deployment.personal else "requirements"
        note_reads(reader=user, subjects=[(deployment.reference, deployment.expert.user_id)], what=what)
    rows.sort(key=lambda c: (c.status in HELD, c.due_on, c.requirement.order))
    return [Item(clearance, _moves(clearance, user, door)) for clearance in rows]


def _moves(clearance: Clearance, user, door: str) -> list[tuple]:
    """The links of one row: only what this person can do now, so that a list of thirteen stays readable."""
    found = []
    for move, answer in CLEARANCE.offers(clearance, user):
        if answer and (address := _address(door, move)):
            found.append((move.label, address.format(clearance.pk), move.danger))
    return found


@cache
def _address(door: str, move: Move) -> str:
    """Where a requirement is moved at this door, with `{}` for its key; nowhere, if the door has no such page."""
    name, more = (move.form, ()) if move.form else ("clearance-move", (move.verb,))
    try:
        return reverse(f"{door}:{name}", args=[0, *more]).replace("/0/", "/{}/")
    except NoReverseMatch:
        return ""


# -- a team -----------------------------------------------------------------------------------------
@dataclass
class Row:
    """One requirement across a team; `cells` follow the order of the people."""

    name: str
    requirement: int
    cells: list[Item | None]
    clear_url: str = ""


def _due(day: date) -> str:
    """ "due in 3 days", "due today", "2 days overdue"."""
    words = due_words(day)
    return words if words.endswith("overdue") else f"due {words}"


@dataclass(frozen=True)
class Member:
    """One person of a team: how much is missing, and what comes next."""

    deployment: Deployment
    url: str
    cells: list[Item]

    @property
    def missing(self) -> int:
        return sum(cell.is_open or cell.short_lived for cell in self.cells)

    @property
    def next(self) -> str:
        """What is due first."""
        waiting = [cell for cell in self.cells if cell.is_open]
        if not waiting:
            return ""
        first = min(waiting, key=lambda cell: (cell.clearance.due_on, cell.requirement.order))
        return f"{first.requirement.name}, {_due(first.clearance.due_on)}"


@dataclass
class Team:
    """The people of one engagement who travel together, and what is missing."""

    engagement: object
    people: list[Deployment]
    rows: list[Row] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    ready_url: str = ""

    @property
    def leaves_on(self) -> date:
        return min(p.starts_on for p in self.people)

    @property
    def leaves(self) -> str:
        return due_words(self.leaves_on)

    @property
    def cells(self) -> list[Item]:
        return [cell for row in self.rows for cell in row.cells if cell]

    @property
    def missing(self) -> int:
        return sum(cell.is_open or cell.short_lived for cell in self.cells)

    @property
    def overdue(self) -> int:
        return sum(cell.overdue for cell in self.cells)

    @property
    def ready(self) -> int:
        return sum(p.status not in UNREADY for p in self.people)

    @property
    def away(self) -> str:
        """Who has left already, of a team in which everybody is ready or has left; empty before the first has."""
        there, back = (sum(p.status in states for p in self.people) for states in (("in_country",), BACK))
        if not there and not back:
            return ""
        words = "Everybody is" if there == len(self.people) else f"{there} of {len(self.people)}"
        return f"{words} in country" if there else f"{back} of {len(self.people)} back"

    @property
    def status(self) -> dict[str, str]:
        begun = bool(self.cells)
        if not begun and not self.ready and any(p.status == "preparing" for p in self.people):
            return {"label": "Preparing", "tone": "info"}  # for readers who don't see the requirements
        everybody = self.ready == len(self.people)
        return _standing(everybody=everybody, begun=begun, missing=self.missing, overdue=self.overdue, away=self.away)


def _standing(*, everybody: bool, begun: bool, missing: int, overdue: int, away: str = "") -> dict[str, str]:
    """How far a team is, in a few words with their tone. What is missing counts, whatever people were marked as."""
    if overdue:
        return {"label": f"{overdue} overdue", "tone": "bad"}
    if missing:
        return {"label": f"{missing} missing", "tone": "warn"}
    if everybody:
        return {"label": away or "Everybody is ready", "tone": "good"}
    if not begun:
        return {"label": "Preparations have not begun", "tone": "neutral"}
    return {"label": "Everything holds: mark as ready", "tone": "info"}


@dataclass(frozen=True)
class TeamLine:
    """A team in one line, counted by the database: `listed` requirements, of which some are `missing` or `overdue`."""

    reference: str
    title: str
    country: str
    leaves_on: date
    people: int
    ready: int
    listed: int
    missing: int
    overdue: int

    @property
    def status(self) -> dict[str, str]:
        return _standing(
            everybody=self.ready == self.people,
            begun=self.listed > 0,
            missing=self.missing,
            overdue=self.overdue,
        )

    @property
    def leaves(self) -> str:
        return f"{show(self.leaves_on)}, {due_words(self.leaves_on)}"


def team_lines(user) -> list[TeamLine]:
    """The teams that leave soon, the worst first: most overdue, then whoever leaves first. One query."""
    return [TeamLine(*row) for row in _team_lines(user)]


@kept
def _team_lines(reader):
    late = Q(clearances__status__in=OPEN, clearances__due_on__lt=today())
    leaving = Deployment.objects.visible_to(reader).filter(status__in=BEFORE, starts_on__lte=today() + SOON)
    return (
        leaving.order_by()
        .values_list("engagement__reference", "engagement__title", "engagement__country__name")
        .annotate(
            leaves=Min("starts_on"),
            people=Count("pk", distinct=True),
            ready=Count("pk", distinct=True, filter=Q(status="ready")),
            listed=Count("clearances"),
            missing=Count("clearances", filter=Q(clearances__status__in=OPEN)),
            overdue=Count("clearances", filter=late),
        )
        .order_by("-overdue", "leaves", "engagement__reference")[:MOST_TEAMS]
    )


def with_clearances(rows, user):
    """The deployments with what a team's grid needs for `user`. Two queries when read."""
    return rows.select_related("engagement", "expert__user", "agency", "country__post").prefetch_related(
        Prefetch("clearances", Clearance.objects.with_seen(user).select_related("requirement"))
    )


def teams(deployments: Iterable[Deployment], user, door: str) -> list[Team]:
    """Grids per engagement, the worst first: most overdue, then whoever leaves first. The reading is recorded."""
    by_engagement: dict[int, list[Deployment]] = defaultdict(list)
    deployments = list(deployments)
    note_seen(user, deployments)
    for deployment in deployments:
        by_engagement[deployment.engagement_id].append(deployment)
    found = [_team(people, user, door) for people in by_engagement.values()]
    return sorted(found, key=lambda team: (team.ready == len(team.people), -team.overdue, team.leaves_on))


def _team(people: list[Deployment], user, door: str) -> Team:
    people.sort(key=lambda d: (not d.is_team_lead, d.expert.name))
    team = Team(people[0].engagement, people)
    if any(p.status == "preparing" and DEPLOYMENT.can(p, "ready", user) for p in people):
        team.ready_url = reverse(f"{door}:team-move", args=[team.engagement.reference, "ready"])
    seen = {d.pk: {c.requirement_id: c for c in visible_clearances(d)} for d in people}
    rules = {c.requirement_id: c.requirement for found in seen.values() for c in found.values()}
    for rule in sorted(rules.values(), key=lambda r: (r.order, r.code)):
        cells = [seen[d.pk].get(rule.pk) for d in people]
        can_clear = any(c and c.status in OPEN and CLEARANCE.can(c, "clear", user) for c in cells)
        row = Row(rule.name, rule.pk, [Item(c) if c else None for c in cells])
        if can_clear:
            row.clear_url = reverse(f"{door}:team-clear", args=[team.engagement.reference, rule.pk])
        team.rows.append(row)
    for position, person in enumerate(people):
        cells = [row.cells[position] for row in team.rows if row.cells[position]]
        url = reverse(f"{door}:deployment-detail", args=[person.reference])
        team.members.append(Member(person, url, cells))
    return team
