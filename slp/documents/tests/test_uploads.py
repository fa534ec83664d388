"""A file is what its bytes say, and leaves only for those whom a rule lets read it."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from slp.documents.models import Slot
from slp.documents.services import check_upload, keep

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000049454e44ae426082")


def upload(content: bytes, name: str = "receipt.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_a_pdf_and_a_photo_are_receipts():
    assert check_upload(upload(PDF), Slot.RECEIPT) == "application/pdf"
    assert check_upload(upload(PNG, "photo.jpg"), Slot.RECEIPT) == "image/png"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"MZ\x90\x00" + b"\0" * 200, "not a PDF or a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "not a PDF or a picture"),
        (b"<html><script>1</script></html>", "not a PDF or a picture"),
        (b"", "empty"),
    ],
)
def test_what_is_no_receipt_is_refused_with_a_sentence(content, words):
    with pytest.raises(ValidationError, match=words):
        check_upload(upload(content), Slot.RECEIPT)


def test_a_signed_paper_is_a_pdf_only():
    with pytest.raises(ValidationError, match="not a PDF"):
        check_upload(upload(PNG), Slot.SIGNED)


def test_a_file_over_the_limit_is_refused(settings):
    settings.UPLOAD_MAX_BYTES = 15 * 1024 * 1024
    scan = upload(PDF)
    scan.size = settings.UPLOAD_MAX_BYTES + 1
    with pytest.raises(ValidationError, match=r"This file is 15\.1 MB\. The limit is 15 MB"):
        check_upload(scan, Slot.RECEIPT)


@pytest.mark.django_db
def test_the_uploader_reads_it_and_a_stranger_gets_404(client_of, coordinator, outsider):
    document = keep(upload=upload(PDF, "../../etc/passwd.pdf"), slot=Slot.RECEIPT, actor=coordinator)
    url = reverse("documents:document-download", args=[document.pk])
    answer = client_of(coordinator).get(url)
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == 'attachment; filename="passwd.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content) == PDF
    assert "passwd" not in document.file.name
    assert client_of(outsider).get(url).status_code == 404
