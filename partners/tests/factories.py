"""Dull factories: each makes one valid row with its required neighbours, and says what it defaulted."""

from __future__ import annotations

from datetime import timedelta

from partners.models import (
    Agency,
    Agreement,
    Expert,
    ExpertLanguage,
    ExpertSkill,
)
from partners.models.agreement import AgreementStatus
from slp.lib.dates import today


def make_agreement(agency: Agency, **fields) -> Agreement:
    """An MOU in force from a year ago for two years, covering everything."""
    defaults = {
        "title": f"MOU with {agency}",
        "status": AgreementStatus.ACTIVE,
        "starts_on": today() - timedelta(days=365),
        "ends_on": today() + timedelta(days=730),
        "text": "Terms.",
    }
    return Agreement.objects.create(agency=agency, **(defaults | fields))


def make_expert(agency: Agency, name: str = "Alix Jean", *, skills=(), languages=(), **fields) -> Expert:
    """A serving lieutenant. `skills`: (expertise, depth) pairs; `languages`: (language, level) pairs."""
    expert = Expert.objects.create(agency=agency, name=name, **({"rank": "Lieutenant", "years": 12} | fields))
    ExpertSkill.objects.bulk_create(ExpertSkill(expert=expert, expertise=e, depth=d) for e, d in skills)
    ExpertLanguage.objects.bulk_create(
        ExpertLanguage(expert=expert, language=lang, speaking=s) for lang, s in languages
    )
    return expert
