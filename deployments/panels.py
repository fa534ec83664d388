"""What this app shows on an engagement's page: who travels with what is missing, money set aside, claims."""

from __future__ import annotations

from django.urls import reverse

from deployments.models import Claim, Deployment, Obligation
from deployments.pages.readiness import teams, with_clearances
from deployments.permissions import CLAIMANT, can_claim, can_record_obligation
from deployments.services.payments import spent
from deployments.services.travel import can_send
from engagements.panels import Panel, register
from partners.permissions import agency_ids


@register
def travel_panel(engagement, user, door: str) -> list[Panel]:
    """The team in one grid. Two queries."""
    if not engagement.rules.abroad:
        return []
    rows = Deployment.objects.visible_to(user).filter(engagement=engagement)
    people = list(with_clearances(rows, user).exclude(status__in=["withdrawn", "cancelled"]))
    found = teams(people, user, door) if people else []
    context = {"teams": found}
    if door == "desk":
        context["can_send"] = can_send(user, engagement)
        context["send_url"] = reverse("desk:deployment-add", args=[engagement.reference])
    return [Panel("Who travels", "deployments/_travel_panel.html", context)]


@register
def money_panel(engagement, user, door: str) -> list[Panel]:
    """Money set aside, for INL/KM; claims, for INL/KM and the agency itself. Two queries at the desk."""
    if not engagement.rules.reimbursable or door == "post":
        return []
    claims = Claim.objects.visible_to(user).filter(engagement=engagement).select_related("agency").with_totals()
    context = {"claims": list(claims), "door": door, "engagement": engagement}
    if door == "desk":
        obligations = Obligation.objects.visible_to(user).filter(engagement=engagement).annotate(used=spent())
        context |= {
            "obligations": list(obligations),
            "can_set_aside": can_record_obligation(user, engagement),
            "set_aside_url": reverse("desk:obligation-add", args=[engagement.reference]),
        }
        return [Panel("Money", "deployments/_money_panel.html", context)]
    mine = agency_ids(user, CLAIMANT)
    if mine:
        context["can_claim"] = can_claim(user, engagement, min(mine))
        context["claim_url"] = f"{reverse('portal:claim-add')}?engagement={engagement.reference}"
    return [Panel("Claims", "deployments/_money_panel.html", context)] if mine or context["claims"] else []
