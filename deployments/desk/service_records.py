"""Records of service at the desk: what was asked for, signed by the director."""

from __future__ import annotations

from functools import cache

import django_filters
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST

from deployments.lifecycles import SERVICE_RECORD
from deployments.models import ServiceRecord, ServiceRecordStatus
from deployments.pages.common import form_page
from deployments.pages.service_records import load_expert, load_record, record_moves, service_context
from deployments.permissions import can_sign_service_record
from deployments.services.service_records import (
    STATEMENT,
    ask_for_service_record,
    draft,
    in_a_sentence,
    is_genuine,
    sign_service_record,
)
from engagements.pages.common import sent
from partners.forms.agreements import SignForm
from partners.pages.common import door, how_long
from slp.history.services import timeline
from slp.lib.answers import Stale, require
from slp.lib.filters import FilterSet
from slp.lib.forms import refused_at
from slp.lib.lists import Column, Empty, ListPage, list_view
from slp.lib.moves import move_path


class ServiceRecordFilter(FilterSet):
    status = django_filters.ChoiceFilter(label="State", choices=ServiceRecordStatus.choices)

    class Meta:
        model = ServiceRecord
        fields = ["status"]


@cache
def service_record_list_page() -> ListPage:
    return ListPage(
        title="Records of service",
        rows=lambda user: ServiceRecord.objects.visible_to(user),
        shared=True,
        columns=(
            Column("expert__name", "Officer"),
            Column("expert__agency__name", "Agency"),
            Column("status", "State", lifecycle=SERVICE_RECORD),
            Column("status_since", "In this state for", how_long),
            Column("issued_at", "Issued"),
            Column("reference", "Reference"),
        ),
        order="-status_since",
        empty=Empty(
            "No records of service yet",
            "Officers and their coordinators ask for one in the partner portal; the director signs it here.",
        ),
        link=lambda row: f"{row['reference']}/",
        filters=ServiceRecordFilter,
        filename="records-of-service",
    )


@door("desk")
def service_record_list(request):
    return list_view(request, service_record_list_page(), "desk/service_record_list.html")


@door("desk")
def service_record_detail(request, key: str):
    """One record: what it says (or would say today), its state, its seal."""
    record = load_record(request, key)
    content = record.content or draft(record)[0]
    context = record_moves(record, request.user) | {
        "record": record,
        "service": content,
        "sentence": in_a_sentence(content),
        "genuine": is_genuine(record) if record.issued_at else None,
        "history": timeline(record),
    }
    return render(request, "desk/service_record_detail.html", context)


@door("desk")
def service_record_sign(request, key: str):
    """The director reads what will be signed, and types their name."""
    record = load_record(request, key)
    require(can_sign_service_record(request.user, record))
    content, sha256 = draft(record)
    form = SignForm(sent(request), statement=STATEMENT, signer=request.user.name, initial={"seen_sha256": sha256})
    if request.method == "POST":
        if request.POST.get("seen_sha256", sha256) != sha256:
            raise Stale("The service has changed since you opened this page. Nothing was signed. Look at it again.")
        if form.is_valid():
            with refused_at(form):
                answers = form.cleaned_data
                sign_service_record(
                    actor=request.user,
                    record=record,
                    typed_name=answers["typed_name"],
                    seen_sha256=answers["seen_sha256"],
                )
                messages.success(request, "Signed and issued. The officer and the coordinator are told by mail.")
                return redirect("desk:service-record-detail", key)
    context = {"record": record, "service": content, "sentence": in_a_sentence(content)}
    return form_page(request, "desk", form, template="desk/service_record_sign.html", **context)


@door("desk")
def expert_service(request, key: int):
    """An expert's service as it stands today, for INL/KM."""
    return render(request, "desk/expert_service.html", service_context(load_expert(request, key), request.user, "desk"))


@door("desk")
@require_POST
def expert_service_ask(request, key: int):
    record = ask_for_service_record(actor=request.user, expert=load_expert(request, key))
    messages.success(request, "Asked for. The director signs it.")
    return redirect("desk:service-record-detail", record.reference)


urlpatterns = [
    path("service-records/", service_record_list, name="service-record-list"),
    path("service-records/<str:key>/", service_record_detail, name="service-record-detail"),
    path("service-records/<str:key>/sign/", service_record_sign, name="service-record-sign"),
    move_path(ServiceRecord, "service-records", "desk", "service-record-detail"),
    path("experts/<int:key>/service/", expert_service, name="expert-service"),
    path("experts/<int:key>/service/ask/", expert_service_ask, name="expert-service-ask"),
]
