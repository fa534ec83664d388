"""Pre-deployment training: sessions, places, attendance."""

from __future__ import annotations

import django_filters
from django.contrib import messages
from django.db import transaction
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone

from deployments.forms import AttendanceForm, EnrolForm, SessionEditForm, SessionForm
from deployments.models import Deployment, TrainingSession
from deployments.pages.common import form_page
from deployments.services import training
from engagements.pages.common import door, facts
from slp.history.services import timeline
from slp.lib.answers import require
from slp.lib.dates import WASHINGTON
from slp.lib.filters import FilterSet
from slp.lib.forms import refused_at
from slp.lib.lists import Column, Empty, ListPage, choice, list_view

MODES = choice(TrainingSession.Mode)


def in_washington(view):
    """Decorator: sessions are planned in Washington's time."""

    def wrapped(request, *args, **kwargs):
        with timezone.override(WASHINGTON):
            return view(request, *args, **kwargs)

    wrapped.__name__ = view.__name__
    return wrapped


class SessionFilter(FilterSet):
    mode = django_filters.ChoiceFilter(label="How", choices=TrainingSession.Mode.choices)

    class Meta:
        model = TrainingSession
        fields = ["mode"]


LIST = ListPage(
    title="Pre-deployment training",
    intro="Sessions that INL/KM gives. Whoever completes one has met the requirement by that alone.",
    rows=lambda user: TrainingSession.objects.visible_to(user).annotate(enrolled=Count("enrolments")),
    shared=True,
    columns=(
        Column("title", "Session"),
        Column("starts_at", "Begins"),
        Column("mode", "How", MODES),
        Column("place", "Where"),
        Column("enrolled", "Enrolled", kind="number"),
        Column("capacity", "Places", kind="number"),
    ),
    order="-starts_at",
    empty=Empty(
        "No sessions yet",
        "Every partner who travels is trained first. Schedule a session, then choose who takes part.",
        "Schedule a session",
        "/admin/desk/training/add/",
    ),
    link=lambda row: f"/admin/desk/training/{row['pk']}/",
    filters=SessionFilter,
    filename="training",
)


@door("desk")
@in_washington
def training_list(request):
    actions = []
    if training.can_schedule_training(request.user):
        actions.append({"label": "Schedule a session", "url": reverse("desk:training-add")})
    return list_view(request, LIST, "desk/training_list.html", list_actions=actions)


@door("desk")
@in_washington
def training_add(request):
    """Schedule a session."""
    require(training.can_schedule_training(request.user))
    form = SessionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            session = training.schedule_training(actor=request.user, **form.cleaned_data)
            messages.success(request, "The session is scheduled. Choose who takes part.")
            return redirect("desk:training-enrol", key=session.pk)
    return form_page(
        request,
        "desk",
        form,
        title="Schedule a training session",
        submit="Schedule",
        back=reverse("desk:training-list"),
    )


def _load(request, key: int) -> TrainingSession:
    return get_object_or_404(TrainingSession.objects.visible_to(request.user).select_related("requirement"), pk=key)


@door("desk")
@in_washington
def training_detail(request, key: int):
    """Who takes part, who has completed it."""
    session = _load(request, key)
    enrolments = session.enrolments.select_related("deployment__expert", "deployment__country")
    context = {
        "session": session,
        "facts": facts(
            ("Begins", timezone.localtime(session.starts_at).strftime("%-d %b %Y, %H:%M %Z")),
            ("Ends", timezone.localtime(session.ends_at).strftime("%-d %b %Y, %H:%M %Z")),
            ("How", session.get_mode_display()),
            ("Where", session.place),
            ("Places", session.capacity),
            ("Clears", session.requirement),
            ("Agenda", session.agenda),
        ),
        "enrolments": enrolments.order_by("deployment__expert__name"),
        "can_schedule": training.can_schedule_training(request.user),
        "has_begun": session.starts_at <= timezone.now(),
        "history": timeline(session, limit=10),
    }
    return render(request, "desk/training_detail.html", context)


@door("desk")
@in_washington
def training_edit(request, key: int):
    session = _load(request, key)
    require(training.can_schedule_training(request.user))
    form = SessionEditForm(request.POST or None, instance=session)
    back = reverse("desk:training-detail", args=[key])
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            training.edit_training(session=session, form=form, actor=request.user)
            messages.success(request, "The session is changed.")
            return redirect(back)
    return form_page(request, "desk", form, title="Change the session", about=session, submit="Save", back=back)


@door("desk")
def training_enrol(request, key: int):
    """Give places to people who have not left yet."""
    session = _load(request, key)
    require(training.can_schedule_training(request.user))
    people = (
        Deployment.objects.visible_to(request.user)
        .filter(status__in=["confirmed", "preparing", "ready"])
        .exclude(trainings__session=session)
        .select_related("expert", "country")
        .order_by("starts_on", "expert__name")
    )
    form = EnrolForm(request.POST or None, people=people)
    back = reverse("desk:training-detail", args=[key])
    if request.method == "POST" and form.is_valid():
        with refused_at(form, "people"):
            count = training.enrol(session=session, deployments=form.cleaned_data["people"], actor=request.user)
            messages.success(request, f"{count} enrolled. They and their coordinators have been told.")
            return redirect(back)
    return form_page(
        request, "desk", form, title="Who takes part?", about=session, submit="Enrol", back=back,
        nothing="" if people else "Everybody who travels soon has a place already, or nobody travels soon.",
    )  # fmt: skip


@door("desk")
def training_attend(request, key: int):
    """Record who was there; their requirement is cleared by it."""
    session = _load(request, key)
    require(training.can_schedule_training(request.user))
    enrolments = list(
        session.enrolments.exclude(status="completed").select_related("deployment__expert", "session__requirement")
    )
    form = AttendanceForm(request.POST or None, enrolments=enrolments)
    back = reverse("desk:training-detail", args=[key])
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            attended = set(form.cleaned_data["attended"])
            with transaction.atomic():
                for enrolment in enrolments:
                    training.record_attendance(
                        enrolment=enrolment, attended=str(enrolment.pk) in attended, actor=request.user
                    )
            messages.success(request, f"{len(attended)} completed it.")
            return redirect(back)
    return form_page(
        request, "desk", form, title="Who completed it?", about=session, submit="Record", back=back,
        nothing="" if enrolments else "Everybody’s attendance is recorded.",
    )  # fmt: skip


urlpatterns = [
    path("training/", training_list, name="training-list"),
    path("training/add/", training_add, name="training-add"),
    path("training/<int:key>/", training_detail, name="training-detail"),
    path("training/<int:key>/edit/", training_edit, name="training-edit"),
    path("training/<int:key>/enrol/", training_enrol, name="training-enrol"),
    path("training/<int:key>/attendance/", training_attend, name="training-attend"),
]
