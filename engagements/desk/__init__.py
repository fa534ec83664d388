"""Engagements at the desk door, by noun."""

from engagements.desk import addenda, engagements, invitations, matching, needs, reports, teams

urlpatterns = [
    *needs.urlpatterns,
    *matching.urlpatterns,
    *teams.urlpatterns,
    *invitations.urlpatterns,
    *engagements.urlpatterns,
    *addenda.urlpatterns,
    *reports.urlpatterns,
]
