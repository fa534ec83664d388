"""What a row says beside what the roster says: the parts of each row, and whether anything differs."""

from __future__ import annotations

from partners.services.roster_import.check_lists import CELLS_OF_ROW

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

# What the file leaves empty is no difference: nothing on the roster is ever blanked by it.
PERSON_DIFFERS = """
e.name <> r.name OR e.rank <> r.rank OR NOT e.is_active
OR (r.service IS NOT NULL AND e.service <> r.service)
OR (r.years_typed <> '' AND e.years <> r.years)
OR (r.email <> '' AND lower(e.email) <> r.email_key)
OR (r.phone <> '' AND e.phone <> r.phone)
OR (r.passport IS NOT NULL AND e.passport_expires_on IS DISTINCT FROM r.passport)
"""
SAME_CERTIFICATE = """
c.expert_id = p.expert_id AND lower(c.programme) = lower(p.title)
AND CASE WHEN p.number <> '' AND c.number <> '' THEN c.number = p.number ELSE c.issued_on = p.first_day END
"""
CERTIFICATE_DIFFERS = """
c.issued_on <> p.first_day OR (p.number <> '' AND c.number = '')
OR (p.last_day IS NOT NULL AND c.expires_on IS DISTINCT FROM p.last_day)
"""

DIFFERENCES = f"""
CREATE TEMP TABLE import_difference ON COMMIT DROP AS
SELECT t.row_id FROM import_target t JOIN import_row r ON r.id = t.row_id JOIN partners_expert e ON e.id = t.expert_id
WHERE {PERSON_DIFFERS}
UNION
SELECT p.row_id FROM import_part p
LEFT JOIN partners_expertskill s ON s.expert_id = p.expert_id AND s.expertise_id = p.code
WHERE p.kind = 'expertise' AND (s.id IS NULL OR s.depth <> p.level)
UNION
SELECT p.row_id FROM import_part p
LEFT JOIN partners_expertlanguage l ON l.expert_id = p.expert_id AND l.language_id = p.code
WHERE p.kind = 'languages' AND (l.id IS NULL OR l.speaking <> p.level OR (p.sure AND NOT l.is_tested))
UNION
SELECT p.row_id FROM import_part p
LEFT JOIN partners_expertcountry c ON c.expert_id = p.expert_id AND c.country_id = p.code
     AND c.relation = CASE p.kind WHEN 'ties' THEN 'ties' ELSE 'worked' END
WHERE p.kind IN ('worked_in', 'ties') AND c.id IS NULL
UNION
SELECT p.row_id FROM import_part p
LEFT JOIN partners_availability a ON a.expert_id = p.expert_id AND a.period = p.period
     AND a.kind = CASE p.kind WHEN 'available' THEN 'available' ELSE 'blackout' END
WHERE p.kind IN ('available', 'unavailable') AND a.id IS NULL
UNION
SELECT p.row_id FROM import_part p LEFT JOIN partners_certificate c ON {SAME_CERTIFICATE}
WHERE p.kind = 'certificates' AND (c.id IS NULL OR {CERTIFICATE_DIFFERS})
"""  # noqa: S608
