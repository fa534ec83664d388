"""What can be done with a roster file: send it, check it, take it over, clear it away."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import DataError, transaction

from partners.lifecycles import ROSTER_IMPORT
from partners.models import (
    Agency,
    Availability,
    Certificate,
    Expert,
    ExpertCountry,
    ExpertLanguage,
    ExpertSkill,
    RosterImport,
    RosterImportRow,
)
from partners.models.roster_import import ImportStatus
from partners.permissions import can_import_roster
from partners.services.roster_import.checking import Totals, validate
from partners.services.roster_import.reading import Unreadable
from partners.services.roster_import.staging import Progress, Superseded, stage
from partners.services.roster_import.takeover import write_roster
from slp.accounts.models import User
from slp.documents.models import Slot, digest
from slp.documents.services import keep
from slp.history.services import move_into
from slp.lib.answers import Refused, Stale, require
from slp.lib.dates import day_of, show
from slp.lib.errors import readable_constraints
from slp.lib.queue import after_commit
from slp.lib.track import because, event_model

log = logging.getLogger(__name__)
SURPRISED = (
    "Something in this file is written in a way that SLP does not understand. Copy the rows into the empty template "
    "and send that; if it stays so, tell INL/KM."
)
FINISHED = (ImportStatus.APPLIED, ImportStatus.FAILED, ImportStatus.DISCARDED)
UNDER_WAY = (ImportStatus.UPLOADED, ImportStatus.CHECKED, ImportStatus.APPLYING)
ROWS_KEPT = timedelta(days=30)
WAITS = timedelta(days=60)  # a checked file that nobody takes over
STUCK_AFTER = timedelta(minutes=2)


def digest_of(upload: UploadedFile) -> str:
    content = upload.read()
    upload.seek(0)
    return digest(content)


def known_file(*, agency: Agency, sha256: str, statuses=(*UNDER_WAY, ImportStatus.APPLIED)) -> RosterImport | None:
    """The same file, byte for byte, that this agency has sent before and not discarded."""
    rows = RosterImport.objects.filter(agency=agency, document__sha256=sha256, status__in=statuses)
    return rows.select_related("agency", "document").first()


def already_said(upload: RosterImport) -> str:
    """Why the same file is not taken a second time."""
    if upload.status == ImportStatus.APPLIED:
        who, _ = decision_on(upload)
        return (
            f"This file was taken over on {show(day_of(upload.status_since))} by {who or 'SLP'} "
            f"({upload.reference}); nothing would change. Correct the file or choose another one."
        )
    return f"This file was sent already and waits for you: {upload.reference}."


@transaction.atomic
def upload_roster(*, actor: Any, agency: Agency, upload: UploadedFile, sent_by: User | None = None) -> RosterImport:
    """Keep the file and have it checked. `Refused` if the agency has sent the very same file before.

    `actor` is `None` for the command of whoever runs SLP; `sent_by` is then the person in whose name it runs.
    """
    require(can_import_roster(actor, agency))
    Agency.objects.select_for_update().get(pk=agency.pk)
    known = known_file(agency=agency, sha256=digest_of(upload))
    if known:
        raise Refused(already_said(known))
    sender = actor or sent_by
    document = keep(upload=upload, slot=Slot.ROSTER, actor=sender)
    with because(actor, "Sent a roster file"):
        made = RosterImport.objects.create(agency=agency, document=document, uploaded_by=sender)
    after_commit("partners.tasks.check_roster", made.pk)
    return made


def check_upload(*, roster_import_id: int, progress: Progress | None = None) -> RosterImport | None:
    """Read and check an uploaded file, from its beginning, however often this was tried before."""
    upload = _load(roster_import_id, ImportStatus.UPLOADED)
    if upload is None:
        return None
    try:
        table = stage(upload, progress=progress)
        with transaction.atomic():
            RosterImport.objects.select_for_update().get(pk=upload.pk)
            fields = validate(upload).fields | {"message": _unknown_columns(table.unknown)}
            return ROSTER_IMPORT.apply(upload, "check", actor=None, fields=fields)
    except Unreadable as error:
        return _give_up(upload, str(error))
    except (DataError, ValueError, LookupError, TypeError):  # trying again would end the same way
        log.exception("The check of %s failed", upload.reference)
        return _give_up(upload, SURPRISED)
    except (Superseded, Stale):
        return None  # another worker has it, or it was discarded meanwhile


def _load(roster_import_id: int, status: str) -> RosterImport | None:
    rows = RosterImport.objects.select_related("agency", "document", "uploaded_by")
    return rows.filter(pk=roster_import_id, status=status).first()


def _unknown_columns(names: list[str]) -> str:
    if not names:
        return ""
    shown = ", ".join(f"“{name[:40]}”" for name in names[:5]) + (" and others" if len(names) > 5 else "")
    return f"Left out, because the roster has no such column: {shown}."


@transaction.atomic
def _give_up(upload: RosterImport, sentence: str) -> RosterImport:
    upload.rows.all().delete()
    return ROSTER_IMPORT.apply(upload, "fail", actor=None, fields={"message": sentence[:300], "rows_total": 0})


def take_over(*, actor: Any, roster_import: RosterImport, only_good: bool = False) -> RosterImport:
    """Decide that the file goes on the roster: all of it, or the good rows. A worker then does it.

    Whoever decides second, or a second time, is told that it is decided.
    """
    verb = "take_over_good" if only_good else "take_over"
    return ROSTER_IMPORT.apply(roster_import, verb, actor=actor, fields={"only_good": only_good})


def carry_out(*, roster_import_id: int) -> RosterImport | None:
    """Put a file on the roster for which that was decided: in one transaction, once.

    The rows are checked again first. If the roster has changed so that rows are bad now, it is shown again instead.
    """
    upload = _load(roster_import_id, ImportStatus.APPLYING)
    if upload is None:
        return None
    try:
        return _carry_out(upload)
    except Refused as refused:
        return ROSTER_IMPORT.apply(upload, "check_again", actor=None, fields={"message": refused.reason[:300]})


@transaction.atomic
def _carry_out(upload: RosterImport) -> RosterImport | None:
    mine = RosterImport.objects.select_for_update(skip_locked=True).filter(pk=upload.pk, status=ImportStatus.APPLYING)
    if not mine.exists():
        return None
    Agency.objects.select_for_update().get(pk=upload.agency_id)
    totals = validate(upload)
    if totals.bad and not upload.only_good:
        message = "The roster has changed since the check, and rows need correction now. Nothing was taken over."
        return ROSTER_IMPORT.apply(upload, "check_again", actor=None, fields=totals.fields | {"message": message})
    known = (Expert, ExpertSkill, ExpertLanguage, ExpertCountry, Certificate, Availability)
    with because(decision_on(upload)[0], f"Taken over from {upload.reference}"), readable_constraints(*known):
        write_roster(upload)
    fields = totals.fields | {"message": f"{upload.message} {_since_the_check(upload, totals)}".strip()[:300]}
    return ROSTER_IMPORT.apply(upload, "finish", actor=None, fields=fields)


def _since_the_check(upload: RosterImport, totals: Totals) -> str:
    """What the person who decided had not seen."""
    if (totals.new, totals.changed) == (upload.rows_new, upload.rows_changed):
        return ""
    return (
        f"The roster had changed since the check: {upload.rows_new} new and {upload.rows_changed} changes were seen, "
        "the figures here are those of the take-over."
    )


def decision_on(upload: RosterImport, status: str = ImportStatus.APPLYING) -> tuple[User | None, str]:
    """Who decided that the file goes into this state, and why, from its history. No user: SLP by itself."""
    events = event_model(RosterImport).objects.filter(pgh_obj_id=upload.pk, status=status)
    event = events.select_related("pgh_context").order_by("pgh_id").last()
    move = move_into(upload, status, event.pgh_context.metadata) if event and event.pgh_context else {}
    who = User.objects.filter(pk=move["user"]).first() if move.get("user") else None
    return who, move.get("reason") or ""


# -- what time does --------------------------------------------------------------------------------
def go_on(now: datetime) -> int:
    """Queue again what was left behind by a worker or a broker that died. Returns how many."""
    stuck = RosterImport.objects.filter(
        status__in=(ImportStatus.UPLOADED, ImportStatus.APPLYING), status_since__lt=now - STUCK_AFTER
    )
    rows = list(stuck.values_list("pk", "status"))
    for pk, status in rows:
        name = "check_roster" if status == ImportStatus.UPLOADED else "take_over_roster"
        after_commit(f"partners.tasks.{name}", pk)
    return len(rows)


def clear_away(now: datetime) -> int:
    """Delete the staged rows of files that were finished with 30 days ago. The record of the file stays.

    A checked file that nobody takes over for 60 days is set aside: its people would be older than the roster's.
    """
    over = RosterImport.objects.filter(status__in=FINISHED, status_since__lt=now - ROWS_KEPT)
    gone = RosterImportRow.objects.filter(roster_import__in=over).delete()[0]
    for forgotten in RosterImport.objects.filter(status=ImportStatus.CHECKED, status_since__lt=now - WAITS):
        ROSTER_IMPORT.apply(forgotten, "lapse", actor=None, reason=f"Nobody took it over for {WAITS.days} days.")
    return gone
