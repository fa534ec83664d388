"""The base of every model page in the admin: who may look, who may edit, moves instead of status fields."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property

from slp.lib.forms import PlausibleDates, VersionMixin
from slp.lib.lifecycle import LIFECYCLES, Lifecycle
from slp.lib.lists import COUNT_LIMIT
from slp.lib.moves import buttons, key_of
from slp.lib.numbers import whole_number
from slp.lib.track import because


class RecordForm(PlausibleDates, VersionMixin):
    """The admin's form with the same conflict check as every other form."""


class PlainRecordForm(PlausibleDates, forms.ModelForm):
    """For rows without a version of their own."""


class KeyAutocomplete(AutocompleteSelect):
    """Shows nothing as chosen where what was sent can't be a key; the field says what is wrong."""

    def optgroups(self, name, value, attrs=None):
        return super().optgroups(name, [key for key in value if self._can_be(str(key))], attrs)

    def _can_be(self, key: str) -> bool:
        try:
            self.field.target_field.to_python(key)
        except ValidationError:
            return False
        return "\x00" not in key


class CappedPaginator(Paginator):
    """Counts no further than a list does, or than the page after the one that is shown; so every page is reached."""

    def __init__(self, *args, shown: int = 1, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.limit = max(COUNT_LIMIT, (shown + 1) * self.per_page)

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by().values("pk")[: self.limit + 1].count()

    @property
    def count_label(self) -> str:
        """The count as it is shown: "1000+" where counting stopped."""
        return f"{self.limit}+" if self.count > self.limit else str(self.count)


class RecordAdmin(admin.ModelAdmin):
    """Starts from `visible_to`, edits narrowly, deletes nothing, moves only through the lifecycle.

    `edited_by`: staff roles that may add and change rows here. A record with a lifecycle is only read, with a link to
    the page where it is worked on; `kept_here` names its fields that no rule of a service hangs on.
    """

    edited_by: tuple[str, ...] = ("officer", "director")
    kept_here: tuple[str, ...] = ()
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        manager = self.model._default_manager
        return manager.visible_to(request.user) if hasattr(manager, "visible_to") else rows

    def get_paginator(self, request, queryset, per_page, orphans=0, allow_empty_first_page=True):
        asked = request.GET.get("p") or request.GET.get("page") or ""  # of the list; of an autocomplete field
        shown = whole_number(asked) or 1
        return CappedPaginator(queryset, per_page, orphans, allow_empty_first_page, shown=shown)

    def get_search_fields(self, request) -> list[str]:
        """`search_text` is lower case already: compared as it is, its trigram index answers."""
        names = super().get_search_fields(request)
        return [f"{name}__contains" if name.endswith("search_text") else name for name in names]

    def get_search_results(self, request, queryset, search_term):
        return super().get_search_results(request, queryset, search_term.lower())

    def has_module_permission(self, request) -> bool:
        return request.user.is_staff

    def has_view_permission(self, request, obj=None) -> bool:
        if not request.user.is_staff:
            return False
        return obj is None or self.get_queryset(request).filter(pk=obj.pk).exists()

    @property
    def lifecycle(self) -> Lifecycle | None:
        return LIFECYCLES.get(self.model._meta.label_lower)

    def _edits(self, request) -> bool:
        if self.lifecycle and not self.kept_here:
            return False
        return request.user.is_authenticated and request.user.staff_role in self.edited_by

    def has_add_permission(self, request) -> bool:
        return self.lifecycle is None and self._edits(request)

    def has_change_permission(self, request, obj=None) -> bool:
        return self._edits(request)

    def has_delete_permission(self, request, obj=None) -> bool:
        return False

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", KeyAutocomplete(db_field, self.admin_site, using=kwargs.get("using")))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_form(self, request, obj=None, change=False, **kwargs):
        versioned = any(f.name == "version" for f in self.model._meta.fields)
        kwargs.setdefault("form", RecordForm if versioned else PlainRecordForm)
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fields(self, request, obj=None):
        return [f for f in super().get_fields(request, obj) if f != "seen_version"]

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        if obj is not None and "version" in {f.name for f in self.model._meta.fields}:
            fieldsets = [*fieldsets, (None, {"fields": ["seen_version"], "classes": ["slp-hidden-row"]})]
        return fieldsets

    def get_readonly_fields(self, request, obj=None):
        if self.lifecycle:
            ours = [*self.model._meta.fields, *self.model._meta.many_to_many]
            fixed = {f.name for f in ours if not f.primary_key} - {*self.kept_here, "version"}
            fixed -= {*(self.exclude or ()), *super().get_readonly_fields(request, obj)}
        else:
            fixed = {"reference", "status", "status_since"} & {f.name for f in self.model._meta.fields}
        return [*super().get_readonly_fields(request, obj), *sorted(fixed)]

    def save_model(self, request, obj, form, change) -> None:
        """New rows are inserted; of existing ones only the changed fields are written."""
        with because(request.user, "Edited in the admin" if change else "Added in the admin"):
            if not change:
                obj.save(force_insert=True)
                return
            names = [n for n in getattr(form, "changed_fields", lambda: form.changed_data)() if n in _columns(obj)]
            if not names:
                return
            values = {n: getattr(obj, n) for n in names}
            if "version" in _columns(obj):
                values["version"] = models.F("version") + 1
            type(obj)._base_manager.filter(pk=obj.pk).update(**values)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        extra = dict(extra_context or {})
        if object_id and self.lifecycle:
            obj = self.get_object(request, object_id)
            if obj is not None:
                extra |= {"moves": buttons(obj, request.user, "desk"), "status": obj.status_tag}
                extra["desk_links"] = self.work_pages(obj)
        return super().changeform_view(request, object_id, form_url, extra)

    def work_pages(self, obj) -> list[dict[str, str]]:
        """The page on the desk where this record is worked on, if it has one."""
        try:
            url = reverse(f"desk:{self.lifecycle.stem}-detail", args=[key_of(obj)])
        except NoReverseMatch:
            return []
        return [{"label": "Open the work page", "url": url}]


class RecordInline(admin.StackedInline):
    """Rows that belong to a record, edited with it by those who may edit it."""

    form = PlainRecordForm
    extra = 0
    can_delete = False
    edited_by: tuple[str, ...] = ("officer", "director")

    def has_view_permission(self, request, obj=None) -> bool:
        return request.user.is_staff

    def _edits(self, request) -> bool:
        if self.parent_model._meta.label_lower in LIFECYCLES:
            return False
        return request.user.staff_role in self.edited_by

    def has_add_permission(self, request, obj=None) -> bool:
        return self._edits(request)

    def has_change_permission(self, request, obj=None) -> bool:
        return self._edits(request)


def _columns(obj: models.Model) -> set[str]:
    return {f.name for f in obj._meta.concrete_fields}
