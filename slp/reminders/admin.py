"""The ledger of notices in the admin: read, never changed."""

from __future__ import annotations

from django.contrib import admin

from slp.lib.admin import RecordAdmin
from slp.reminders.models import Notice, Preference, SweepRun


class LedgerAdmin(RecordAdmin):
    edited_by = ()


@admin.register(Notice)
class NoticeAdmin(LedgerAdmin):
    list_display = ["subject", "email", "rule", "about", "due_at", "sent_at", "attempts"]
    list_filter = ["rule"]
    search_fields = ["email", "about"]
    raw_id_fields = ["user"]


@admin.register(Preference)
class PreferenceAdmin(LedgerAdmin):
    list_display = ["user", "rule"]
    list_select_related = ["user"]
    search_fields = ["user__email"]
    raw_id_fields = ["user"]


@admin.register(SweepRun)
class SweepRunAdmin(RecordAdmin):
    edited_by = ()
    list_display = ["started_at", "finished_at", "found", "queued", "error"]
