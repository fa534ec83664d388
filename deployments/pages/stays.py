"""Nights in several cities, planned and removed at every door by whoever organizes the journey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse

from deployments.forms import StayForm
from deployments.models import Deployment, Stay
from deployments.pages.common import form_page, load_deployment
from deployments.permissions import can_plan_travel
from deployments.services import stays
from engagements.pages.common import door as of_door
from slp.lib.answers import require
from slp.lib.forms import Form, refused_at
from slp.lib.light import light


@dataclass(frozen=True)
class Nights:
    """The planned nights of a journey in order, each with the address that removes it; for `_stays.html`."""

    rows: list[tuple[Stay, str]]
    add_url: str


def nights(deployment: Deployment, rows: list[dict[str, Any]], door: str) -> Nights:
    """`rows`: those of `beside`."""
    stays = [
        light(Stay, {"id": row["key"], "city": row["head"], "lodging": row["text"], "period": row["span"]})
        for row in sorted(rows, key=lambda row: row["span"].lower)
    ]
    planned = [(stay, reverse(f"{door}:stay-remove", args=[stay.pk])) for stay in stays]
    return Nights(planned, reverse(f"{door}:stay-add", args=[deployment.reference]))


def _journey(door: str, deployment: Deployment) -> str:
    return reverse(f"{door}:deployment-detail", args=[deployment.reference]) + "#nights"


def stay_add(request, key: str, door: str):
    """In which city, from which night to which."""
    deployment = load_deployment(request, key)
    require(can_plan_travel(request.user, deployment))
    form = StayForm(request.POST or None, deployment=deployment)
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            stay = stays.add_stay(deployment=deployment, actor=request.user, **form.cleaned_data)
            messages.success(request, f"{stay.city}, {stay.when}: planned. The claim is held against this city's rate.")
            return redirect(_journey(door, deployment))
    return form_page(
        request, door, form, title="Nights in a city", about=deployment, submit="Plan these nights",
        back=_journey(door, deployment), lead=f"For a journey to several cities. It lasts from {deployment.when}.",
    )  # fmt: skip


def stay_remove(request, key: int, door: str):
    """Asks first."""
    stay = get_object_or_404(Stay.objects.visible_to(request.user), pk=key)
    deployment = load_deployment(request, stay.deployment.reference)
    require(can_plan_travel(request.user, deployment))
    if request.method == "POST":
        stays.remove_stay(stay=stay, actor=request.user)
        messages.success(request, f"{stay.city}, {stay.when}: removed.")
        return redirect(_journey(door, deployment))
    return form_page(
        request, door, Form(), title=f"Remove the nights in {stay.city}?", about=deployment, submit="Remove",
        danger=True, back=_journey(door, deployment), lead=f"{stay.when}. The history keeps them.",
    )  # fmt: skip


def stay_urls(door: str) -> list:
    here, entered = {"door": door}, of_door(door)
    return [
        path("deployments/<str:key>/nights/add/", entered(stay_add), here, name="stay-add"),
        path("nights/<int:key>/remove/", entered(stay_remove), here, name="stay-remove"),
    ]
