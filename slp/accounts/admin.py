"""Accounts in the admin: opened, corrected and closed by administrators. Roles at agencies and posts live there."""

from __future__ import annotations

from django.contrib import admin

from slp.accounts.forms import OwnUserForm, UserForm
from slp.accounts.models import User
from slp.lib.admin import RecordAdmin


@admin.register(User)
class UserAdmin(RecordAdmin):
    edited_by = ("administrator",)
    list_display = ["name", "email", "staff_role", "title", "is_active"]
    list_filter = ["staff_role", "is_active"]
    search_fields = ["name", "email"]
    ordering = ["name"]
    fields = ["email", "name", "title", "phone", "staff_role", "time_zone", "is_active"]

    def get_form(self, request, obj=None, change=False, **kwargs):
        own = obj is not None and obj.pk == request.user.pk
        return super().get_form(request, obj, change=change, form=OwnUserForm if own else UserForm, **kwargs)

    def save_model(self, request, obj, form, change) -> None:
        """A new account has no password until its person sets one."""
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
