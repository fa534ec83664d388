"""Amendments: what they change in an agreement's term and scope, written, signed, applied on their day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F, Max

from partners.models import ActivityKind, Agreement, Amendment, Expertise
from partners.permissions import can_edit_amendment, can_write_amendment
from slp.lib.answers import Refused, Stale, require
from slp.lib.dates import show
from slp.lib.errors import check_deferred, readable_constraints
from slp.lib.track import because
from slp.places.models import Country

PLAIN = ("ends_on", "notice_days", "max_people")
LISTS = ("activity_kinds", "countries", "expertise")
LABELS = {
    "ends_on": "In force until",
    "notice_days": "Notice to end it",
    "max_people": "People in one activity, at most",
    "activity_kinds": "Activities",
    "countries": "Countries",
    "expertise": "Fields of expertise",
}


def scope_of(agreement: Agreement) -> dict[str, Any]:
    """The term and scope as JSON types, by field name; what an amendment can change."""
    return {
        "ends_on": agreement.ends_on.isoformat() if agreement.ends_on else None,
        "notice_days": agreement.notice_days,
        "max_people": agreement.max_people,
        "activity_kinds": sorted(agreement.activity_kinds),
        "countries": sorted(agreement.countries.values_list("pk", flat=True)),
        "expertise": sorted(agreement.expertise.values_list("pk", flat=True)),
    }


def changes_between(agreement: Agreement, wanted: dict[str, Any]) -> dict[str, Any]:
    """What of `wanted` (as `scope_of`) differs from the agreement as it stands."""
    now = scope_of(agreement)
    return {name: value for name, value in wanted.items() if name in now and value != now[name]}


@transaction.atomic
def write_amendment(
    *, actor, agreement: Agreement, summary: str, text: str, changes: dict[str, Any], effective_on: date
) -> Amendment:
    """A draft amendment. `changes`: as `scope_of`, only the fields that change; the text may be all that changes."""
    agreement = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    require(can_write_amendment(actor, agreement))
    _check(agreement, text, changes, effective_on)
    number = (agreement.amendments.aggregate(last=Max("number"))["last"] or 0) + 1
    with because(actor, "Wrote the amendment"), readable_constraints(Amendment):
        return Amendment.objects.create(
            agreement=agreement,
            number=number,
            summary=summary,
            text=text,
            changes=changes,
            effective_on=effective_on,
            author=actor,
        )


@transaction.atomic
def edit_amendment(*, actor, amendment: Amendment, seen_version: int, **fields) -> Amendment:
    """Change a draft amendment. `Stale` when somebody else has changed it since it was read."""
    require(can_edit_amendment(actor, amendment))
    _check(amendment.agreement, fields["text"], fields["changes"], fields["effective_on"])
    with because(actor, "Edited"), readable_constraints(Amendment):
        rows = Amendment.objects.filter(pk=amendment.pk, version=seen_version)
        if not rows.update(**fields, version=F("version") + 1):
            raise Stale("Someone changed this amendment while you were writing. Go back, reload and enter yours again.")
    amendment.refresh_from_db()
    return amendment


def _check(agreement: Agreement, text: str, changes: dict[str, Any], effective_on: date) -> None:
    if not changes and not text.strip():
        raise Refused("The amendment changes nothing. Say what it changes.")
    if effective_on < agreement.starts_on:
        raise Refused(f"The agreement itself begins on {show(agreement.starts_on)}. Choose that day or a later one.")
    if agreement.ends_on and effective_on > agreement.ends_on:
        raise Refused(f"The agreement ends on {show(agreement.ends_on)}. An amendment takes effect before that.")
    if agreement.notice_on and "ends_on" in changes:
        raise Refused(f"Notice was given: it ends on {show(agreement.ends_on)}. Take the notice back to change that.")
    end = changes.get("ends_on")
    if end and date.fromisoformat(end) < effective_on:
        raise Refused("The agreement would end before the amendment takes effect.")


def apply_changes(*, amendment: Amendment) -> Agreement:
    """Write what the amendment changes. Called by its lifecycle on its day, inside that transaction."""
    agreement = Agreement.objects.select_for_update(of=("self",)).get(pk=amendment.agreement_id)
    changes, before = amendment.changes, scope_of(agreement)
    plain: dict[str, Any] = {name: changes[name] for name in ("notice_days", "max_people") if name in changes}
    if "activity_kinds" in changes:
        plain["activity_kinds"] = changes["activity_kinds"]
    if "ends_on" in changes:
        plain["ends_on"] = date.fromisoformat(changes["ends_on"]) if changes["ends_on"] else None
    with because(None, f"Changed by amendment {amendment.number}", amendment.reference):
        with readable_constraints(Agreement):
            Agreement.objects.filter(pk=agreement.pk).update(**plain, version=F("version") + 1)
        for name in ("countries", "expertise"):
            if name in changes:
                getattr(agreement, name).set(changes[name])
        Amendment.objects.filter(pk=amendment.pk).update(before={name: before[name] for name in changes})
    check_deferred("one_agreement_of_a_kind_at_a_time", Agreement)
    agreement.refresh_from_db()
    return agreement


@dataclass(frozen=True)
class ScopeChange:
    """One line of "what changes", in words."""

    label: str
    was: str
    will_be: str


def changes_in_words(amendment: Amendment) -> list[ScopeChange]:
    """What it changes, was and will be. Until it takes effect "was" is the agreement as it stands."""
    now = amendment.before or scope_of(amendment.agreement)
    names = _names(now, amendment.changes)
    return [
        ScopeChange(LABELS[name], _words(name, now[name], names), _words(name, value, names))
        for name, value in amendment.changes.items()
        if name in LABELS
    ]


def _names(*scopes: dict[str, Any]) -> dict[str, str]:
    countries = {code for scope in scopes for code in scope.get("countries", ())}
    fields = {code for scope in scopes for code in scope.get("expertise", ())}
    found = {pk: str(row) for pk, row in Country.objects.in_bulk(countries).items()} if countries else {}
    return found | ({pk: str(row) for pk, row in Expertise.objects.in_bulk(fields).items()} if fields else {})


def _words(name: str, value: Any, names: dict[str, str]) -> str:
    if name == "ends_on":
        return show(date.fromisoformat(value)) if value else "no end date"
    if name == "notice_days":
        return f"{value} days" if value else "not agreed"
    if name == "max_people":
        return str(value) if value else "no limit"
    if name == "activity_kinds":
        return ", ".join(ActivityKind(kind).label for kind in value) or "All kinds"
    every = "All countries" if name == "countries" else "All fields"
    return ", ".join(names.get(code, code) for code in value) or every
