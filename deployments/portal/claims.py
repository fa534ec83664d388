"""Claims at the portal: what was spent, line by line, with what is wrong said before it is submitted."""

from __future__ import annotations

from dataclasses import replace

from django.contrib import messages
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse

from deployments.forms import ClaimAddForm, ClaimEditForm, LineForm
from deployments.lifecycles import CLAIM
from deployments.models import Claim, ClaimLine, Deployment
from deployments.models.claim import claimed
from deployments.pages import claims as pages
from deployments.pages.common import form_page
from deployments.permissions import CLAIMABLE, CLAIMANT, can_claim, can_edit_claim
from deployments.services import claims
from engagements.kinds import KINDS
from engagements.models import Engagement, Participation
from engagements.pages.common import door, offers, steps
from partners.pages.common import whose
from partners.permissions import agency_ids, can_open_office, of_several
from slp.lib.answers import answer, require
from slp.lib.forms import refused_at
from slp.lib.lists import Column, Empty, ListPage, list_view
from slp.lib.money import usd
from slp.lib.moves import move_path

PAYING = [code for code, kind in KINDS.items() if kind.reimbursable]


def _of_agency(user):
    """With the agencies named too, an index has their claims in the list's order."""
    return Claim.objects.visible_to(user).filter(agency__in=sorted(agency_ids(user)))


LIST = ListPage(
    title="Claims",
    intro="What your agency asks to be paid back, and how far it has come.",
    rows=_of_agency,
    columns=(
        Column("reference", "Claim"),
        Column("engagement__title", "Engagement"),
        Column("status", "State", lifecycle=CLAIM, plain=True),
        Column("status_since", "Since"),
        Column("claimed_usd", "Claimed", usd, kind="number"),
    ),
    worked_out={"claimed_usd": claimed},
    order="-status_since",
    empty=Empty(
        "No claims yet",
        "Taking part costs your agency nothing: claim travel, lodging, materials and pay, with the receipts.",
        "Start a claim",
        "/portal/claims/add/",
    ),
    link=lambda row: f"/portal/claims/{row['reference']}/",
    filename="claims",
)
OF_SEVERAL = replace(LIST, columns=(*LIST.columns[:2], Column("agency__name", "Agency"), *LIST.columns[2:]))


@door("portal")
def claim_list(request):
    require(can_open_office(request.user))
    actions = []
    if agency_ids(request.user, CLAIMANT):
        actions.append({"label": "Start a claim", "url": reverse("portal:claim-add")})
    page = OF_SEVERAL if of_several(request.user) else LIST
    return list_view(request, page, "portal/claim_list.html", list_actions=actions)


@door("portal")
def claim_add(request):
    """Choose the engagement, and of several agencies of theirs that take part in it the one that claims."""
    mine = agency_ids(request.user, CLAIMANT)
    require(answer(mine, "Only the agency’s coordinator or finance contact can claim."))
    parts = (
        Participation.objects.filter(
            engagement__in=Engagement.objects.visible_to(request.user),
            engagement__status__in=CLAIMABLE,
            engagement__kind__in=PAYING,
            agency__in=mine,
        )
        .select_related("engagement", "agency")
        .order_by("-engagement__starts_on", "engagement", "agency__name")
    )
    form = ClaimAddForm(
        request.POST or None, parts=parts, several=of_several(request.user), initial={"part": _asked(request, parts)}
    )
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            part = form.cleaned_data["part"]
            require(can_claim(request.user, part.engagement, part.agency_id))
            claim = claims.start_claim(engagement=part.engagement, agency=part.agency, actor=request.user)
            messages.success(request, "Add every cost as a line. You can stop and go on later.")
            return redirect("portal:claim-detail", key=claim.reference)
    return form_page(
        request, "portal", form, title="Start a claim", submit="Start", back=reverse("portal:claim-list"),
        nothing="" if parts.exists() else "Costs can be claimed once an engagement is being prepared. "
        "Study visits that you host are not reimbursed.",
    )  # fmt: skip


def _asked(request, parts: QuerySet[Participation]) -> int | None:
    """`?engagement=ENG-26-0001` chooses it, where there is no other choice to make."""
    reference = request.GET.get("engagement", "")[:24]
    found = parts.filter(engagement__reference=reference).values_list("pk", flat=True)[:2] if reference else []
    return found[0] if len(found) == 1 else None


@door("portal")
def claim_detail(request, key: str):
    """Every line with its receipt and what is wrong with it; the state in plain words; the payment."""
    claim = pages.load_claim(request, key)
    can_edit = can_edit_claim(request.user, claim)
    context = {
        "claim": claim,
        "whose": whose(request.user, claim),
        "sheet": pages.sheet(claim),
        "steps": steps(CLAIM, pages.PATH, claim.status, plain=True),
        "turn": pages.turn(claim, mine=bool(can_edit)),
        "facts": pages.claim_facts(claim),
        "moves": offers(claim, request.user, "portal"),
        "can_edit": can_edit,
    }
    return render(request, "portal/claim_detail.html", context)


@door("portal")
def claim_edit(request, key: str):
    """The note to the reviewer and the statement."""
    claim = pages.load_claim(request, key)
    require(can_edit_claim(request.user, claim))
    form = ClaimEditForm(request.POST or None, instance=claim)
    back = reverse("portal:claim-detail", args=[key])
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            claims.edit_claim(claim=claim, form=form, actor=request.user)
            messages.success(request, "Saved. Submit the claim when every line is there.")
            return redirect(back)
    return form_page(request, "portal", form, title="Note and statement", about=claim, submit="Save", back=back)


# -- lines ------------------------------------------------------------------------------------------
def _line_form(request, claim: Claim, line: ClaimLine | None = None) -> LineForm:
    people = (
        Deployment.objects.visible_to(request.user)
        .filter(engagement=claim.engagement_id, agency=claim.agency_id)
        .select_related("expert")
        .order_by("expert__name")
    )
    return LineForm(
        request.POST or None,
        request.FILES or None,
        instance=line or ClaimLine(claim=claim),
        people=people,
        categories=claim.engagement.rules.costs,
    )


def _line_page(request, claim: Claim, title: str, line: ClaimLine | None = None):
    """The form of one cost; saved, it leads back to the claim or on to the next cost."""
    require(can_edit_claim(request.user, claim))
    form = _line_form(request, claim, line)
    if request.method == "POST" and form.is_valid():
        values = form.fields_of_line() | {"receipt": form.cleaned_data.get("receipt_file"), "actor": request.user}
        with refused_at(form):
            if line is None:
                saved = claims.add_line(claim=claim, **values)
            else:
                saved = claims.edit_line(line=line, seen_version=form.cleaned_data.get("seen_version"), **values)
            return _after(request, saved, claim)
    return form_page(
        request, "portal", form, title=title, about=claim, submit="Save the line", multipart=True,
        back=reverse("portal:claim-detail", args=[claim.reference]), another="Save and add another",
    )  # fmt: skip


def _after(request, saved: ClaimLine, claim: Claim):
    problems = claims.line_problems(
        ClaimLine.objects.select_related("claim__engagement", "deployment").get(pk=saved.pk)
    )
    if problems:
        messages.warning(request, f"Saved. Before you submit: {problems[0]}")
    else:
        messages.success(request, f"Saved: {saved.description}, {usd(saved.amount_usd)}.")
    if "another" in request.POST:
        return redirect("portal:line-add", key=claim.reference)
    return redirect("portal:claim-detail", key=claim.reference)


@door("portal")
def line_add(request, key: str):
    """Add a cost with its receipt."""
    return _line_page(request, pages.load_claim(request, key), "Add a cost")


def _load_line(request, key: int) -> tuple[ClaimLine, Claim]:
    line = get_object_or_404(ClaimLine.objects.visible_to(request.user).select_related("claim"), pk=key)
    return line, pages.load_claim(request, line.claim.reference)


@door("portal")
def line_edit(request, key: int):
    line, claim = _load_line(request, key)
    return _line_page(request, claim, "Change this cost", line)


@door("portal")
def line_remove(request, key: int):
    """Asks first."""
    line, claim = _load_line(request, key)
    require(can_edit_claim(request.user, claim))
    back = reverse("portal:claim-detail", args=[claim.reference])
    if request.method == "POST":
        claims.remove_line(line=line, actor=request.user)
        messages.success(request, f"Removed: {line.description}.")
        return redirect(back)
    context = {"claim": claim, "line": line, "back": back, "whose": whose(request.user, claim)}
    return render(request, "portal/line_remove.html", context)


urlpatterns = [
    path("claims/", claim_list, name="claim-list"),
    path("claims/add/", claim_add, name="claim-add"),
    path("claims/<str:key>/", claim_detail, name="claim-detail"),
    path("claims/<str:key>/edit/", claim_edit, name="claim-edit"),
    path("claims/<str:key>/lines/add/", line_add, name="line-add"),
    path("claims/lines/<int:key>/edit/", line_edit, name="line-edit"),
    path("claims/lines/<int:key>/remove/", line_remove, name="line-remove"),
    move_path(Claim, "claims", "portal", "claim-detail"),
]
