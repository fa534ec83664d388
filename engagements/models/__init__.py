"""What is asked, agreed and achieved."""

from engagements.models.engagement import (
    Addendum,
    AddendumCost,
    Engagement,
    EngagementStatus,
    Participation,
)
from engagements.models.invitation import (
    Invitation,
    InvitationAnswer,
    InvitationStatus,
    Nomination,
    NominationStatus,
)
from engagements.models.need import HostInstitution, Need, NeedStatus, Priority, Seat
from engagements.models.report import FinalReport, ReportExtension, ReportStatus
from engagements.models.result import (
    Accomplishment,
    Certainty,
    Guide,
    Measure,
    Participants,
    PublishedFigure,
    Result,
)

__all__ = [
    "Accomplishment",
    "Addendum",
    "AddendumCost",
    "Certainty",
    "Engagement",
    "EngagementStatus",
    "FinalReport",
    "Guide",
    "HostInstitution",
    "Invitation",
    "InvitationAnswer",
    "InvitationStatus",
    "Measure",
    "Need",
    "NeedStatus",
    "Nomination",
    "NominationStatus",
    "Participants",
    "Participation",
    "Priority",
    "PublishedFigure",
    "ReportExtension",
    "ReportStatus",
    "Result",
    "Seat",
]
