"""Makes the demonstration data large: clones its rows by SQL, so that every list has a realistic mix."""

from __future__ import annotations

from django.db import connection, models

from deployments.models import Claim, ClaimLine, Clearance, Deployment, SupportEntry
from engagements.models import Addendum, Engagement, FinalReport, Invitation, Need, Participation, Seat
from partners.models import Agency, Agreement, Expert, ExpertLanguage, ExpertSkill
from partners.services.facts import put_facts_right


def clone(model: type[models.Model], count: int, **overrides: str) -> int:
    """Insert `count` copies of the model's rows in turn; `overrides` are SQL with `src`, `g` (1..count) and `BASE`.

    Returns the id before the first copy: the copy made for `g` has the id `base + g`.
    """
    table = model._meta.db_table
    fields = [f for f in model._meta.concrete_fields if not f.generated and not f.primary_key]
    columns = [f.column for f in fields]
    names = ", ".join(f'"{c}"' for c in columns)
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT coalesce(max(id), 0) FROM "{table}"')  # noqa: S608 -- names from our models
        base = cursor.fetchone()[0]
        chosen = [overrides.get(c, f'src."{c}"').replace("BASE", str(base)) for c in columns]
        cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
        cursor.execute(
            f"""
            WITH src AS (SELECT *, row_number() OVER (ORDER BY id) AS n FROM "{table}")
            INSERT INTO "{table}" (id, {names})
            SELECT {base} + g, {", ".join(chosen)}
            FROM generate_series(1, {count}) AS g JOIN src ON src.n = 1 + mod(g, (SELECT count(*) FROM src))
            """  # noqa: S608 -- names from our models
        )
        cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
        cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, base + count + 1])
    return base


PAST = "mod(g / 7, 10) <> 0"  # nine of ten rows of a system in its tenth year are over

AGO = f"CASE WHEN {PAST} THEN 730 + 365 * mod(g, 10) ELSE 0 END"  # days


def over(status: str) -> str:
    """SQL of the state of a copy: most have come to their end, the others stand where their original stands."""
    return f"CASE WHEN {PAST} THEN '{status}' ELSE src.status END"


def years_ago(*columns: str) -> dict[str, str]:
    """SQL of dates and moments: what is over lies two to eleven years back, and keeps its length."""
    return {c: f"src.{c} - {AGO} * interval '1 day'" for c in columns}


def receipts(count: int) -> str:
    """A document of its own for each of the next `count` lines of claims. Returns the SQL of a line's `receipt_id`."""
    key = "md5('receipt ' || ({} + g))"
    last = ClaimLine.objects.order_by("-pk").values_list("pk", flat=True)[0]
    same = ", ".join(("slot", "file", "name", "content_type", "size", "uploaded_by_id", "uploaded_at"))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE documents_document DISABLE TRIGGER USER")
        cursor.execute(
            f"INSERT INTO documents_document (id, sha256, {same})"  # noqa: S608 -- names of our own
            f" SELECT {key.format(last)}::uuid, {key.format(last)} || {key.format(last)}, {same}"
            " FROM (SELECT * FROM documents_document WHERE slot = 'receipt' LIMIT 1) AS src, generate_series(1, %s) g",
            [count],
        )
        cursor.execute("ALTER TABLE documents_document ENABLE TRIGGER USER")
    return f"{key.format('BASE')}::uuid"


def grow(size: int) -> None:
    """About `size` deployments and what belongs to them."""
    ref = "'{}-20-' || lpad((BASE + g)::text, 7, '0')"
    clone(Agency, size // 100, name="src.name || ' ' || (BASE + g)", us_state="'CA'", status="'former'")
    experts = clone(Expert, size, user_id="NULL", name="src.name || ' ' || g")
    clone(ExpertSkill, size, expert_id=f"{experts} + g")
    clone(ExpertLanguage, size, expert_id=f"{experts} + g")
    clone(Agreement, size // 50, reference=ref.format("AGR"), supersedes_id="NULL", status="'expired'")
    needs = clone(
        Need, size // 10, reference=ref.format("NEED"), status=over("fulfilled"), **years_ago("starts_on", "ends_on")
    )
    clone(Seat, size // 2, need_id=f"{needs} + 1 + mod(g, {size // 10})", number="1000 + mod(g, 30000)")
    clone(
        Invitation,
        size // 5,
        reference=ref.format("INV"),
        need_id=f"{needs} + 1 + mod(g, {size // 10})",
        status="CASE WHEN src.status IN ('draft', 'sent', 'countered') THEN 'lapsed' ELSE src.status END",
    )
    engagements = clone(
        Engagement,
        size // 5,
        reference=ref.format("ENG"),
        need_id="NULL",
        status=over("closed"),
        **years_ago("starts_on", "ends_on"),
    )
    clone(Participation, size // 5, engagement_id=f"{engagements} + g")
    clone(Addendum, size // 5, engagement_id=f"{engagements} + g")
    clone(
        FinalReport,
        size // 5,
        reference=ref.format("REP"),
        engagement_id=f"{engagements} + g",
        status=over("accepted"),
        **years_ago("first_due_on", "due_on", "submitted_at"),
    )
    deployments = clone(
        Deployment,
        size,
        reference=ref.format("DEP"),
        expert_id=f"{experts} + g",
        engagement_id=f"{engagements} + 1 + mod(g, {size // 5})",
        nomination_id="NULL",
        seat_id="NULL",
        status=over("closed"),
        period=f"daterange(lower(src.period) - {AGO}, upper(src.period) - {AGO})",
    )
    clone(Clearance, size, deployment_id=f"{deployments} + g", status=over("cleared"), **years_ago("due_on"))
    claims = clone(
        Claim,
        size // 5,
        reference=ref.format("CLM"),
        engagement_id=f"{engagements} + g",
        status=over("paid"),
        **years_ago("status_since", "submitted_at"),
    )
    clone(
        ClaimLine,
        size * 2,
        claim_id=f"{claims} + 1 + mod(g, {size // 5})",
        deployment_id="NULL",
        receipt_id=receipts(size * 2),
        amount="src.amount + mod(BASE + g, 1000000) / 100.0",
    )
    clone(
        SupportEntry, size // 2, client_id="gen_random_uuid()", engagement_id=f"{engagements} + 1 + mod(g, {size // 5})"
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        put_facts_right()  # no trigger has seen the copies
        cursor.execute("ANALYZE partners_expertfacts, partners_expertstrength")
        if not connection.in_atomic_block:  # a test grows the season inside one
            cursor.execute("VACUUM partners_expertfacts, partners_expertstrength")
