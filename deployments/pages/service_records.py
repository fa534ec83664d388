"""What the pages of a record of service show at the portal and at the desk."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from django.urls import reverse

from deployments.lifecycles import SERVICE_RECORD
from deployments.models import ServiceRecord
from deployments.permissions import can_ask_for_service_record, can_sign_service_record
from deployments.services.service_records import in_a_sentence, service_of, something_to_record
from partners.models import Expert
from slp.lib.moves import buttons


def load_expert(request, key: int) -> Expert:
    return get_object_or_404(Expert.objects.visible_to(request.user).select_related("agency"), pk=key)


def load_record(request, key: str) -> ServiceRecord:
    rows = ServiceRecord.objects.visible_to(request.user).select_related("expert__agency", "requested_by", "document")
    return get_object_or_404(rows, reference=key)


def service_context(expert: Expert, user, door: str) -> dict:
    """An expert's service as it stands today, and the records that were signed of it."""
    service = service_of(expert)
    records = list(expert.service_records.select_related("document"))
    open_record = next((r for r in records if r.status == "requested"), None)
    return {
        "expert": expert,
        "service": service,
        "sentence": in_a_sentence(service) if something_to_record(service) else "",
        "records": [_row(record, user, door) for record in records],
        "open_record": open_record,
        "can_ask": can_ask_for_service_record(user, expert) & something_to_record(service),
    }


def _row(record: ServiceRecord, user, door: str) -> dict:
    plain = door != "desk"
    return {
        "record": record,
        "status": record.plain_status_tag if plain else record.status_tag,
        "pdf_url": reverse("documents:document-download", args=[record.document_id]) if record.document_id else "",
        "verify_url": reverse("public:service-record-check", args=[record.code]) if record.issued_at else "",
    }


def record_moves(record: ServiceRecord, user) -> dict:
    """What can be done with one record at the desk."""
    return {
        "moves": buttons(record, user, "desk", without=("issue",)),
        "can_sign": can_sign_service_record(user, record),
        "is_open": record.status == SERVICE_RECORD.initial,
    }
