"""Agencies at the desk."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from partners.forms.agencies import AgencyEditForm, AgencyForm, ChooseForm, MergeForm
from partners.models import Agency
from partners.pages.agency import (
    CONTACTS,
    agency_rows_page,
    agreement_lines,
    agreements_of,
    knows,
    load_agency,
    membership_add_page,
    membership_end_page,
    membership_invite_page,
    memberships_of,
    on_roster,
    outreach_of,
)
from partners.pages.charts import agreement_timeline, capacity_chart
from partners.pages.common import door, edit_page, facts, for_how_long, joined, source_link
from partners.pages.lists import agency_list_page
from partners.permissions import (
    can_change_people,
    can_draft_agreement,
    can_edit_agency,
    can_import_roster,
    can_record_outreach,
    can_register_agency,
)
from partners.services.agencies import register_agency, similar_agencies
from partners.services.merge import blocker, lost, merge_agencies, preview
from slp.history.services import timeline
from slp.lib.answers import answer, require
from slp.lib.dates import show
from slp.lib.forms import refused_at
from slp.lib.lists import list_view
from slp.lib.moves import buttons, move_path


@door("desk")
def agency_list(request):
    can_add = can_register_agency(request.user)
    return list_view(request, agency_list_page(), "desk/agency_list.html", can_add=can_add)


def _facts(agency: Agency) -> list:
    since, known = agency.partner_since, knows(agency)
    return facts(
        ("Kind", agency.get_kind_display()),
        ("Level", agency.get_level_display()),
        ("State or territory", agency.get_us_state_display()),
        ("City", agency.city),
        ("Website", agency.website),
        ("Main sector", agency.get_sectors_display()),
        ("Expertise", joined(known["expertise"])),
        ("Community ties", joined(known["ties"])),
        ("Population served", f"{agency.population_served:,}" if agency.population_served else ""),
        ("Staff", joined(filter(None, [
            f"{agency.sworn_count:,} sworn" if agency.sworn_count else "",
            f"{agency.civilian_count:,} civilian" if agency.civilian_count else "",
        ]))),
        ("Partner since", (str(since.year) if agency.source_id else show(since)) if since else ""),
        ("SAM.gov entity id", agency.uei),
        ("SAM registration ends", show(agency.sam_expires_on) if agency.sam_expires_on else ""),
        ("Bank enrolment on file", show(agency.eft_on_file_on) if agency.eft_on_file_on else ""),
        ("No requests before", show(agency.not_before) if agency.not_before else ""),
        ("Requests paused until", show(agency.paused_until) if agency.paused_until else ""),
        ("How we met", agency.get_origin_display()),
        ("Through", agency.found_through or ""),
        ("Source", source_link(agency.source)),
    )  # fmt: skip


@door("desk")
def agency_detail(request, key: int):
    """Everything about one agency, with its people, agreements and outreach."""
    agency = load_agency(request, key)
    if agency.merged_into_id:
        messages.info(request, f"{agency} was merged into this record.")
        return redirect("desk:agency-detail", agency.merged_into_id)
    agreements, agreements_url = agreements_of(agency), reverse("desk:agreement-list")
    context = {
        "agency": agency,
        "url": request.path,
        "list_url": reverse("desk:agency-list"),
        "facts": _facts(agency),
        "capacity": capacity_chart(agency) if agency.deploys else None,
        "terms": agreement_timeline(agreements, url=agreements_url),
        "agreements": agreement_lines(agreements, agreements_url),
        "since": for_how_long(agency.status_since),
        "moves": buttons(agency, request.user, "desk"),
        "can_edit": can_edit_agency(request.user, agency),
        "can_people": can_change_people(request.user, agency),
        "can_import": can_import_roster(request.user, agency),
        "can_draft": can_draft_agreement(request.user),
        "can_outreach": can_record_outreach(request.user),
        "contacts": CONTACTS.of(agency=agency.pk),
        "people": memberships_of(agency),
        "roster": on_roster(agency),
        "outreach": outreach_of(agency),
        "history": timeline(agency),
    }
    return render(request, "desk/agency_detail.html", context)


@door("desk")
def agency_add(request):
    require(can_register_agency(request.user))
    form = AgencyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            fields = {k: v for k, v in form.cleaned_data.items() if k != "not_a_duplicate"}
            agency = register_agency(actor=request.user, **fields)
            messages.success(request, f"{agency} is registered as a prospect.")
            return redirect("desk:agency-detail", agency.pk)
    return render(request, "desk/agency_add.html", {"form": form}, status=422 if form.is_bound else 200)


@door("desk")
def agency_edit(request, key: int):
    agency = get_object_or_404(Agency.objects.visible_to(request.user), pk=key)
    return edit_page(
        request,
        "desk",
        AgencyEditForm(request.POST or None, instance=agency),
        allowed=can_edit_agency(request.user, agency),
        back=reverse("desk:agency-detail", args=[key]),
        title="Change the agency",
        crumb=agency.name,
    )


@door("desk")
def agency_merge(request, key: int):
    """First the record that stays; then what moves, what is lost and what stands in the way; then it is asked for."""
    goes = get_object_or_404(Agency.objects.visible_to(request.user), pk=key)
    require(can_edit_agency(request.user, goes) & answer(not goes.merged_into_id, f"{goes} was merged already."))
    choice = ChooseForm(request.GET if "stays" in request.GET else None, goes=goes)
    stays = choice.cleaned_data["stays"] if choice.is_bound and choice.is_valid() else None
    form = MergeForm(request.POST or None) if stays else None
    if request.method == "POST" and form and form.is_valid():
        with refused_at(form):
            merge_agencies(actor=request.user, stays=stays, goes=goes, reason=form.cleaned_data["reason"])
            messages.success(request, f"Merged. All that belonged to {goes} stands here now.")
            return redirect("desk:agency-detail", stays.pk)
    context = {
        "agency": goes,
        "stays": stays,
        "choice": choice,
        "form": form,
        "moved": preview(goes),
        "lost": lost(stays, goes) if stays else [],
        "blocker": blocker(actor=request.user, stays=stays, goes=goes) if stays else "",
        "similar": similar_agencies(name=goes.name, us_state=goes.us_state, without=goes.pk),
    }
    status = 422 if request.method == "POST" or choice.errors else 200
    return render(request, "desk/agency_merge.html", context, status=status)


def _agency(request, key: int) -> Agency:
    return get_object_or_404(Agency.objects.visible_to(request.user), pk=key)


@door("desk")
def agency_rows(request, key: int, which: str):
    return agency_rows_page(request, "desk", _agency(request, key), which)


@door("desk")
def membership_add(request, key: int):
    return membership_add_page(request, "desk", _agency(request, key))


@door("desk")
@require_POST
def membership_invite(request, key: int):
    return membership_invite_page(request, "desk", key)


@door("desk")
def membership_end(request, key: int):
    return membership_end_page(request, "desk", key)


urlpatterns = [
    path("agencies/", agency_list, name="agency-list"),
    path("agencies/add/", agency_add, name="agency-add"),
    path("agencies/<int:key>/", agency_detail, name="agency-detail"),
    path("agencies/<int:key>/edit/", agency_edit, name="agency-edit"),
    path("agencies/<int:key>/merge/", agency_merge, name="agency-merge"),
    path("agencies/<int:key>/contacts/", agency_rows, {"which": "contacts"}, name="agency-contacts"),
    path("agencies/<int:key>/capacity/", agency_rows, {"which": "capacity"}, name="agency-capacity"),
    path("agencies/<int:key>/ties/", agency_rows, {"which": "ties"}, name="agency-ties"),
    path("agencies/<int:key>/people/add/", membership_add, name="membership-add"),
    path("agencies/people/<int:key>/invite/", membership_invite, name="membership-invite"),
    path("agencies/people/<int:key>/end/", membership_end, name="membership-end"),
    move_path(Agency, "agencies", "desk", "agency-detail"),
]
