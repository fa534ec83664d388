"""Sources and the register of files. A file itself is opened only where its owner's rule is asked."""

from __future__ import annotations

from django.contrib import admin

from slp.documents.models import Document, Source
from slp.lib.admin import RecordAdmin


@admin.register(Source)
class SourceAdmin(RecordAdmin):
    list_display = ["code", "title", "publisher", "issued_on", "precision", "certainty"]
    search_fields = ["code", "title", "publisher"]


@admin.register(Document)
class DocumentAdmin(RecordAdmin):
    edited_by = ()
    list_display = ["name", "slot", "content_type", "size", "uploaded_by", "uploaded_at"]
    list_filter = ["slot"]
    list_select_related = ["uploaded_by"]
    search_fields = ["name", "sha256"]
    raw_id_fields = ["uploaded_by"]
    exclude = ["file"]
