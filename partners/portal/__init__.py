"""Partners at the portal: our agency, our roster, our agreements."""

from __future__ import annotations

from partners.portal import agency, agreements, papers, roster

urlpatterns = [*agency.urlpatterns, *roster.urlpatterns, *agreements.urlpatterns, *papers.urlpatterns]
