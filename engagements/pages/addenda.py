"""The addendum as both sides read and sign it."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from engagements.forms.engagements import SignForm
from engagements.models import Addendum
from engagements.pages.common import facts, sent
from engagements.pages.engagements import Paper, paper
from engagements.permissions import can_edit_addendum, can_sign_addendum
from engagements.services.addenda import STATEMENT, side_of, sign_addendum
from partners.pages.common import whose
from slp.history.services import timeline
from slp.lib.answers import Answer, no, require
from slp.lib.dates import show_span
from slp.lib.forms import refused_at
from slp.lib.money import total, usd


def load_addendum(request, key: int) -> Addendum:
    rows = (
        Addendum.objects.visible_to(request.user)
        .select_related("agency", "engagement__country", "engagement__owner")
        .prefetch_related("costs", "signatures__signer")
    )
    return get_object_or_404(rows, pk=key)


def terms(addendum: Addendum) -> list:
    """The terms in words, in the order in which they are signed."""
    rules = addendum.engagement.rules
    pays = "INL reimburses the categories below, up to the amounts agreed."
    if not rules.reimbursable:
        pays = "Costs of hosting guests are not reimbursable."
    return facts(
        ("Agency", addendum.agency),
        ("Engagement", addendum.engagement),
        ("Objective", addendum.objective),
        ("Deliverables", addendum.deliverables),
        ("Where", addendum.places),
        ("When", show_span(addendum.starts_on, addendum.ends_on)),
        ("People and roles", addendum.people),
        ("Travel", addendum.get_travel_booked_by_display()),
        ("What is reimbursed", pays),
        ("Safety conditions", addendum.security_conditions),
        ("Final report", f"Due {addendum.report_due_days} days after the end"),
    )


def may_sign(user, sheet: Paper) -> Answer:
    """May this person sign now, and not for a second time?"""
    given = can_sign_addendum(user, sheet.addendum)
    if given and side_of(user, sheet.addendum) in sheet.signed:
        return no("Your side has signed these terms.")
    return given


def addendum_detail(request, door: str, key: int):
    addendum = load_addendum(request, key)
    sheet = paper(addendum)
    context = {
        "base": f"{door}/base.html",
        "door": door,
        "addendum": addendum,
        "whose": whose(request.user, addendum),
        "sheet": sheet,
        "facts": terms(addendum),
        "costs": sorted(addendum.costs.all(), key=lambda cost: cost.category),
        "sum": usd(total(cost.amount for cost in addendum.costs.all())),
        "can_sign": may_sign(request.user, sheet),
        "can_edit": can_edit_addendum(request.user, addendum) if door == "desk" else no(""),
        "history": timeline(addendum) if door == "desk" else [],
        "back": reverse(f"{door}:engagement-detail", args=[addendum.engagement.reference]),
        "list_url": reverse(f"{door}:engagement-list"),
    }
    return render(request, f"{door}/addendum_detail.html", context)


def addendum_sign(request, door: str, key: int):
    """Read once more, tick, type the name. What is signed is the hash of exactly these terms."""
    addendum = load_addendum(request, key)
    sheet = paper(addendum)
    require(may_sign(request.user, sheet))
    form = SignForm(sent(request), signer=request.user, initial={"seen_digest": sheet.digest})
    back = reverse(f"{door}:addendum-detail", args=[addendum.pk])
    side = "INL" if side_of(request.user, addendum) == "inl" else addendum.agency
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            sign_addendum(
                addendum=addendum,
                typed_name=form.cleaned_data["typed_name"],
                seen_digest=form.cleaned_data["seen_digest"],
                actor=request.user,
            )
            messages.success(request, f"Signed for {side}.")
            return redirect(back)
    context = {
        "base": f"{door}/base.html",
        "addendum": addendum,
        "whose": whose(request.user, addendum),
        "facts": terms(addendum),
        "costs": sorted(addendum.costs.all(), key=lambda cost: cost.category),
        "sum": usd(total(cost.amount for cost in addendum.costs.all())),
        "form": form,
        "statement": STATEMENT.format(side=side),
        "back": back,
    }
    return render(request, f"{door}/addendum_sign.html", context, status=422 if form.is_bound else 200)
