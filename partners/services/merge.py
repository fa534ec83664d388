"""Two records of one agency become one: everything moves, the history stays, the other record says where it went."""

from __future__ import annotations

from dataclasses import dataclass

import pghistory
from django.db import models, transaction
from django.db.models import F, Func, OuterRef, Subquery
from django.utils.text import capfirst

from partners.lifecycles import AGENCY
from partners.models import Agency, Capacity, CommunityTie, Membership
from partners.permissions import can_merge_agencies
from slp.lib.answers import Refused, require
from slp.lib.errors import check_deferred, readable_constraints
from slp.lib.track import because

# What the staying record takes from the other one where it has nothing itself.
PROFILE = (
    "city", "website", "sectors", "population_served", "sworn_count", "civilian_count", "uei", "sam_expires_on",
    "eft_on_file_on", "not_before", "paused_until", "partner_since", "confirmed_on", "origin", "found_through_id",
    "source_id",
)  # fmt: skip


def pointers() -> list[models.ForeignKey]:
    """Every foreign key to an agency in the whole project, the floors above included; not the history's copies."""
    found = []
    for relation in Agency._meta.get_fields(include_hidden=True):
        if not (relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one)):
            continue
        model = relation.related_model
        if issubclass(model, pghistory.models.Event) or model._meta.auto_created:  # a plain many-to-many: see _unite
            continue
        found.append(relation.field)
    return sorted(found, key=lambda field: field.model._meta.label)


@dataclass(frozen=True)
class Moved:
    """How many rows of one kind a merge moves."""

    label: str
    count: int


def preview(goes: Agency) -> list[Moved]:
    """What would move, counted in one query for all kinds of record."""
    fields = pointers()
    counts = Agency.objects.filter(pk=goes.pk).values_list(*map(_count, fields)).get()
    rows = zip(fields, counts, strict=True)
    return [Moved(capfirst(field.model._meta.verbose_name_plural), count) for field, count in rows if count]


def lost(stays: Agency, goes: Agency) -> list[str]:
    """What would not be kept as it stands: equal things of which one stays; what the staying record says otherwise."""
    ties = goes.ties.filter(country__in=stays.ties.values("country")).select_related("country")
    found = [f"{tie.country}: both have this community tie; the note of {stays} stays" for tie in ties]
    for offer in goes.capacities.all():
        same = stays.capacities.filter(fiscal_year=offer.fiscal_year, kind=offer.kind).first()
        if same:
            larger = max(offer.engagements, same.engagements)
            found.append(f"FY{offer.fiscal_year}: both offer; {larger} stays, the larger number")
    held = set(stays.memberships.values_list("user_id", "role"))
    found += [f"{role.user}: is {role.get_role_display().lower()} of both; once is enough"
              for role in goes.memberships.select_related("user") if (role.user_id, role.role) in held]  # fmt: skip
    if stays.contacts.filter(is_primary=True).exists():
        found += [f"{contact.name}: no longer the first contact" for contact in goes.contacts.filter(is_primary=True)]
    return found + _said_otherwise(stays, goes)


def _said_otherwise(stays: Agency, goes: Agency) -> list[str]:
    """Fields of the profile in which the two differ: the staying record's answer stays."""
    found = []
    for name in ("name", "kind", "level", "us_state", *PROFILE):
        here, there = getattr(stays, name), getattr(goes, name)
        if name == "partner_since" or there in (None, "") or here in (None, "", there):
            continue
        field = Agency._meta.get_field(name.removesuffix("_id"))
        labels = dict(field.flatchoices)
        kept, dropped = (labels.get(getattr(a, field.name), getattr(a, field.name)) for a in (stays, goes))
        found.append(f"{capfirst(field.verbose_name)}: {kept} stays, {dropped} is dropped")
    return found


def blocker(*, actor, stays: Agency, goes: Agency) -> str:
    """Why the merge would be refused, or nothing: it is tried to its end and taken back."""
    try:
        with transaction.atomic():
            merge_agencies(actor=actor, stays=stays, goes=goes, reason="Tried before it is asked for.")
            transaction.set_rollback(True)
    except Refused as refusal:
        return refusal.reason
    return ""


def _count(field: models.ForeignKey) -> Subquery:
    """How many rows point by this field to the agency of the query around it."""
    rows = field.model._base_manager.filter(**{field.name: OuterRef("pk")}).order_by()
    return Subquery(rows.annotate(n=Func(F("pk"), function="count")).values("n"))


@transaction.atomic
def merge_agencies(*, actor, stays: Agency, goes: Agency, reason: str) -> Agency:
    """Move all that belongs to `goes` to `stays`. Can't be undone.

    What both have is settled: of two equal ties or roles one stays, of two offers the larger, of two first contacts the
    one of the staying record. `Refused` where two records can't stand beside each other, such as two agreements of one
    kind in force on the same days; then nothing has moved.
    """
    locked = {a.pk: a for a in Agency.objects.select_for_update(of=("self",)).filter(pk__in=[stays.pk, goes.pk])}
    stays, goes = locked[stays.pk], locked[goes.pk]
    require(can_merge_agencies(actor, stays, goes))
    if not reason.strip():
        raise Refused("Say why: how do you know that they are one agency?")
    with because(actor, f"Merged from {goes}", reason):
        _settle(stays, goes)
        for field in pointers():
            _move(field, stays, goes)
        stays.expertise.add(*goes.expertise.all())
        _fill(stays, goes)
    check_deferred("one_agreement_of_a_kind_at_a_time", *_models())
    if AGENCY.find("end", goes.status):
        AGENCY.apply(goes, "end", actor=actor, reason=f"Merged into {stays}: {reason.strip()}")
    with because(actor, f"Merged into {stays}", reason):
        Agency.objects.filter(pk=goes.pk).update(merged_into=stays, version=F("version") + 1)
    stays.refresh_from_db()
    return stays


def _models() -> set[type[models.Model]]:
    return {field.model for field in pointers()}


def _move(field: models.ForeignKey, stays: Agency, goes: Agency) -> None:
    model = field.model
    values = {field.name: stays}
    if "version" in {f.name for f in model._meta.concrete_fields}:
        values["version"] = F("version") + 1
    try:
        with readable_constraints(model):
            model._base_manager.filter(**{field.name: goes}).update(**values)
    except Refused as refusal:
        kind = model._meta.verbose_name_plural
        raise Refused(f"Both have {kind} that can't stand beside each other. {refusal.reason}") from refusal


def _settle(stays: Agency, goes: Agency) -> None:
    """What both have, before the rest moves."""
    if stays.contacts.filter(is_primary=True).exists():
        goes.contacts.filter(is_primary=True).update(is_primary=False, version=F("version") + 1)
    CommunityTie.objects.filter(agency=goes, country__in=stays.ties.values("country")).delete()
    for offer in goes.capacities.all():
        same = stays.capacities.filter(fiscal_year=offer.fiscal_year, kind=offer.kind).first()
        if same is None:
            continue
        if offer.engagements > same.engagements:
            Capacity.objects.filter(pk=same.pk).update(engagements=offer.engagements, version=F("version") + 1)
        offer.delete()
    for role in goes.memberships.all():
        same = Membership.objects.filter(agency=stays, user=role.user_id, role=role.role).first()
        if same is None:
            continue
        if role.is_active and not same.is_active:
            Membership.objects.filter(pk=same.pk).update(is_active=True, version=F("version") + 1)
        role.delete()


def _fill(stays: Agency, goes: Agency) -> None:
    empty = {name: getattr(goes, name) for name in PROFILE if getattr(stays, name) in (None, "")}
    since = [day for day in (stays.partner_since, goes.partner_since) if day]
    values = {name: value for name, value in empty.items() if value not in (None, "")}
    if since:
        values["partner_since"] = min(since)
    if values.get("found_through_id") == stays.pk:
        del values["found_through_id"]
    if values:
        Agency.objects.filter(pk=stays.pk).update(**values, version=F("version") + 1)
