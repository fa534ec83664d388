"""Dull factories: an engagement under way, a person who travels in it, a claim. Each says what it defaulted."""

from __future__ import annotations

import io
import uuid
from datetime import date, timedelta
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from deployments.models import Claim, ClaimLine, Clearance, Deployment, Obligation, Requirement
from engagements.models import Engagement, Participation
from partners.models import Agency, Expert
from partners.tests.factories import make_agreement, make_expert
from slp.documents.models import Document
from slp.documents.services import keep
from slp.lib.dates import today
from slp.places.models import Country

PDF = b"%PDF-1.4\n%receipt\n"


def pdf(name: str = "receipt.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def make_engagement(country: Country, *agencies: Agency, **fields) -> Engagement:
    """Mentoring, under way since 30 days, for 30 more; every agency under an agreement in force."""
    defaults = {
        "kind": "mentoring",
        "title": "Community policing mentors",
        "status": "under_way",
        "starts_on": today() - timedelta(days=30),
        "ends_on": today() + timedelta(days=30),
        "places": country.capital,
    }
    engagement = Engagement.objects.create(country=country, **(defaults | fields))
    for agency in agencies:
        agreement = agency.agreements.first() or make_agreement(agency)
        Participation.objects.create(engagement=engagement, agency=agency, agreement=agreement)
    return engagement


def make_deployment(
    engagement: Engagement, expert: Expert, *, starts_on: date | None = None, ends_on: date | None = None, **fields
) -> Deployment:
    """In country, over the engagement's dates, without any clearance."""
    first, last = starts_on or engagement.starts_on, ends_on or engagement.ends_on
    defaults = {
        "status": "in_country",
        "role": "Mentor",
        "country": engagement.country,
        "city": engagement.places,
        "period": DateRange(first, last + timedelta(days=1)),
    }
    deployment = Deployment.objects.create(
        engagement=engagement, expert=expert, agency=expert.agency, **(defaults | fields)
    )
    deployment.refresh_from_db()
    return deployment


def make_team(engagement: Engagement, agency: Agency, count: int, **fields) -> list[Deployment]:
    return [
        make_deployment(engagement, make_expert(agency, f"Officer Number {n}"), **fields) for n in range(1, count + 1)
    ]


def make_requirement(code: str = "visa", **fields) -> Requirement:
    """Asked of everybody, cleared by an officer, due 10 working days before departure."""
    defaults = {
        "name": code.replace("-", " ").capitalize(),
        "explanation": "Because.",
        "citation": "Rule 1",
        "valid_from": date(2010, 1, 1),
    }
    return Requirement.objects.create(code=code, **(defaults | fields))


def make_clearance(deployment: Deployment, requirement: Requirement | None = None, **fields) -> Clearance:
    """Not started, due today."""
    requirement = requirement or Requirement.objects.first() or make_requirement()
    return Clearance.objects.create(deployment=deployment, requirement=requirement, **({"due_on": today()} | fields))


def make_claim(engagement: Engagement, agency: Agency, prepared_by, *, lines: int = 0, **fields) -> Claim:
    """A draft with `lines` costs of $100 for materials, each with its receipt."""
    claim = Claim.objects.create(engagement=engagement, agency=agency, prepared_by=prepared_by, **fields)
    for number in range(1, lines + 1):
        receipt = make_receipt(prepared_by)
        make_line(claim, description=f"Training books {number}", receipt=receipt, no_receipt_because="")
    return claim


def make_line(claim: Claim, **fields) -> ClaimLine:
    """$100 for materials on the engagement's first day, with a reason for having no receipt."""
    defaults = {
        "category": "materials",
        "spent_on": claim.engagement.starts_on,
        "description": "Training books",
        "amount": Decimal("100.00"),
        "amount_usd": fields.get("amount", Decimal("100.00")),
        "no_receipt_because": "The shop gives none",
    }
    return ClaimLine.objects.create(claim=claim, **(defaults | fields))


def make_receipt(user, content: str = "") -> Document:
    """A receipt of its own: another file each time."""
    return keep(upload=pdf(content=PDF + (content or str(uuid.uuid4())).encode()), slot="receipt", actor=user)


def make_obligation(engagement: Engagement, recorded_by, **fields) -> Obligation:
    """$50,000 of this fiscal year."""
    count = Obligation.objects.count() + 1
    defaults = {"number": f"19INLE{count:04d}", "amount": Decimal("50000.00"), "fiscal_year": today().year}
    return Obligation.objects.create(engagement=engagement, recorded_by=recorded_by, **(defaults | fields))


def picture(name: str = "receipt.png") -> SimpleUploadedFile:
    """The smallest picture there is."""
    from base64 import b64decode

    data = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")
    return SimpleUploadedFile(name, io.BytesIO(data).read(), content_type="image/png")


def an_hour_ago():
    return timezone.now() - timedelta(hours=1)
