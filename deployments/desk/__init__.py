"""Deployments at the desk door, by noun."""

from __future__ import annotations

from deployments.desk import claims, money, service_records, support, training, travel

urlpatterns = [
    *travel.urlpatterns,
    *training.urlpatterns,
    *claims.urlpatterns,
    *money.urlpatterns,
    *support.urlpatterns,
    *service_records.urlpatterns,
]
