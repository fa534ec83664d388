"""Who sees rows, where the answer is the same for many models. `visible_to` is closed by default."""

from __future__ import annotations

from django.db import models


class StaffOnly(models.QuerySet):
    """Rows that INL/KM keeps for itself."""

    def visible_to(self, user) -> StaffOnly:
        return self if user.is_authenticated and user.is_staff else self.none()


class SignedIn(models.QuerySet):
    """Reference data: for everybody who may sign in."""

    def visible_to(self, user) -> SignedIn:
        return self if user.is_authenticated else self.none()
