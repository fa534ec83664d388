"""Accounts in the admin: opened, corrected and closed by administrators. Roles at agencies and posts live there."""

from __future__ import annotations

# Importing these registers their pages, so that they can be taken back.
import allauth.account.admin
import allauth.mfa.admin  # noqa: F401
import django.contrib.auth.admin  # noqa: F401
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group

from slp.accounts.forms import OwnUserForm, UserForm
from slp.accounts.models import User
from slp.accounts.services import end_sessions
from slp.lib.admin import RecordAdmin

# Their stock pages ask for Django's permissions, which every member of the staff has here. Groups are not used, and
# an account's address is changed on the account.
admin.site.unregister([Group, EmailAddress, Authenticator])


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
        if change and not obj.is_active:
            end_sessions(obj)


@admin.register(Authenticator)
class AuthenticatorAdmin(RecordAdmin):
    """Second factors, without their secrets. An administrator takes away the one of a person who has lost it."""

    edited_by = ()
    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type"]
    search_fields = ["user__name", "user__email"]
    list_select_related = ["user"]
    fields = ["user", "type", "created_at", "last_used_at"]

    def has_module_permission(self, request) -> bool:
        return request.user.is_authenticated and request.user.staff_role == "administrator"

    def has_view_permission(self, request, obj=None) -> bool:
        return self.has_module_permission(request)

    def has_delete_permission(self, request, obj=None) -> bool:
        return self.has_module_permission(request)
