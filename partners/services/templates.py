"""The texts that drafts begin with, from `partners/data/agreement_templates/`, filled with what the record says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from django.db import transaction

from partners.models import Agency, AgreementKind, AgreementTemplate
from slp.lib.dates import show
from slp.lib.track import because

FOLDER = Path(__file__).parent.parent / "data" / "agreement_templates"
BLANK = "__________"  # what the form does not say yet


@transaction.atomic
def load_templates() -> int:
    """Add the templates that are missing; what people changed stays as it is. Returns how many were added."""
    known = set(AgreementTemplate.objects.values_list("kind", flat=True))
    missing = [
        AgreementTemplate(kind=kind, name=label, text=(FOLDER / f"{kind}.md").read_text(encoding="utf-8"))
        for kind, label in AgreementKind.choices
        if kind not in known and (FOLDER / f"{kind}.md").exists()
    ]
    with because(None, "Loaded the reference data"):
        return len(AgreementTemplate.objects.bulk_create(missing))


def text_from_template(
    *,
    kind: str,
    agency: Agency,
    starts_on: date | None = None,
    ends_on: date | None = None,
    notice_days: int | None = None,
) -> str:
    """The template of this kind, filled in; empty where there is none. What is not known yet stays blank to fill."""
    template = AgreementTemplate.objects.filter(kind=kind, is_active=True).order_by("pk").first()
    if template is None:
        return ""
    values = {
        "agency": agency.name,
        "state": agency.get_us_state_display() or "its jurisdiction",
        "starts_on": show(starts_on) if starts_on else BLANK,
        "ends_on": show(ends_on) if ends_on else BLANK,
        "notice_days": str(notice_days or BLANK),
    }
    text = template.text
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text
