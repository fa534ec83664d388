"""Partners at the desk: agencies, the roster, agreements, outreach and enquiries."""

from __future__ import annotations

from partners.desk import agencies, agreements, experts, outreach, papers, roster_import

urlpatterns = [
    *agencies.urlpatterns,
    *experts.urlpatterns,
    *roster_import.urlpatterns,
    *agreements.urlpatterns,
    *papers.urlpatterns,
    *outreach.urlpatterns,
]
