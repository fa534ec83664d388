"""Who we work with: agencies, their people, the agreements, the outreach."""

from partners.models.agency import (
    Agency,
    AgencyKind,
    AgencyLevel,
    AgencyRole,
    Capacity,
    CommunityTie,
    Contact,
    Membership,
)
from partners.models.agreement import Agreement, AgreementKind, AgreementVersion, Signature
from partners.models.expert import (
    Availability,
    Certificate,
    Depth,
    Expert,
    ExpertCountry,
    ExpertLanguage,
    ExpertSkill,
)
from partners.models.outreach import Enquiry, Outreach, OutreachKind
from partners.models.taxonomy import ActivityKind, Expertise, Sector

__all__ = [
    "ActivityKind",
    "Agency",
    "AgencyKind",
    "AgencyLevel",
    "AgencyRole",
    "Agreement",
    "AgreementKind",
    "AgreementVersion",
    "Availability",
    "Capacity",
    "Certificate",
    "CommunityTie",
    "Contact",
    "Depth",
    "Enquiry",
    "Expert",
    "ExpertCountry",
    "ExpertLanguage",
    "ExpertSkill",
    "Expertise",
    "Membership",
    "Outreach",
    "OutreachKind",
    "Sector",
    "Signature",
]
