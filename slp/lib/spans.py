"""Several spans of days in one value: the SQL that the ORM lacks."""

from __future__ import annotations

import re

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


class NamedFunc(Func):
    """SQL with its arguments by name, each as often as wanted: `template` holds `{name}` for each of `names`."""

    names: tuple[str, ...] = ()

    def __init__(self, *expressions, **extra) -> None:
        if len(expressions) != len(self.names):
            raise TypeError(f"{type(self).__name__} takes {', '.join(self.names)}")
        super().__init__(*expressions, **extra)

    def as_sql(self, compiler, connection, **extra):
        compiled = [compiler.compile(part) for part in self.source_expressions]
        parts = dict(zip(self.names, compiled, strict=True))
        used = re.findall(r"{(\w+)}", self.template)
        sql = re.sub(r"{(\w+)}", lambda found: parts[found[1]][0], self.template)
        return sql, [value for name in used for value in parts[name][1]]
