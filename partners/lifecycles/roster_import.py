"""The life of an uploaded roster."""

from __future__ import annotations

from partners.models import RosterImport
from partners.models.roster_import import ImportStatus
from partners.permissions import roles_towards
from slp.lib.answers import Answer, answer, no
from slp.lib.lifecycle import SYSTEM, Lifecycle, Move
from slp.lib.queue import after_commit

KEEPERS = frozenset({"coordinator", "officer"})
BY_COMMAND = frozenset({SYSTEM})  # `manage.py import_experts`


def _all_good(upload: RosterImport, user) -> Answer:
    if not upload.rows_total:
        return no("There is nobody in this file.")
    return answer(
        not upload.rows_bad,
        f"{upload.rows_bad:,} row{'s need' if upload.rows_bad != 1 else ' needs'} correction first. Correct the file "
        "and send it again, or take over the good rows.",
    )


def _some_good(upload: RosterImport, user) -> Answer:
    if not upload.rows_bad:
        return no("Every row is good: take over all of them.")
    return answer(upload.rows_bad < upload.rows_total, "No row is good yet. Correct the file and send it again.")


def _carry_out(upload: RosterImport, actor, reason: str) -> None:
    after_commit("partners.tasks.take_over_roster", upload.pk)


ROSTER_IMPORT = Lifecycle(
    name="roster file",
    model="partners.RosterImport",
    states=ImportStatus,
    initial=ImportStatus.UPLOADED,
    roles=lambda user, upload: roles_towards(user, agency_id=upload.agency_id),
    stem="roster-import",
    tones={"uploaded": "info", "checked": "warn", "applying": "info", "applied": "good", "failed": "bad"},
    moves=(
        Move("check", "Finish the check", ("uploaded",), "checked", BY_COMMAND),
        Move("fail", "Give up reading it", ("uploaded",), "failed", BY_COMMAND),
        Move(
            "take_over",
            "Take over all",
            ("checked",),
            "applying",
            KEEPERS | BY_COMMAND,
            guard=_all_good,
            effect=_carry_out,
            form="roster-import-decide",
        ),
        Move(
            "take_over_good",
            "Take over the good rows",
            ("checked",),
            "applying",
            KEEPERS | BY_COMMAND,
            guard=_some_good,
            effect=_carry_out,
            form="roster-import-decide",
        ),
        Move("finish", "Finish taking it over", ("applying",), "applied", BY_COMMAND),
        Move("check_again", "Show it again", ("applying",), "checked", BY_COMMAND),
        Move(
            "discard",
            "Discard",
            ("uploaded", "checked", "failed"),
            "discarded",
            KEEPERS,
            danger=True,
            explains="Nothing of this file goes on the roster. The roster stays as it is.",
        ),
        Move("lapse", "Set aside what nobody took over", ("checked",), "discarded", BY_COMMAND),
    ),
)
