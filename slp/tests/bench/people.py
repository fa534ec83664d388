"""A roster as large as wanted, for matching: some fields and languages are common and some rare, as in life."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from deployments.models import Deployment
from engagements.models import Engagement, Participation
from partners.models import (
    Agency,
    Agreement,
    Availability,
    Capacity,
    Certificate,
    Expert,
    ExpertCountry,
    ExpertFacts,
    ExpertLanguage,
    ExpertSkill,
    ExpertStrength,
)
from partners.services.facts import put_facts_right
from slp.lib.dates import fiscal_year, today
from slp.tests.bench.data import clone

AGENCIES = 1_000
UNDER_WAY = AGENCIES  # engagements of the year


@dataclass(frozen=True)
class Added:
    """The last ids before what was added."""

    agencies: int
    engagements: int
    experts: int


def chance(salt: int) -> str:
    """SQL of a number from 0 to 1 for each draw `d` of a person `g`, the same in every run."""
    return f"(mod(hashint8extended(g * 10 + d, {salt}) & 2147483647, 1000003) / 1000003.1)"


def populate(count: int) -> Added:
    """`count` experts at a thousand agencies, with all that is asked of a candidate."""
    day, past = f"DATE '{today()}'", f"DATE '{today()}' - mod(g * 13, 3000)::int"
    agencies = clone(
        Agency, AGENCIES, name="'Agency ' || (BASE + g)", kind="'police'", status="'partner'", not_before="NULL",
        paused_until=f"CASE WHEN mod(g, 30) = 0 THEN {day} + 60 END",
    )  # fmt: skip
    at = f"{agencies} + 1 + mod(g, {AGENCIES})"
    clone(
        Agreement, AGENCIES, reference="'AGR-21-' || lpad((BASE + g)::text, 7, '0')", agency_id=at,
        supersedes_id="NULL", status="CASE WHEN mod(g, 8) = 0 THEN 'expired' ELSE 'active' END",
        starts_on=f"{day} - 700", ends_on="NULL", activity_kinds="'{}'", notice_on="NULL", notice_side="''",
    )  # fmt: skip
    engagements = clone(
        Engagement, UNDER_WAY, reference="'ENG-21-' || lpad((BASE + g)::text, 7, '0')", need_id="NULL",
        status="'preparing'", starts_on=f"{day} + mod(g, 60)", ends_on=f"{day} + 60 + mod(g, 90)",
    )  # fmt: skip
    clone(Participation, UNDER_WAY, engagement_id=f"{engagements} + g", agency_id=at)
    experts = clone(
        Expert, count, user_id="NULL", email="''", agency_id=at, is_active="mod(g, 50) <> 0", years="mod(g * 7, 38)",
        name="initcap(substr(md5(g::text), 1, 7)) || ' ' || initcap(substr(md5((BASE + g)::text), 1, 9))",
    )  # fmt: skip
    clone(  # a journey for each, most of them over
        Deployment, count, reference="'DEP-21-' || lpad((BASE + g)::text, 7, '0')", expert_id=f"{experts} + g",
        engagement_id=f"{engagements} + 1 + mod(g, {UNDER_WAY})", agency_id=at, nomination_id="NULL", seat_id="NULL",
        status="CASE WHEN mod(g, 9) = 0 THEN 'cancelled' ELSE 'closed' END",
        period=f"daterange({past}, {past} + 90 + mod(g, 200)::int)",
    )  # fmt: skip
    for model, (columns, rows) in _parts(agencies).items():
        _write(
            model,
            f"INSERT INTO {{}} ({columns}) WITH p AS (SELECT {experts} + g AS id, g::bigint AS g"  # noqa: S608
            f" FROM generate_series(1, {count}) AS g) SELECT {rows}",
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        put_facts_right()
        cursor.execute("VACUUM ANALYZE")
    return Added(agencies, engagements, experts)


def remove(added: Added) -> None:
    """Take back what was added."""
    parts = (
        Deployment,
        ExpertSkill,
        ExpertLanguage,
        ExpertCountry,
        Certificate,
        Availability,
        ExpertFacts,
        ExpertStrength,
    )
    told = [(part, "expert_id", added.experts) for part in parts]
    told += [(part, "agency_id", added.agencies) for part in (Expert, Capacity, Participation, Agreement)]
    for model, column, last in [*told, (Engagement, "id", added.engagements), (Agency, "id", added.agencies)]:
        _write(model, f"DELETE FROM {{}} WHERE {column} > {last}")  # noqa: S608 -- our own names
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _write(model, sql: str) -> None:
    """Around the triggers: the history of made-up people would cost more than they."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql.format(table))
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _drawn(table: str, key: str, draws: int, skew: float, salt: int) -> str:
    """SQL of up to `draws` different rows of a table for each person, the first ones far more often than the last."""
    nth = f"1 + floor(cardinality(keys) * power({chance(salt)}, {skew}))::int"
    return f"""
        (SELECT DISTINCT id, g, keys[{nth}] AS key
         FROM p CROSS JOIN (SELECT array_agg({key} ORDER BY {key}) AS keys FROM {table}) AS t
         CROSS JOIN generate_series(1, {draws}) AS d WHERE d <= 1 + mod(g / 7, {draws})) AS drawn"""  # noqa: S608


def _parts(agencies: int) -> dict:
    """Of each model the columns and the SQL of their values, for the people `p` with their id and number `g`."""
    day, year = f"DATE '{today()}'", fiscal_year(today())
    fields, languages = _drawn("partners_expertise", "code", 3, 2, 1), _drawn("places_language", "code", 2, 2.5, 2)
    relation = "CASE WHEN mod(g, 3) = 0 THEN 'ties' ELSE 'worked' END"
    expires = f"CASE WHEN mod(g, 2) = 0 THEN {day} + mod(g, 900)::int END"
    offered = f"(mod(g, 4) = 1, daterange({day} + mod(g, 200)::int, {day} + 200 + mod(g, 400)::int), 'available')"
    barred = f"(mod(g, 7) IN (2, 3), daterange({day} + mod(g, 500)::int, {day} + 500 + mod(g, 30)::int), 'blackout')"
    return {
        ExpertSkill: ("expert_id, expertise_id, depth", f"id, key, 1 + mod(g, 3) FROM {fields}"),
        ExpertLanguage: (
            "expert_id, language_id, speaking, is_tested",
            f"id, key, mod(g, 6), mod(g, 4) = 0 FROM {languages}",
        ),
        ExpertCountry: (
            "expert_id, country_id, relation, note",
            f"id, key, {relation}, '' FROM {_drawn('places_country', 'iso2', 2, 1.5, 3)}",
        ),
        Certificate: (
            "expert_id, programme, number, issued_on, expires_on, version",
            f"id, 'Train the trainer', '', {day} - 900, {expires}, 1 FROM p WHERE mod(g, 5) = 0",
        ),
        Availability: (
            "expert_id, period, kind, note",
            f"id, period, kind, '' FROM p CROSS JOIN LATERAL (VALUES {offered}, {barred}) AS said (holds, period, kind)"
            " WHERE holds",
        ),
        Capacity: (
            "agency_id, fiscal_year, kind, engagements, version",
            f"{agencies} + a, y, '', 1 + mod(a, 20), 1 FROM generate_series(1, {AGENCIES}) AS a,"
            f" generate_series({year}, {year + 1}) AS y WHERE mod(a, 4) <> 0",
        ),
    }
