"""What pages of every door share: who may enter, the facts of a record, how far it has come, whose turn it is."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any

from django.contrib import messages
from django.db.models import F, QuerySet, Value
from django.shortcuts import redirect, render
from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from partners.models import Agency, Agreement
from partners.models.agreement import AgreementStatus
from partners.permissions import agency_roles, of_several, post_roles, staff_roles
from partners.services.edits import save_edit
from slp.lib.answers import Answer, answer, require
from slp.lib.dates import day_of, show, today
from slp.lib.forms import refused_at
from slp.lib.lifecycle import Lifecycle

ENTRY = {
    "desk": (staff_roles, "The desk is for INL/KM."),
    "portal": (agency_roles, "The partner portal is for people of a partner agency."),
    "post": (post_roles, "These pages are for people of an embassy or post."),
}


def door(name: str) -> Callable:
    """Decorator: the view is for people of this door; others get 403 with the reason."""
    roles, reason = ENTRY[name]

    def guard(view: Callable) -> Callable:
        @wraps(view)
        def entered(request, *args, **kwargs):
            require(answer(roles(request.user), reason))
            return view(request, *args, **kwargs)

        return entered

    return guard


def form_page(request, door: str, form, *, about: Any = None, **context):
    """A page with one form: 422 when it was refused, 409 when somebody else was faster.

    `about`: the record that it is about, named above the title. At the portal its agency is named with it (`whose`),
    unless the page says whose it is.
    """
    record = about or getattr(form, "instance", None)
    if about is not None:
        context = {"eyebrow": str(about)} | context
    if door == "portal" and not isinstance(record, Agency):
        context.setdefault("whose", whose(request.user, record))
    status = 200
    if form.is_bound:
        status = 409 if getattr(form, "conflict", None) else 422
    template = context.pop("template", "ui/form_page.html")
    return render(request, template, {"base": f"{door}/base.html", "form": form, **context}, status=status)


def edit_page(request, door: str, form, *, allowed: Answer, back: str, verb: str = "Edited", **context):
    """Change one record by its `EditForm`: saved, and back to it; refused or overtaken, the same page again.

    Context as for `form_page`; optional `saved`, what is said afterwards.
    """
    require(allowed)
    saved = context.pop("saved", "Saved.")
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            save_edit(form=form, actor=request.user, allowed=allowed, verb=verb)
            messages.success(request, saved)
            return redirect(back)
    return form_page(request, door, form, back=back, submit="Save", **context)


@dataclass(frozen=True)
class Fact:
    """For `ui/definition.html`."""

    label: str
    value: Any


def source_link(source) -> str:
    """The publication that a record is known from, as a link to its entry among the sources."""
    if source is None:
        return ""
    return format_html(
        '<a class="usa-link" href="{}#source-{}">{}</a>', reverse("public:fact-sheet"), source.pk, source
    )


def lines(pattern: str, rows: Iterable[tuple]) -> SafeString:
    """As `format_html_join`, for plain texts and numbers: they are escaped as one text, hundreds at once.

    NUL keeps them apart: it is in none of them, PostgreSQL would not have it.
    """
    rows = list(rows)
    words = html.escape("\0".join(str(value) for row in rows for value in row))
    return mark_safe((pattern * len(rows)).format(*words.split("\0")))  # noqa: S308 -- escaped in the line above


@dataclass(frozen=True)
class Step:
    """For `ui/steps.html`."""

    label: str
    state: str
    note: str = ""


@dataclass(frozen=True)
class Turn:
    """For `ui/turn.html`."""

    mine: bool
    who: str
    text: str
    due: str = ""
    url: str = ""
    action: str = ""


OWNERS = ("agency", "agreement", "expert", "deployment", "invitation", "part")  # from a record towards its agency


def agency_of(record: Any) -> Agency | None:
    """The agency that a record belongs to, by whatever it belongs to."""
    if record is None or isinstance(record, Agency):
        return record
    return next((found for name in OWNERS if (found := agency_of(getattr(record, name, None)))), None)


def whose(user, record: Any) -> str:
    """The agency of a record, for the head of its page, if the reader belongs to several."""
    return str(agency_of(record) or "") if of_several(user) else ""


def facts(*pairs: tuple[str, Any]) -> list[Fact]:
    """Facts for `ui/definition.html`; what was typed on several lines stays on several lines."""
    return [Fact(label, linebreaksbr(v) if isinstance(v, str) and "\n" in v else v) for label, v in pairs]


def steps(lifecycle: Lifecycle, path: tuple[str, ...], status: str, *, plain: bool = False) -> list[Step]:
    """The usual path of a record. A state beside the path stands at its end."""
    if status not in path:
        return [Step(lifecycle.label(status, plain=plain), "current")]
    here = path.index(status)
    return [
        *(Step(lifecycle.step_label(s, plain=plain), "done") for s in path[:here]),
        Step(lifecycle.label(status, plain=plain), "current"),
        *(Step(lifecycle.step_label(s, plain=plain), "todo") for s in path[here + 1 :]),
    ]


def named(of: str, rows: QuerySet, key: str) -> QuerySet:
    """Rows that point to a country or a field, as (`of`, key to sort by, name): for one statement over both."""
    relation = key.removesuffix("_id").removesuffix("__name")
    return rows.order_by().values(of=Value(of), key=F(key), name=F(f"{relation}__name"))


def how_long(moment) -> str:
    """Since when, in days; in years, once they are more than one."""
    days = (today() - day_of(moment)).days if moment else 0
    if days > 365:
        return f"{days // 365} year{'s' if days >= 730 else ''}"
    return "today" if days <= 0 else f"{days} day{'s' if days != 1 else ''}"


def for_how_long(moment) -> str:
    """The same behind a state: "since today", "for 3 days"."""
    words = how_long(moment)
    return "since today" if words == "today" else f"for {words}"


def joined(items, empty: str = "") -> str:
    """ "A, B and C" """
    names = [str(item) for item in items]
    if not names:
        return empty
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


# -- agreements --------------------------------------------------------------------------------------
AGREEMENT_TURN = {
    AgreementStatus.DRAFT: ("INL/KM", "An officer writes the terms."),
    AgreementStatus.INL_REVIEW: ("INL/KM", "INL reads the terms before they go to the agency."),
    AgreementStatus.PARTNER_REVIEW: ("the agency", "The agency reads the terms and accepts or returns them."),
    AgreementStatus.BOARD_APPROVAL: ("the agency's board", "The agency's governing board decides."),
}
AGREEMENT_OURS = {  # the same, said to the agency itself
    AgreementStatus.PARTNER_REVIEW: ("your coordinator or signatory", "Read the terms, then accept or return them."),
    AgreementStatus.BOARD_APPROVAL: ("your board", "Your governing board decides. Record here what it said."),
}
AT_AGENCY = {"coordinator", "agency_finance", "signatory", "traveller"}
EXPIRING_DAYS = 180


def agreement_path(agreement: Agreement) -> tuple[str, ...]:
    """The states that this agreement passes on its usual way."""
    if not agreement.is_formal:
        return ("draft", "active")
    board = ("board_approval",) if agreement.needs_board_approval else ()
    return ("draft", "inl_review", "partner_review", *board, "signing", "active")


def agreement_turn(agreement: Agreement, missing: set[str], *, roles: set[str]) -> Turn | None:
    """Whose turn it is, for a reader with these roles. `missing`: sides that have not signed."""
    if agreement.status == AgreementStatus.SIGNING:
        return signing_turn(missing, roles, "Both sides sign the same text; then it is in force.")
    return negotiation_turn(agreement.status, AGREEMENT_TURN, AGREEMENT_OURS, roles)


def signing_turn(missing: set[str], roles: set[str], text: str) -> Turn:
    """Of a paper that both sides sign."""
    whose = "your" if roles & AT_AGENCY else "the agency's"
    signers = {"inl": ("director", "INL's director"), "agency": ("signatory", f"{whose} signatory")}
    mine = any(signers[side][0] in roles for side in missing)
    return Turn(mine, joined(sorted(signers[side][1] for side in missing)), text)


def negotiation_turn(status: str, turns: dict, ours: dict, roles: set[str]) -> Turn | None:
    """Of a paper that goes back and forth. `turns`: (who, text) by status; `ours`: the same, said to the agency."""
    if status not in turns:
        return None
    who, text = turns[status]
    acting = {"officer", "director"} if who == "INL/KM" else {"coordinator", "signatory"}
    if roles & AT_AGENCY:
        who, text = ours.get(status, (who.replace("INL/KM", "INL"), text))
    return Turn(bool(acting & roles), who, text)


def whose_turn(status: str) -> str:
    """One word of it for lists."""
    return {**{s: who for s, (who, _) in AGREEMENT_TURN.items()}, AgreementStatus.SIGNING: "signers"}.get(status, "")


def ends_in(day: date | None) -> str:
    """ "31 Dec 2026 (in 40 days)" while it is near."""
    if day is None:
        return "no end date"
    left = (day - today()).days
    if not 0 <= left <= EXPIRING_DAYS:
        return show(day)
    words = f"in {left} day{'s' if left != 1 else ''}" if left else "today"
    return f"{show(day)} ({words})"
