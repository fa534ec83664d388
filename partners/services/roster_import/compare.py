"""What a row says beside what the roster says: the parts of each row, and what differs, in words."""

from __future__ import annotations

from partners.models import Availability, Depth, ExpertCountry
from partners.services.roster_import.check_lists import CELLS_OF_ROW
from partners.services.roster_import.sql import changed, day, named, quoted, spoken

# Whom a row is about. The check looks at people who are on the roster; the take-over adds the new ones.
TARGETS_OF_MATCHES = """
CREATE TEMP TABLE import_target ON COMMIT DROP AS
SELECT id AS row_id, expert_id, false AS is_new FROM import_match WHERE expert_id IS NOT NULL
"""

PARTS = f"""
CREATE TEMP TABLE import_part ON COMMIT DROP AS
SELECT t.row_id, t.expert_id, i.kind, w.code, w.level, w.sure, w.first_day, w.last_day, w.title, w.number,
       CASE WHEN i.what = 'periods' THEN daterange(w.first_day, w.last_day + 1) END AS period
FROM import_target t
JOIN partners_rosterimportrow r ON r.id = t.row_id
CROSS JOIN LATERAL (VALUES {CELLS_OF_ROW}) AS v(kind, what, cell)
JOIN import_item i ON i.kind = v.kind AND i.cell = v.cell
JOIN import_word w ON w.what = i.what AND w.text = i.text
WHERE w.problem IS NULL
"""  # noqa: S608 -- our own constants

# Of a person: what it is called, when it differs, what stands and what comes. What the file leaves empty is no
# difference: nothing on the roster is ever blanked by it.
_PERSON = (
    ("Name", "e.name <> r.name", "e.name", "r.name"),
    ("Rank or title", "e.rank <> r.rank", "e.rank", "r.rank"),
    ("On the roster", "NOT e.is_active", "'no'", "'yes'"),
    ("Service", "r.service IS NOT NULL AND e.service <> r.service", "e.service", "r.service"),
    ("Years of service", "r.years_typed <> '' AND e.years <> r.years", "e.years::text", "r.years::text"),
    ("E-mail", "r.email <> '' AND lower(e.email) <> r.email_key", "e.email", "r.email"),
    ("Phone", "r.phone <> '' AND e.phone <> r.phone", "e.phone", "r.phone"),
    (
        "Passport valid until", "r.passport IS NOT NULL AND e.passport_expires_on IS DISTINCT FROM r.passport",
        day("e.passport_expires_on"), day("r.passport"),
    ),
)  # fmt: skip
PERSON_DIFFERS = " OR ".join(f"({condition})" for _, condition, _, _ in _PERSON)
_PERSON_SAYS = ", ".join(
    f"({n}, CASE WHEN {condition} THEN {changed(quoted(label), was, now)} END)"
    for n, (label, condition, was, now) in enumerate(_PERSON)
)
SAME_CERTIFICATE = """
c.expert_id = p.expert_id AND lower(c.programme) = lower(p.title)
AND CASE WHEN p.number <> '' AND c.number <> '' THEN c.number = p.number ELSE c.issued_on = p.first_day END
"""
CERTIFICATE_DIFFERS = """
c.issued_on <> p.first_day OR (p.number <> '' AND c.number = '')
OR (p.last_day IS NOT NULL AND c.expires_on IS DISTINCT FROM p.last_day)
"""

_DEPTH = {depth.value: depth.label.lower() for depth in Depth}
_TIED = {"worked_in": ExpertCountry.Relation.WORKED.label.lower(), "ties": ExpertCountry.Relation.TIES.label.lower()}
_FREE = {"available": Availability.Kind.AVAILABLE.label, "unavailable": Availability.Kind.BLACKOUT.label}
# Looked up for what differs alone: joined, they would be read for everybody.
_FIELD = "(SELECT w.name FROM partners_expertise w WHERE w.code = p.code)"
_LANGUAGE = "(SELECT w.name FROM places_language w WHERE w.code = p.code)"
_COUNTRY = "(SELECT w.name FROM places_country w WHERE w.iso2 = p.code)"
# The windows that the new one takes the place of.
_WINDOWS_NOW = f"""(
    SELECT string_agg({day("lower(o.period)")} || ' to ' || {day("upper(o.period) - 1")}, ', ' ORDER BY o.period)
    FROM partners_availability o WHERE o.expert_id = p.expert_id AND o.period && p.period
      AND o.kind = CASE p.kind WHEN 'available' THEN 'available' ELSE 'blackout' END
)"""  # noqa: S608
_WINDOW = f"{day('p.first_day')} || ' to ' || {day('p.last_day')}"
_UNTIL_NOW = f"'valid until ' || {day('c.expires_on')}"
_UNTIL = f"coalesce('valid until ' || {day('p.last_day')}, 'issued on ' || {day('p.first_day')})"

DIFFERENCES = f"""
CREATE TEMP TABLE import_difference ON COMMIT DROP AS
SELECT row_id, array_agg(text ORDER BY place, text) AS changes FROM (
    SELECT t.row_id, v.place::text AS place, v.text
    FROM import_target t JOIN import_row r ON r.id = t.row_id JOIN partners_expert e ON e.id = t.expert_id
    CROSS JOIN LATERAL (VALUES {_PERSON_SAYS}) AS v(place, text)
    WHERE ({PERSON_DIFFERS}) AND v.text IS NOT NULL
    UNION
    SELECT p.row_id, 'a', {changed(_FIELD, named("s.depth", _DEPTH), named("coalesce(p.level, 1)", _DEPTH))}
    FROM import_part p
    LEFT JOIN partners_expertskill s ON s.expert_id = p.expert_id AND s.expertise_id = p.code
    WHERE p.kind = 'expertise' AND (s.id IS NULL OR s.depth <> p.level)
    UNION
    SELECT p.row_id, 'b', {changed(_LANGUAGE, spoken("l.speaking", "l.is_tested"), spoken("p.level", "p.sure"))}
    FROM import_part p
    LEFT JOIN partners_expertlanguage l ON l.expert_id = p.expert_id AND l.language_id = p.code
    WHERE p.kind = 'languages' AND (l.id IS NULL OR l.speaking <> p.level OR (p.sure AND NOT l.is_tested))
    UNION
    SELECT p.row_id, 'c', {changed(_COUNTRY, "NULL", named("p.kind", _TIED))}
    FROM import_part p
    LEFT JOIN partners_expertcountry c ON c.expert_id = p.expert_id AND c.country_id = p.code
         AND c.relation = CASE p.kind WHEN 'ties' THEN 'ties' ELSE 'worked' END
    WHERE p.kind IN ('worked_in', 'ties') AND c.id IS NULL
    UNION
    SELECT p.row_id, 'd', {changed(named("p.kind", _FREE), _WINDOWS_NOW, _WINDOW)}
    FROM import_part p
    LEFT JOIN partners_availability a ON a.expert_id = p.expert_id AND a.period = p.period
         AND a.kind = CASE p.kind WHEN 'available' THEN 'available' ELSE 'blackout' END
    WHERE p.kind IN ('available', 'unavailable') AND a.id IS NULL
    UNION
    SELECT p.row_id, 'e', {changed("'Certificate ' || p.title", _UNTIL_NOW, _UNTIL)}
    FROM import_part p LEFT JOIN partners_certificate c ON {SAME_CERTIFICATE}
    WHERE p.kind = 'certificates' AND (c.id IS NULL OR {CERTIFICATE_DIFFERS})
) AS said GROUP BY row_id
"""  # noqa: S608
