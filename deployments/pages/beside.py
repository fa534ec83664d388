"""What stands beside a journey: nights, check-ins, the post's log, trainings, whom to call. One statement for all."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from django.contrib.postgres.fields import DateRangeField
from django.db.models import BigIntegerField, BooleanField, DateTimeField, F, QuerySet, TextField, Value
from django.db.models.functions import Cast

from deployments.models import CheckIn, Deployment, Stay, SupportEntry, SupportKind, TrainingEnrolment
from slp.lib.dates import at_post
from slp.lib.statements import Key, Statement
from slp.places.models import PostAssignment, PostRole

JOURNEY = Key("deployment")
COLUMNS = {
    "state": TextField, "head": TextField, "text": TextField, "mail": TextField, "under": BigIntegerField,
    "safe": BooleanField, "moment": DateTimeField, "span": DateRangeField,
}  # fmt: skip
LABELS = {
    "check_ins": CheckIn.Method, "support": SupportKind, "trainings": TrainingEnrolment.Status, "contacts": PostRole,
}  # fmt: skip


def _part(of: str, rows: QuerySet, most: int | None = None, **values: str) -> QuerySet:
    """These rows in the columns that all parts share; a column that a part does not fill is empty."""
    filled = {name: F(values[name]) if name in values else Cast(None, field()) for name, field in COLUMNS.items()}
    return rows.values(of=Value(of), key=F("pk"), **filled)[:most]


def _nights() -> QuerySet:
    rows = Stay.objects.filter(deployment=JOURNEY).order_by()
    return _part("nights", rows, head="city", text="lodging", span="period")


def _check_ins() -> QuerySet:
    rows = CheckIn.objects.filter(deployment=JOURNEY).order_by("-at")
    return _part("check_ins", rows, 5, state="method", head="place", text="note", safe="is_safe", moment="at")


def _support() -> QuerySet:
    rows = SupportEntry.objects.filter(deployments=JOURNEY).order_by("-happened_at", "-pk")
    author = {"head": "author__name", "mail": "author__email"}
    return _part("support", rows, 10, state="kind", text="note", moment="happened_at", **author)


def _trainings() -> QuerySet:
    rows = TrainingEnrolment.objects.filter(deployment=JOURNEY).order_by()
    session = {"head": "session__title", "text": "session__place", "moment": "session__starts_at", "under": "session"}
    return _part("trainings", rows, state="status", **session)


def _contacts() -> QuerySet:
    rows = PostAssignment.objects.filter(post=Key("post"), is_active=True, user__is_active=True).order_by()
    return _part("contacts", rows, state="role", head="user__name", text="user__phone", mail="user__email")


PARTS: dict[str, Callable[[], QuerySet]] = {
    "nights": _nights, "check_ins": _check_ins, "support": _support, "trainings": _trainings, "contacts": _contacts,
}  # fmt: skip
LATEST_FIRST = ("check_ins", "support")


@cache
def _statement(names: tuple[str, ...]) -> Statement:
    def rows() -> QuerySet:
        first, *others = (PARTS[name]() for name in names)
        return first.union(*others, all=True)

    return Statement(rows)


def beside(deployment: Deployment, *names: str) -> dict[str, list[dict[str, Any]]]:
    """The rows of these parts by the columns above, in the order in which a page shows them. One query."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    zone = deployment.country.post.time_zone
    for row in _statement(names).of(deployment=deployment.pk, post=deployment.country.post_id):
        if row["of"] in LABELS:
            row["label"] = LABELS[row["of"]](row["state"]).label
        if row["of"] in LATEST_FIRST:
            row["when"] = at_post(row["moment"], zone)
        found[row["of"]].append(row)
    for name, rows in found.items():
        if name in LATEST_FIRST:
            rows.sort(key=lambda row: (row["moment"], row["key"]), reverse=True)
        elif name == "contacts":
            rows.sort(key=lambda row: row["state"], reverse=True)
        else:
            rows.sort(key=lambda row: row["key"])
    return found
