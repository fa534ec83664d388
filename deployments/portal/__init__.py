"""Deployments at the portal door, by noun."""

from __future__ import annotations

from deployments.portal import claims, travel

urlpatterns = [*travel.urlpatterns, *claims.urlpatterns]
