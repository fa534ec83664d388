"""Our agency: profile, contacts, capacity, and who speaks for us."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from partners.forms.agencies import AgencyProfileForm
from partners.models import Agency
from partners.models.agency import AgencyRole, agencies_of, agencies_spoken_for
from partners.pages.agency import (
    agency_rows_page,
    agency_url,
    membership_add_page,
    membership_end_page,
    membership_invite_page,
)
from partners.pages.charts import agreement_timeline, capacity_chart
from partners.pages.common import door, edit_page, facts, joined
from partners.permissions import (
    agency_ids,
    can_change_people,
    can_confirm_agency,
    can_edit_agency,
    can_read_agency_page,
)
from partners.services.agencies import pause_requests
from partners.services.confirm import confirm_agency, is_stale, to_confirm
from slp.lib.answers import Stale, require
from slp.lib.dates import show, today
from slp.lib.numbers import whole_number


def own_agency(request, named: str = "") -> Agency:
    """The agency that the person speaks for, or travels for: the one that the address names (or `named`), else one that
    they coordinate, else the first by name.

    What is named and is not theirs, or not any more, is not found: what was typed for it must not be saved into another
    of their agencies. What was merged into one of theirs leads on to that one, but takes nothing any more (`Stale`).
    """
    mine = Agency.objects.visible_to(request.user)
    if named := named or request.GET.get("agency", ""):
        stays = Agency.objects.filter(pk=whole_number(named) or 0).values(stays=Coalesce("merged_into", "pk"))
        agency = get_object_or_404(mine, pk__in=stays)
        if request.method == "POST" and agency.pk != whole_number(named):
            raise Stale(
                f"While you were writing, this record was merged into {agency}. Nothing was saved. Go back to copy "
                "what you wrote, then open that agency’s page."
            )
        return agency
    mine = mine.alias(
        is_coordinated=Q(pk__in=agencies_of(request.user).filter(role=AgencyRole.COORDINATOR)),
        is_spoken_for=Q(pk__in=agencies_spoken_for(request.user)),
    )
    agency = mine.order_by("-is_coordinated", "-is_spoken_for", "name", "pk").first()
    if agency is None:
        raise Http404
    return agency


def for_agency(view: Callable) -> Callable:
    """Decorator: a page that writes to one agency, which it gets. Who speaks for several is sent to the address that
    names it first, so that what they send goes to the agency that they saw, whatever has changed meanwhile."""

    @wraps(view)
    def named(request, *args, **kwargs):
        agency = own_agency(request)
        if request.method == "GET" and not request.GET.get("agency") and len(agency_ids(request.user)) > 1:
            return redirect(f"{request.path}?agency={agency.pk}")
        return view(request, agency, *args, **kwargs)

    return named


def _other_agencies(request, agency: Agency) -> list[Agency]:
    """The others that the person speaks for: most people's is the only one."""
    others = agency_ids(request.user) - {agency.pk}
    return list(Agency.objects.visible_to(request.user).filter(pk__in=others).order_by("name")) if others else []


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
    agency = own_agency(request)
    require(can_read_agency_page(request.user, agency))
    context = {
        "agency": agency,
        "others": _other_agencies(request, agency),
        "facts": _facts(agency),
        "can_edit": can_edit_agency(request.user, agency),
        "can_people": can_change_people(request.user, agency),
        "can_confirm": can_confirm_agency(request.user, agency),
        "stale": is_stale(agency.confirmed_on),
        "confirm_url": f"{reverse('portal:agency-confirm')}?agency={agency.pk}",
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
@for_agency
def agency_edit(request, agency: Agency):
    return edit_page(
        request,
        "portal",
        AgencyProfileForm(request.POST or None, instance=agency),
        allowed=can_edit_agency(request.user, agency),
        back=agency_url("portal", agency),
        title="Change our agency",
        eyebrow=agency.name,
        crumb="Our agency",
        lead="INL finds you by what stands here. Pausing requests needs no reason and costs you nothing.",
    )


ROSTER_SHOWN = 200


@door("portal")
@require_POST
def agency_resume(request):
    """End the pause: one click, no reason."""
    pause_requests(actor=request.user, agency=own_agency(request), until=None)
    messages.success(request, "Requests may reach you again. You can pause them again in your profile at any time.")
    return redirect("portal:home")


def _to_confirm(request) -> Agency:
    """The agency that the page showed or that the address names; else, of those that the person coordinates, one that
    is due."""
    if named := request.POST.get("agency") or request.GET.get("agency"):
        return own_agency(request, named)
    mine = Agency.objects.visible_to(request.user).filter(pk__in=agency_ids(request.user, {AgencyRole.COORDINATOR}))
    mine = mine.alias(is_due=to_confirm(today()))
    return mine.order_by(F("is_due").desc(nulls_last=True), "name", "pk").first() or own_agency(request)


@door("portal")
def agency_confirm(request):
    """ "Still right?": all that others rely on, on one page, with one button."""
    agency = _to_confirm(request)
    require(can_confirm_agency(request.user, agency))
    if request.method == "POST":
        confirm_agency(actor=request.user, agency=agency)
        messages.success(request, "Thank you. Everything is confirmed as of today. We ask again in half a year.")
        return redirect(agency_url("portal", agency))
    roster = list(agency.experts.filter(is_active=True).order_by("name", "pk")[: ROSTER_SHOWN + 1])
    context = {
        "agency": agency,
        "back": agency_url("portal", agency),
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
@for_agency
def agency_rows(request, agency: Agency, which: str):
    return agency_rows_page(request, "portal", agency, which)


@door("portal")
@for_agency
def membership_add(request, agency: Agency):
    return membership_add_page(request, "portal", agency)


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
