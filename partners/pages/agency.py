"""An agency's rows (contacts, capacity, ties) and who speaks for it: the same pages at the portal and at the desk."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from partners.forms.agencies import CapacityFormSet, ContactFormSet, MembershipForm, TieFormSet
from partners.models import Agency, Membership
from partners.pages.common import form_page
from partners.pages.rows import Rows, rows_page
from partners.permissions import can_change_people, can_edit_agency
from partners.services.people import add_membership, end_membership, invite_again
from slp.lib.answers import require
from slp.lib.forms import refused_at

# Rows that are edited together: the page's title, the formset, and what the history says.
ROWS = {
    "contacts": ("Points of contact", ContactFormSet, "Changed the contacts"),
    "capacity": ("What the agency offers in a year", CapacityFormSet, "Changed the capacity"),
    "ties": ("Countries of the community", TieFormSet, "Changed the community ties"),
}


def agency_url(door: str, agency: Agency) -> str:
    """The agency's own page: at the portal everybody has but one."""
    return reverse("portal:agency-detail") if door == "portal" else reverse("desk:agency-detail", args=[agency.pk])


def agency_rows_page(request, door: str, agency: Agency, which: str):
    """Rows that belong to the agency, edited together."""
    title, formset_class, verb = ROWS[which]
    rows = Rows(agency, formset_class, title, verb, agency_url(door, agency))
    return rows_page(request, door, rows, allowed=can_edit_agency(request.user, agency))


def membership_add_page(request, door: str, agency: Agency):
    """Name somebody who shall speak for the agency; a mail with a link to set a password goes out."""
    require(can_change_people(request.user, agency))
    form = MembershipForm(request.POST or None, agency=agency)
    back = agency_url(door, agency)
    if request.method == "POST" and form.is_valid():
        with refused_at(form, "email"):
            made = add_membership(actor=request.user, agency=agency, **form.cleaned_data)
            told = "a mail with a link to set a password" if made.user.last_login is None else "a mail that says so"
            messages.success(request, f"{made.user} is invited: {told} is on its way.")
            return redirect(back)
    return form_page(
        request,
        door,
        form,
        title="Add a colleague" if door == "portal" else "Name somebody who speaks for the agency",
        eyebrow=str(agency),
        lead="A coordinator answers requests and keeps the roster; a signatory signs; finance files claims; "
        "a traveller sees their own travel.",
        submit="Add",
        back=back,
    )


def membership_invite_page(request, door: str, key: int):
    """Send the invitation again to somebody who has not signed in yet."""
    membership = _membership(request, key)
    invite_again(actor=request.user, membership=membership)
    messages.success(request, f"Another invitation to {membership.user} is on its way.")
    return redirect(agency_url(door, membership.agency))


def membership_end_page(request, door: str, key: int):
    """Asks, then ends it: the person's access is gone with their next click."""
    membership = _membership(request, key)
    require(can_change_people(request.user, membership.agency))
    back = agency_url(door, membership.agency)
    if request.method == "POST":
        end_membership(actor=request.user, membership=membership)
        messages.success(request, f"{membership.user} no longer speaks for the agency.")
        return redirect(back)
    context = {"membership": membership, "base": f"{door}/base.html", "back": back}
    return render(request, "partners/membership_end.html", context)


def _membership(request, key: int) -> Membership:
    rows = Membership.objects.visible_to(request.user).select_related("agency", "user")
    return get_object_or_404(rows, pk=key, is_active=True)
