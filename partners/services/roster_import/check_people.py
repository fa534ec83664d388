"""What is checked of each person as such: words, numbers, dates, twins in the file, who is on the roster already."""

from __future__ import annotations

from partners.services.roster_import.columns import SERVICE_WORDS
from partners.services.roster_import.sql import LIKE_THIS, as_date, find, label, one_of, position, quoted, typed

EMAIL = r"^[^\s@,;<>()]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}$"
_PLAIN_YEARS = ", ".join(f"'{n}'" for n in range(61))

PEOPLE = f"""
CREATE TEMP TABLE import_row ON COMMIT DROP AS
SELECT r.id, r.line, r.name, lower(r.name) AS name_key, r.rank, r.email, lower(r.email) AS email_key, r.phone,
       r.service AS service_typed, {one_of("lower(r.service)", SERVICE_WORDS)} AS service,
       r.years AS years_typed, CASE WHEN r.years IN ({_PLAIN_YEARS}) THEN r.years::int ELSE
           substring(r.years FROM '^(\\d{{1,4}})(?:[.,]0+)?(?: ?(?:years?|yrs?))?$')::int END AS years,
       r.passport_expires_on AS passport_typed, {as_date("r.passport_expires_on")} AS passport
FROM partners_rosterimportrow r
WHERE r.roster_import_id = %(upload)s
"""  # noqa: S608 -- our own constants

_ERROR = "^(=|#(N/A|REF!|VALUE!|NAME[?]|DIV/0!|NULL!|NUM!|SPILL!|CALC!))"


def _no_text(key: str) -> tuple[str, str, str]:
    """A formula without a result, or what a spreadsheet writes when one fails."""
    words = "is a formula or an error of the spreadsheet. Write the text itself."
    return key, f"r.{key} ~ '{_ERROR}'", f"{typed(f'r.{key}')} || ' {words}'"


_LATEST = "r.passport > %(today)s::date + 5479"  # fifteen years
_RULES = (
    ("name", "r.name = ''", quoted("is empty. Write the first and the last name.")),
    ("name", "length(r.name) > 120", quoted("is longer than 120 characters. Shorten it.")),
    ("rank", "r.rank = ''", quoted("is empty. Write how the person is addressed, such as Sergeant.")),
    ("rank", "length(r.rank) > 80", quoted("is longer than 80 characters. Shorten it.")),
    *(_no_text(key) for key in ("name", "rank", "phone")),
    ("service", "r.service_typed <> '' AND r.service IS NULL",
     f"{typed('r.service_typed')} || ' is neither. Write serving or retired.'"),
    ("years", "r.years_typed <> '' AND (r.years IS NULL OR r.years > 60)",
     f"{typed('r.years_typed')} || ' is not a whole number from 0 to 60. Write it like 14.'"),
    ("email", f"r.email <> '' AND (length(r.email) > 254 OR r.email !~ '{EMAIL}')",
     f"{typed('r.email')} || ' is not an e-mail address. Write it like name@agency.example.'"),
    ("phone", "length(r.phone) > 40", quoted("is longer than 40 characters. Write one number.")),
    ("passport_expires_on", "r.passport_typed <> '' AND r.passport IS NULL",
     f"{typed('r.passport_typed')} || ' is not a date. {LIKE_THIS}'"),
    ("passport_expires_on", f"r.passport < DATE '2000-01-01' OR {_LATEST}",
     f"{typed('r.passport_typed')} || ' can''t be right: a passport is valid for ten years at most.'"),
)  # fmt: skip
_PASSED = (
    "passport_expires_on", "r.passport >= DATE '2000-01-01' AND r.passport < %(today)s",
    f"{typed('r.passport_typed')} || ' has passed. The person needs a new passport to travel.'",
)  # fmt: skip

# Most rows are good: they are asked once whether anything is wrong, and only then what.
RULES = f"""
INSERT INTO import_problem
SELECT r.id, p.position, p.note, p.text
FROM import_row r
CROSS JOIN LATERAL (VALUES {", ".join(find(*rule) for rule in _RULES)}, {find(*_PASSED, note=True)})
    AS p(position, note, text)
WHERE ({" OR ".join(f"({condition})" for _, condition, _ in (*_RULES, _PASSED))}) AND p.text IS NOT NULL
"""  # noqa: S608

TWINS = f"""
WITH email AS (
    SELECT email_key, array_agg(line ORDER BY line) AS lines FROM import_row
    WHERE email_key <> '' GROUP BY email_key HAVING count(*) > 1
), person AS (
    SELECT name_key, lower(rank) AS rank_key, array_agg(line ORDER BY line) AS lines FROM import_row
    WHERE name_key <> ''
    GROUP BY name_key, lower(rank) HAVING count(*) > count(DISTINCT nullif(email_key, ''))
)
INSERT INTO import_problem
SELECT r.id, {position("email")}, false, {label("email")} || {typed("r.email")} || ' stands in line '
       || (array_remove(email.lines, r.line))[1] || ' as well. Each person needs an address of their own.'
FROM import_row r JOIN email USING (email_key)
UNION ALL
SELECT r.id, {position("name")}, false, {label("name")} || {typed("r.name")} || ' with this rank stands in line '
       || (array_remove(person.lines, r.line))[1] || ' as well. Remove one, or give each their own e-mail.'
FROM import_row r JOIN person ON person.name_key = r.name_key AND person.rank_key = lower(r.rank)
WHERE cardinality(person.lines) > 1
"""  # noqa: S608

ROSTER = """
CREATE TEMP TABLE import_roster ON COMMIT DROP AS
SELECT e.id, lower(regexp_replace(btrim(e.name), '\\s+', ' ', 'g')) AS name_key, lower(e.email) AS email_key
FROM partners_expert e WHERE e.agency_id = %(agency)s
"""

# By e-mail first; by name only those whom no row names by e-mail, so that a namesake is not taken for them.
MATCH = """
CREATE TEMP TABLE import_match ON COMMIT DROP AS
WITH by_email AS (
    SELECT email_key, array_agg(id) AS ids FROM import_roster WHERE email_key <> '' GROUP BY email_key
), by_name AS (
    SELECT name_key, array_agg(id) AS ids FROM import_roster
    WHERE email_key NOT IN (SELECT email_key FROM import_row WHERE email_key <> '') GROUP BY name_key
), both_of AS (
    SELECT name_key, email_key, array_agg(id) AS ids FROM import_roster WHERE email_key <> ''
    GROUP BY name_key, email_key
), found AS (
    SELECT r.id, r.line, CASE
        WHEN cardinality(by_email.ids) = 1 THEN by_email.ids
        WHEN cardinality(both_of.ids) = 1 THEN both_of.ids
        WHEN by_email.ids IS NOT NULL THEN by_email.ids
        ELSE by_name.ids END AS ids
    FROM import_row r
    LEFT JOIN by_email ON by_email.email_key = r.email_key
    LEFT JOIN both_of ON both_of.email_key = r.email_key AND both_of.name_key = r.name_key
    LEFT JOIN by_name ON by_name.name_key = r.name_key AND r.name_key <> ''
)
SELECT id, line, CASE WHEN cardinality(ids) = 1 THEN ids[1] END AS expert_id, cardinality(ids) AS many
FROM found WHERE ids IS NOT NULL
"""

KNOWN = f"""
WITH twice AS (
    SELECT expert_id, array_agg(line ORDER BY line) AS lines FROM import_match
    WHERE expert_id IS NOT NULL GROUP BY expert_id HAVING count(*) > 1
)
INSERT INTO import_problem
SELECT r.id, {position("name")}, false, {label("name")} || m.many || ' people on your roster fit ' || {typed("r.name")}
       || '. Add the e-mail address that only this person has.'
FROM import_match m JOIN import_row r USING (id) WHERE m.many > 1
UNION ALL
SELECT r.id, {position("name")}, false, {label("name")} || {typed("r.name")} || ' is the same person on your roster as '
       || 'line ' || (array_remove(twice.lines, r.line))[1] || '. Keep one line.'
FROM import_match m JOIN twice USING (expert_id) JOIN import_row r USING (id)
UNION ALL
SELECT r.id, {position("email")}, true, {label("email")} || {typed("r.email")} || ' takes the place of “' || e.email
       || '”. If this is somebody else with the same name, enter them by hand.'
FROM import_match m JOIN import_row r USING (id) JOIN partners_expert e ON e.id = m.expert_id
WHERE r.email_key <> '' AND e.email <> '' AND lower(e.email) <> r.email_key
UNION ALL
SELECT r.id, {position("name")}, true, {label("name")} || {typed("r.name")}
       || ' was taken off the roster. Taking over the file puts the person back on it.'
FROM import_match m JOIN import_row r USING (id) JOIN partners_expert e ON e.id = m.expert_id WHERE NOT e.is_active
UNION ALL
SELECT DISTINCT r.id, {position("email")}, false, {label("email")} || {typed("r.email")} || ' belongs to somebody on '
       || 'the roster of another agency. Use the person''s own address, or ask INL to move them.'
FROM partners_expert e JOIN import_row r ON r.email_key = lower(e.email)
WHERE e.agency_id <> %(agency)s AND e.is_active AND e.email <> ''
  AND NOT EXISTS (SELECT FROM import_roster o WHERE o.email_key = r.email_key)
"""  # noqa: S608
