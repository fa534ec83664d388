"""Agreements at the desk: what is negotiated, in force, about to end."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse

from partners.forms.agreements import AgreementEditForm, AgreementForm, RenewForm
from partners.models import Agency, Agreement
from partners.pages.agreements import agreement_context, contacts_page, read_agreement, sign_page
from partners.pages.charts import agreement_timeline
from partners.pages.common import door, form_page
from partners.pages.lists import BOARDS, agreement_list_page, on_board
from partners.permissions import can_draft_agreement, can_edit_agreement, can_renew_agreement, can_write_amendment
from partners.services.agreements import draft_agreement, edit_agreement, renew_agreement
from partners.services.templates import text_from_template
from slp.lib.answers import require
from slp.lib.forms import refused_at
from slp.lib.lists import capped_counts, capped_label, list_view
from slp.lib.moves import move_path
from slp.lib.numbers import whole_number


@door("desk")
def agreement_list(request):
    """The board: how many in each state, and the list."""
    rows = Agreement.objects.visible_to(request.user)
    counts = capped_counts(*(rows.filter(on_board(name)) for name, _ in BOARDS))
    url = reverse("desk:agreement-list")
    board = [
        {"label": label, "value": capped_label(count), "url": f"{url}?board={name}"}
        for (name, label), count in zip(BOARDS, counts, strict=True)
    ]
    can_add = can_draft_agreement(request.user)
    return list_view(request, agreement_list_page("desk"), "desk/agreement_list.html", can_add=can_add, board=board)


TIMELINE_SHOWN = 60


@door("desk")
def agreement_terms(request):
    """From when to when agreements are in force: those in force or about to be, the first to end first."""
    rows = Agreement.objects.visible_to(request.user).filter(on_board("force")).select_related("agency")
    found = list(rows.order_by("ends_on", "pk")[: TIMELINE_SHOWN + 1])
    context = {
        "terms": agreement_timeline(
            found[:TIMELINE_SHOWN], url=reverse("desk:agreement-list"), by_end=True, with_agency=True
        ),
        "more": len(found) > TIMELINE_SHOWN,
        "shown": TIMELINE_SHOWN,
    }
    return render(request, "desk/agreement_terms.html", context)


@door("desk")
def agreement_detail(request, key: str):
    agreement = read_agreement(request, key)
    context = agreement_context(request, agreement, "desk")
    context |= {
        "can_edit": can_edit_agreement(request.user, agreement),
        "can_renew": can_renew_agreement(request.user, agreement, renewed=context["renewed"]),
        "can_amend": can_write_amendment(request.user, agreement),
    }
    return render(request, "desk/agreement_detail.html", context)


@door("desk")
def agreement_add(request):
    require(can_draft_agreement(request.user))
    asked = whole_number(request.GET.get("agency"))
    chosen = Agency.objects.visible_to(request.user).filter(pk=asked).first()
    form = AgreementForm(request.POST or None, initial={"agency": chosen})
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            agreement = draft_agreement(actor=request.user, **_with_text(form.cleaned_data))
            messages.success(request, f"{agreement.reference} is drafted.")
            return redirect("desk:agreement-detail", agreement.reference)
    return render(request, "desk/agreement_add.html", {"form": form}, status=422 if form.is_bound else 200)


def _with_text(data: dict) -> dict:
    """A draft that is entered without a text begins with the template of its kind."""
    if data["text"].strip():
        return data
    told = {name: data[name] for name in ("kind", "agency", "starts_on", "ends_on", "notice_days")}
    return data | {"text": text_from_template(**told)}


@door("desk")
def agreement_edit(request, key: str):
    agreement = get_object_or_404(Agreement.objects.visible_to(request.user), reference=key)
    require(can_edit_agreement(request.user, agreement))
    form = AgreementEditForm(request.POST or None, instance=agreement)
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            edit_agreement(form=form, actor=request.user, summary=form.cleaned_data["what_changed"])
            messages.success(request, "Saved.")
            return redirect("desk:agreement-detail", key)
    return form_page(request, "desk", form, template="desk/agreement_edit.html", agreement=agreement)


@door("desk")
def agreement_contacts(request, key: str):
    return contacts_page(request, key, "desk")


@door("desk")
def agreement_sign(request, key: str):
    return sign_page(request, key, "desk")


@door("desk")
def agreement_renew(request, key: str):
    """Draft the follow-up on the same terms."""
    agreement = get_object_or_404(Agreement.objects.visible_to(request.user), reference=key)
    require(can_renew_agreement(request.user, agreement))
    form = RenewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refused_at(form, "starts_on"):
            renewal = renew_agreement(actor=request.user, agreement=agreement, **form.cleaned_data)
            messages.success(request, f"{renewal.reference} is drafted on the terms of {agreement.reference}.")
            return redirect("desk:agreement-detail", renewal.reference)
    context = {"form": form, "agreement": agreement}
    return render(request, "desk/agreement_renew.html", context, status=422 if form.is_bound else 200)


urlpatterns = [
    path("agreements/", agreement_list, name="agreement-list"),
    path("agreements/add/", agreement_add, name="agreement-add"),
    path("agreements/terms/", agreement_terms, name="agreement-terms"),
    path("agreements/<str:key>/", agreement_detail, name="agreement-detail"),
    path("agreements/<str:key>/edit/", agreement_edit, name="agreement-edit"),
    path("agreements/<str:key>/contacts/", agreement_contacts, name="agreement-contacts"),
    path("agreements/<str:key>/sign/", agreement_sign, name="agreement-sign"),
    path("agreements/<str:key>/renew/", agreement_renew, name="agreement-renew"),
    move_path(Agreement, "agreements", "desk", "agreement-detail"),
]
