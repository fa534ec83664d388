"""Countries, posts, academies and languages in the admin: reference data, kept by administrators."""

from __future__ import annotations

from django.contrib import admin

from slp.lib.admin import RecordAdmin, RecordInline
from slp.places.models import Academy, Closure, Country, Language, Post, PostAssignment

ADMINISTRATORS = ("administrator",)


class ClosureInline(RecordInline):
    model = Closure
    edited_by = ADMINISTRATORS
    can_delete = True


@admin.register(Post)
class PostAdmin(RecordAdmin):
    edited_by = ADMINISTRATORS
    list_display = ["name", "city", "time_zone", "vetting_lead_days", "clearance_lead_days"]
    search_fields = ["name", "city"]
    inlines = [ClosureInline]


@admin.register(Country)
class CountryAdmin(RecordAdmin):
    edited_by = ADMINISTRATORS
    list_display = ["name", "iso2", "region", "capital", "post", "travel_advisory"]
    list_filter = ["region", "travel_advisory"]
    list_select_related = ["post"]
    search_fields = ["name", "iso2", "capital"]
    autocomplete_fields = ["post"]


@admin.register(Academy)
class AcademyAdmin(RecordAdmin):
    edited_by = ADMINISTRATORS
    list_display = ["name", "city", "country", "opened", "kind"]
    list_filter = ["kind"]
    list_select_related = ["country"]
    search_fields = ["name", "city"]
    autocomplete_fields = ["country"]


@admin.register(Language)
class LanguageAdmin(RecordAdmin):
    edited_by = ADMINISTRATORS
    list_display = ["name", "code"]
    search_fields = ["name", "code"]


@admin.register(PostAssignment)
class PostAssignmentAdmin(RecordAdmin):
    edited_by = ADMINISTRATORS
    list_display = ["user", "post", "role", "is_active"]
    list_filter = ["role", "is_active"]
    list_select_related = ["user", "post"]
    search_fields = ["user__name", "user__email", "post__name"]
    autocomplete_fields = ["user", "post"]


@admin.register(Closure)
class ClosureAdmin(RecordAdmin):
    edited_by = ADMINISTRATORS
    list_display = ["post", "on", "name"]
    list_select_related = ["post"]
    search_fields = ["post__name", "name"]
    autocomplete_fields = ["post"]
