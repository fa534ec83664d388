"""Who travels, how they are kept safe, what it cost."""

from deployments.models.claim import (
    Claim,
    ClaimLine,
    ClaimStatus,
    Decision,
    Obligation,
    Payment,
    Rate,
)
from deployments.models.deployment import ABROAD, ACTIVE, Deployment, DeploymentStatus, Rotation, Stay
from deployments.models.readiness import (
    Clearance,
    ClearanceStatus,
    Requirement,
    TrainingEnrolment,
    TrainingSession,
)
from deployments.models.service_record import ServiceRecord, ServiceRecordStatus
from deployments.models.support import CheckIn, Incident, IncidentStatus, SupportEntry, SupportKind

__all__ = [
    "ABROAD",
    "ACTIVE",
    "CheckIn",
    "Claim",
    "ClaimLine",
    "ClaimStatus",
    "Clearance",
    "ClearanceStatus",
    "Decision",
    "Deployment",
    "DeploymentStatus",
    "Incident",
    "IncidentStatus",
    "Obligation",
    "Payment",
    "Rate",
    "Requirement",
    "Rotation",
    "ServiceRecord",
    "ServiceRecordStatus",
    "Stay",
    "SupportEntry",
    "SupportKind",
    "TrainingEnrolment",
    "TrainingSession",
]
