"""Engagements at the partners' door, by noun."""

from engagements.portal import engagements, invitations, reports

urlpatterns = [*invitations.urlpatterns, *engagements.urlpatterns, *reports.urlpatterns]
