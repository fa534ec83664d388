"""The one view through which a private file leaves."""

from __future__ import annotations

from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.urls import path

from slp.documents.models import Document
from slp.documents.services import opened

app_name = "documents"


def document_download(request, pk):
    """Sends the file to someone whom a rule lets read it; anybody else gets 404."""
    document = get_object_or_404(Document.objects.visible_to(request.user), pk=pk)
    opened(document, request.user)
    return FileResponse(
        document.file.open("rb"),
        as_attachment=True,
        filename=document.name,
        content_type=document.content_type,
        headers={"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"},
    )


urlpatterns = [path("<uuid:pk>/", document_download, name="document-download")]
