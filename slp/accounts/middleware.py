"""Closed by default: who has no session sees the public pages only."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.shortcuts import redirect
from django.utils import timezone

from slp.lib.dates import WASHINGTON

OPEN_PREFIXES = ("/accounts/", "/health/", "/static/")


class PersonMiddleware:
    """Shows times in the person's own zone; to who has not signed in, in Washington's."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request):
        if request.path.startswith(OPEN_PREFIXES):
            return self.get_response(request)
        try:
            zone = ZoneInfo(request.user.time_zone) if request.user.is_authenticated else WASHINGTON
        except (ZoneInfoNotFoundError, ValueError):
            zone = WASHINGTON
        with timezone.override(zone):
            return self.get_response(request)


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Django's rule, with the sign-in pages and the health checks left open."""

    def process_view(self, request, view_func, view_args, view_kwargs):
        if request.path.startswith(OPEN_PREFIXES):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)


class SecondFactorMiddleware:
    """In production, staff and coordinators set up a second factor before anything else."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view_func, view_args, view_kwargs):
        if not settings.REQUIRE_MFA or request.path.startswith(OPEN_PREFIXES):
            return None
        user = request.user
        if not user.is_authenticated or not getattr(view_func, "login_required", True):
            return None
        from allauth.mfa.utils import is_mfa_enabled

        if is_mfa_enabled(user) or not user.needs_second_factor:
            return None
        messages.info(request, "Set up a second factor first: it protects the people whose records you see.")
        return redirect("mfa_index")
