"""What is checked of the cells that list things. Each distinct text is looked at once, however many rows hold it."""

from __future__ import annotations

from partners.services.roster_import.columns import DEPTH_WORDS, LISTS, MAX_CELL
from partners.services.roster_import.sql import LIKE_THIS, as_date, label, one_of, position, typed

# What a column's items are looked up in or read as.
WHAT = {
    "expertise": "expertise",
    "languages": "languages",
    "certificates": "certificates",
    "worked_in": "countries",
    "ties": "countries",
    "available": "periods",
    "unavailable": "periods",
}
CELLS_OF_ROW = ", ".join(f"('{key}', '{WHAT[key]}', r.{key})" for key in LISTS)

CELLS = f"""
CREATE TEMP TABLE import_cell ON COMMIT DROP AS
SELECT DISTINCT v.kind, v.what, v.cell
FROM partners_rosterimportrow r CROSS JOIN LATERAL (VALUES {CELLS_OF_ROW}) AS v(kind, what, cell)
WHERE r.roster_import_id = %(upload)s AND v.cell <> ''
"""  # noqa: S608 -- our own constants

DICTIONARY = """
CREATE TEMP TABLE import_known ON COMMIT DROP AS
SELECT DISTINCT ON (what, word) what, word, code, name FROM (
    SELECT 'expertise' AS what, lower(w) AS word, x.code, x.name, rank
    FROM partners_expertise x CROSS JOIN LATERAL (VALUES (x.code, 1), (x.name, 2)) AS v(w, rank) WHERE x.is_active
    UNION ALL
    SELECT 'languages', lower(w), x.code, x.name, rank
    FROM places_language x CROSS JOIN LATERAL (VALUES (x.code, 1), (x.name, 2)) AS v(w, rank)
    UNION ALL
    SELECT 'countries', lower(w), x.iso2, x.name, rank
    FROM places_country x
    CROSS JOIN LATERAL (VALUES (x.iso2::text, 1), (x.iso3::text, 2), (x.name::text, 3)) AS v(w, rank)
    UNION ALL
    SELECT 'countries', lower(alias), x.iso2, x.name, 4 FROM places_country x CROSS JOIN LATERAL unnest(x.aliases) alias
) AS words ORDER BY what, word, rank
"""

# Commas separate too where no semicolon does, unless a known name has a comma itself.
ITEMS = f"""
CREATE TEMP TABLE import_item ON COMMIT DROP AS
SELECT c.kind, c.what, c.cell, t.ord, btrim(t.text) AS text
FROM (
    SELECT kind, what, cell, CASE
        WHEN what IN ('certificates', 'periods') OR strpos(cell, ';') > 0 OR strpos(cell, ',') = 0 OR EXISTS (
            SELECT FROM import_known k
            WHERE k.what = import_cell.what AND strpos(k.word, ',') > 0 AND strpos(lower(cell), k.word) > 0
        ) THEN cell ELSE replace(cell, ',', ';') END AS parts
    FROM import_cell WHERE length(cell) <= {MAX_CELL}
) AS c CROSS JOIN LATERAL string_to_table(c.parts, ';') WITH ORDINALITY AS t(text, ord)
WHERE btrim(t.text) <> ''
"""  # noqa: S608

WORDS = """
CREATE TEMP TABLE import_word (
    what text, text text, code text, level int, sure boolean, first_day date, last_day date, title text, number text,
    unknown text, problem text, note text
) ON COMMIT DROP
"""

_DEPTHS = "|".join(
    sorted((w.replace(".", r"\.") for words in DEPTH_WORDS.values() for w in words), key=len, reverse=True)
)
SKILLS = f"""
INSERT INTO import_word (what, text, code, level, unknown, problem)
SELECT 'expertise', w.text, coalesce(whole.code, part.code),
       CASE WHEN whole.code IS NULL THEN {one_of("lower(m.found[2])", DEPTH_WORDS)} END,
       CASE WHEN coalesce(whole.code, part.code, first.code) IS NULL THEN coalesce(m.found[1], w.text) END,
       CASE WHEN coalesce(whole.code, part.code) IS NULL AND first.code IS NOT NULL THEN
           {typed("w.text")} || ' needs another word for how deep it goes: practises, teaches or certified.' END
FROM (SELECT DISTINCT text FROM import_item WHERE what = 'expertise') AS w
CROSS JOIN LATERAL (SELECT regexp_match(w.text, '^(.+?)[\\s:,(-]+({_DEPTHS})\\)?$', 'i') AS found) AS m
LEFT JOIN import_known whole ON whole.what = 'expertise' AND whole.word = lower(w.text)
LEFT JOIN import_known part ON part.what = 'expertise' AND part.word = lower(m.found[1])
LEFT JOIN import_known first ON first.what = 'expertise' AND first.word = lower(split_part(w.text, ' ', 1))
"""  # noqa: S608

LANGUAGES = f"""
INSERT INTO import_word (what, text, code, level, sure, unknown, problem)
SELECT 'languages', w.text, known.code, CASE WHEN m.found[2] ~ '^[0-5]$' THEN m.found[2]::int END, b.tested,
       CASE WHEN known.code IS NULL THEN coalesce(m.found[1], b.body) END,
       CASE
           WHEN known.code IS NULL THEN NULL
           WHEN m.found[2] IS NULL THEN
               {typed("w.text")} || ' has no level. Add how well it is spoken, from 0 to 5, such as '
               || known.code || ' 3.'
           WHEN m.found[2] !~ '^-?[0-9]+$' THEN
               {typed("w.text")} || ': the level is a whole number from 0 to 5. For 2+ write 2.'
           WHEN m.found[2] !~ '^[0-5]$' THEN {typed("w.text")} || ': the level goes from 0 to 5.'
       END
FROM (SELECT DISTINCT text FROM import_item WHERE what = 'languages') AS w
CROSS JOIN LATERAL (
    SELECT regexp_replace(w.text, '[\\s,(]+((not )?tested|untested|own statement)\\)?$', '', 'i') AS body,
           w.text ~* '[\\s,(]tested\\)?$' AND w.text !~* 'not tested\\)?$' AS tested
) AS b
CROSS JOIN LATERAL (
    SELECT regexp_match(
        b.body, '^(.+?)(?:[\\s:,=(]|-\\s)*(?:level\\s|ilr\\s)?(-?[0-9]+(?:[.,][0-9]+)?\\+?)\\)?$', 'i'
    ) AS found
) AS m
LEFT JOIN import_known known ON known.what = 'languages' AND known.word = lower(coalesce(m.found[1], b.body))
"""  # noqa: S608

COUNTRIES = """
INSERT INTO import_word (what, text, code, unknown)
SELECT 'countries', w.text, known.code, CASE WHEN known.code IS NULL THEN w.text END
FROM (SELECT DISTINCT text FROM import_item WHERE what = 'countries') AS w
LEFT JOIN import_known known ON known.what = 'countries' AND known.word = lower(w.text)
"""

# `OFFSET 0` keeps a step a step of its own: else each use of a date would read the text again.
PERIODS = f"""
INSERT INTO import_word (what, text, first_day, last_day, problem, note)
SELECT 'periods', text, first_day, last_day,
       CASE
           WHEN found IS NULL THEN
               {typed("text")} || ' is not a period. Write the first and the last day, such as '
               || '2027-01-01 to 2027-06-30.'
           WHEN first_day IS NULL THEN {typed("found[1]")} || ' is not a date. {LIKE_THIS}'
           WHEN last_day IS NULL THEN {typed("found[2]")} || ' is not a date. {LIKE_THIS}'
           WHEN last_day < first_day THEN {typed("text")} || ' ends before it begins. Exchange the two days.'
           WHEN first_day < DATE '2000-01-01' OR last_day > %(today)s::date + INTERVAL '20 years' THEN
               {typed("text")} || ' can''t be right. Look at the years.'
       END,
       CASE WHEN last_day >= first_day AND last_day < %(today)s THEN {typed("text")} || ' has passed.' END
FROM (
    SELECT text, found, {as_date("found[1]")} AS first_day, {as_date("found[2]")} AS last_day
    FROM (
        SELECT text, regexp_match(text, '^(.+?)\\s+(?:to|until|till|through|thru|-|–|—)\\s+(.+)$', 'i') AS found
        FROM (SELECT DISTINCT text FROM import_item WHERE what = 'periods') AS w
        OFFSET 0
    ) AS split
    OFFSET 0
) AS p
"""  # noqa: S608

CERTIFICATES = f"""
INSERT INTO import_word (what, text, first_day, last_day, title, number, problem, note)
SELECT 'certificates', text, first_day, last_day, title, number,
       CASE
           WHEN cardinality(parts) NOT IN (3, 4) THEN
               {typed("text")} || ' needs upright bars: programme | number | date of issue | last day it is valid.'
           WHEN title = '' THEN {typed("text")} || ' does not say which programme it is of.'
           WHEN length(title) > 160 THEN {typed("title")} || ' is longer than 160 characters. Shorten it.'
           WHEN length(number) > 60 THEN {typed("number")} || ' is longer than 60 characters. Write the number only.'
           WHEN issued = '' THEN {typed("text")} || ' has no date of issue. Write it after the second bar.'
           WHEN first_day IS NULL THEN {typed("issued")} || ' is not a date. {LIKE_THIS}'
           WHEN first_day > %(today)s THEN {typed("text")} || ' was issued on a day that is still to come.'
           WHEN first_day < DATE '1950-01-01' THEN {typed("text")} || ' can''t be right. Look at the year of issue.'
           WHEN expires <> '' AND last_day IS NULL THEN {typed("expires")} || ' is not a date. {LIKE_THIS}'
           WHEN last_day <= first_day THEN {typed("text")} || ' expires before it was issued. Exchange the two days.'
       END,
       CASE WHEN last_day > first_day AND last_day < %(today)s THEN {typed("text")} || ' has expired.' END
FROM (
    SELECT text, parts, title, number, issued, expires,
           {as_date("issued")} AS first_day, {as_date("expires")} AS last_day
    FROM (
        SELECT text, parts, btrim(parts[1]) AS title, coalesce(btrim(parts[2]), '') AS number,
               coalesce(btrim(parts[3]), '') AS issued, coalesce(btrim(parts[4]), '') AS expires
        FROM (
            SELECT text, string_to_array(text, '|') AS parts
            FROM (SELECT DISTINCT text FROM import_item WHERE what = 'certificates') AS w
        ) AS split
        OFFSET 0
    ) AS named
    OFFSET 0
) AS c
"""  # noqa: S608

# The nearest known word, for the first few hundred unknown ones: more is no slip of the pen.
SUGGESTIONS = f"""
UPDATE import_word w
SET problem = 'we don''t know the ' || CASE w.what
        WHEN 'expertise' THEN 'field' WHEN 'languages' THEN 'language' ELSE 'country' END || ' ' || {typed("w.unknown")}
    || CASE WHEN near.name IS NULL THEN '. The second sheet of the template lists them all.'
            ELSE '. Did you mean ' || near.name || ' (' || near.code || ')?' END
FROM (
    SELECT what, text, lower(unknown) AS unknown, row_number() OVER () AS nth
    FROM import_word WHERE unknown IS NOT NULL
) AS u
LEFT JOIN LATERAL (
    SELECT k.name, k.code FROM import_known k
    WHERE k.what = u.what AND similarity(k.word, u.unknown) >= 0.3 AND u.nth <= 500
    ORDER BY similarity(k.word, u.unknown) DESC, k.word LIMIT 1
) AS near ON true
WHERE u.what = w.what AND u.text = w.text
"""  # noqa: S608

CELL_PROBLEMS = f"""
CREATE TEMP TABLE import_cell_problem ON COMMIT DROP AS
WITH part AS (
    SELECT i.kind, i.what, i.cell, i.ord, i.text, w.code, w.first_day, w.last_day, w.problem, w.note
    FROM import_item i JOIN import_word w ON w.what = i.what AND w.text = i.text
)
SELECT kind, cell, 0 AS ord, false AS note,
       'is longer than {MAX_CELL} characters. List what matters most.' AS text
FROM import_cell WHERE length(cell) > {MAX_CELL}
UNION ALL
SELECT kind, cell, ord, false, problem FROM part WHERE problem IS NOT NULL
UNION ALL
SELECT kind, cell, ord, true, note FROM part WHERE problem IS NULL AND note IS NOT NULL
UNION ALL
SELECT kind, cell, ord, false, {typed("text")} || ' is listed twice. Keep one.' FROM (
    SELECT *, row_number() OVER (PARTITION BY kind, cell, code ORDER BY ord) AS nth FROM part WHERE code IS NOT NULL
) AS again WHERE nth > 1
UNION ALL
SELECT kind, cell, ord, false, {typed("text")} || ' overlaps another period in this cell. Join them, or correct a day.'
FROM (
    SELECT *, max(last_day) OVER (
        PARTITION BY kind, cell ORDER BY first_day, ord ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS until
    FROM part WHERE what = 'periods' AND problem IS NULL
) AS periods WHERE first_day <= until
"""  # noqa: S608

ROW_PROBLEMS = "INSERT INTO import_problem " + " UNION ALL ".join(
    f"SELECT r.id, {position(key)} + p.ord, p.note, {label(key)} || p.text "  # noqa: S608
    f"FROM import_cell_problem p JOIN partners_rosterimportrow r ON r.{key} = p.cell "
    f"WHERE p.kind = '{key}' AND r.roster_import_id = %(upload)s"
    for key in LISTS
)
