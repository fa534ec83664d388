"""Deployments at the portal door, by noun."""

from __future__ import annotations

from deployments.portal import claims, service_records, travel

urlpatterns = [*travel.urlpatterns, *claims.urlpatterns, *service_records.urlpatterns]
