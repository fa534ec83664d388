"""Several spans of days in one value: the SQL that the ORM lacks."""

from __future__ import annotations

from django.db import models
from django.db.models import Func


class DateMultiRangeField(models.Field):
    """Several spans of days in one value."""

    def db_type(self, connection) -> str:
        return "datemultirange"


class RangeAgg(models.Aggregate):
    function = "range_agg"
    output_field = DateMultiRangeField()


class HoldsDays(Func):
    """(spans or nothing, one span) -> are all its days within the spans? `without`: the answer where there are none."""

    template = "COALESCE(%(expressions)s, %(without)s)"
    arg_joiner = " @> "
    output_field = models.BooleanField()

    def __init__(self, *expressions, without: bool = False, **extra) -> None:
        super().__init__(*expressions, without="true" if without else "false", **extra)
