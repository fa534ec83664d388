"""Claims at the desk: reviewed line by line, with the rule, the receipt and the rate beside each line."""

from __future__ import annotations

from dataclasses import replace

import django_filters
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from deployments.forms import DecisionForm
from deployments.lifecycles import CLAIM
from deployments.models import Claim, ClaimLine, ClaimStatus, Decision
from deployments.models.claim import claimed
from deployments.pages import claims as pages
from deployments.permissions import can_handle_payment, can_record_payment
from deployments.services import claims
from engagements.pages.common import door, offers, steps
from slp.history.services import timeline
from slp.lib.answers import require
from slp.lib.filters import FilterSet
from slp.lib.forms import refused_at
from slp.lib.lists import Column, Empty, ListPage, list_view
from slp.lib.money import usd
from slp.lib.moves import move_path

WAITING = ("submitted", "in_review", "approved", "certified")
STATES = [choice for choice in ClaimStatus.choices if choice[0] != ClaimStatus.DRAFT]


class ClaimFilter(FilterSet):
    status = django_filters.ChoiceFilter(
        label="State", choices=[("waiting", "All that wait for INL/KM"), *STATES], method="by_status"
    )

    class Meta:
        model = Claim
        fields = ["status"]

    def by_status(self, rows, name, value):
        return rows.filter(status__in=WAITING) if value == "waiting" else rows.filter(status=value)


LIST = ListPage(
    title="Claims",
    intro="What agencies ask to be paid back. The longest waiting first, what is settled last.",
    rows=lambda user: Claim.objects.visible_to(user).open_first(),
    shared=True,
    columns=(
        Column("reference", "Claim"),
        Column("agency__name", "Agency"),
        Column("engagement__title", "Engagement"),
        Column("status", "State", lifecycle=CLAIM),
        Column("status_since", "Since"),
        Column("claimed_usd", "Claimed", usd, kind="number"),
    ),
    worked_out={"claimed_usd": claimed},
    order="status_since",
    ahead="is_settled",
    empty=Empty("No claims yet", "Agencies claim what they spent while an engagement is prepared, under way or done."),
    link=lambda row: f"/admin/desk/claims/{row['reference']}/",
    filters=ClaimFilter,
    filename="claims",
)


@door("desk")
def claim_list(request):
    actions = [{"label": "Money set aside", "url": reverse("desk:obligation-list")}]
    return list_view(request, LIST, "desk/claim_list.html", list_actions=actions)


def _page(request, claim: Claim, *, bound: DecisionForm | None = None):
    """The whole review on one page; a refused decision keeps what was typed in its own form."""
    may_decide = claims.may_decide(request.user, claim)
    sheet = pages.sheet(claim, review=True)
    if bound is not None:
        sheet.lines = [replace(row, form=bound) if row.line.pk == bound.line.pk else row for row in sheet.lines]
    tab = "history" if request.GET.get("tab") == "history" else "lines"
    moves = offers(claim, request.user, "desk", without=("settle", "unsettle"))
    can_pay = can_record_payment(request.user, claim) if claim.status == ClaimStatus.CERTIFIED else None
    context = {
        "claim": claim,
        "sheet": sheet,
        "tab": tab,
        "steps": steps(CLAIM, pages.PATH, claim.status),
        "moves": moves,
        "can_pay": can_pay,
        "can_fail": can_handle_payment(request.user, claim),
        "facts": pages.claim_facts(claim),
        "turn": pages.turn(claim, mine=bool(may_decide or can_pay or any(given for _, given in moves))),
        "may_decide": may_decide,
        "bound": bound,
    }
    if tab == "history":
        context["history"] = timeline(claim)
    return render(request, "desk/claim_detail.html", context, status=(409 if bound.conflict else 422) if bound else 200)


@door("desk")
def claim_detail(request, key: str):
    """Line by line, with what speaks against each."""
    return _page(request, pages.load_claim(request, key))


@door("desk")
@require_POST
def line_decide(request, key: int):
    """Decide one line."""
    line = get_object_or_404(ClaimLine.objects.visible_to(request.user).select_related("claim"), pk=key)
    claim = pages.load_claim(request, line.claim.reference)
    require(claims.may_decide(request.user, claim))
    form = DecisionForm(request.POST, line=line)
    if form.is_valid():
        with refused_at(form):
            claims.decide_line(line=line, actor=request.user, **form.cleaned_data)
            decided = f"{Decision(line.decision).label.lower()}, {usd(line.allowed_usd)}"
            messages.success(request, f"{line.description}: {decided}.")
            return redirect(f"{reverse('desk:claim-detail', args=[claim.reference])}#line-{line.pk}")
    return _page(request, claim, bound=form)


@door("desk")
@require_POST
def claim_allow(request, key: str):
    """Allow in full every open line that nothing speaks against."""
    claim = pages.load_claim(request, key)
    allowed, left = claims.allow_rest(claim=claim, actor=request.user)
    if left:
        messages.warning(request, f"{allowed} allowed. {left} still need your decision: something speaks against them.")
    else:
        messages.success(request, f"{allowed} allowed. Every line is decided.")
    return redirect("desk:claim-detail", key=key)


urlpatterns = [
    path("claims/", claim_list, name="claim-list"),
    path("claims/<str:key>/", claim_detail, name="claim-detail"),
    path("claims/<str:key>/allow/", claim_allow, name="claim-allow"),
    path("claims/lines/<int:key>/decide/", line_decide, name="line-decide"),
    move_path(Claim, "claims", "desk", "claim-detail"),
]
