"""Our agency: profile, contacts, capacity, and who speaks for us."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_POST

from partners.forms.agencies import AgencyProfileForm, CapacityFormSet, ContactFormSet, MembershipForm, TieFormSet
from partners.models import ActivityKind, Agency, Membership
from partners.pages.common import door, facts, joined
from partners.permissions import can_change_people, can_confirm_agency, can_edit_agency
from partners.services.confirm import confirm_agency, is_stale
from partners.services.edits import save_edit, save_rows
from partners.services.people import add_membership, end_membership, invite_again
from slp.lib.answers import require
from slp.lib.dates import show


def own_agency(user) -> Agency:
    """The agency that the person speaks for; the first one by name if there are several."""
    agency = Agency.objects.visible_to(user).first()
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
    context = {
        "agency": agency,
        "facts": _facts(agency),
        "can_edit": can_edit_agency(request.user, agency),
        "can_people": can_change_people(request.user, agency),
        "can_confirm": can_confirm_agency(request.user, agency),
        "stale": is_stale(agency.confirmed_on),
        "contacts": agency.contacts.all(),
        "capacities": [
            {"year": f"FY{c.fiscal_year}", "kind": ActivityKind(c.kind).label if c.kind else "Any kind",
             "engagements": c.engagements}
            for c in agency.capacities.order_by("-fiscal_year", "kind")
        ],
        "ties": agency.ties.select_related("country"),
        "people": agency.memberships.filter(is_active=True).select_related("user").order_by("role", "user__name"),
    }  # fmt: skip
    return render(request, "portal/agency_detail.html", context)


@door("portal")
def agency_edit(request):
    agency = own_agency(request.user)
    allowed = can_edit_agency(request.user, agency)
    require(allowed)
    form = AgencyProfileForm(request.POST or None, instance=agency)
    if request.method == "POST" and form.is_valid():
        save_edit(form=form, actor=request.user, allowed=allowed)
        messages.success(request, "Saved.")
        return redirect("portal:agency-detail")
    status = 409 if form.conflict else 422 if form.is_bound else 200
    return render(request, "portal/agency_edit.html", {"form": form, "agency": agency}, status=status)


ROSTER_SHOWN = 200


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


def rows_page(request, title: str, formset_class, verb: str):
    """Rows that belong to the agency, edited together."""
    agency = own_agency(request.user)
    allowed = can_edit_agency(request.user, agency)
    require(allowed)
    formset = formset_class(request.POST or None, instance=agency)
    if request.method == "POST" and formset.is_valid():
        save_rows(formset=formset, parent=agency, actor=request.user, allowed=allowed, verb=verb)
        messages.success(request, "Saved.")
        return redirect("portal:agency-detail")
    context = {"formset": formset, "agency": agency, "title": title}
    return render(request, "portal/agency_rows.html", context, status=422 if formset.is_bound else 200)


@door("portal")
def agency_contacts(request):
    return rows_page(request, "Points of contact", ContactFormSet, "Changed the contacts")


@door("portal")
def agency_capacity(request):
    return rows_page(request, "What we offer in a year", CapacityFormSet, "Changed the capacity")


@door("portal")
def agency_ties(request):
    return rows_page(request, "Countries of our community", TieFormSet, "Changed the community ties")


@door("portal")
def membership_add(request):
    agency = own_agency(request.user)
    require(can_change_people(request.user, agency))
    form = MembershipForm(request.POST or None, agency=agency)
    if request.method == "POST" and form.is_valid():
        made = add_membership(actor=request.user, agency=agency, **form.cleaned_data)
        messages.success(request, f"{made.user} is invited: a mail with a link to set a password is on its way.")
        return redirect("portal:agency-detail")
    context = {"form": form, "agency": agency}
    return render(request, "portal/membership_add.html", context, status=422 if form.is_bound else 200)


@door("portal")
@require_POST
def membership_invite(request, key: int):
    """Send the invitation again to somebody who has not signed in yet."""
    rows = Membership.objects.visible_to(request.user).select_related("agency", "user")
    membership = get_object_or_404(rows, pk=key, is_active=True)
    invite_again(actor=request.user, membership=membership)
    messages.success(request, f"Another invitation to {membership.user} is on its way.")
    return redirect("portal:agency-detail")


@door("portal")
def membership_end(request, key: int):
    """Asks, then ends it: the person's access is gone with their next click."""
    rows = Membership.objects.visible_to(request.user).select_related("agency", "user")
    membership = get_object_or_404(rows, pk=key, is_active=True)
    require(can_change_people(request.user, membership.agency))
    if request.method == "POST":
        end_membership(actor=request.user, membership=membership)
        messages.success(request, f"{membership.user} no longer speaks for the agency.")
        return redirect("portal:agency-detail")
    return render(request, "portal/membership_end.html", {"membership": membership})


urlpatterns = [
    path("agency/", agency_detail, name="agency-detail"),
    path("agency/edit/", agency_edit, name="agency-edit"),
    path("agency/people/add/", membership_add, name="membership-add"),
    path("agency/people/<int:key>/invite/", membership_invite, name="membership-invite"),
    path("agency/people/<int:key>/end/", membership_end, name="membership-end"),
    path("agency/still-right/", agency_confirm, name="agency-confirm"),
    path("agency/contacts/", agency_contacts, name="agency-contacts"),
    path("agency/capacity/", agency_capacity, name="agency-capacity"),
    path("agency/ties/", agency_ties, name="agency-ties"),
]
