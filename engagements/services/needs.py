"""Registering what a post needs, with its seats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import F

from engagements.lifecycles import NEED
from engagements.models import HostInstitution, Need, Seat
from engagements.permissions import can_edit_need, can_register_need, need_roles
from slp.lib.answers import Refused, Stale, answer, require
from slp.lib.errors import readable_constraints
from slp.lib.track import because

SEAT_FIELDS = ("role", "expertise", "min_depth", "language", "min_speaking", "rank", "needs_certificate")
MAX_SEATS = 60


def find_institution(*, country, name: str) -> HostInstitution:
    """The institution of that name in that country, however its capitals were typed; registered if it is new."""
    name = " ".join(name.split())
    known = HostInstitution.objects.filter(country=country, name__iexact=name).first()
    return known or HostInstitution.objects.get_or_create(country=country, name=name)[0]


def create_need(*, actor, seats: Iterable[Mapping[str, Any]] = (), new_institution: str = "", **fields) -> Need:
    """Register a need as a draft. Each of `seats` has the fields of a `Seat`; `count` makes several alike."""
    require(can_register_need(actor))
    need = Need(author=actor, **fields)
    require(answer({"post_officer", "officer", "director"} & need_roles(actor, need), _not_your_country(need)))
    with because(actor, "Registered"), readable_constraints(Need, Seat):
        if new_institution.strip():
            need.institution = find_institution(country=need.country, name=new_institution)
        need.save(force_insert=True)
        _write_seats(need, seats)
    return need


def _not_your_country(need: Need) -> str:
    return f"Your post does not serve {need.country}. Its own post registers its needs."


def change_need(
    *,
    need: Need,
    actor,
    fields: Mapping[str, Any],
    seats: Iterable[Mapping[str, Any]] | None = None,
    seen_version: int | None = None,
    new_institution: str = "",
) -> Need:
    """Write the changed `fields` and, when given, the whole list of `seats` (a kept one has its `id`).

    Raises `Stale` if somebody else saved after `seen_version`.
    """
    require(can_edit_need(actor, need))
    fields = dict(fields)
    with because(actor, "Changed"), readable_constraints(Need, Seat):
        if new_institution.strip():
            country = fields.get("country") or need.country
            fields["institution"] = find_institution(country=country, name=new_institution)
        rows = Need.objects.filter(pk=need.pk, version=seen_version or need.version, status=need.status)
        if not rows.update(**fields, version=F("version") + 1):
            raise Stale("Someone saved this need in the same moment. Go back, reload and save again.")
        if seats is not None:
            _write_seats(need, seats)
        need.refresh_from_db()
        require(answer({"post_officer", "officer", "director"} & need_roles(actor, need), _not_your_country(need)))
    return need


def _write_seats(need: Need, seats: Iterable[Mapping[str, Any]]) -> None:
    """Make the need's seats exactly `seats`, numbered from 1 in their order."""
    wanted = [row for row in seats for _ in range(1 if row.get("id") else int(row.get("count") or 1))]
    if len(wanted) > MAX_SEATS:
        raise Refused(f"A need has at most {MAX_SEATS} seats. Register a second need for the others.")
    seats = Seat.objects.filter(pk__in=[row["id"] for row in wanted if row.get("id")])
    if foreign := seats.exclude(need=need).first():
        raise Refused(f"Seat {foreign.pk} is not a seat of this need.")
    # a seat that a colleague took out meanwhile is a new one for whoever still has it on the page
    kept = set(seats.values_list("pk", flat=True))
    wanted = [row if not row.get("id") or int(row["id"]) in kept else {**row, "id": None} for row in wanted]
    taken = need.seats.exclude(pk__in=kept).filter(nominations__isnull=False)
    if taken.exists():
        raise Refused("A seat for which somebody was offered can't be removed.")
    need.seats.exclude(pk__in=kept).delete()
    need.seats.update(number=F("number") + 1000)  # room for the new numbers
    for number, row in enumerate(wanted, start=1):
        values = {name: row[name] for name in SEAT_FIELDS if name in row} | {"number": number}
        if row.get("id"):
            Seat.objects.filter(pk=row["id"]).update(**values)
        else:
            Seat.objects.create(need=need, **values)


def submit_need(*, need: Need, actor) -> Need:
    """Hand the need to INL/KM, who are told by mail."""
    return NEED.apply(need, "submit", actor=actor)


@transaction.atomic
def register_and_submit(*, actor, seats: Iterable[Mapping[str, Any]], **fields) -> Need:
    """One step for a post that has everything ready."""
    return submit_need(need=create_need(actor=actor, seats=seats, **fields), actor=actor)
