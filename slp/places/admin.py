"""Countries, posts, academies and languages in the admin: reference data, kept by administrators."""

from __future__ import annotations

from django.contrib import admin

from slp.lib.admin import RecordAdmin, RecordInline
from slp.places import services
from slp.places.models import Academy, Closure, Country, Language, Post, PostAssignment

ADMINISTRATORS = ("administrator",)


class ClosureInline(RecordInline):
    """Added and removed by the services; a wrong one is removed and added again."""

    model = Closure
    edited_by = ADMINISTRATORS
    can_delete = True

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return self._edits(request)


@admin.register(Post)
class PostAdmin(RecordAdmin):
    edited_by = ADMINISTRATORS
    list_display = ["name", "city", "time_zone", "vetting_lead_days", "clearance_lead_days"]
    search_fields = ["name", "city"]
    inlines = [ClosureInline]

    def save_formset(self, request, form, formset, change) -> None:
        """The post's only rows on this page are its closures."""
        for closure in formset.save(commit=False):
            services.add_closure(actor=request.user, post=closure.post, on=closure.on, name=closure.name)
        for closure in formset.deleted_objects:
            services.remove_closure(actor=request.user, closure=closure)


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

    def get_readonly_fields(self, request, obj=None):
        return [*super().get_readonly_fields(request, obj), *(["user", "post", "role"] if obj else ["is_active"])]

    def save_model(self, request, obj, form, change) -> None:
        """Assigning and ending go through the services; only `is_active` changes afterwards."""
        if change and "is_active" not in form.changed_data:
            return
        if change and not obj.is_active:
            services.end_assignment(actor=request.user, assignment=obj, reason="")
            return
        person = obj.user
        saved = services.assign_to_post(
            actor=request.user, post=obj.post, email=person.email, name=person.name, role=obj.role
        )
        obj.pk = saved.pk


@admin.register(Closure)
class ClosureAdmin(RecordAdmin):
    edited_by = ADMINISTRATORS
    list_display = ["post", "on", "name"]
    list_select_related = ["post"]
    search_fields = ["post__name", "name"]
    autocomplete_fields = ["post"]

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return self._edits(request)

    def save_model(self, request, obj, form, change) -> None:
        saved = services.add_closure(actor=request.user, post=obj.post, on=obj.on, name=obj.name)
        obj.pk = saved.pk

    def delete_model(self, request, obj) -> None:
        services.remove_closure(actor=request.user, closure=obj)

    def delete_queryset(self, request, queryset) -> None:
        for closure in queryset:
            services.remove_closure(actor=request.user, closure=closure)
