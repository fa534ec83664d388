"""The terms of one agency's part, and both signatures over exactly those terms."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import F

from engagements.models import Addendum, AddendumCost, Engagement
from engagements.permissions import DECIDES, can_edit_addendum, can_sign_addendum
from partners.lifecycles import people_of, signed_sides
from partners.models import Signature
from partners.models.agreement import SignatureSide
from slp.lib.answers import Refused, Stale, require
from slp.lib.errors import readable_constraints
from slp.lib.track import because
from slp.reminders.services import tell

TERMS = (
    "objective",
    "deliverables",
    "places",
    "starts_on",
    "ends_on",
    "people",
    "travel_booked_by",
    "security_conditions",
    "report_due_days",
)
STATEMENT = "I have read these terms and agree to them for {side}."


def terms_digest(addendum: Addendum) -> str:
    """The hash of everything that is agreed. Any change of a term or an amount makes another hash."""
    costs = [(cost.category, cost.amount, cost.currency) for cost in addendum.costs.all()]
    return digest_of_terms({name: getattr(addendum, name) for name in (*TERMS, "engagement_id", "agency_id")}, costs)


def digest_of_terms(values: Mapping[str, Any], costs: Iterable[tuple[str, Decimal, str]]) -> str:
    """The same, of the addendum's values by their names and (category, amount, currency) of each cost."""
    terms: dict[str, Any] = {name: str(values[name]) for name in TERMS}
    terms |= {
        "engagement": str(values["engagement_id"]),
        "agency": str(values["agency_id"]),
        "costs": [[category, f"{amount:.2f}", currency] for category, amount, currency in sorted(costs)],
    }
    text = json.dumps(terms, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def change_addendum(
    *,
    addendum: Addendum,
    actor,
    fields: Mapping[str, Any],
    costs: Iterable[Mapping[str, Any]] | None = None,
    seen_version: int | None = None,
) -> Addendum:
    """Write changed terms and, when given, the whole list of cost lines. Signatures over other terms stop counting."""
    with because(actor, "Changed the terms"), readable_constraints(Addendum, AddendumCost):
        # As it is now, and held: the terms must not change while the engagement moves on because they are signed.
        addendum.engagement = Engagement.objects.select_for_update(of=("self",)).get(pk=addendum.engagement_id)
        require(can_edit_addendum(actor, addendum))
        rows = Addendum.objects.filter(pk=addendum.pk, version=seen_version or addendum.version)
        if not rows.update(**fields, version=F("version") + 1):
            raise Stale("Someone saved this addendum in the same moment. Go back, reload and save again.")
        if costs is not None:
            _write_costs(addendum, costs)
        addendum.refresh_from_db()
    return addendum


def _write_costs(addendum: Addendum, costs: Iterable[Mapping[str, Any]]) -> None:
    allowed = addendum.engagement.rules.costs
    wanted = {row["category"]: row for row in costs}
    for category in wanted:
        if category not in allowed:
            label = AddendumCost(category=category).get_category_display().lower()
            kind = addendum.engagement.rules.label.lower()
            raise Refused(f"Costs of {label} are not reimbursable for this kind of engagement ({kind}).")
    addendum.costs.exclude(category__in=wanted).delete()
    for category, row in wanted.items():
        values = {name: row[name] for name in ("amount", "currency", "basis") if name in row}
        AddendumCost.objects.update_or_create(addendum=addendum, category=category, defaults=values)


def side_of(actor, addendum: Addendum) -> str:
    """For which side this person would sign."""
    return SignatureSide.INL if actor.staff_role in DECIDES else SignatureSide.AGENCY


@transaction.atomic
def sign_addendum(
    *, addendum: Addendum, typed_name: str, actor, seen_digest: str = "", statement: str = ""
) -> Signature:
    """Sign the terms as they stand. Refused if they are not what the signer has read (`seen_digest`)."""
    addendum = (
        Addendum.objects.select_for_update(of=("self",)).select_related("engagement", "agency").get(pk=addendum.pk)
    )
    require(can_sign_addendum(actor, addendum))
    digest = terms_digest(addendum)
    if seen_digest and seen_digest != digest:
        raise Stale("The terms were changed while you were reading. Nothing was signed: read them again.")
    if " ".join(typed_name.split()).casefold() != " ".join(actor.name.split()).casefold():
        raise Refused(f"Type your name as it is in your account: {actor.name}.")
    side = side_of(actor, addendum)
    words = statement or STATEMENT.format(side="INL" if side == SignatureSide.INL else addendum.agency)
    with because(actor, "Signed"), readable_constraints(Signature):
        signature = Signature.objects.create(
            content_type=ContentType.objects.get_for_model(Addendum),
            object_id=addendum.pk,
            side=side,
            signer=actor,
            typed_name=typed_name.strip(),
            statement=words[:400],
            sha256=digest,
        )
    _tell_the_other_side(addendum, side, digest)
    return signature


def _tell_the_other_side(addendum: Addendum, side: str, digest: str) -> None:
    """Whoever has not signed yet is told; when both have, the officer is."""
    engagement = addendum.engagement
    signed = signed_sides(addendum, digest)
    if signed == {SignatureSide.INL, SignatureSide.AGENCY}:
        tell(
            users=[engagement.owner] if engagement.owner else [],
            rule="addendum-signed",
            key=f"addendum-signed:{addendum.pk}:{digest[:16]}",
            subject=f"Both sides have signed: {engagement.title}",
            body=f"The addendum with {addendum.agency} is signed by both sides. Preparations can start.",
            about=engagement.reference,
            path=f"/admin/desk/engagements/{engagement.reference}/",
            why="You look after this engagement.",
        )
    elif side == SignatureSide.INL:
        tell(
            users=people_of(addendum.agency, "signatory"),
            rule="addendum-to-sign",
            key=f"addendum-to-sign:{addendum.pk}:{digest[:16]}",
            subject=f"Please sign: {engagement.title}",
            body=f"INL has signed the addendum for {engagement.title}. It waits for your signature.",
            about=engagement.reference,
            path=f"/portal/addenda/{addendum.pk}/",
            why="You sign for your agency.",
        )
