"""Needs as the post and the desk both see them: the form, the facts, the seats."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.db.models import OuterRef, Subquery
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst

from engagements.forms.needs import NeedEditForm, NeedForm, SeatFormSet, copied, seat_rows, without_errors
from engagements.kinds import KINDS
from engagements.lifecycles import NEED, is_opened
from engagements.models import Engagement, HostInstitution, Invitation, Need, Nomination, NominationStatus, Seat
from engagements.pages.common import Turn, facts, sent
from engagements.permissions import can_edit_need, can_register_need
from engagements.services.needs import change_need, create_need, submit_need
from partners.models import Agency, Depth, Expert, Expertise
from slp.history.services import Entry, move_into
from slp.lib.answers import require
from slp.lib.dates import day_of, show, show_between
from slp.lib.forms import refused_at
from slp.lib.light import columns, has_read, light, named, of
from slp.lib.numbers import whole_number
from slp.lib.statements import kept
from slp.lib.track import event_model
from slp.places.models import Academy, Country, Language

PATH = ("draft", "submitted", "validated", "staffed", "fulfilled")
DETOURS = {"returned": "submitted"}
CAN_SUBMIT = ("draft", "returned")
NO_SEATS = "Add at least one seat: whom do you need?"


def load_need(request, key: str) -> Need:
    """The need, if this person may see it."""
    rows = Need.objects.visible_to(request.user).select_related("country", "institution", "academy", "author")
    return get_object_or_404(rows, reference=key)


# -- what is read ----------------------------------------------------------------------------------
OWN = columns(Need)
SEAT = (
    "id", "number", "role", "min_depth", "min_speaking", "rank", "needs_certificate", "expertise_id", "language_id",
    "held_by_id",
)  # fmt: skip


@kept
def _shown(reader, key):
    author = get_user_model()
    rows = Need.objects.visible_to(reader).filter(reference=key).order_by()
    return rows.values_list(
        *OWN, of(Country, "country_id"), of(Country, "country_id", "post_id"), of(HostInstitution, "institution_id"),
        of(Academy, "academy_id"), of(author, "author_id"), of(author, "author_id", "email"),
    )  # fmt: skip


@kept
def _opened(reader, need):
    return Engagement.objects.filter(need=need).order_by("-pk").values_list("id", "reference", "title", "status")


@kept
def _seats(reader, need):
    holder = Subquery(Invitation.objects.filter(pk=OuterRef("held_by_id")).values("agency__name"))
    words = (of(Expertise, "expertise_id"), of(Language, "language_id"), holder)
    return Seat.objects.filter(need=need).order_by("number").values_list(*SEAT, *words)


@kept
def _nominated(reader, need):
    rows = Nomination.objects.live().filter(seat__need=need).order_by("seat__number")
    return rows.values_list(
        "id", "seat_id", "status", "expert_id", "expert__name", "expert__rank", "expert__agency_id",
        "expert__agency__name",
    )  # fmt: skip


def read_need(request, key: str) -> Need:
    """The need as its pages show it, if this person may see it."""
    row = next(iter(_shown(request.user, key)), None)
    if row is None:
        raise Http404
    need = light(Need, dict(zip(OWN, row, strict=False)))
    country, post, institution, academy, name, email = row[len(OWN) :]
    need.country = light(Country, {"iso2": need.country_id, "name": country, "post_id": post})
    need.institution = named(HostInstitution, need.institution_id, institution)
    need.academy = named(Academy, need.academy_id, academy)
    need.author = light(get_user_model(), {"id": need.author_id, "name": name, "email": email})
    return need


def show_need(request, key: str) -> Need:
    """The same with the engagements that were opened for it."""
    need = read_need(request, key)
    names = ("id", "reference", "title", "status")
    opened = [dict(zip(names, row, strict=True)) for row in _opened(request.user, need.pk)]
    has_read(need, "engagements", [light(Engagement, values) for values in opened])
    return need


# -- words -----------------------------------------------------------------------------------------
def need_facts(need: Need) -> list:
    return facts(
        ("Country", need.country),
        ("Host institution", need.institution),
        ("Form of assistance", need.get_kind_display()),
        *([("Academy", need.academy)] if need.academy_id else []),
        ("Sector", need.get_sector_display()),
        ("Priority", need.get_priority_display()),
        ("When", capfirst(show_between(need.starts_on, need.ends_on))),
        ("Length of stay", stay(need)),
        ("Where", need.places),
        ("What must improve", need.problem),
        ("How success will be recognized", need.success),
        ("Safety conditions", need.security_conditions),
        ("Women, access to justice, inclusion", need.inclusion),
        ("Others in the same work", need.other_implementers),
        ("Funding", "Known" if need.is_funded else "Not known yet"),
        ("Registered by", f"{need.author}, {show(day_of(need.created_at))}"),
    )


def stay(need: Need) -> str:
    """ "90 to 120 days"."""
    if need.min_days == need.max_days:
        return f"{need.max_days} day{'s' if need.max_days != 1 else ''}"
    return f"{need.min_days} to {need.max_days} days"


def asks(seat: Seat) -> str:
    """What a seat asks for, in one line."""
    depth = Depth(seat.min_depth).label.lower()
    words = [f"{seat.expertise} ({depth})"]
    if seat.language_id:
        words.append(f"{seat.language}, speaking {seat.min_speaking} or better")
    if seat.rank:
        words.append(seat.rank)
    if seat.needs_certificate:
        words.append("instructor certificate")
    return "; ".join(words)


@dataclass(frozen=True)
class SeatLine:
    """One seat as a page shows it, or several that are alike in everything and have no name yet."""

    seat: Seat
    asks: str
    status: dict[str, str]
    who: str = ""
    nomination: Nomination | None = None
    last: int = 0

    @property
    def label(self) -> str:
        first = self.seat.number
        return f"{first}. {self.seat.role}" if self.count == 1 else f"{first} to {self.last}. {self.seat.role}"

    @property
    def count(self) -> int:
        return max(self.last - self.seat.number, 0) + 1


OPEN_SEAT = {"label": "Open", "tone": "warn"}
PROMISED = {"label": "Promised", "tone": "info"}
OFFERED = {"label": "Person offered", "tone": "info"}
FILLED = {"label": "Filled", "tone": "good"}


def seat_lines(need: Need, user) -> list[SeatLine]:
    """Every seat with who takes it. Two queries."""
    people = {row[1]: _nomination(*row) for row in _nominated(user, need.pk)}
    seats, lines = [], []
    for row in _seats(user, need.pk):
        seat, holder = light_seat(row), row[-1]
        nomination = people.get(seat.pk)
        seat.need, seat.is_filled = need, nomination is not None
        seats.append(seat)
        line = _line(seat, nomination, holder)
        before = lines[-1] if lines else None
        if before and _alike(before, line):
            lines[-1] = replace(before, last=seat.number)
        else:
            lines.append(line)
    has_read(need, "seats", seats)
    return lines


def light_seat(row: tuple) -> Seat:
    """A seat from a row that begins with `SEAT`, the field and the language."""
    expertise, language = row[len(SEAT) : len(SEAT) + 2]
    seat = light(Seat, dict(zip(SEAT, row, strict=False)))
    seat.expertise = named(Expertise, seat.expertise_id, expertise)
    seat.language = named(Language, seat.language_id, language)
    return seat


def _nomination(pk, seat, status, expert, name, rank, agency, agency_name) -> Nomination:
    nomination = light(Nomination, {"id": pk, "seat_id": seat, "status": status, "expert_id": expert})
    nomination.expert = light(Expert, {"id": expert, "name": name, "rank": rank, "agency_id": agency})
    nomination.expert.agency = named(Agency, agency, agency_name)
    return nomination


def _alike(one: SeatLine, two: SeatLine) -> bool:
    if one.nomination or two.nomination:
        return False
    return (one.seat.role, one.asks, one.status, one.who) == (two.seat.role, two.asks, two.status, two.who)


def _line(seat: Seat, nomination: Nomination | None, holder: str | None) -> SeatLine:
    if nomination:
        nomination.seat = seat
        state = FILLED if nomination.status == NominationStatus.CONFIRMED else OFFERED
        who = f"{nomination.expert}, {nomination.expert.agency}"
        return SeatLine(seat, asks(seat), state, who, nomination)
    if seat.held_by_id:
        return SeatLine(seat, asks(seat), PROMISED, f"{holder} will name somebody")
    return SeatLine(seat, asks(seat), OPEN_SEAT)


def filling(lines: list[SeatLine]) -> dict[str, Any]:
    """ "4 of 6 filled, 1 person offered", for the seats' part of a page: filled is what INL/KM has confirmed."""
    filled, offered = (sum(1 for line in lines if line.status == state) for state in (FILLED, OFFERED))
    total = sum(line.count for line in lines)
    said = f", {offered} {'person' if offered == 1 else 'people'} offered" if offered else ""
    return {"lines": lines, "filled": filled, "total": total, "fill": f"{filled} of {total} filled{said}"}


@kept
def _events(reader, need):
    rows = event_model(Need).objects.filter(pgh_obj_id=need).order_by("-pgh_id")
    return rows.values_list("pgh_created_at", "status", "pgh_context__metadata")[:51]


def comments(need: Need, user, verbs: tuple[str, ...]) -> list[Entry]:
    """What was said with these moves of the need, newest first. One query, and one for the names if anything was."""
    events = _events(user, need.pk)
    said = []
    for (at, status, metadata), before in zip(events, [*events[1:], None], strict=False):
        if before is None or before[1] != status:
            move = move_into(need, status, json.loads(metadata or "{}"))
            if move.get("reason") and move.get("verb") in verbs:
                said.append((at, move))
    names = {u.pk: str(u) for u in get_user_model().objects.filter(pk__in=[m["user"] for _, m in said if m["user"]])}
    return [Entry(at, names.get(move["user"], move["name"]), move["verb"], move["reason"]) for at, move in said[:50]]


def need_turn(need: Need, user, door: str) -> Turn | None:
    """Who has to do what now."""
    mine = {move.verb for move, _ in NEED.offers(need, user)} if need.status in (*CAN_SUBMIT, "submitted") else set()
    officer = "an INL/KM officer"
    texts = {
        "draft": ("the post's INL officer", "Complete it and submit it to INL/KM."),
        "returned": ("the post's INL officer", "INL/KM has returned it. Read why, change it and submit it again."),
        "submitted": (officer, "INL/KM reads it, then validates it or returns it with a comment."),
        "validated": (officer, "INL/KM looks for people and asks partner agencies."),
        "staffed": (officer, "Everybody is found. INL/KM opens the engagement and writes the addenda."),
    }
    if need.status not in texts:
        return None
    if need.status == "staffed" and is_opened(need):
        return Turn(False, "the engagement", "It is open. Once it is completed, the need is fulfilled.")
    who, text = texts[need.status]
    if need.status in CAN_SUBMIT and "submit" in mine and (door == "post" or need.author_id == user.pk):
        return Turn(True, who, text, url=reverse(f"{door}:need-edit", args=[need.reference]), action="Continue")
    if door == "desk" and user.staff_role in ("officer", "director") and need.status not in CAN_SUBMIT:
        return Turn(True, who, DESK_TEXTS[need.status])
    return Turn(False, who, text)


DESK_TEXTS = {
    "submitted": "Read it, then validate it or return it with a comment.",
    "validated": "Look at candidates, invite agencies, confirm the people they offer.",
    "staffed": "Open the engagement: it writes one addendum per agency.",
}


# -- the form --------------------------------------------------------------------------------------
def need_add(request, door: str):
    """Register a need: everything on one page, as a draft or submitted at once. `?like=` begins with an earlier one's
    words and seats."""
    require(can_register_need(request.user))
    return _form_page(request, door, None)


def need_edit(request, door: str, key: str):
    """Change a need that INL/KM has not validated yet."""
    need = load_need(request, key)
    require(can_edit_need(request.user, need))
    return _form_page(request, door, need)


def _form_page(request, door: str, need: Need | None):
    action = request.POST.get("action", "")
    draft = action == "draft"
    before = copy.copy(need)
    if "more" in request.POST:
        form, seats = _forms(request, need, _one_more(request.POST), draft=True)
        return _show(request, door, before, without_errors(form), without_errors(seats))
    form, seats = _forms(request, need, sent(request), draft=draft)
    if request.method != "POST":
        return _show(request, door, before, form, seats)
    if not _valid(form, seats, submit=action == "submit"):
        status = 409 if getattr(form, "conflict", None) else 422
        return _show(request, door, before, form, seats, status=status)
    with refused_at(form):
        saved = _save(request.user, before, form, seats, submit=action == "submit")
        words = {"submit": "Submitted. INL/KM has been told.", "draft": "Saved as a draft. Nobody has been told yet."}
        messages.success(request, words.get(action, "Saved."))
        return redirect(f"{door}:need-detail", saved.reference)
    return _show(request, door, before, form, seats, status=422)


def _one_more(data: QueryDict) -> QueryDict:
    data = data.copy()
    data["seats-TOTAL_FORMS"] = str((whole_number(data.get("seats-TOTAL_FORMS")) or 0) + 1)
    return data


def _forms(request, need: Need | None, data: Any, *, draft: bool):
    if need is None:
        like = load_need(request, request.GET["like"]) if data is None and "like" in request.GET else None
        initial = copied(like) if like else None
        rows = [row | {"ids": ""} for row in seat_rows(like)] if like else None
        form = NeedForm(data, user=request.user, draft=draft, initial=initial)
        return form, SeatFormSet(data, prefix="seats", initial=rows)
    seats = SeatFormSet(data, prefix="seats", initial=seat_rows(need))
    form = NeedEditForm(data, instance=need, user=request.user, draft=draft)
    form.seats_changed = data is not None and seats.has_changed()
    return form, seats


def _valid(form, seats, *, submit: bool) -> bool:
    ok = form.is_valid() & seats.is_valid()
    kind = KINDS.get(form.cleaned_data.get("kind")) if hasattr(form, "cleaned_data") else None
    if submit and kind and kind.abroad and seats.is_valid() and not seats.rows():
        seats.non_form_errors().append(NO_SEATS)
        ok = False
    return ok


def _save(actor, need: Need | None, form, seats, *, submit: bool) -> Need:
    values = form.values()
    typed = form.cleaned_data.pop("new_institution", "")
    values.pop("new_institution", None)
    if need is None:
        need = create_need(actor=actor, seats=seats.rows(), new_institution=typed, **values)
    elif values or typed or form.seats_changed:
        rows = seats.rows() if form.seats_changed else None
        need = change_need(
            need=need,
            actor=actor,
            fields=values,
            seats=rows,
            seen_version=form.cleaned_data.get("seen_version"),
            new_institution=typed,
        )
    return submit_need(need=need, actor=actor) if submit else need


def _show(request, door: str, need: Need | None, form, seats, *, status: int = 200):
    back = reverse(f"{door}:need-detail", args=[need.reference]) if need else reverse(f"{door}:need-list")
    context = {
        "base": f"{door}/base.html",
        "need": need,
        "form": form,
        "seats": seats,
        "back": back,
        "list_url": reverse(f"{door}:need-list"),
        "can_submit": need is None or need.status in CAN_SUBMIT,
    }
    return render(request, f"{door}/need_{'edit' if need else 'add'}.html", context, status=status)
