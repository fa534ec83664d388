"""The life of a public enquiry."""

from __future__ import annotations

from partners.lifecycles.people import OFFICER
from partners.models import Enquiry
from partners.models.outreach import EnquiryStatus
from partners.permissions import staff_roles
from slp.lib.lifecycle import Lifecycle, Move


def _make_prospect(enquiry: Enquiry, actor, reason: str) -> None:
    from partners.services.outreach import prospect_from_enquiry

    prospect_from_enquiry(enquiry=enquiry, actor=actor)


ENQUIRY = Lifecycle(
    name="enquiry",
    model="partners.Enquiry",
    states=EnquiryStatus,
    initial=EnquiryStatus.NEW,
    roles=lambda user, enquiry: staff_roles(user),
    tones={"new": "warn", "triaged": "info", "converted": "good"},
    moves=(
        Move("triage", "Take up", ("new",), "triaged", OFFICER),
        Move(
            "convert",
            "Make a prospect agency",
            ("triaged",),
            "converted",
            OFFICER,
            effect=_make_prospect,
            explains="Makes a prospect agency with what the enquiry says.",
        ),
        Move("close", "Close", ("new", "triaged"), "closed", OFFICER, reason_required=True),
    ),
)
