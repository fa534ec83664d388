"""The lives of agencies, agreements, amendments and enquiries."""

from partners.lifecycles.agency import AGENCY
from partners.lifecycles.agreement import AGREEMENT, signed_sides
from partners.lifecycles.amendment import AMENDMENT
from partners.lifecycles.enquiry import ENQUIRY
from partners.lifecycles.people import DIRECTOR, OFFICER, PARTNER, people_of

__all__ = ["AGENCY", "AGREEMENT", "AMENDMENT", "DIRECTOR", "ENQUIRY", "OFFICER", "PARTNER", "people_of", "signed_sides"]
