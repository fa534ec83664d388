"""The life of an agency."""

from __future__ import annotations

from partners.lifecycles.people import OFFICER
from partners.models import Agency
from partners.models.agency import AgencyStatus
from partners.permissions import roles_towards
from slp.lib.answers import Answer, answer
from slp.lib.dates import today
from slp.lib.lifecycle import Lifecycle, Move


def _has_agreement(agency: Agency, user) -> Answer:
    return answer(
        agency.agreements.in_force(today()).exists(),
        "An agency becomes a partner when an agreement with it is in force.",
    )


def _partner_since(agency: Agency, actor, reason: str) -> None:
    """The day is kept once, for the programme's numbers."""
    if agency.partner_since is None:
        Agency.objects.filter(pk=agency.pk).update(partner_since=today())


AGENCY = Lifecycle(
    name="agency",
    model="partners.Agency",
    states=AgencyStatus,
    initial=AgencyStatus.PROSPECT,
    roles=lambda user, agency: roles_towards(user, agency_id=agency.pk),
    tones={"prospect": "info", "in_talks": "info", "partner": "good", "dormant": "warn"},
    moves=(
        Move("open_talks", "Open talks", ("prospect",), "in_talks", OFFICER),
        Move(
            "make_partner",
            "Make partner",
            ("in_talks",),
            "partner",
            OFFICER,
            guard=_has_agreement,
            effect=_partner_since,
        ),
        Move("make_dormant", "Mark as dormant", ("partner",), "dormant", OFFICER, reason_required=True),
        Move("reactivate", "Make partner again", ("dormant",), "partner", OFFICER, guard=_has_agreement),
        Move(
            "end",
            "End the partnership",
            ("prospect", "in_talks", "partner", "dormant"),
            "former",
            OFFICER,
            reason_required=True,
            danger=True,
            explains="The agency gets no further invitations. Its records stay.",
        ),
    ),
)
