"""Buttons and the confirmation page of every lifecycle verb, for every door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db import models
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, path, reverse

from slp.lib.answers import Answer, Stale, require
from slp.lib.forms import Form, refused_at
from slp.lib.lifecycle import LIFECYCLES, Lifecycle, uncapped


@dataclass(frozen=True)
class Button:
    """One verb as a page offers it; a no is shown with its reason. `leads`: the usual next step, at most one."""

    label: str
    url: str
    danger: bool
    verb: str
    leads: bool = False


def key_of(obj: Any) -> str:
    """What stands for the object in URLs: its reference, or its id."""
    return str(getattr(obj, "reference", None) or obj.pk)


def buttons(obj: Any, user: Any, door: str, *, without: tuple[str, ...] = ()) -> list[tuple[Button, Answer]]:
    """What `user` may do to `obj` at this door, for `ui/move_buttons.html`; verbs without a page are left out."""
    lifecycle = LIFECYCLES[obj._meta.label_lower]
    found, has_lead = [], False
    for move, answer in lifecycle.offers(obj, user):
        url = "" if move.verb in without else _url(door, lifecycle, move, obj)
        if url:
            # What asks for a reason goes back or aside.
            leads = bool(answer) and not (has_lead or move.danger or move.reason_required)
            has_lead = has_lead or leads
            found.append((Button(move.label, url, move.danger, move.verb, leads), answer))
    return found


def _url(door: str, lifecycle: Lifecycle, move, obj) -> str:
    try:
        if move.form:
            return reverse(f"{door}:{move.form}", args=[key_of(obj)])
        return reverse(f"{door}:{lifecycle.stem}-move", args=[key_of(obj), move.verb])
    except NoReverseMatch:
        return ""


class MoveForm(Form):
    """Why, where the table asks for it; and the status that the person was looking at."""

    seen_status = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Reason", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4}), strip=True
    )

    def __init__(self, *args, required: bool, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = required
        self.fields["reason"].error_messages["required"] = "Say why. The people concerned will read it."
        if not required:
            del self.fields["reason"]


def move_page(model: type[models.Model], door: str, back: str | Callable[[Any], str] = "") -> Callable:
    """The view of `<stem>-move` at one door: asks, says what will happen, carries it out.

    `back` is the name of the page to return to (called with the object's key), or a function of the object.
    """

    def view(request, key: str, verb: str):
        lifecycle = LIFECYCLES[model._meta.label_lower]
        obj = get_object_or_404(model.objects.visible_to(request.user), **{lookup_field(model): key})
        if all(m.verb != verb or m.form for m in lifecycle.moves):
            raise Http404
        seen = request.POST.get("seen_status")
        if seen and seen != obj.status and seen in lifecycle.states.values:
            raise Stale(
                f"While you were reading, this {lifecycle.name} became "
                f"{uncapped(lifecycle.label(obj.status))}. Nothing was done. Go back and look again."
            )
        require(lifecycle.can(obj, verb, request.user))
        move = lifecycle.find(verb, obj.status)
        form = MoveForm(request.POST or None, required=move.reason_required, initial={"seen_status": obj.status})
        target = back(obj) if callable(back) else reverse(f"{door}:{back}", args=[key_of(obj)])
        if request.method == "POST" and form.is_valid():
            with refused_at(form):
                lifecycle.apply(obj, verb, actor=request.user, reason=form.cleaned_data.get("reason", ""))
                word = uncapped(obj.status_label(plain=door != "desk"))
                messages.success(request, f"{move.label}: done. The {lifecycle.name} is now: {word}.")
                return redirect(target)
        context = {"base": f"{door}/base.html", "object": obj, "move": move, "form": form, "back": target}
        return render(request, "ui/move_page.html", context, status=422 if form.is_bound else 200)

    view.__name__ = f"{LIFECYCLES.get(model._meta.label_lower) and LIFECYCLES[model._meta.label_lower].stem}_move"
    return view


def lookup_field(model: type[models.Model]) -> str:
    """References stand in URLs where a model has them."""
    return "reference" if any(f.name == "reference" for f in model._meta.fields) else "pk"


def move_path(model: type[models.Model], prefix: str, door: str, back: str | Callable[[Any], str]):
    """`path()` of the generic verb page: `<prefix>/<key>/do/<verb>/`, named `<stem>-move`."""
    kind = "str" if lookup_field(model) == "reference" else "int"
    stem = LIFECYCLES[model._meta.label_lower].stem
    return path(f"{prefix}/<{kind}:key>/do/<slug:verb>/", move_page(model, door, back), name=f"{stem}-move")
