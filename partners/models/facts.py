"""One row for each expert with all that matching asks of a person, so that it reads one table and joins none.

The database keeps it true: `tell_matching` names each table that facts come from, and the triggers there renew the
facts of the experts whose rows a statement has changed, of all of them at once, in the same transaction. Nothing else
writes here. `partners.services.facts` compares and puts right.

Beside it stands a short row for each field of an expert (`ExpertStrength`), by which matching finds the few whose facts
it has to read.
"""

from __future__ import annotations

from dataclasses import dataclass

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from partners.models.expert import (
    Availability,
    Certificate,
    Expert,
    ExpertCountry,
    ExpertLanguage,
    ExpertScoped,
    ExpertSkill,
)
from slp.lib.spans import DateMultiRangeField

TABLE, STRENGTHS = "partners_expertfacts", "partners_expertstrength"
POINTS_PER_DEPTH, MOST_FOR_YEARS = 8, 10  # of the hundred that matching gives: what a person brings into any need
OF_PERSON = ("agency_id", "name", "years", "is_active")  # as they stand in the expert's own row


class ExpertFacts(models.Model):
    """What matching asks of one expert. Nothing stands here that does not stand elsewhere too. NULL: no row says."""

    expert = models.OneToOneField(Expert, primary_key=True, on_delete=models.DO_NOTHING, related_name="facts")
    agency_id = models.BigIntegerField()  # a copy, no reference: who moves an agency's records leaves it to the trigger
    name = models.CharField(max_length=120)
    years = models.PositiveSmallIntegerField()
    is_active = models.BooleanField()
    skills = models.JSONField(null=True)  # code of the expertise -> depth
    languages = models.JSONField(null=True)  # code -> speaking level
    tested = ArrayField(models.TextField(), null=True)  # languages whose level is tested
    # Code of the expertise, "" for none -> the last day of the certificate that lasts longest, or "infinity".
    certificates = models.JSONField(null=True)
    worked = ArrayField(models.TextField(), null=True)  # countries
    ties = ArrayField(models.TextField(), null=True)
    offered = DateMultiRangeField(null=True)  # NULL: no days were named, so all are
    barred = DateMultiRangeField(null=True)
    tours = DateMultiRangeField(null=True)

    objects = ExpertScoped.as_manager()

    class Meta:
        verbose_name_plural = "facts of experts"

    def __str__(self) -> str:
        return self.name


class StrengthQuerySet(models.QuerySet):
    def visible_to(self, user) -> StrengthQuerySet:
        """Whoever sees the expert."""
        return self.filter(expert_id__in=Expert.objects.visible_to(user).values("pk"))


class ExpertStrength(models.Model):
    """A field of an expert in service with the points that depth and years give in it, for any seat whatever.

    The strongest of a field stand together, and all that is asked of a row stands in the index: a field of a hundred
    thousand people is looked through without their facts.
    """

    pk = models.CompositePrimaryKey("expert_id", "expertise_id")
    expert_id = models.BigIntegerField()  # copies, no references
    expertise_id = models.CharField(max_length=10)
    agency_id = models.BigIntegerField()
    depth = models.PositiveSmallIntegerField()
    strength = models.PositiveSmallIntegerField()
    languages = models.JSONField(null=True)  # as in the facts
    tested = ArrayField(models.TextField(), null=True)

    objects = StrengthQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "strengths of experts"
        indexes = [
            models.Index(
                fields=["expertise_id", "strength"],
                include=["agency_id", "depth", "expert_id", "languages", "tested"],
                name="strongest_of_field",
            )
        ]

    def __str__(self) -> str:
        return f"{self.expertise_id} {self.strength}"


# SQL of all rows of strengths, as the facts make them.
STRENGTHS_MADE = f"""
SELECT f.expert_id, s.key::varchar AS expertise_id, f.agency_id, s.value::smallint AS depth,
    (s.value::smallint * {POINTS_PER_DEPTH} + least(f.years / 2, {MOST_FOR_YEARS}))::smallint AS strength,
    f.languages, f.tested
FROM {TABLE} AS f CROSS JOIN LATERAL jsonb_each_text(f.skills) AS s WHERE f.is_active"""  # noqa: S608 -- our own names
STRENGTH_COLUMNS = "expert_id, expertise_id, agency_id, depth, strength, languages, tested"

# After the facts of the touched were renewed, whose rows are locked by that.
WHERE_THERE = f"IF to_regclass('{STRENGTHS}') IS NOT NULL THEN {{}} END IF;"
RENEW_STRENGTHS = WHERE_THERE.format(
    f"DELETE FROM {STRENGTHS} WHERE expert_id = ANY (touched);"  # noqa: S608
    f" INSERT INTO {STRENGTHS} ({STRENGTH_COLUMNS}) {STRENGTHS_MADE} AND f.expert_id = ANY (touched);"
)
RENEW_LANGUAGES = WHERE_THERE.format(
    f"UPDATE {STRENGTHS} AS s SET languages = f.languages, tested = f.tested FROM {TABLE} AS f"  # noqa: S608
    " WHERE s.expert_id = f.expert_id AND f.expert_id = ANY (touched);"
)


@dataclass(frozen=True)
class Told:
    """A table from whose rows facts are made. `facts`: column -> SQL of its value from all rows of one expert."""

    model: type[models.Model]
    facts: dict[str, str]
    reads: tuple[str, ...]
    rows: str  # what is aggregated, with `expert_id`; `{table}` is the table
    then: str  # SQL of what follows for those `touched`

    @property
    def per_expert(self) -> str:
        """SQL of a row for each expert who has any."""
        made = ", ".join(f"{sql} AS {column}" for column, sql in self.facts.items())
        rows = self.rows.format(table=self.model._meta.db_table)
        return f"SELECT expert_id, {made} FROM {rows} AS r GROUP BY expert_id"  # noqa: S608 -- our own names


TOLD: list[Told] = []


def tell_matching(
    model: type[models.Model],
    *,
    facts: dict[str, str],
    reads: tuple[str, ...],
    rows: str = "{table}",
    then: str = "",
) -> None:
    """The rows of a model with `expert` make these facts. `reads`: SQL of what matters to them in a row."""
    told = Told(model, facts, ("expert_id", *reads), rows, then)
    TOLD.append(told)
    for name, operation in OPERATIONS.items():
        pgtrigger.register(TellsMatching(told, name=f"tells_matching_{name}", operation=operation))(model)


# -- triggers --------------------------------------------------------------------------------------
OPERATIONS = {"insert": pgtrigger.Insert, "update": pgtrigger.Update, "delete": pgtrigger.Delete}

CHANGED = {
    "INSERT": "SELECT {columns} FROM new_values",
    "DELETE": "SELECT {columns} FROM old_values",
    "UPDATE": "(SELECT {columns} FROM old_values EXCEPT ALL SELECT {columns} FROM new_values) UNION ALL"
    " (SELECT {columns} FROM new_values EXCEPT ALL SELECT {columns} FROM old_values)",
}

# The rows are locked before a statement of its own reads what they are made from: of two who change one expert at the
# same moment the second then sees what the first has written.
RENEW = """
IF to_regclass('{target}') IS NULL THEN RETURN NULL; END IF;
SELECT array_agg(DISTINCT expert_id) INTO touched FROM ({changed}) AS changed;
IF touched IS NULL THEN RETURN NULL; END IF;
PERFORM FROM {target} WHERE expert_id = ANY (touched) ORDER BY expert_id FOR NO KEY UPDATE;
UPDATE {target} AS f SET {sets}
FROM unnest(touched) AS t (id) LEFT JOIN (
    SELECT * FROM ({per_expert}) AS every WHERE expert_id = ANY (touched)
) AS made ON made.expert_id = t.id
WHERE f.expert_id = t.id;
GET DIAGNOSTICS renewed = ROW_COUNT;
IF TG_OP <> 'DELETE' AND renewed < cardinality(touched) THEN
    RAISE EXCEPTION 'An expert of % has no row in {target}: was it written before the expert?', TG_TABLE_NAME;
END IF;
{then}
RETURN NULL;
"""


class _Follows(pgtrigger.Composer):
    """After a statement, with the rows that it has changed."""

    level, when = pgtrigger.Statement, pgtrigger.After

    def changed(self, columns: tuple[str, ...]) -> str:
        return CHANGED[str(self.operation)].format(columns=", ".join(columns))


class TellsMatching(_Follows):
    """Renews what the facts of the touched experts have from this table."""

    declare = [("touched", "bigint[]"), ("renewed", "bigint")]

    def __init__(self, told: Told, **options) -> None:
        self.told = told
        super().__init__(**options)

    def get_func(self, model) -> str:
        return RENEW.format(
            target=TABLE,
            changed=self.changed(self.told.reads),
            per_expert=self.told.per_expert,
            sets=", ".join(f"{column} = made.{column}" for column in self.told.facts),
            then=self.told.then,
        )


class _TellsOfPerson(_Follows):
    """Of the expert's own row: somebody new, another agency or name, somebody gone."""

    declare = [("touched", "bigint[]")]
    # Strengths are made of all but the name. Somebody new has no field yet, and who goes has none any more.
    WRITES = {
        "INSERT": "INSERT INTO {target} (expert_id, {columns}) SELECT id, {columns} FROM new_values;",
        "DELETE": "DELETE FROM {target} AS f USING old_values AS o WHERE f.expert_id = o.id;",
        "UPDATE": "UPDATE {target} AS f SET ({columns}) = ROW({theirs}) FROM new_values AS n"
        " WHERE f.expert_id = n.id AND ({ours}) IS DISTINCT FROM ({theirs});"
        " touched := ARRAY(SELECT id FROM new_values AS n JOIN old_values AS o USING (id)"
        " WHERE (n.agency_id, n.years, n.is_active) IS DISTINCT FROM (o.agency_id, o.years, o.is_active));"
        " IF cardinality(touched) > 0 THEN {strengths} END IF;",
    }

    def get_func(self, model) -> str:
        writes = self.WRITES[str(self.operation)].format(
            target=TABLE,
            columns=", ".join(OF_PERSON),
            ours=", ".join(f"f.{column}" for column in OF_PERSON),
            theirs=", ".join(f"n.{column}" for column in OF_PERSON),
            strengths=RENEW_STRENGTHS,
        )
        return f"IF to_regclass('{TABLE}') IS NULL THEN RETURN NULL; END IF; {writes} RETURN NULL;"


for _name, _operation in OPERATIONS.items():
    pgtrigger.register(_TellsOfPerson(name=f"tells_matching_{_name}", operation=_operation))(Expert)

# -- what is told ----------------------------------------------------------------------------------
tell_matching(
    ExpertSkill,
    facts={"skills": "jsonb_object_agg(expertise_id, depth)"},
    reads=("expertise_id", "depth"),
    then=RENEW_STRENGTHS,
)

tell_matching(
    ExpertLanguage,
    facts={
        "languages": "jsonb_object_agg(language_id, speaking)",
        "tested": "array_agg(language_id::text ORDER BY language_id) FILTER (WHERE is_tested)",
    },
    reads=("language_id", "speaking", "is_tested"),
    then=RENEW_LANGUAGES,
)

tell_matching(
    Certificate,
    facts={"certificates": "jsonb_object_agg(field, last_day)"},
    reads=("expertise_id", "expires_on"),
    rows="(SELECT expert_id, coalesce(expertise_id, '') AS field, max(coalesce(expires_on, 'infinity')) AS last_day"
    " FROM {table} GROUP BY 1, 2)",
)

tell_matching(
    ExpertCountry,
    facts={
        relation: f"array_agg(country_id::text ORDER BY country_id) FILTER (WHERE relation = '{relation}')"
        for relation in ("worked", "ties")
    },
    reads=("country_id", "relation"),
)

tell_matching(
    Availability,
    facts={
        column: f"range_agg(period) FILTER (WHERE kind = '{kind}')"
        for column, kind in (("offered", "available"), ("barred", "blackout"))
    },
    reads=("period", "kind"),
)
