"""Our agency: profile, contacts, capacity, and who speaks for us."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from partners.forms.agencies import AgencyProfileForm
from partners.models import Agency
from partners.models.agency import agencies_spoken_for
from partners.pages.agency import agency_rows_page, membership_add_page, membership_end_page, membership_invite_page
from partners.pages.charts import agreement_timeline, capacity_chart
from partners.pages.common import door, edit_page, facts, joined
from partners.permissions import can_change_people, can_confirm_agency, can_edit_agency, can_read_agency_page
from partners.services.agencies import pause_requests
from partners.services.confirm import confirm_agency, is_stale
from slp.lib.answers import require
from slp.lib.dates import show


def own_agency(user) -> Agency:
    """The agency that the person speaks for, or travels for; the first one by name if there are several."""
    mine = Agency.objects.visible_to(user)
    agency = mine.filter(pk__in=agencies_spoken_for(user)).first() or mine.first()
    if agency is None:
        raise Http404
    return agency


def _facts(agency: Agency) -> list:
    return facts(
        ("Kind", agency.get_kind_display()),
        ("State or territory", agency.get_us_state_display()),
        ("City", agency.city),
        ("Website", agency.website),
        ("Expertise", joined(agency.expertise.all())),
        ("Population served", f"{agency.population_served:,}" if agency.population_served else ""),
        ("Sworn staff", agency.sworn_count or ""),
        ("Civilian staff", agency.civilian_count or ""),
        ("SAM.gov entity id", agency.uei),
        ("SAM registration ends", show(agency.sam_expires_on) if agency.sam_expires_on else ""),
        ("No requests before", show(agency.not_before) if agency.not_before else ""),
        ("Requests paused until", show(agency.paused_until) if agency.paused_until else ""),
    )


@door("portal")
def agency_detail(request):
    agency = own_agency(request.user)
    require(can_read_agency_page(request.user, agency))
    context = {
        "agency": agency,
        "facts": _facts(agency),
        "can_edit": can_edit_agency(request.user, agency),
        "can_people": can_change_people(request.user, agency),
        "can_confirm": can_confirm_agency(request.user, agency),
        "stale": is_stale(agency.confirmed_on),
        "contacts": agency.contacts.all(),
        "capacity": capacity_chart(agency),
        "terms": agreement_timeline(
            agency.agreements.visible_to(request.user).order_by("-pk")[:20],
            url=reverse("portal:agreement-list"),
            plain=True,
        ),
        "ties": agency.ties.select_related("country"),
        "people": agency.memberships.filter(is_active=True).select_related("user").order_by("role", "user__name"),
    }
    return render(request, "portal/agency_detail.html", context)


@door("portal")
def agency_edit(request):
    agency = own_agency(request.user)
    return edit_page(
        request,
        "portal",
        AgencyProfileForm(request.POST or None, instance=agency),
        allowed=can_edit_agency(request.user, agency),
        back=reverse("portal:agency-detail"),
        title="Change our agency",
        crumb="Our agency",
        lead="INL finds you by what stands here. Pausing requests needs no reason and costs you nothing.",
    )


ROSTER_SHOWN = 200


@door("portal")
@require_POST
def agency_resume(request):
    """End the pause: one click, no reason."""
    pause_requests(actor=request.user, agency=own_agency(request.user), until=None)
    messages.success(request, "Requests may reach you again. You can pause them again in your profile at any time.")
    return redirect("portal:home")


@door("portal")
def agency_confirm(request):
    """ "Still right?": all that others rely on, on one page, with one button."""
    agency = own_agency(request.user)
    require(can_confirm_agency(request.user, agency))
    if request.method == "POST":
        confirm_agency(actor=request.user, agency=agency)
        messages.success(request, "Thank you. Everything is confirmed as of today. We ask again in half a year.")
        return redirect("portal:agency-detail")
    roster = list(agency.experts.filter(is_active=True).order_by("name", "pk")[: ROSTER_SHOWN + 1])
    context = {
        "agency": agency,
        "stale": is_stale(agency.confirmed_on),
        "facts": _facts(agency),
        "contacts": agency.contacts.all(),
        "people": agency.memberships.filter(is_active=True).select_related("user").order_by("role", "user__name"),
        "capacities": agency.capacities.order_by("-fiscal_year", "kind"),
        "roster": roster[:ROSTER_SHOWN],
        "more": len(roster) > ROSTER_SHOWN,
    }
    return render(request, "portal/agency_confirm.html", context)


@door("portal")
def agency_rows(request, which: str):
    return agency_rows_page(request, "portal", own_agency(request.user), which)


@door("portal")
def membership_add(request):
    return membership_add_page(request, "portal", own_agency(request.user))


@door("portal")
@require_POST
def membership_invite(request, key: int):
    return membership_invite_page(request, "portal", key)


@door("portal")
def membership_end(request, key: int):
    return membership_end_page(request, "portal", key)


urlpatterns = [
    path("agency/", agency_detail, name="agency-detail"),
    path("agency/edit/", agency_edit, name="agency-edit"),
    path("agency/resume/", agency_resume, name="agency-resume"),
    path("agency/people/add/", membership_add, name="membership-add"),
    path("agency/people/<int:key>/invite/", membership_invite, name="membership-invite"),
    path("agency/people/<int:key>/end/", membership_end, name="membership-end"),
    path("agency/still-right/", agency_confirm, name="agency-confirm"),
    path("agency/contacts/", agency_rows, {"which": "contacts"}, name="agency-contacts"),
    path("agency/capacity/", agency_rows, {"which": "capacity"}, name="agency-capacity"),
    path("agency/ties/", agency_rows, {"which": "ties"}, name="agency-ties"),
]
