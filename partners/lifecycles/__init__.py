"""The lives of agencies, agreements, amendments, enquiries and uploaded rosters."""

from partners.lifecycles.agency import AGENCY
from partners.lifecycles.agreement import AGREEMENT, signed_sides
from partners.lifecycles.amendment import AMENDMENT, take_effect
from partners.lifecycles.enquiry import ENQUIRY
from partners.lifecycles.people import DIRECTOR, OFFICER, PARTNER, inl_of, people_of
from partners.lifecycles.roster_import import ROSTER_IMPORT
from partners.lifecycles.telling import titled

__all__ = [
    "AGENCY",
    "AGREEMENT",
    "AMENDMENT",
    "DIRECTOR",
    "ENQUIRY",
    "OFFICER",
    "PARTNER",
    "ROSTER_IMPORT",
    "inl_of",
    "people_of",
    "signed_sides",
    "take_effect",
    "titled",
]
