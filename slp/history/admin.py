"""Who opened personal data, and which forms were carried out: for audits."""

from __future__ import annotations

from django.contrib import admin

from slp.history.models import PersonalDataRead, Submission
from slp.lib.admin import RecordAdmin

AUDITS = ("auditor", "director", "administrator")


class AuditAdmin(RecordAdmin):
    edited_by = ()

    def has_module_permission(self, request) -> bool:
        return request.user.is_authenticated and request.user.staff_role in AUDITS

    def has_view_permission(self, request, obj=None) -> bool:
        return self.has_module_permission(request)


@admin.register(PersonalDataRead)
class PersonalDataReadAdmin(AuditAdmin):
    list_display = ["at", "reader", "subject", "what"]
    list_select_related = ["reader"]
    search_fields = ["subject", "reader__email"]
    raw_id_fields = ["reader"]


@admin.register(Submission)
class SubmissionAdmin(AuditAdmin):
    list_display = ["at", "user", "path", "location"]
    list_select_related = ["user"]
    search_fields = ["path", "user__email"]
    raw_id_fields = ["user"]
