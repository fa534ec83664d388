"""An agreement as a paper: the text as it stands, its terms, who has signed it."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from partners.models import ActivityKind, Agreement, Signature
from partners.permissions import OVER
from partners.services.signing import signatures_under
from slp.documents.pdf import render_pdf
from slp.lib.dates import day_of, show
from slp.lib.prose import Block, blocks


def agreement_pdf(agreement: Agreement) -> bytes:
    """The latest version as PDF/UA-1."""
    latest = agreement.versions.last()
    signatures = signatures_under(latest) if latest else []
    return render_pdf(
        "agreement",
        {
            "title": agreement.title,
            "kind": agreement.get_kind_display(),
            "reference": agreement.reference,
            "version": f"version {latest.number}" if latest else "",
            "state": agreement.status_label(),
            "dated": day_of(latest.created_at if latest else agreement.created_at).isoformat(),
            "agency": str(agreement.agency),
            "facts": _facts(agreement),
            "blocks": _blocks(agreement.text),
            "signatures": [_signature(s) for s in signatures if s.sha256 == latest.sha256],
            "sha256": latest.sha256 if latest else "",
        },
    )


def _facts(agreement: Agreement) -> list[list[str]]:
    kinds = ", ".join(ActivityKind(kind).label for kind in agreement.activity_kinds)
    last = agreement.last_day
    return [
        ["In force from", show(agreement.starts_on, agreement.date_precision) if agreement.starts_on else "not agreed"],
        ["Ended on" if agreement.status in OVER else "In force until", show(last) if last else "no end date"],
        ["Notice", f"{agreement.notice_days} days" if agreement.notice_days else "not agreed"],
        ["Activities", kinds or "all kinds"],
        ["Countries", ", ".join(map(str, agreement.countries.all())) or "all countries"],
        ["Fields", ", ".join(map(str, agreement.expertise.all())) or "all fields"],
        ["People in one activity", f"at most {agreement.max_people}" if agreement.max_people else "no limit"],
    ]


def _blocks(text: str) -> list[dict[str, Any]]:
    """Headings begin below the title and skip no level: PDF/UA refuses a paper that jumps."""
    found, level = [], 1
    for block in blocks(text):
        if block.kind == "heading":
            level = min(max(block.level, 2), level + 1)
        found.append(_block(block, level))
    return found


def _block(block: Block, level: int) -> dict[str, Any]:
    return {"kind": block.kind, "text": block.text, "level": level, "items": block.items}


def _signature(signature: Signature) -> dict[str, str]:
    at = signature.signed_at.astimezone(UTC)
    when = show(at.date()) if signature.scan_id else f"{show(at.date())}, {at:%H:%M} UTC"
    return {
        "name": signature.typed_name,
        "side": signature.get_side_display(),
        "at": f"{when}, {signature.signer.title}" if signature.signer.title else when,
        "statement": signature.statement,
    }
