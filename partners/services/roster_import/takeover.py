"""From the checked rows to the roster, in a statement for each table. The check's own tables must be there.

Runs inside the caller's transaction and history context: the triggers keep every change with who and why.
"""

from __future__ import annotations

from django.db import connection

from partners.models import RosterImport
from partners.services.roster_import.compare import CERTIFICATE_DIFFERS, PARTS, PERSON_DIFFERS, SAME_CERTIFICATE
from slp.lib.dates import today

TARGETS = (
    "DROP TABLE pg_temp.import_target, pg_temp.import_part",
    """
    CREATE TEMP TABLE import_target ON COMMIT DROP AS
    SELECT r.id AS row_id, r.outcome = 'new' AS is_new,
           coalesce(r.expert_id, nextval(pg_get_serial_sequence('partners_expert', 'id'))) AS expert_id
    FROM partners_rosterimportrow r
    WHERE r.roster_import_id = %(upload)s AND r.outcome IN ('new', 'changed', 'same')
    """,
    PARTS,
    "ANALYZE import_target",
    "ANALYZE import_part",
)

NEW_PEOPLE = """
INSERT INTO partners_expert (id, agency_id, name, rank, email, phone, service, years, gender, passport_expires_on,
                             emergency_name, emergency_phone, is_active, confirmed_on, is_fictional, version)
SELECT t.expert_id, %(agency)s, r.name, r.rank, r.email, r.phone, coalesce(r.service, 'serving'),
       coalesce(r.years, 0), '', r.passport, '', '', true, %(today)s, a.is_fictional, 1
FROM import_target t JOIN import_row r ON r.id = t.row_id JOIN partners_agency a ON a.id = %(agency)s
WHERE t.is_new ORDER BY r.line
"""

KNOWN_PEOPLE = f"""
UPDATE partners_expert e
SET name = r.name, rank = r.rank, is_active = true, service = coalesce(r.service, e.service),
    years = CASE WHEN r.years_typed <> '' THEN r.years ELSE e.years END,
    email = CASE WHEN r.email <> '' AND lower(e.email) <> r.email_key THEN r.email ELSE e.email END,
    phone = CASE WHEN r.phone <> '' THEN r.phone ELSE e.phone END,
    passport_expires_on = coalesce(r.passport, e.passport_expires_on),
    confirmed_on = %(today)s, version = e.version + 1
FROM import_target t JOIN import_row r ON r.id = t.row_id
WHERE e.id = t.expert_id AND NOT t.is_new
  AND (e.confirmed_on IS DISTINCT FROM %(today)s OR {PERSON_DIFFERS}
       OR EXISTS (SELECT FROM import_difference d WHERE d.row_id = t.row_id))
"""  # noqa: S608 -- our own constants

SKILLS = """
INSERT INTO partners_expertskill AS s (expert_id, expertise_id, depth)
SELECT p.expert_id, p.code, coalesce(p.level, 1) FROM import_part p WHERE p.kind = 'expertise'
  AND NOT EXISTS (
      SELECT FROM partners_expertskill k WHERE k.expert_id = p.expert_id AND k.expertise_id = p.code
        AND k.depth = coalesce(p.level, k.depth))
ON CONFLICT (expert_id, expertise_id) DO UPDATE SET depth = excluded.depth
"""

# A level that was tested stays tested while it stays the same.
LANGUAGES = """
INSERT INTO partners_expertlanguage AS l (expert_id, language_id, speaking, is_tested)
SELECT p.expert_id, p.code, p.level, p.sure FROM import_part p WHERE p.kind = 'languages'
  AND NOT EXISTS (
      SELECT FROM partners_expertlanguage k WHERE k.expert_id = p.expert_id AND k.language_id = p.code
        AND k.speaking = p.level AND (k.is_tested OR NOT p.sure))
ON CONFLICT (expert_id, language_id) DO UPDATE SET speaking = excluded.speaking, is_tested = excluded.is_tested
"""

COUNTRIES = """
INSERT INTO partners_expertcountry (expert_id, country_id, relation, note)
SELECT p.expert_id, p.code, CASE p.kind WHEN 'ties' THEN 'ties' ELSE 'worked' END, ''
FROM import_part p WHERE p.kind IN ('worked_in', 'ties')
  AND NOT EXISTS (
      SELECT FROM partners_expertcountry k WHERE k.expert_id = p.expert_id AND k.country_id = p.code
        AND k.relation = CASE p.kind WHEN 'ties' THEN 'ties' ELSE 'worked' END)
"""

PERIODS = """
CREATE TEMP TABLE import_period ON COMMIT DROP AS
SELECT p.expert_id, p.period, CASE p.kind WHEN 'available' THEN 'available' ELSE 'blackout' END AS kind
FROM import_part p WHERE p.kind IN ('available', 'unavailable')
"""
OLD_PERIODS = """
DELETE FROM partners_availability a USING import_period p
WHERE a.expert_id = p.expert_id AND a.kind = p.kind AND a.period && p.period AND a.period <> p.period
"""
NEW_PERIODS = """
INSERT INTO partners_availability (expert_id, period, kind, note)
SELECT p.expert_id, p.period, p.kind, '' FROM import_period p
WHERE NOT EXISTS (
    SELECT FROM partners_availability a WHERE a.expert_id = p.expert_id AND a.kind = p.kind AND a.period = p.period)
"""

OLD_CERTIFICATES = f"""
UPDATE partners_certificate c
SET issued_on = p.first_day, expires_on = coalesce(p.last_day, c.expires_on),
    number = CASE WHEN p.number <> '' THEN p.number ELSE c.number END, version = c.version + 1
FROM import_part p WHERE p.kind = 'certificates' AND {SAME_CERTIFICATE} AND ({CERTIFICATE_DIFFERS})
"""  # noqa: S608
NEW_CERTIFICATES = f"""
INSERT INTO partners_certificate (expert_id, programme, number, issued_on, expires_on, version)
SELECT DISTINCT ON (p.expert_id, lower(p.title), p.number, p.first_day)
       p.expert_id, p.title, p.number, p.first_day, p.last_day, 1
FROM import_part p WHERE p.kind = 'certificates'
  AND NOT EXISTS (SELECT FROM partners_certificate c WHERE {SAME_CERTIFICATE})
"""  # noqa: S608

ROWS_KNOW_THEM = """
UPDATE partners_rosterimportrow r SET expert_id = t.expert_id FROM import_target t WHERE t.row_id = r.id AND t.is_new
"""

STATEMENTS = (
    *TARGETS,
    "DROP TABLE IF EXISTS pg_temp.import_period",
    NEW_PEOPLE,
    KNOWN_PEOPLE,
    SKILLS,
    LANGUAGES,
    COUNTRIES,
    PERIODS,
    OLD_PERIODS,
    NEW_PERIODS,
    OLD_CERTIFICATES,
    NEW_CERTIFICATES,
    ROWS_KNOW_THEM,
)


def write_roster(roster_import: RosterImport) -> None:
    """Put the good rows of a checked upload on the roster."""
    values = {"upload": roster_import.pk, "agency": roster_import.agency_id, "today": today()}
    with connection.cursor() as cursor:
        for statement in STATEMENTS:
            cursor.execute(statement, dict(values))
