"""Record of service at the portal: what we did, signed by INL, to take home."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST

from deployments.pages.service_records import load_expert, service_context
from deployments.services.service_records import ask_for_service_record
from partners.pages.common import door, whose


@door("portal")
def expert_service(request, key: int):
    """One expert's service as it stands today, with the records that were signed."""
    context = service_context(load_expert(request, key), request.user, "portal")
    expert = context["expert"]
    context |= {"mine": expert.user_id == request.user.pk, "whose": whose(request.user, expert)}
    return render(request, "portal/expert_service.html", context)


@door("portal")
@require_POST
def expert_service_ask(request, key: int):
    ask_for_service_record(actor=request.user, expert=load_expert(request, key))
    messages.success(request, "Asked for. INL's director signs it; you get a mail when it is ready.")
    return redirect("portal:expert-service", key)


urlpatterns = [
    path("experts/<int:key>/service/", expert_service, name="expert-service"),
    path("experts/<int:key>/service/ask/", expert_service_ask, name="expert-service-ask"),
]
