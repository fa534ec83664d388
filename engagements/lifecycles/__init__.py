"""The lives of needs, invitations, nominations, engagements and final reports, one table each."""

from engagements.lifecycles.engagement import ENGAGEMENT, addenda_signed, addendum_digest, agreements_cover
from engagements.lifecycles.invitation import INVITATION, NOMINATION, covered
from engagements.lifecycles.need import NEED, is_opened, seats_filled
from engagements.lifecycles.people import AUTOMATIC, COORDINATOR, POST, post_people, staff
from engagements.lifecycles.report import REPORT

__all__ = [
    "AUTOMATIC",
    "COORDINATOR",
    "ENGAGEMENT",
    "INVITATION",
    "NEED",
    "NOMINATION",
    "POST",
    "REPORT",
    "addenda_signed",
    "addendum_digest",
    "agreements_cover",
    "covered",
    "is_opened",
    "post_people",
    "seats_filled",
    "staff",
]
