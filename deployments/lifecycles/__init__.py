"""The lives of deployments, clearances, incidents and claims; what they ask of the engagement below."""

from deployments.lifecycles.claim import CLAIM, allowed_total, paid_total
from deployments.lifecycles.clearance import CLEARANCE
from deployments.lifecycles.deployment import DEPLOYMENT, last_day_needed, readiness
from deployments.lifecycles.engagement import claims_settled
from deployments.lifecycles.incident import INCIDENT
from deployments.lifecycles.service_record import SERVICE_RECORD

__all__ = [
    "CLAIM",
    "CLEARANCE",
    "DEPLOYMENT",
    "INCIDENT",
    "SERVICE_RECORD",
    "allowed_total",
    "claims_settled",
    "last_day_needed",
    "paid_total",
    "readiness",
]
