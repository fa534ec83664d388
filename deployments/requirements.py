"""The catalogue of what must be true before somebody travels, as data with its sources.

`services.readiness.load_requirements` writes it to the database, where administrators keep it: a rule that changes
gets a new row with its own `valid_from`, so that a past deployment keeps the rules it was prepared under.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from deployments.models.readiness import Requirement

ALWAYS, FROM_90, UNDER_90 = Requirement.Scope.ALWAYS, Requirement.Scope.FROM_90_DAYS, Requirement.Scope.UNDER_90_DAYS
OFFICER, COORDINATOR = Requirement.ClearedBy.OFFICER, Requirement.ClearedBy.COORDINATOR
POST, RSO = Requirement.ClearedBy.POST, Requirement.ClearedBy.RSO

# Cleared for these dates and no others: a longer or earlier journey opens them again.
BOUND_TO_DATES = frozenset({"country-clearance", "agency-approval", "insurance"})
EMERGENCY_CONTACT = "emergency-contact"
PASSPORT = "official-passport"
COUNTRY_CLEARANCE = "country-clearance"
TRAINING = "inl-training"
PROGRAMME = date(2010, 1, 1)


@dataclass(frozen=True)
class Rule:
    """One requirement; the names are those of `deployments.models.Requirement`."""

    code: str
    name: str
    explanation: str
    citation: str
    lead_days: int
    cleared_by: str
    scope: str = ALWAYS
    valid_days_after: int = 0
    validity_months: int | None = None
    needs_evidence: bool = False
    waivable_by: tuple[str, ...] = ()
    valid_from: date = PROGRAMME


CATALOGUE: tuple[Rule, ...] = (
    Rule(
        "agency-approval", "Agency head’s approval",
        "The head of the agency, or whoever may commit its staff, agrees to this journey.",
        "Program FAQ: each activity is agreed in writing after the agency has said yes", 40, COORDINATOR,
    ),
    Rule(
        PASSPORT, "Official passport",
        "An official passport, valid for six months after the return. State and local employees on duty for the U.S. "
        "may be issued one.",
        "22 CFR 51.3(c)(4); 81 FR 6757", 30, OFFICER, valid_days_after=183, validity_months=60, needs_evidence=True,
        waivable_by=("director",), valid_from=date(2016, 2, 9),
    ),
    Rule(
        "fact", "FACT security training (CT650)",
        "Foreign Affairs Counter Threat, five days, for whoever spends 90 or more days abroad in any 12 months, "
        "past and planned days together. The certificate holds for six years.",
        "13 FAM 301.4-2", 30, OFFICER, scope=FROM_90, validity_months=72, needs_evidence=True,
        waivable_by=("rso", "director"),
    ),
    Rule(
        "ctat", "CTAT security training (CT401)",
        "Counter Threat Awareness Training, online, for whoever spends fewer than 90 days abroad in 12 months. A FACT "
        "certificate that still holds counts instead. The certificate holds for six years.",
        "13 FAM 301.4-2", 15, OFFICER, scope=UNDER_90, validity_months=72, needs_evidence=True,
        waivable_by=("rso", "director"),
    ),
    Rule(
        "medical", "Medical clearance",
        "A physician says that the person may travel. Only the date is kept here: hand in no medical paper.",
        "16 FAM 201.1", 25, OFFICER, validity_months=24, waivable_by=("director",),
    ),
    Rule(
        "visa", "Visa of the host country",
        "Where the country asks for one, in the official passport. Waive it with the reason where none is needed.",
        "Country information page of the host country", 20, OFFICER, validity_months=60, needs_evidence=True,
        waivable_by=("director",),
    ),
    Rule(
        "insurance", "Insurance with medical evacuation",
        "Cover for illness and evacuation during the whole journey. The Department’s medical programme is for its own "
        "employees.",
        "16 FAM 122; terms of the addendum", 15, OFFICER, needs_evidence=True, waivable_by=("director",),
    ),
    Rule(
        TRAINING, "INL/KM pre-deployment training",
        "Every partner who travels takes part. Completing a session clears this by itself.",
        "Program brochure, “Pre-Deployment”", 10, OFFICER, waivable_by=("director",),
    ),
    Rule(
        EMERGENCY_CONTACT, "Emergency contact",
        "A person and a phone number whom we call if something happens.",
        "12 FAM 420 (duty of care at post)", 20, COORDINATOR,
    ),
    Rule(
        "code-of-conduct", "Code of conduct",
        "Read and signed: no sexual exploitation, no outside pay, no political statements, the press through the "
        "embassy.",
        "22 USC 7104(g); terms of the addendum", 15, COORDINATOR,
    ),
    Rule(
        "weapons-policy", "Weapons policy",
        "Read and accepted: nobody carries a weapon unless the chief of mission’s firearms policy permits it.",
        "12 FAM 420; 22 USC 3927", 15, COORDINATOR,
    ),
    Rule(
        COUNTRY_CLEARANCE, "Country clearance (eCC)",
        "The post approves the journey and names who receives the traveller. Nobody travels without it.",
        "22 USC 3927; conditions of the post", 15, POST,
    ),
    Rule(
        "rso-pre-brief", "RSO pre-travel briefing",
        "The Regional Security Officer has told the traveller about the place, by phone or in writing.",
        "12 FAM 422", 5, RSO, waivable_by=("rso", "director"),
    ),
)  # fmt: skip
