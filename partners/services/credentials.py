"""Instructor certificates: entered by whoever keeps the person's entry, with the paper if there is one."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from partners.models import Certificate, Expert
from partners.permissions import can_edit_expert
from partners.services.experts import add_certificate
from slp.documents.models import Slot
from slp.documents.services import keep
from slp.lib.answers import require
from slp.lib.errors import readable_constraints
from slp.lib.track import because


@transaction.atomic
def enter_certificate(*, actor, expert: Expert, scan: Any = None, **fields) -> Certificate:
    """A new certificate, with its scan where there is one."""
    require(can_edit_expert(actor, expert))
    if scan:
        fields["document"] = keep(upload=scan, slot=Slot.CERTIFICATE, actor=actor)
    return add_certificate(actor=actor, expert=expert, **fields)


@transaction.atomic
def edit_certificate(*, actor, form: Any) -> Certificate:
    """Correct one. A scan takes the place of the one before. Raises `Stale` when somebody was faster."""
    require(can_edit_expert(actor, form.instance.expert))
    scan = form.cleaned_data["scan"]
    also = {"document": keep(upload=scan, slot=Slot.CERTIFICATE, actor=actor)} if scan else {}
    with because(actor, "Changed a certificate"), readable_constraints(Certificate):
        return form.save_changes(**also)


@transaction.atomic
def remove_certificate(*, actor, certificate: Certificate) -> None:
    """It was entered by mistake. What the history has kept of it stays."""
    require(can_edit_expert(actor, certificate.expert))
    with because(actor, "Removed a certificate"):
        certificate.delete()
