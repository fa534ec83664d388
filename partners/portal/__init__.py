"""Partners at the portal: our agency, our roster, our agreements."""

from __future__ import annotations

from partners.portal import agency, agreements, credentials, papers, roster, roster_import

urlpatterns = [
    *agency.urlpatterns,
    *roster.urlpatterns,
    *credentials.urlpatterns,
    *roster_import.urlpatterns,
    *agreements.urlpatterns,
    *papers.urlpatterns,
]
