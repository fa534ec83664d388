"""Outreach and public enquiries at the desk."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path

from partners.forms.outreach import OutreachForm
from partners.lifecycles import ENQUIRY
from partners.models import Agency, AgencyKind, Enquiry
from partners.pages.common import door, facts, steps
from partners.pages.lists import enquiry_list_page, outreach_list_page
from partners.pages.outreach import outreach_board as board
from partners.permissions import can_record_outreach
from partners.services.agencies import similar_agencies
from partners.services.outreach import record_outreach
from slp.history.services import timeline
from slp.lib.answers import require
from slp.lib.lists import list_view
from slp.lib.moves import buttons, move_path
from slp.lib.numbers import whole_number
from slp.lib.us_states import UsState


@door("desk")
def outreach_list(request):
    can_add = can_record_outreach(request.user)
    return list_view(request, outreach_list_page(), "desk/outreach_list.html", can_add=can_add)


@door("desk")
def outreach_board(request):
    """Prospects by stage, each with what happened last and what comes next."""
    us_state, kind = request.GET.get("us_state", ""), request.GET.get("kind", "")
    context = {
        "stages": board(
            request.user,
            us_state=us_state if us_state in UsState.values else "",
            kind=kind if kind in AgencyKind.values else "",
        ),
        "states": UsState.choices,
        "kinds": AgencyKind.choices,
        "us_state": us_state,
        "kind": kind,
        "can_add": can_record_outreach(request.user),
    }
    return render(request, "desk/outreach_board.html", context)


@door("desk")
def outreach_add(request):
    require(can_record_outreach(request.user))
    chosen = Agency.objects.visible_to(request.user).filter(pk=whole_number(request.GET.get("agency"))).first()
    form = OutreachForm(request.POST or None, initial={"agency": chosen})
    if request.method == "POST" and form.is_valid():
        made = record_outreach(actor=request.user, **form.cleaned_data)
        messages.success(request, "Recorded.")
        return redirect("desk:agency-detail", made.agency_id)
    return render(request, "desk/outreach_add.html", {"form": form}, status=422 if form.is_bound else 200)


@door("desk")
def enquiry_list(request):
    return list_view(request, enquiry_list_page(), "desk/enquiry_list.html")


@door("desk")
def enquiry_detail(request, key: str):
    """What somebody asked, and the agencies that it might be from already."""
    enquiry = get_object_or_404(Enquiry.objects.visible_to(request.user).select_related("agency"), reference=key)
    context = {
        "enquiry": enquiry,
        "facts": facts(
            ("Agency", enquiry.agency_name),
            ("Kind", enquiry.get_agency_kind_display()),
            ("State or territory", enquiry.get_us_state_display()),
            ("From", enquiry.name),
            ("Position", enquiry.title),
            ("E-mail", enquiry.email),
            ("Phone", enquiry.phone),
            ("Received", enquiry.created_at.strftime("%-d %b %Y, %H:%M UTC")),
        ),
        "steps": steps(ENQUIRY, ("new", "triaged", "converted"), enquiry.status),
        "moves": buttons(enquiry, request.user, "desk"),
        "similar": [] if enquiry.agency_id else similar_agencies(name=enquiry.agency_name, us_state=enquiry.us_state),
        "history": timeline(enquiry),
    }
    return render(request, "desk/enquiry_detail.html", context)


urlpatterns = [
    path("outreach/", outreach_list, name="outreach-list"),
    path("outreach/board/", outreach_board, name="outreach-board"),
    path("outreach/add/", outreach_add, name="outreach-add"),
    path("enquiries/", enquiry_list, name="enquiry-list"),
    path("enquiries/<str:key>/", enquiry_detail, name="enquiry-detail"),
    move_path(Enquiry, "enquiries", "desk", "enquiry-detail"),
]
