"""Papers as tagged PDF: a Typst template of `templates/pdf/` filled with plain data."""

from __future__ import annotations

import json
from typing import Any

import typst
from django.conf import settings

FOLDER = settings.BASE_DIR / "templates" / "pdf"


def render_pdf(name: str, data: dict[str, Any]) -> bytes:
    """`templates/pdf/<name>.typ` filled with `data` (JSON types), as PDF/UA-1 with the fonts inside.

    The same data give the same bytes, so that a file can be compared by its hash. The data travel beside the template
    and are never read as its source: what a person typed can't become markup. Raises `typst.TypstError` where the
    template is wrong or the result would not be accessible (a skipped heading, a picture without a text).
    """
    return typst.compile(
        str(FOLDER / f"{name}.typ"),
        root=str(FOLDER),
        sys_inputs={"data": json.dumps(data)},
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
    )
