"""Invitations as the desk and the agency read them."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery
from django.http import Http404
from django.utils.text import capfirst

from engagements.kinds import KINDS
from engagements.models import Engagement, HostInstitution, Invitation, InvitationAnswer, Need, Nomination, Seat
from engagements.pages.common import facts
from engagements.pages.needs import SEAT, light_seat, stay
from partners.models import Agency, Expert, Expertise
from slp.lib.costs import CostCategory
from slp.lib.dates import show_between
from slp.lib.light import columns, has_read, light, named, of
from slp.lib.statements import kept
from slp.places.models import Academy, Country, Language

OWN, NEED, AGENCY = columns(Invitation), columns(Need), columns(Agency)
ANSWER = ("id", "note", "proposed_start", "proposed_end", "at", "by__name", "by__email")


def _of_need(model, key: str) -> Subquery:
    return Subquery(model._base_manager.filter(pk=OuterRef(f"need__{key}")).values("name"))


@kept
def _shown(reader, key):
    rows = Invitation.objects.visible_to(reader).filter(reference=key).order_by()
    sender, opened = get_user_model(), Engagement.objects.filter(need=OuterRef("need_id")).order_by()
    return rows.values_list(
        *OWN, *(f"need__{name}" for name in NEED), *(f"agency__{name}" for name in AGENCY),
        _of_need(Country, "country_id"), _of_need(HostInstitution, "institution_id"), _of_need(Academy, "academy_id"),
        of(sender, "sender_id"), of(sender, "sender_id", "email"), ArraySubquery(opened.values("status")),
    )  # fmt: skip


@kept
def _seats(reader, invitation):
    rows = Seat.objects.with_filled().filter(invitations=invitation).order_by("number")
    return rows.values_list(*SEAT, of(Expertise, "expertise_id"), of(Language, "language_id"), "is_filled")


@kept
def _people(reader, invitation):
    rows = Nomination.objects.filter(invitation=invitation).order_by("seat__number", "pk")
    return rows.values_list("id", "status", "expert_id", "expert__name", "expert__rank", "seat_id", "seat__number",
                            "seat__role")  # fmt: skip


@kept
def _counters(reader, invitation):
    rows = InvitationAnswer.objects.filter(invitation=invitation, verb="counter").order_by("-at", "-pk")
    return rows.values_list(*ANSWER)[:1]


def show_invitation(request, key: str) -> Invitation:
    """The invitation for its page, with all that a next move asks of need and agency; if this person may see it."""
    row = next(iter(_shown(request.user, key)), None)
    if row is None:
        raise Http404
    own, row = row[: len(OWN)], row[len(OWN) :]
    need, agency, words = row[: len(NEED)], row[len(NEED) : -6], row[-6:]
    country, institution, academy, name, email, opened = words
    invitation = light(Invitation, dict(zip(OWN, own, strict=True)))
    invitation.need = light(Need, dict(zip(NEED, need, strict=True)))
    invitation.agency = light(Agency, dict(zip(AGENCY, agency, strict=True)))
    invitation.sender = light(get_user_model(), {"id": invitation.sender_id, "name": name, "email": email})
    invitation.need.country = named(Country, invitation.need.country_id, country)
    invitation.need.institution = named(HostInstitution, invitation.need.institution_id, institution)
    invitation.need.academy = named(Academy, invitation.need.academy_id, academy)
    has_read(invitation.need, "engagements", [light(Engagement, {"status": status}) for status in opened])
    return invitation


def asked_seats(invitation: Invitation, user) -> list[Seat]:
    """The seats that the agency is asked for, each with `is_filled`."""
    seats = []
    for row in _seats(user, invitation.pk):
        seat = light_seat(row)
        seat.need, seat.is_filled = invitation.need, row[-1]
        seats.append(seat)
    return seats


def offered_people(invitation: Invitation, user) -> list[Nomination]:
    """Everybody who was offered in answer, in the order of the seats."""
    people = []
    for pk, status, expert, name, rank, seat, number, role in _people(user, invitation.pk):
        nomination = light(Nomination, {"id": pk, "status": status, "expert_id": expert, "seat_id": seat})
        nomination.expert = light(Expert, {"id": expert, "name": name, "rank": rank, "agency_id": invitation.agency_id})
        nomination.seat = light(Seat, {"id": seat, "number": number, "role": role})
        nomination.seat.need = invitation.need
        people.append(nomination)
    return people


def counter_offer(invitation: Invitation, user) -> dict | None:
    """What the agency has proposed instead, last."""
    row = next(iter(_counters(user, invitation.pk)), None)
    if row is None:
        return None
    found = dict(zip(ANSWER, row, strict=True))
    return found | {"by": found["by__name"] or found["by__email"]}


def reimbursed(kind: str) -> str:
    """What a partner gets back for this kind of engagement, in words."""
    rules = KINDS[kind]
    if not rules.reimbursable:
        return "The costs of hosting guests are not reimbursable. Taking part is voluntary."
    names = [CostCategory(code).label.lower() for code in CostCategory.values if code in rules.costs]
    return f"INL reimburses {', '.join(names[:-1])} and {names[-1]}, as the addendum agrees."


def request_facts(invitation: Invitation) -> list:
    """What, where, when, under which conditions."""
    need = invitation.need
    return facts(
        ("What", f"{need.get_kind_display()}: {need.title}"),
        ("With whom", need.institution),
        ("Where", f"{need.places}, {need.country}"),
        *([("Academy", need.academy)] if need.academy_id else []),
        ("When", f"{capfirst(show_between(need.starts_on, need.ends_on))}, for {stay(need)}"),
        ("What must improve", need.problem),
        ("How success will be recognized", need.success),
        ("Safety conditions", need.security_conditions),
        ("What is reimbursed", reimbursed(need.kind)),
        ("Asked by", f"{invitation.sender}, INL"),
    )
