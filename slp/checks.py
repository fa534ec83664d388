"""Start-up checks that say what is wrong and what to do."""

from __future__ import annotations

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register


@register(Tags.security, deploy=True)
def production_settings(app_configs, **kwargs):
    """What a production server needs beyond Django's own list."""
    found = []
    if not settings.REDIS_URL:
        found.append(
            Error("REDIS_URL is not set.", hint="Several web processes share one cache and broker.", id="slp.E001")
        )
    if settings.DEMO:
        found.append(Error("SLP_DEMO is on.", hint="It shows demo accounts to everybody. Turn it off.", id="slp.E002"))
    if not settings.REQUIRE_MFA:
        found.append(
            Warning(
                "Staff and coordinators sign in without a second factor.",
                hint="Set SLP_REQUIRE_MFA=true (OMB M-22-09).",
                id="slp.W001",
            )
        )
    if "localhost" in settings.BASE_URL:
        found.append(
            Warning("Mails would link to localhost.", hint="Set SLP_BASE_URL to the public address.", id="slp.W002")
        )
    return found


@register()
def sweep_is_scheduled(app_configs, **kwargs):
    """Reminders that silently never fire are the worst fault of this kind of system."""
    if settings.SWEEP_SECONDS > 3600:
        return [
            Warning(
                "The sweep runs less than once an hour.",
                hint="Reminders and lapses would be late. Lower SLP_SWEEP_SECONDS.",
                id="slp.W003",
            )
        ]
    return []
