"""Deployments at the post door, by noun."""

from __future__ import annotations

from deployments.post import support, travel

urlpatterns = [*travel.urlpatterns, *support.urlpatterns]
