"""The feeds of the start pages: what each role is shown as its turn, as stuck, as coming up.

A card under "Your turn" says the same as the record's own page: whose turn it is there, has it here.
"""

from slp.public.feeds.desk import DESK, DESK_DUE, DESK_STUCK, DESK_TURN
from slp.public.feeds.portal import PORTAL, PORTAL_UNDER_WAY
from slp.public.feeds.post import POST

__all__ = ["DESK", "DESK_DUE", "DESK_STUCK", "DESK_TURN", "PORTAL", "PORTAL_UNDER_WAY", "POST"]
