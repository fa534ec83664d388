"""What a page of one expert shows, at every door."""

from __future__ import annotations

from datetime import timedelta

from partners.models import (
    Availability,
    Certificate,
    Depth,
    Expert,
    ExpertCountry,
    ExpertLanguage,
    ExpertSkill,
    TravelDocument,
)
from partners.pages.common import facts
from slp.history.models import PersonalDataRead
from slp.history.services import note_reads
from slp.lib.dates import show, today
from slp.lib.statements import Key, Statement

ENDS_SOON_DAYS = 90
SHOWN_READINGS = 20


# What a page shows of the rows of one person, without all else that stands in them.
SKILLS = Statement(
    lambda: (
        ExpertSkill.objects.filter(expert=Key("expert"))
        .order_by("-depth", "expertise__code")
        .values("depth", "expertise__name")
    )
)
LANGUAGES = Statement(
    lambda: (
        ExpertLanguage.objects.filter(expert=Key("expert"))
        .order_by("-speaking")
        .values("speaking", "is_tested", "language__name")
    )
)
COUNTRIES = Statement(
    lambda: (
        ExpertCountry.objects.filter(expert=Key("expert"))
        .order_by("relation", "country__name")
        .values("relation", "note", "country__name")
    )
)
WINDOWS = Statement(
    lambda: Availability.objects.filter(expert=Key("expert")).order_by("period").values("kind", "period", "note")
)
CERTIFICATES = Statement(
    lambda: (
        Certificate.objects.filter(expert=Key("expert"))
        .order_by("-issued_on")
        .values("pk", "programme", "number", "issued_on", "expires_on", "document_id")
    )
)
PAPERS = Statement(
    lambda: TravelDocument.objects.filter(expert=Key("expert")).values("pk", "kind", "country__name", "expires_on")
)


def _certificate(row: dict) -> dict:
    """A certificate with how it stands today."""
    until = row["expires_on"]
    if until is None or until > today() + timedelta(days=ENDS_SOON_DAYS):
        status = {"label": "Valid", "tone": "good"}
    elif until >= today():
        status = {"label": "Ends soon", "tone": "warn"}
    else:
        status = {"label": "Expired", "tone": "bad"}
    return {"row": row, "status": status}


def note_personal(request, expert: Expert) -> None:
    """Record that personal data of this person is shown to somebody else."""
    read = [(f"expert {expert.pk}", expert.user_id)]
    note_reads(reader=request.user, subjects=read, what="personal data of the roster")


def readers_of(user) -> list[PersonalDataRead]:
    """Who has read personal data of the user, the latest first."""
    rows = PersonalDataRead.objects.visible_to(user).filter(person=user).select_related("reader")
    return list(rows[:SHOWN_READINGS])


def expert_context(expert: Expert, *, agency: str, personal: bool) -> dict:
    """The facts of one person. `personal`: with passport expiry, contact and emergency contact."""
    known = facts(
        ("Agency", agency),
        ("Rank or title", expert.rank),
        ("Service", expert.get_service_display()),
        ("Years of service", expert.years),
        ("On the roster", "Yes" if expert.is_active else "No longer"),
        ("Last confirmed", show(expert.confirmed_on) if expert.confirmed_on else ""),
    )
    private = facts(
        ("E-mail", expert.email),
        ("Phone", expert.phone),
        ("Official passport valid until", show(expert.passport_expires_on) if expert.passport_expires_on else ""),
        ("Emergency contact", expert.emergency_name),
        ("Emergency phone", expert.emergency_phone),
    )
    return {
        "expert": expert,
        "facts": known,
        "private": private if personal else [],
        "skills": [
            {"name": row["expertise__name"], "depth": Depth(row["depth"]).label.lower()}
            for row in SKILLS.of(expert=expert.pk)
        ],
        "languages": LANGUAGES.of(expert=expert.pk),
        "windows": [_window(row) for row in WINDOWS.of(expert=expert.pk)],
        "countries": [
            row | {"relation": ExpertCountry.Relation(row["relation"]).label.lower()}
            for row in COUNTRIES.of(expert=expert.pk)
        ],
        "certificates": [_certificate(row) for row in CERTIFICATES.of(expert=expert.pk)],
        "papers": [_paper(row) for row in PAPERS.of(expert=expert.pk)] if personal else [],
    }


def _window(row: dict) -> dict:
    kind, period = Availability.Kind(row["kind"]), row["period"]
    return {
        "status": {"label": kind.label, "tone": "good" if kind == Availability.Kind.AVAILABLE else "warn"},
        "first": period.lower,
        "last": period.upper - timedelta(days=1),
        "note": row["note"],
    }


def _paper(row: dict) -> dict:
    country = f" {row['country__name']}" if row["country__name"] else ""
    return {"name": f"{TravelDocument.Kind(row['kind']).label}{country}", "expires_on": row["expires_on"]}
