"""What this app shows on an engagement's page: who travels with what is missing, money set aside, claims."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from deployments.models import Claim, ClaimStatus, Clearance, Deployment, Obligation, Requirement
from deployments.pages.readiness import BACK, Row, Team, teams
from deployments.permissions import CLAIMANT, can_claim, can_record_obligation, deployment_roles
from deployments.services.travel import can_send
from engagements.models import Engagement, EngagementStatus
from engagements.panels import Panel, register
from partners.models import Agency, Expert
from partners.permissions import agency_ids
from slp.history.models import PERSONAL_STAFF
from slp.lib.light import has_read, light, named, of
from slp.lib.money import ZERO
from slp.lib.statements import kept
from slp.places.models import Country

EVERYBODY_BACK = {"label": "Everybody is back", "tone": "neutral"}
READERS = {*PERSONAL_STAFF, "coordinator", "traveller", "post_officer", "rso"}  # who may have a grid to read
TAKES = (ClaimStatus.CERTIFIED, ClaimStatus.PAID)  # what claims in these states allow is taken from the money set aside

# -- who travels -----------------------------------------------------------------------------------
JOURNEY = (
    "id", "reference", "status", "engagement_id", "agency_id", "expert_id", "country_id", "is_team_lead", "starts_on",
    "ends_on",
)  # fmt: skip
PERSON = ("id", "name", "rank", "user_id")
STATE = ("id", "deployment_id", "requirement_id", "status", "due_on", "valid_until")
RULE = ("id", "code", "name", "order", "cleared_by", "valid_days_after")


@kept
def _journeys(reader, engagement):
    rows = Deployment.objects.visible_to(reader).filter(engagement=engagement)
    rows = rows.exclude(status__in=["withdrawn", "cancelled"]).order_by("-pk")
    beside = [f"expert__{name}" for name in PERSON]
    return rows.values_list(*JOURNEY, of(Country, "country_id", "post_id"), *beside)


@kept
def _clearances(reader, engagement):
    rows = Clearance.objects.with_seen(reader).filter(deployment__engagement=engagement).order_by("pk")
    return rows.values_list(*STATE, "seen", *(f"requirement__{name}" for name in RULE))


def _journey(engagement: Engagement, row: tuple) -> Deployment:
    own, post, person = row[: len(JOURNEY)], row[len(JOURNEY)], row[len(JOURNEY) + 1 :]
    found = light(Deployment, dict(zip(JOURNEY, own, strict=True)))
    found.engagement = engagement
    found.expert = light(Expert, dict(zip(PERSON, person, strict=True)))
    found.country = light(Country, {"iso2": found.country_id, "post_id": post})
    return found


def _give_requirements(people: list[Deployment], engagement: Engagement, user) -> None:
    """Each journey gets its requirements, as the grid and the guards read them. One query."""
    listed = {person.pk: (person, []) for person in people}
    rules: dict[tuple, Requirement] = {}
    for row in _clearances(user, engagement.pk):
        state, seen, rule = row[: len(STATE)], row[len(STATE)], row[len(STATE) + 1 :]
        person, clearances = listed.get(state[1], (None, []))
        if person is None:
            continue
        if rule not in rules:
            rules[rule] = light(Requirement, dict(zip(RULE, rule, strict=True)))
        clearance = light(Clearance, dict(zip(STATE, state, strict=True)))
        clearance.seen, clearance.requirement, clearance.deployment = seen, rules[rule], person
        clearances.append(clearance)
    for person, clearances in listed.values():
        has_read(person, "clearances", clearances)


def _drawn(team: Team) -> dict:
    """A team for `_travel_panel.html`. A grid has a cell per person and requirement, so its rows are drawn here."""
    names = [person.expert.name for person in team.people]
    starts = [format_html('<td data-label="{}">', name) for name in names]
    return {
        "people": len(team.people),
        "leaves_on": team.leaves_on,
        "status": EVERYBODY_BACK if all(person.status in BACK for person in team.people) else team.status,
        "ready_url": team.ready_url,
        "members": [(member, member.deployment, member.deployment.status_tag) for member in team.members],
        "names": names,
        "rows": [(row.name, row.clear_url, _cells(row, starts)) for row in team.rows],
    }


def _cells(row: Row, starts: list[SafeString]) -> SafeString:
    """One requirement across the team. Names and tags are escaped before."""
    cells = [
        f"{start}{_tag(**cell.status)}</td>" if cell else '<td data-label=""></td>'
        for start, cell in zip(starts, row.cells, strict=True)
    ]
    return mark_safe("".join(cells))  # noqa: S308


@cache
def _tag(label: str, tone: str) -> SafeString:
    return format_html('<span class="slp-status slp-status--{}">{}</span>', tone, label)


def _nobody(engagement: Engagement) -> dict[str, str]:
    """Why there is no journey here: not yet, not any more, or nobody at all."""
    if engagement.status == EngagementStatus.CANCELLED:
        return {"title": "Nobody travels", "text": "The engagement was cancelled."}
    if engagement.status in (EngagementStatus.COMPLETED, EngagementStatus.CLOSED):
        return {"title": "Nobody travelled", "text": "The engagement is over and has no journey on record."}
    text = "Writing the addendum makes a journey for everybody who is confirmed for a seat."
    if engagement.status != EngagementStatus.PLANNED:
        text = "Nobody was confirmed for a seat, or nobody of those who were goes any more."
    return {"title": "Nobody travels yet", "text": text}


@register
def travel_panel(engagement, user, door: str, asked) -> list[Panel]:
    """The team in one grid. Two queries. When everybody is back, the grid is personal data that has to be asked for."""
    if not engagement.rules.abroad:
        return []
    people = [_journey(engagement, row) for row in _journeys(user, engagement.pk)]
    over = all(person.status in BACK for person in people) and "grid" not in asked
    context = {"folded": over and any(READERS & deployment_roles(user, person) for person in people)}
    context["nobody"] = _nobody(engagement)
    if over:
        for person in people:
            has_read(person, "clearances", [])
    else:
        _give_requirements(people, engagement, user)
    context["teams"] = [_drawn(team) for team in teams(people, user, door)] if people else []
    if door == "desk":
        context["can_send"] = can_send(user, engagement)
        context["send_url"] = reverse("desk:deployment-add", args=[engagement.reference])
    return [Panel("Who travels", "deployments/_travel_panel.html", context)]


# -- money -----------------------------------------------------------------------------------------
CLAIM = ("id", "reference", "status", "agency_id", "obligation_id")


@kept
def _claims(reader, engagement):
    rows = Claim.objects.visible_to(reader).filter(engagement=engagement).with_totals().order_by("-pk")
    return rows.values_list(*CLAIM, "agency__name", "claimed_usd", "allowed_usd")


@kept
def _obligations(reader, engagement):
    rows = Obligation.objects.visible_to(reader).filter(engagement=engagement).order_by("-pk")
    return rows.values_list("pk", "number", "amount", "fiscal_year")


def _claim(row: tuple) -> Claim:
    *own, agency, claimed, allowed = row
    found = light(Claim, dict(zip(CLAIM, own, strict=True)))
    found.agency = named(Agency, found.agency_id, agency)
    found.claimed_usd, found.allowed_usd = claimed, allowed
    return found


def _set_aside(engagement: Engagement, user, claims: list[Claim]) -> list[dict]:
    """Each obligation with what is taken from it: only claims of its own engagement are certified against it."""
    used: dict[int, Decimal] = {}
    for claim in claims:
        if claim.obligation_id and claim.status in TAKES:
            used[claim.obligation_id] = used.get(claim.obligation_id, ZERO) + claim.allowed_usd
    names = ("pk", "number", "amount", "fiscal_year")
    rows = [dict(zip(names, row, strict=True)) for row in _obligations(user, engagement.pk)]
    return [row | {"used": used.get(row["pk"], ZERO)} for row in rows]


@register
def money_panel(engagement, user, door: str, asked) -> list[Panel]:
    """Money set aside, for INL/KM; claims, for INL/KM and the agency itself. Two queries at the desk."""
    if not engagement.rules.reimbursable or door == "post":
        return []
    claims = [_claim(row) for row in _claims(user, engagement.pk)]
    context = {"claims": claims, "door": door, "engagement": engagement}
    if door == "desk":
        context |= {
            "obligations": _set_aside(engagement, user, claims),
            "can_set_aside": can_record_obligation(user, engagement),
            "set_aside_url": reverse("desk:obligation-add", args=[engagement.reference]),
        }
        return [Panel("Money", "deployments/_money_panel.html", context)]
    mine = agency_ids(user, CLAIMANT)
    if mine:
        answers = [can_claim(user, engagement, agency) for agency in sorted(mine)]
        context["can_claim"] = next((given for given in answers if given), answers[0])
        context["claim_url"] = f"{reverse('portal:claim-add')}?engagement={engagement.reference}"
    return [Panel("Claims", "deployments/_money_panel.html", context)] if mine or context["claims"] else []
