"""Agreements at the portal: read, accept or return, sign."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import path

from partners.forms.agreements import BoardForm
from partners.models import Agreement
from partners.pages.agreements import agreement_context, contacts_page, load_agreement, read_agreement, sign_page
from partners.pages.common import door, whose
from partners.pages.lists import agreement_list_page
from partners.permissions import can_open_office, can_record_board, of_several
from partners.services.agreements import record_board_decision
from slp.lib.answers import require
from slp.lib.forms import refused_at
from slp.lib.lists import list_view
from slp.lib.moves import move_path


@door("portal")
def agreement_list(request):
    require(can_open_office(request.user))
    page = agreement_list_page("portal", of_several=of_several(request.user))
    return list_view(request, page, "portal/agreement_list.html")


@door("portal")
def agreement_detail(request, key: str):
    agreement = read_agreement(request, key)
    return render(request, "portal/agreement_detail.html", agreement_context(request, agreement, "portal"))


@door("portal")
def agreement_contacts(request, key: str):
    return contacts_page(request, key, "portal")


@door("portal")
def agreement_sign(request, key: str):
    return sign_page(request, key, "portal")


@door("portal")
def agreement_board(request, key: str):
    """The agency's board has decided."""
    agreement = load_agreement(request, key)
    require(can_record_board(request.user, agreement))
    form = BoardForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            record_board_decision(actor=request.user, agreement=agreement, **form.cleaned_data)
            messages.success(request, "Recorded. The agreement can be signed now.")
            return redirect("portal:agreement-detail", key)
    context = {"form": form, "agreement": agreement, "whose": whose(request.user, agreement)}
    return render(request, "portal/agreement_board.html", context, status=422 if form.is_bound else 200)


urlpatterns = [
    path("agreements/", agreement_list, name="agreement-list"),
    path("agreements/<str:key>/", agreement_detail, name="agreement-detail"),
    path("agreements/<str:key>/contacts/", agreement_contacts, name="agreement-contacts"),
    path("agreements/<str:key>/sign/", agreement_sign, name="agreement-sign"),
    path("agreements/<str:key>/board/", agreement_board, name="agreement-board"),
    move_path(Agreement, "agreements", "portal", "agreement-detail"),
]
