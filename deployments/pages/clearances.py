"""The pages of one requirement: hand in, clear, waive; and one requirement for a whole team."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse

from deployments.forms import ClearForm, EmergencyForm, HandInForm, TeamClearForm, WaiveForm
from deployments.lifecycles import CLEARANCE, last_day_needed
from deployments.models import Clearance
from deployments.pages.common import form_page, load_clearance
from deployments.permissions import can_hand_in
from deployments.services import readiness
from engagements.models import Engagement
from engagements.pages.common import door as of_door
from partners.pages.common import joined
from partners.permissions import of_several
from slp.history.services import note_read, note_reads
from slp.lib.answers import require
from slp.lib.forms import refused_at
from slp.lib.moves import move_path


def back_to_person(door: str, clearance: Clearance) -> str:
    return reverse(f"{door}:deployment-detail", args=[clearance.deployment.reference]) + "#readiness"


def _about(door: str, clearance: Clearance) -> dict:
    """What every page of one requirement says: whose, why it applies, where that is written."""
    deployment = clearance.deployment
    return {
        "template": "deployments/clearance_page.html",
        "clearance": clearance,
        "requirement": clearance.requirement,
        "deployment": deployment,
        "about": deployment,
        "back": back_to_person(door, clearance),
        "last_day": last_day_needed(clearance),
    }


def clearance_submit(request, key: int, door: str):
    """The traveller or the coordinator hands a paper in, by the phone's camera if they like."""
    clearance = load_clearance(request, key)
    require(can_hand_in(request.user, clearance))
    if readiness.is_emergency_contact(clearance):
        return _emergency_contact(request, clearance, door)
    initial = {"note": clearance.evidence_note, "valid_until": clearance.valid_until}
    form = HandInForm(request.POST or None, request.FILES or None, clearance=clearance, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            data = form.cleaned_data
            short = data.get("valid_until") and data["valid_until"] < last_day_needed(clearance)
            if not short:
                readiness.hand_in_clearance(
                    clearance=clearance, actor=request.user, upload=data.get("upload"), note=data["note"],
                    valid_until=data.get("valid_until"),
                )  # fmt: skip
                messages.success(request, f"{clearance.requirement}: handed in. You are told when it is cleared.")
                return redirect(back_to_person(door, clearance))
            form.add_error("valid_until", _too_short(clearance))
    context = _about(door, clearance) | {"title": f"Hand in: {clearance.requirement}", "submit": "Hand in"}
    return form_page(request, door, form, multipart=True, **context)


def _too_short(clearance: Clearance) -> str:
    return f"It must hold until {last_day_needed(clearance):%-d %b %Y}. Renew it first, or ask INL for other dates."


def _emergency_contact(request, clearance: Clearance, door: str):
    expert = clearance.deployment.expert
    form = EmergencyForm(request.POST or None, initial={"name": expert.emergency_name, "phone": expert.emergency_phone})
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            readiness.save_emergency_contact(deployment=clearance.deployment, actor=request.user, **form.cleaned_data)
            readiness.hand_in_clearance(clearance=clearance, actor=request.user, note="In the person’s record")
            messages.success(request, "Kept. Only you, your coordinator, INL and the RSO see it.")
            return redirect(back_to_person(door, clearance))
    note_read(reader=request.user, subject=clearance.deployment.reference, what="emergency contact", person=expert.user)
    return form_page(
        request, door, form, title="Whom shall we call if something happens?", submit="Save", **_about(door, clearance)
    )


def clearance_clear(request, key: int, door: str):
    """Whoever clears this requirement says that it is met, and until when."""
    clearance = load_clearance(request, key)
    require(CLEARANCE.can(clearance, "clear", request.user))
    form = ClearForm(request.POST or None, clearance=clearance, last_day=last_day_needed(clearance))
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            until = form.cleaned_data["valid_until"]
            if until is None or until >= last_day_needed(clearance):
                readiness.clear_clearance(clearance=clearance, actor=request.user, **form.cleaned_data)
                messages.success(request, f"{clearance.requirement} of {clearance.deployment.expert}: cleared.")
                return redirect(back_to_person(door, clearance))
            form.add_error("valid_until", _too_short(clearance))
    context = _about(door, clearance) | {"title": f"Clear: {clearance.requirement}", "submit": "Clear"}
    return form_page(request, door, form, **context)


def clearance_waive(request, key: int, door: str):
    """The director or the RSO lets somebody go without it, by name and with the reason."""
    clearance = load_clearance(request, key)
    require(CLEARANCE.can(clearance, "waive", request.user))
    form = WaiveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            readiness.waive_clearance(clearance=clearance, actor=request.user, **form.cleaned_data)
            messages.success(request, f"{clearance.requirement} of {clearance.deployment.expert}: waived.")
            return redirect(back_to_person(door, clearance))
    context = _about(door, clearance) | {
        "title": f"Waive: {clearance.requirement}", "submit": "Waive", "danger": True,
        "lead": "The traveller may go without it. Your name and reason are kept.",
    }  # fmt: skip
    return form_page(request, door, form, **context)


def team_clear(request, key: str, requirement: int, door: str):
    """One requirement for everybody in a team for whom it is open."""
    engagement = get_object_or_404(Engagement.objects.visible_to(request.user), reference=key)
    rows = (
        Clearance.objects.visible_to(request.user)
        .filter(deployment__engagement=engagement, requirement=requirement, status__in=readiness.OPEN)
        .exclude(deployment__status__in=["withdrawn", "cancelled", "closed"])
        .select_related("requirement", "deployment__expert", "deployment__country__post", "deployment__agency")
    )
    everybody = list(rows.order_by("deployment__expert__name"))
    if not everybody:
        raise Http404
    read = [(c.deployment.reference, c.deployment.expert.user_id) for c in everybody]
    note_reads(reader=request.user, subjects=read, what="requirements")
    clearances = [c for c in everybody if CLEARANCE.can(c, "clear", request.user)]
    if not clearances:
        require(CLEARANCE.can(everybody[0], "clear", request.user))
    last_day = max(last_day_needed(c) for c in clearances)
    form = TeamClearForm(request.POST or None, clearances=clearances, last_day=last_day)
    back = reverse(f"{door}:deployment-list")
    several = door == "portal" and of_several(request.user)
    agencies = joined(sorted({str(c.deployment.agency) for c in clearances})) if several else ""
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            data = form.cleaned_data
            count = readiness.clear_for_team(
                clearances=form.chosen(), actor=request.user, valid_until=data["valid_until"], note=data["note"]
            )
            messages.success(request, f"{clearances[0].requirement}: cleared for {count}.")
            return redirect(back)
    return form_page(
        request, door, form, template="deployments/clearance_page.html", back=back, engagement=engagement,
        requirement=clearances[0].requirement, title=f"Clear for the team: {clearances[0].requirement}",
        submit="Clear for the chosen people", last_day=last_day, whose=agencies,
    )  # fmt: skip


def clearance_urls(door: str) -> list:
    """The pages of requirements at one door."""
    here = {"door": door}
    entered = of_door(door)
    return [
        path("requirements/<int:key>/hand-in/", entered(clearance_submit), here, name="clearance-submit"),
        path("requirements/<int:key>/clear/", entered(clearance_clear), here, name="clearance-clear"),
        path("requirements/<int:key>/waive/", entered(clearance_waive), here, name="clearance-waive"),
        path("teams/<str:key>/clear/<int:requirement>/", entered(team_clear), here, name="team-clear"),
        move_path(Clearance, "requirements", door, partial(back_to_person, door)),
    ]
