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
    Origin,
)
from partners.models.agreement import Agreement, AgreementKind, SignatureSide
from partners.models.expert import (
    Availability,
    Certificate,
    Depth,
    Expert,
    ExpertCountry,
    ExpertLanguage,
    ExpertSkill,
    TravelDocument,
)
from partners.models.facts import ExpertFacts, ExpertStrength
from partners.models.outreach import Enquiry, Outreach, OutreachKind
from partners.models.paper import (
    AgreementApproval,
    AgreementComment,
    AgreementTemplate,
    AgreementVersion,
    Amendment,
    ApprovalKind,
    ApprovalOutcome,
    Signature,
)
from partners.models.roster_import import RosterImport, RosterImportRow
from partners.models.taxonomy import ActivityKind, Expertise, Sector

__all__ = [
    "ActivityKind",
    "Agency",
    "AgencyKind",
    "AgencyLevel",
    "AgencyRole",
    "Agreement",
    "AgreementApproval",
    "AgreementComment",
    "AgreementKind",
    "AgreementTemplate",
    "AgreementVersion",
    "Amendment",
    "ApprovalKind",
    "ApprovalOutcome",
    "Availability",
    "Capacity",
    "Certificate",
    "CommunityTie",
    "Contact",
    "Depth",
    "Enquiry",
    "Expert",
    "ExpertCountry",
    "ExpertFacts",
    "ExpertLanguage",
    "ExpertSkill",
    "ExpertStrength",
    "Expertise",
    "Membership",
    "Origin",
    "Outreach",
    "OutreachKind",
    "RosterImport",
    "RosterImportRow",
    "Sector",
    "Signature",
    "SignatureSide",
    "TravelDocument",
]
