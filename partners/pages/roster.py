"""What a page of one expert shows, at every door."""

from __future__ import annotations

from datetime import timedelta

from partners.models import Certificate, Expert
from partners.pages.common import facts
from slp.history.models import PersonalDataRead
from slp.history.services import note_reads
from slp.lib.dates import show, today

ENDS_SOON_DAYS = 90
SHOWN_READINGS = 20


def _certificate(certificate: Certificate) -> dict:
    """A certificate with how it stands today."""
    until = certificate.expires_on
    if until is None or until > today() + timedelta(days=ENDS_SOON_DAYS):
        status = {"label": "Valid", "tone": "good"}
    elif until >= today():
        status = {"label": "Ends soon", "tone": "warn"}
    else:
        status = {"label": "Expired", "tone": "bad"}
    return {"row": certificate, "status": status}


def note_personal(request, expert: Expert) -> None:
    """Record that personal data of this person is shown to somebody else."""
    read = [(f"expert {expert.pk}", expert.user_id)]
    note_reads(reader=request.user, subjects=read, what="personal data of the roster")


def readers_of(user) -> list[PersonalDataRead]:
    """Who has read personal data of the user, the latest first."""
    rows = PersonalDataRead.objects.visible_to(user).filter(person=user).select_related("reader")
    return list(rows[:SHOWN_READINGS])


def expert_context(expert: Expert, *, personal: bool) -> dict:
    """The facts of one person. `personal`: with passport expiry, contact and emergency contact."""
    known = facts(
        ("Agency", expert.agency),
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
    windows = [
        {
            "status": {"label": w.get_kind_display(), "tone": "good" if w.kind == "available" else "warn"},
            "first": w.period.lower,
            "last": w.period.upper - timedelta(days=1),
            "note": w.note,
        }
        for w in expert.availability.order_by("period")
    ]
    return {
        "expert": expert,
        "facts": known,
        "private": private if personal else [],
        "skills": expert.skills.select_related("expertise").order_by("-depth", "expertise__code"),
        "languages": expert.languages.select_related("language").order_by("-speaking"),
        "windows": windows,
        "countries": expert.countries.select_related("country").order_by("relation", "country__name"),
        "certificates": [
            _certificate(c) for c in expert.certificates.select_related("document").order_by("-issued_on")
        ],
        "papers": expert.travel_documents.select_related("country") if personal else [],
    }
