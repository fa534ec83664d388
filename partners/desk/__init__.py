"""Partners at the desk: agencies, the roster, agreements, outreach and enquiries."""

from __future__ import annotations

from partners.desk import agencies, agreements, experts, outreach, papers

urlpatterns = [
    *agencies.urlpatterns,
    *experts.urlpatterns,
    *agreements.urlpatterns,
    *papers.urlpatterns,
    *outreach.urlpatterns,
]
