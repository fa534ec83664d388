"""Our roster: the people whom we offer, kept true by us and by themselves."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from partners.forms.roster import (
    AvailabilityFormSet,
    ExpertEditForm,
    ExpertForm,
    LanguageFormSet,
    SkillFormSet,
    TiesFormSet,
)
from partners.models import Agency, Expert, TravelDocument
from partners.models.agency import AgencyRole
from partners.pages.common import door, edit_page, whose
from partners.pages.lists import expert_list_page
from partners.pages.roster import expert_context, note_personal, readers_of
from partners.pages.rows import Rows, rows_page
from partners.permissions import agency_ids, can_edit_expert, can_edit_roster, of_several
from partners.portal.agency import for_agency
from partners.services.experts import add_expert, confirm_expert, set_on_roster
from slp.lib.answers import require
from slp.lib.forms import refused_at
from slp.lib.lists import list_view


@door("portal")
def expert_list(request):
    """The agency's roster. Who only travels comes straight to their own page."""
    if not agency_ids(request.user):
        mine = Expert.objects.filter(user=request.user).values_list("pk", flat=True).first()
        if mine:
            return redirect("portal:expert-detail", mine)
    page = expert_list_page("portal", of_several=of_several(request.user))
    return list_view(request, page, "portal/expert_list.html", adds_to=_adds_to(request.user))


def _adds_to(user) -> list[dict[str, Any]]:
    """The agencies whose rosters the person keeps; named where there are several."""
    mine = agency_ids(user, {AgencyRole.COORDINATOR})
    if len(mine) < 2:
        return [{"pk": pk, "name": ""} for pk in mine]
    return list(Agency.objects.visible_to(user).filter(pk__in=mine).order_by("name").values("pk", "name"))


def _load(request, key: int) -> Expert:
    rows = Expert.objects.visible_to(request.user).with_personal(request.user).select_related("agency")
    return get_object_or_404(rows, pk=key)


@door("portal")
def expert_detail(request, key: int):
    """One person. Personal data is for the person and the coordinator; others' reading is recorded."""
    expert = _load(request, key)
    mine = expert.user_id == request.user.pk
    if expert.personal:
        note_personal(request, expert)
    context = expert_context(expert, agency=expert.agency.name, personal=expert.personal) | {
        "can_edit": can_edit_expert(request.user, expert),
        "can_roster": can_edit_roster(request.user, expert.agency),
        "mine": mine,
        "whose": whose(request.user, expert),
        "readers": readers_of(request.user) if mine else [],
    }
    return render(request, "portal/expert_detail.html", context)


@door("portal")
@for_agency
def expert_add(request, agency: Agency):
    require(can_edit_roster(request.user, agency))
    form = ExpertForm(request.POST or None, instance=Expert(agency=agency))
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            expert = add_expert(actor=request.user, agency=agency, **form.cleaned_data)
            messages.success(
                request, f"{expert} is on the roster. Now say what they know, speak and when they are free."
            )
            return redirect("portal:expert-detail", expert.pk)
    return render(
        request, "portal/expert_add.html", {"form": form, "agency": agency}, status=422 if form.is_bound else 200
    )


@door("portal")
def expert_edit(request, key: int):
    expert = _load(request, key)
    allowed = can_edit_expert(request.user, expert)
    require(allowed)
    note_personal(request, expert)
    return edit_page(
        request,
        "portal",
        ExpertEditForm(request.POST or None, instance=expert),
        allowed=allowed,
        back=reverse("portal:expert-detail", args=[key]),
        title="Change the entry",
        crumb=expert.name,
    )


def expert_rows_page(request, key: int, title: str, formset_class):
    """Rows that belong to one person, edited together."""
    expert = _load(request, key)
    allowed = can_edit_expert(request.user, expert)
    require(allowed)
    are_papers = formset_class.model is TravelDocument
    if are_papers:
        note_personal(request, expert)
    back = reverse("portal:expert-detail", args=[expert.pk])
    rows = Rows(expert, formset_class, title, f"Changed: {title.lower()}", back, in_full=not are_papers)
    return rows_page(request, "portal", rows, allowed=allowed)


@door("portal")
def expert_skills(request, key: int):
    return expert_rows_page(request, key, "Expertise", SkillFormSet)


@door("portal")
def expert_languages(request, key: int):
    return expert_rows_page(request, key, "Languages", LanguageFormSet)


@door("portal")
def expert_availability(request, key: int):
    return expert_rows_page(request, key, "When free, when not", AvailabilityFormSet)


@door("portal")
def expert_countries(request, key: int):
    return expert_rows_page(request, key, "Countries", TiesFormSet)


@door("portal")
@require_POST
def expert_confirm(request, key: int):
    """ "Still right": one click, with today's date."""
    confirm_expert(actor=request.user, expert=_load(request, key))
    messages.success(request, "Thank you. Confirmed as still right.")
    return redirect("portal:expert-detail", key)


@door("portal")
@require_POST
def expert_roster(request, key: int):
    """Take a person off the roster, or back on."""
    expert = _load(request, key)
    set_on_roster(actor=request.user, expert=expert, on=not expert.is_active)
    messages.success(request, f"{expert} is {'back on' if expert.is_active else 'off'} the roster.")
    return redirect("portal:expert-detail", key)


urlpatterns = [
    path("experts/", expert_list, name="expert-list"),
    path("experts/add/", expert_add, name="expert-add"),
    path("experts/<int:key>/", expert_detail, name="expert-detail"),
    path("experts/<int:key>/edit/", expert_edit, name="expert-edit"),
    path("experts/<int:key>/confirm/", expert_confirm, name="expert-confirm"),
    path("experts/<int:key>/on-roster/", expert_roster, name="expert-roster"),
    path("experts/<int:key>/skills/", expert_skills, name="expert-skills"),
    path("experts/<int:key>/languages/", expert_languages, name="expert-languages"),
    path("experts/<int:key>/availability/", expert_availability, name="expert-availability"),
    path("experts/<int:key>/countries/", expert_countries, name="expert-countries"),
]
