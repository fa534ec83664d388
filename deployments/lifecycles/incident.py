"""The life of an incident."""

from __future__ import annotations

from deployments.lifecycles.deployment import AT_POST
from deployments.models import IncidentStatus
from partners.lifecycles import OFFICER
from partners.permissions import roles_towards
from slp.lib.lifecycle import Lifecycle, Move

INCIDENT = Lifecycle(
    name="incident",
    model="deployments.Incident",
    states=IncidentStatus,
    initial=IncidentStatus.OPEN,
    roles=lambda user, incident: roles_towards(user, country=incident.country),
    tones={"open": "bad", "in_hand": "warn", "resolved": "good"},
    moves=(
        Move("take", "Take in hand", ("open",), "in_hand", AT_POST | OFFICER),
        Move("resolve", "Resolve", ("in_hand",), "resolved", AT_POST | OFFICER, reason_required=True),
    ),
)
