"""What management commands share: a wrong word is one sentence and exit code 1."""

from __future__ import annotations

from django.core.management.base import CommandError


def whole(value: int, *, name: str, low: int, high: int) -> int:
    """The number, if it lies between; else `CommandError` says what it may be."""
    if not low <= value <= high:
        raise CommandError(f"{name} is a whole number from {low} to {high:,}.")
    return value
