"""Engagements at the desk door, by noun."""

from engagements.desk import addenda, engagements, invitations, matching, needs, reports

urlpatterns = [
    *needs.urlpatterns,
    *matching.urlpatterns,
    *invitations.urlpatterns,
    *engagements.urlpatterns,
    *addenda.urlpatterns,
    *reports.urlpatterns,
]
