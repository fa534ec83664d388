"""Outreach and public enquiries at the desk."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from partners.forms.outreach import OutreachEditForm, OutreachForm
from partners.lifecycles import ENQUIRY
from partners.models import Agency, AgencyKind, Enquiry, Outreach
from partners.pages.common import door, edit_page, facts, source_link, steps
from partners.pages.lists import enquiry_list_page, outreach_list_page
from partners.pages.outreach import outreach_board as board
from partners.permissions import can_record_outreach
from partners.services.agencies import similar_agencies
from partners.services.outreach import link_enquiry, record_outreach
from slp.history.services import timeline
from slp.lib.answers import require
from slp.lib.dates import show, today
from slp.lib.forms import refused_at
from slp.lib.lists import list_view, plain_text
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
    is_wrong = us_state not in ("", *UsState.values) or kind not in ("", *AgencyKind.values)
    context = {
        "is_wrong": is_wrong,
        "stages": [] if is_wrong else board(request.user, us_state=us_state, kind=kind),
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
        with refused_at(form):
            made = record_outreach(actor=request.user, **form.cleaned_data)
            messages.success(request, "Recorded.")
            return redirect("desk:outreach-detail", made.pk)
    return render(request, "desk/outreach_add.html", {"form": form}, status=422 if form.is_bound else 200)


def _outreach(request, key: int) -> Outreach:
    rows = Outreach.objects.visible_to(request.user).select_related("agency", "author", "source", "through")
    return get_object_or_404(rows, pk=key)


@door("desk")
def outreach_detail(request, key: int):
    """One meeting, call, letter or conference: who took part, what was agreed, what comes next."""
    made = _outreach(request, key)
    step_on = f", by {show(made.next_step_on)}" if made.next_step_on else ""
    agency_url = reverse("desk:agency-detail", args=[made.agency_id])
    context = {
        "outreach": made,
        "facts": facts(
            ("Agency", format_html('<a class="usa-link" href="{}">{}</a>', agency_url, made.agency)),
            ("Partnership", made.agency.get_status_display()),
            ("What", made.get_kind_display()),
            ("Date", show(made.on, made.date_precision)),
            ("Who took part", made.attended),
            ("Through", made.through or ""),
            ("Conference or event", made.event),
            ("Next step", f"{made.next_step}{step_on}" if made.next_step else ""),
            ("Recorded by", made.author or ""),
            ("Source", source_link(made.source)),
        ),
        "late": bool(made.next_step and made.next_step_on and made.next_step_on < today()),
        "can_edit": can_record_outreach(request.user),
        "history": timeline(made),
    }
    return render(request, "desk/outreach_detail.html", context)


@door("desk")
def outreach_edit(request, key: int):
    made = _outreach(request, key)
    return edit_page(
        request,
        "desk",
        OutreachEditForm(request.POST or None, instance=made),
        allowed=can_record_outreach(request.user),
        back=reverse("desk:outreach-detail", args=[key]),
        title="Change what was recorded",
        crumb=str(made),
        eyebrow=made.agency.name,
    )


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
            ("Received", plain_text(enquiry.created_at)),
        ),
        "steps": steps(ENQUIRY, ("new", "triaged", "converted"), enquiry.status),
        "moves": buttons(enquiry, request.user, "desk"),
        "similar": [] if enquiry.agency_id else similar_agencies(name=enquiry.agency_name, us_state=enquiry.us_state),
        "can_link": can_record_outreach(request.user) if enquiry.status in ("new", "triaged") else None,
        "history": timeline(enquiry),
    }
    return render(request, "desk/enquiry_detail.html", context)


@door("desk")
@require_POST
def enquiry_link(request, key: str):
    """ "This agency is already here": the enquiry becomes part of its record."""
    enquiry = get_object_or_404(Enquiry.objects.visible_to(request.user), reference=key)
    rows = Agency.objects.visible_to(request.user)
    agency = get_object_or_404(rows, pk=whole_number(request.POST.get("agency")))
    link_enquiry(actor=request.user, enquiry=enquiry, agency=agency)
    messages.success(request, f"Linked. {enquiry.name} is a contact of {agency} now.")
    return redirect("desk:agency-detail", agency.pk)


urlpatterns = [
    path("outreach/", outreach_list, name="outreach-list"),
    path("outreach/board/", outreach_board, name="outreach-board"),
    path("outreach/add/", outreach_add, name="outreach-add"),
    path("outreach/<int:key>/", outreach_detail, name="outreach-detail"),
    path("outreach/<int:key>/edit/", outreach_edit, name="outreach-edit"),
    path("enquiries/", enquiry_list, name="enquiry-list"),
    path("enquiries/<str:key>/", enquiry_detail, name="enquiry-detail"),
    path("enquiries/<str:key>/link/", enquiry_link, name="enquiry-link"),
    move_path(Enquiry, "enquiries", "desk", "enquiry-detail"),
]
