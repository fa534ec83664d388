"""Records of service: what an officer did, asked for by them, signed by INL, confirmed to anybody by its code."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from deployments.lifecycles import SERVICE_RECORD
from deployments.models import Deployment, ServiceRecord, ServiceRecordStatus, TrainingEnrolment
from deployments.models.service_record import ALPHABET, CODE_GROUP, CODE_GROUPS
from deployments.permissions import can_ask_for_service_record, can_sign_service_record
from engagements.models import FinalReport
from partners.models import Certificate, Expert, Signature, SignatureSide
from slp.documents.models import Slot
from slp.documents.pdf import render_pdf
from slp.documents.services import keep_file
from slp.lib.answers import Answer, Refused, Stale, answer, require
from slp.lib.dates import show, today
from slp.lib.errors import readable_constraints
from slp.lib.track import because

SERVED = ("in_country", "returned", "closed", "curtailed")
SEAL_SALT = "deployments.service_record"
STATEMENT = (
    "For the Bureau of International Narcotics and Law Enforcement Affairs I confirm that this person has served in "
    "the State and Local Partnership Program as recorded here."
)


def service_of(expert: Expert) -> dict[str, Any]:
    """What the programme knows of an expert's service, as the paper says it (JSON types). Four queries.

    `engagements`: one row per journey with `when`, `country`, `places`, `title`, `kind`, `reference`, `days`, `role`
    and `trained` (people trained by the team, from the agency's accepted report; empty when there is
    none). `days` and `trained` in `totals` count each engagement's trained people once.
    """
    journeys = list(
        Deployment.objects.filter(expert=expert, status__in=SERVED)
        .select_related("engagement", "country")
        .order_by("starts_on")
    )
    trained = _trained([j.engagement_id for j in journeys], expert.agency_id)
    rows = [_journey(journey, trained) for journey in journeys]
    training = TrainingEnrolment.objects.filter(
        deployment__expert=expert, status=TrainingEnrolment.Status.COMPLETED
    ).select_related("session")
    certificates = Certificate.objects.filter(expert=expert).order_by("issued_on")
    return {
        "name": expert.name,
        "rank": expert.rank,
        "agency": str(expert.agency),
        "engagements": rows,
        "training": [
            {"title": e.session.title, "on": show(e.completed_on)} for e in training.order_by("completed_on", "pk")
        ],
        "certificates": [
            {"programme": c.programme, "number": c.number, "issued": show(c.issued_on), "until": _day(c.expires_on)}
            for c in certificates
        ],
        "totals": {
            "journeys": len(rows),
            "countries": sorted({row["country"] for row in rows}),
            "days": sum(row["days"] for row in rows),
            "trained": sum(trained.get(pk, 0) for pk in {j.engagement_id for j in journeys}),
        },
    }


def _day(day) -> str:
    return show(day) if day else ""


def _trained(engagements: list[int], agency_id: int) -> dict[int, int]:
    """People trained by engagement, from the agency's accepted reports."""
    reports = FinalReport.objects.filter(engagement__in=engagements, agency=agency_id, status="accepted")
    return {r.engagement_id: r.people_trained for r in reports if r.people_trained is not None}


def _journey(journey: Deployment, trained: dict[int, int]) -> dict[str, Any]:
    end = min(journey.ends_on, today()) if journey.status == "in_country" else journey.ends_on
    count = trained.get(journey.engagement_id)
    return {
        "when": journey.when if journey.status != "in_country" else f"since {show(journey.starts_on)}",
        "country": str(journey.country),
        "places": journey.city or journey.engagement.places,
        "title": journey.engagement.title,
        "kind": journey.engagement.get_kind_display(),
        "reference": journey.engagement.reference,
        "days": (end - journey.starts_on).days + 1,
        "role": journey.role_in_team,
        "trained": "" if count is None else f"{count:,}",
    }


def something_to_record(service: dict[str, Any]) -> Answer:
    return answer(
        service["engagements"] or service["training"],
        "There is nothing to record yet: a record of service begins with the first training or journey.",
    )


@transaction.atomic
def ask_for_service_record(*, actor, expert: Expert) -> ServiceRecord:
    """The officer, the coordinator or INL/KM asks for a signed record; the director is shown it."""
    require(can_ask_for_service_record(actor, expert))
    require(something_to_record(service_of(expert)))
    with because(actor, "Asked for a record of service"), readable_constraints(ServiceRecord):
        return ServiceRecord.objects.create(expert=expert, requested_by=actor)


def digest(code: str, content: dict[str, Any]) -> str:
    """The hash of what is signed: the code and every word of the paper."""
    return hashlib.sha256(json.dumps([code, content], sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def draft(record: ServiceRecord) -> tuple[dict[str, Any], str]:
    """What would be signed today, with its hash."""
    content = service_of(record.expert) | {"as_of": today().isoformat()}
    return content, digest(record.code, content)


@transaction.atomic
def sign_service_record(*, actor, record: ServiceRecord, typed_name: str, seen_sha256: str) -> ServiceRecord:
    """The director signs exactly what was shown: the content is frozen and sealed, the paper is made and kept.

    `Stale` when the service has changed since the page was opened.
    """
    record = ServiceRecord.objects.select_for_update(of=("self",)).select_related("expert__agency").get(pk=record.pk)
    require(can_sign_service_record(actor, record))
    content, sha256 = draft(record)
    if sha256 != seen_sha256:
        raise Stale("The service has changed since you opened this page. Nothing was signed. Look at it again.")
    if " ".join(typed_name.split()).casefold() != " ".join(actor.name.split()).casefold():
        raise Refused(f"Type your name as it stands in your account: {actor.name}.")
    now = timezone.now()
    paper = keep_file(
        content=service_record_pdf(record, content, signer=actor, signed_at=now),
        name=f"Record of service {record.reference}.pdf",
        content_type="application/pdf",
        slot=Slot.CERTIFICATE,
        actor=actor,
    )
    with because(actor, "Signed"), readable_constraints(Signature, ServiceRecord):
        Signature.objects.create(
            paper=record,
            side=SignatureSide.INL,
            signer=actor,
            typed_name=" ".join(typed_name.split()),
            statement=STATEMENT,
            sha256=sha256,
            signed_at=now,
        )
        ServiceRecord.objects.filter(pk=record.pk).update(
            content=content, seal=_signer().sign(sha256), document=paper, issued_at=now, version=F("version") + 1
        )
    record.refresh_from_db()
    return SERVICE_RECORD.apply(record, "issue", actor=actor)


def service_record_pdf(record: ServiceRecord, content: dict[str, Any], *, signer, signed_at) -> bytes:
    """The paper itself. The same content gives the same bytes."""
    return render_pdf(
        "service_record",
        content
        | {
            "reference": record.reference,
            "code": record.code,
            "issued_on": content["as_of"],
            "summary": in_a_sentence(content),
            "statement": STATEMENT,
            "signer": signer.name,
            "signer_title": signer.title or signer.get_staff_role_display(),
            "signed_at": f"{show(signed_at.date())}, {signed_at:%H:%M} UTC",
            "verify_url": settings.BASE_URL.split("://")[-1] + reverse("public:service-record-verify"),
        },
    )


def in_a_sentence(content: dict[str, Any]) -> str:
    """The whole service at a glance."""
    totals = content["totals"]
    journeys, days = totals["journeys"], totals["days"]
    if not journeys:
        return "Prepared for service abroad by INL/KM's training."
    where = ", ".join(totals["countries"])
    words = f"{journeys} journey{'s' * (journeys != 1)} abroad ({where}), {days} day{'s' * (days != 1)}"
    return f"{words}; the teams trained {totals['trained']:,} people." if totals["trained"] else f"{words}."


def _signer() -> signing.Signer:
    return signing.Signer(salt=SEAL_SALT)  # older keys of SECRET_KEY_FALLBACKS still confirm


def is_genuine(record: ServiceRecord) -> bool:
    """Does the seal fit every word of the content? Says nothing about whether the record was revoked."""
    try:
        return _signer().unsign(record.seal) == digest(record.code, record.content)
    except signing.BadSignature:
        return False


def tidy_code(typed: str) -> str:
    """A code as it was typed, in the form in which it is kept; empty when it can't be one."""
    letters = "".join(c for c in typed.upper() if c in ALPHABET)
    if len(letters) != CODE_GROUPS * CODE_GROUP:
        return ""
    return "-".join(letters[i : i + CODE_GROUP] for i in range(0, len(letters), CODE_GROUP))


def find_by_code(typed: str) -> ServiceRecord | None:
    """The issued or revoked record with this code, if there is one."""
    code = tidy_code(typed)
    statuses = (ServiceRecordStatus.ISSUED, ServiceRecordStatus.REVOKED)
    rows = ServiceRecord.objects.filter(code=code, status__in=statuses).select_related("expert", "document")
    return rows.first() if code else None


def is_the_same_file(record: ServiceRecord, content: bytes) -> bool:
    """Is this, byte for byte, the paper that INL issued?"""
    return hashlib.sha256(content).hexdigest() == record.document.sha256
