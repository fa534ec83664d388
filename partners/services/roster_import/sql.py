"""Small pieces that the statements of the check share. Everything here returns SQL made of our own constants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from partners.services.roster_import.columns import FIELDS, HEADING

# 2027-01-31, 1/31/2027, 31 Jan 2027, January 31, 2027: what PostgreSQL reads the American way, and nothing else that
# it would take for a date, such as "today".
DATE_SHAPE = (
    r"^(\d{4}[-/]\d{1,2}[-/]\d{1,2}( 00:00(:00)?)?|\d{1,2}/\d{1,2}/\d{4}|\d{1,2}[ -][A-Za-z]{3,9}[ -]\d{4}"
    r"|[A-Za-z]{3,9} \d{1,2},? \d{4})$"
)
LIKE_THIS = "Write it like 2027-01-31."


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def as_date(expression: str) -> str:
    """The date that a text means, or NULL."""
    iso = (
        f"length({expression}) = 10 AND translate({expression}, '0123456789', '') = '--' "
        f"AND substr({expression}, 5, 1) = '-'"
    )
    return (
        f"CASE WHEN ({iso} OR {expression} ~ '{DATE_SHAPE}') AND pg_input_is_valid({expression}, 'date') "
        f"THEN ({expression})::date END"
    )


def typed(expression: str) -> str:
    """What somebody typed, in quotation marks, not too long."""
    return f"'“' || left({expression}, 60) || '”'"


def one_of(expression: str, words: Mapping[object, Iterable[str]]) -> str:
    """The key whose words hold the lower-case expression, or NULL."""
    cases = " ".join(
        f"WHEN {expression} IN ({', '.join(quoted(word) for word in accepted)}) THEN {literal(key)}"
        for key, accepted in words.items()
    )
    return f"CASE {cases} END"


def literal(key: object) -> str:
    return str(int(key)) if isinstance(key, int) else quoted(str(key))


def position(key: str) -> int:
    """Where a column's problems stand among a row's."""
    return FIELDS.index(key) * 1000


def label(key: str) -> str:
    """How a sentence about a column begins."""
    return quoted(f"{HEADING[key]}: ")


def find(key: str, condition: str, sentence: str, *, note: bool = False) -> str:
    """One rule as a row of VALUES: (position, is it only a note, the sentence or NULL)."""
    return f"({position(key)}, {str(note).lower()}, CASE WHEN {condition} THEN {label(key)} || {sentence} END)"


# -- what changes, in words --------------------------------------------------------------------------
def day(expression: str) -> str:
    """A date as pages show it."""
    return f"to_char({expression}, 'FMDD Mon YYYY')"


def named(expression: str, words: Mapping[object, str]) -> str:
    """What people call a key."""
    cases = " ".join(f"WHEN {literal(key)} THEN {quoted(word)}" for key, word in words.items())
    return f"CASE {expression} {cases} END"


def spoken(level: str, is_tested: str) -> str:
    """How well somebody speaks a language."""
    return f"'level ' || {level} || CASE WHEN {is_tested} THEN ', tested' ELSE '' END"


def changed(label: str, was: str, now: str) -> str:
    """One difference: what it is about, what stands on the roster, if anything, and what comes."""
    return f"{label} || ': ' || coalesce(nullif({was}, '') || ' → ', '') || {now}"
