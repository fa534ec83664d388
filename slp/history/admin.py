"""Who opened personal data, and which forms were carried out: for audits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin

from slp.history.models import AUDITS, PERSONAL_STAFF, PersonalDataRead, Submission
from slp.history.services import note_reads
from slp.lib.admin import RecordAdmin


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


class PersonalAdmin(RecordAdmin):
    """Rows that are personal data: for those of INL/KM who read it, and each reading is recorded.

    `read_of(row)` of a subclass: (the reference of the record, the account of the person) that is read with the row.
    """

    read_of: Callable[[Any], tuple[str, Any]]

    def has_view_permission(self, request, obj=None) -> bool:
        return super().has_view_permission(request, obj) and request.user.staff_role in PERSONAL_STAFF

    def has_module_permission(self, request) -> bool:
        return self.has_view_permission(request)

    def _note(self, request, rows) -> None:
        read = [(subject, person.pk if person else None) for subject, person in map(self.read_of, rows)]
        note_reads(reader=request.user, subjects=read, what=str(self.opts.verbose_name_plural))

    def get_changelist_instance(self, request):
        shown = super().get_changelist_instance(request)
        self._note(request, shown.result_list)
        return shown

    def get_object(self, request, object_id, from_field=None):
        row = super().get_object(request, object_id, from_field)
        if row is not None and self.has_view_permission(request):
            self._note(request, [row])
        return row
