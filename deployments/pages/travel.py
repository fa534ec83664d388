"""One journey as people see it: facts, whom to call, check-ins, travel details."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.contrib import messages
from django.db.models import Case, F, Func, IntegerField, When
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from deployments.forms import CheckInForm, TravelForm
from deployments.lifecycles import readiness as readiness_of
from deployments.models import Deployment
from deployments.pages.common import form_page, load_deployment
from deployments.permissions import can_check_in, can_plan_travel, can_see_personal_data
from deployments.services import support
from deployments.services.support import TRAVELLER_AFTER
from deployments.services.travel import edit_travel
from engagements.pages.common import Turn, due_words, facts
from slp.lib.answers import require
from slp.lib.dates import at_post, day_of, show, today
from slp.lib.forms import refused_at

PATH = ("nominated", "confirmed", "preparing", "ready", "in_country", "returned", "closed")


def turn_of(*, first: Iterable[str], then: Iterable[str]) -> Case:
    """The place of a journey in a list: two groups of states by their next date, then the past, newest first."""
    day = "(%(expressions)s - date '2000-01-01')"
    return Case(
        When(status__in=first, then=_next_day(first, day)),
        When(status__in=then, then=_next_day(then, f"100000 + {day}")),
        default=Func(F("ends_on"), template=f"300000 - {day}"),
        output_field=IntegerField(),
    )


def _next_day(states: Iterable[str], template: str) -> Func:
    """Whoever is abroad comes home next; the others leave."""
    return Func(F("ends_on" if "in_country" in states else "starts_on"), template=template)


def journey_facts(deployment: Deployment) -> list:
    zone = deployment.country.post.time_zone
    return facts(
        ("Engagement", deployment.engagement.title),
        ("Agency", deployment.agency),
        ("Country", deployment.country),
        ("Role", deployment.role_in_team),
        ("Travel", deployment.when),
        ("City", deployment.city),
        ("Lodging", deployment.lodging),
        ("Flights", deployment.flights),
        ("Phone in the country", deployment.phone_in_country),
        *([("Arrived", at_post(deployment.arrived_at, zone))] if deployment.arrived_at else []),
        *([("Went home", at_post(deployment.returned_at, zone))] if deployment.returned_at else []),
    )


def personal_facts(deployment: Deployment, user) -> list:
    """Passport and emergency contact, for those who may see them; `items` records that they were read."""
    if not can_see_personal_data(user, deployment):
        return []
    expert = deployment.expert
    contact = " ".join(filter(None, [expert.emergency_name, expert.emergency_phone]))
    passport = expert.passport_expires_on
    return facts(
        ("Emergency contact", contact),
        ("Own phone", expert.phone),
        ("Official passport valid until", show(passport) if passport else ""),
    )


def turn(deployment: Deployment, items, user, *, traveller: bool, check_ins: list[dict] | None = None) -> Turn | None:
    """Whose turn it is on a journey. `check_ins`: the newest first, as `beside` reads them; None where nobody has."""
    status = deployment.status
    if status in ("nominated", "confirmed"):
        return Turn(False, "INL", "Preparations begin when the addendum is signed by both sides.")
    if status == "preparing":
        waiting = [item for item in items if item.is_open and item.moves]
        handed_in = [item for item in waiting if item.clearance.status == "submitted"]
        mine = next(iter(handed_in or waiting), None)
        if mine:
            text = f"Next: {mine.requirement.name}."
            return Turn(True, "", text, due_words(mine.clearance.due_on), mine.moves[0][1], mine.moves[0][0])
        given = readiness_of(deployment, user)
        return Turn(False, "INL", "Everything holds." if given else given.reason)
    if status == "ready":
        left = (deployment.starts_on - today()).days
        text = f"Travel begins {due_words(deployment.starts_on)}." if left >= 0 else "Arrival is not recorded yet."
        return Turn(False, "the post to record the arrival", text)
    if status == "in_country":
        return None if check_ins is None else _turn_in_country(deployment, check_ins, traveller=traveller)
    return None


def _turn_in_country(deployment: Deployment, check_ins: list[dict], *, traveller: bool) -> Turn:
    """A check-in is awaited as soon as the traveller is asked for one by mail, not before."""
    heard = check_ins[0]["moment"] if check_ins else deployment.arrived_at
    until = f"In country until {show(deployment.ends_on)}."
    if heard is None or heard <= timezone.now() - timedelta(days=TRAVELLER_AFTER):
        return Turn(traveller, "the traveller to check in", until)
    if deployment.ends_on < today():
        return Turn(False, "the post to record the return", f"The last day was {show(deployment.ends_on)}.")
    last = f" Last check-in: {show(day_of(heard, deployment.country.post.zone))}." if check_ins else ""
    return Turn(False, "the journey home", f"{until}{last}")


def deployment_edit(request, key: str, door: str):
    """City, lodging, phone, flights."""
    deployment = load_deployment(request, key)
    require(can_plan_travel(request.user, deployment))
    form = TravelForm(request.POST or None, instance=deployment)
    back = reverse(f"{door}:deployment-detail", args=[key])
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            edit_travel(deployment=deployment, form=form, actor=request.user)
            messages.success(request, "Travel details are saved. The post and the RSO see them.")
            return redirect(back)
    return form_page(
        request, door, form, title="Travel details", about=deployment, submit="Save", back=back,
        lead="The post and the RSO find the traveller by these.",
    )  # fmt: skip


def checkin_add(request, key: str, door: str):
    """Safe and well, or not; the RSO is told at once if not."""
    deployment = load_deployment(request, key)
    require(can_check_in(request.user, deployment))
    own = deployment.expert.user_id == request.user.pk
    form = CheckInForm(request.POST or None, own=own, initial={"place": deployment.city, "is_safe": "yes"})
    back = reverse(f"{door}:deployment-detail", args=[key])
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            row = support.check_in(deployment=deployment, actor=request.user, **form.cleaned_data)
            if row.is_safe:
                messages.success(request, "Checked in. Thank you.")
            else:
                messages.warning(request, "The RSO, the post and INL have been told just now. Call them as well.")
            return redirect(back)
    return form_page(
        request, door, form, title="Check in", about=deployment.expert, submit="Check in", back=back,
        lead="" if own else f"You check in for {deployment.expert}.", phone=deployment.country.post.duty_phone,
    )  # fmt: skip
