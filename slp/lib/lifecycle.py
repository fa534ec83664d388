"""One declarative table per object: verb, from, to, who, guard, whether a reason is required.

What a table does not list is refused. `Lifecycle.apply` is the only door through which a status changes:
it asks the guard, writes only if the status is still the one that was read, leaves the actor, the verb and
the reason in the history, runs the move's own effect in the same transaction and sends nothing before commit.
Buttons, admin actions, tasks, diagrams and the generated tests all read the same table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import pghistory
from django.db import models
from django.utils import timezone

from slp.lib.answers import YES, Answer, Refused, Stale, no, require
from slp.lib.errors import readable_constraints

SYSTEM = "system"  # the role of a scheduled task; no person has it

Guard = Callable[[Any, Any], Answer]
Effect = Callable[..., None]


def _always(obj: Any, user: Any) -> Answer:
    return YES


@dataclass(frozen=True)
class Move:
    """One permitted change of status."""

    verb: str
    label: str
    source: tuple[str, ...]
    target: str
    who: frozenset[str]
    guard: Guard = _always
    effect: Effect | None = None  # effect(obj, actor, reason), same transaction, after the write
    reason_required: bool = False
    form: str = ""  # the verb has a page of its own (a URL stem); the generic page does not offer it
    danger: bool = False
    explains: str = ""  # what will happen, for the confirmation page


def uncapped(label: str) -> str:
    """A label inside a sentence: "Being written" -> "being written", but "INL has received it" stays."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


@dataclass(eq=False)
class Lifecycle:
    """The whole life of one kind of object. There is one of each: it is equal to itself alone.

    `roles(user, obj)` gives the names of the roles that `user` has towards `obj`; `SYSTEM` is added for
    `user=None`. `field` holds the status.
    """

    name: str
    model: str  # "app_label.ModelName"
    states: type[models.TextChoices]
    initial: str
    roles: Callable[[Any, Any], set[str]]
    moves: tuple[Move, ...]
    stem: str = ""  # of URL names and templates; by default the model's name
    tones: dict[str, str] = field(default_factory=dict)
    plain: dict[str, str] = field(default_factory=dict)  # words shown to partners where they differ
    as_step: dict[str, str] = field(default_factory=dict)  # instead of these, for a step that is done or to come
    _more_guards: dict[str, list[Guard]] = field(default_factory=dict)
    _more_effects: dict[str, list[Effect]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        LIFECYCLES[self.model.lower()] = self
        self.stem = self.stem or self.model.split(".")[1].lower()
        seen = [(m.verb, s) for m in self.moves for s in m.source]
        if len(seen) != len(set(seen)):
            raise ValueError(f"{self.name}: the same verb leaves a state twice")

    def guard_also(self, verb: str, guard: Guard) -> None:
        """Let a higher floor add a condition: closing an engagement waits for the claims above it."""
        self._more_guards.setdefault(verb, []).append(guard)

    def then_also(self, verb: str, effect: Effect) -> None:
        """Let a higher floor add an effect, carried out in the same transaction."""
        self._more_effects.setdefault(verb, []).append(effect)

    def _ask(self, move: Move, obj: Any, user: Any) -> Answer:
        given = move.guard(obj, user)
        for guard in self._more_guards.get(move.verb, ()):
            given = given and guard(obj, user)
        return given

    def find(self, verb: str, status: str) -> Move | None:
        """The move that `verb` names from `status`, if the table has one."""
        return next((m for m in self.moves if m.verb == verb and status in m.source), None)

    def can(self, obj: Any, verb: str, user: Any) -> Answer:
        """May `user` do `verb` to `obj` as it stands? Says why not."""
        move = self.find(verb, obj.status)
        if move is None:
            return no(f"This {self.name} is {self.label(obj.status).lower()}, so it can't be done now.")
        held = {SYSTEM} if user is None else self.roles(user, obj)
        if not held & move.who:
            return no(f"{move.label} is for {humanize_roles(move.who)}.")
        return self._ask(move, obj, user)

    def offers(self, obj: Any, user: Any) -> list[tuple[Move, Answer]]:
        """The moves that `user`'s roles allow from here, each with its answer (a no keeps its reason)."""
        held = {SYSTEM} if user is None else self.roles(user, obj)
        here = [m for m in self.moves if obj.status in m.source and m.who & held]
        return [(m, self._ask(m, obj, user)) for m in here]

    def label(self, status: str, *, plain: bool = False) -> str:
        """The word for a status; `plain` gives the partner's wording."""
        return (plain and self.plain.get(status)) or self.states(status).label

    def step_label(self, status: str, *, plain: bool = False) -> str:
        """The word for a state that the record has passed or will reach: it is nobody's turn there."""
        return (plain and self.as_step.get(status)) or self.label(status, plain=plain)

    def in_words(self, status: str) -> str:
        """The partner's wording inside a sentence."""
        return uncapped(str(self.label(status, plain=True)))

    def choices(self, *, plain: bool = False, without: Iterable[str] = ()) -> list[tuple[str, str]]:
        """The states to choose among, in the words of the rows. States that read the same are one choice."""
        found: dict[str, list[str]] = {}
        for status in self.states.values:
            if status not in without:
                found.setdefault(str(self.label(status, plain=plain)), []).append(status)
        return [(",".join(statuses), words) for words, statuses in found.items()]

    def tone(self, status: str) -> str:
        return self.tones.get(status, "neutral")

    def apply(self, obj: Any, verb: str, *, actor: Any, reason: str = "", fields: dict[str, Any] | None = None) -> Any:
        """Carry out `verb`. Raises `Refused` (rule says no) or `Stale` (somebody was faster).

        `fields` are written by the same UPDATE as the status; the guard sees them. Returns `obj`, brought up to date.
        """
        reason = reason.strip()
        fields = dict(fields or {})
        model = type(obj)
        with readable_constraints(model):
            self._lock(obj)
            for name, value in fields.items():
                setattr(obj, name, value)
            require(self.can(obj, verb, actor))
            move = self.find(verb, obj.status)
            if move.reason_required and not reason:
                raise Refused(f"Say why: {move.label.lower()} needs a reason.")
            fields |= {"status": move.target, "status_since": timezone.now()}
            with pghistory.context(**_trail(self, obj, move, actor, reason)):
                changed = model._base_manager.filter(pk=obj.pk, status=obj.status).update(
                    **fields, version=models.F("version") + 1
                )
                if not changed:
                    raise Stale(f"Someone changed this {self.name} a moment ago. Reload and look again.")
                obj.refresh_from_db()
                for effect in (move.effect, *self._more_effects.get(verb, ())):
                    if effect:
                        effect(obj, actor, reason)
        return obj

    def _lock(self, obj: Any) -> None:
        """Hold the row until the transaction ends, and read it again if it is still in the state that was seen.

        What hangs on it (relations, prefetched rows) is forgotten: a guard must not trust what a page has read.
        """
        locked = type(obj)._base_manager.select_for_update(of=("self",)).filter(pk=obj.pk)
        now_status = locked.values_list("status", flat=True).first()
        if now_status != obj.status:
            raise Stale(
                f"Someone changed this {self.name} a moment ago: it is now "
                f"{self.label(now_status).lower() if now_status else 'gone'}. Reload the page and look again."
            )
        obj.refresh_from_db()


def _trail(lifecycle: Lifecycle, obj: Any, move: Move, actor: Any, reason: str) -> dict[str, Any]:
    """What the history keeps of a move. Keyed by object and state, so nested moves do not overwrite it."""
    entry = {
        "verb": move.label,
        "reason": reason,
        "user": actor.pk if actor else None,
        "name": str(actor or "SLP"),
    }
    context: dict[str, Any] = {f"move:{obj._meta.label_lower}:{obj.pk}:{move.target}": entry}
    if actor:
        context["user"] = actor.pk
    return context


LIFECYCLES: dict[str, Lifecycle] = {}
ROLE_LABELS: dict[str, str] = {
    "officer": "an INL/KM officer",
    "finance": "an INL/KM finance officer",
    "director": "the INL/KM director",
    "administrator": "an administrator",
    "coordinator": "the agency's coordinator",
    "agency_finance": "the agency's finance contact",
    "signatory": "the agency's signatory",
    "traveller": "the traveller",
    "post_officer": "the post's INL officer",
    "rso": "the Regional Security Officer",
    SYSTEM: "SLP itself",
}


def humanize_roles(roles: Iterable[str]) -> str:
    """`{"officer", "director"}` -> "an INL/KM officer or the INL/KM director"."""
    words = sorted(ROLE_LABELS.get(r, r) for r in roles)
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]


def lifecycle_of(obj: Any) -> Lifecycle:
    """The table of an object or model class. KeyError if it has none."""
    return LIFECYCLES[obj._meta.label_lower]


class LifecycleModel(models.Model):
    """A record with a status that only `Lifecycle.apply` changes, and a version for those who edit it."""

    status_since = models.DateTimeField(default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    def validate_constraints(self, exclude=None) -> None:
        """Forms leave the status out, but constraints that ask for it still count; it is always a valid one."""
        super().validate_constraints(exclude=set(exclude or ()) - {"status"})

    @property
    def lifecycle(self) -> Lifecycle:
        return lifecycle_of(self)

    def status_label(self, *, plain: bool = False) -> str:
        """The word for its status; a record may have words of its own, as where only a date makes a state true."""
        return str(self.lifecycle.label(self.status, plain=plain))

    @property
    def status_tag(self) -> dict[str, str]:
        """The staff wording with its tone, for `ui/status.html`."""
        return {"label": self.status_label(), "tone": self.lifecycle.tone(self.status)}

    @property
    def status_in_words(self) -> str:
        """The partner's wording inside a sentence, for mail."""
        return uncapped(self.status_label(plain=True))

    @property
    def plain_status_tag(self) -> dict[str, str]:
        """The partner's wording with its tone."""
        return {"label": self.status_label(plain=True), "tone": self.lifecycle.tone(self.status)}
