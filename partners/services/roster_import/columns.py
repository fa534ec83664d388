"""The columns of a roster file: what each is called, what else it may be called, how it is filled in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from partners.models import Expert
from partners.models.expert import Depth

CORRECTION = "What to correct"  # the column that a returned file has more
MAX_CELL = 1000  # characters of a cell that lists several things


@dataclass(frozen=True)
class Column:
    """One column. `key` is the field of the staged row."""

    key: str
    heading: str
    explains: str
    example: str = ""
    synonyms: tuple[str, ...] = ()
    required: bool = False
    lists: bool = False  # several things in one cell, separated by semicolons

    @property
    def names(self) -> tuple[str, ...]:
        return (self.key, self.heading, *self.synonyms)


ROSTER = (
    Column("name", "Name", "First and last name.", "Maria Gonzalez", ("full name", "expert", "person"), required=True),
    Column("rank", "Rank or title", "As the person is addressed.", "Lieutenant", ("rank", "title", "position"),
           required=True),
    Column("service", "Serving or retired", "One of the two words. Empty means serving.", "serving",
           ("status", "service status", "active or retired")),
    Column("years", "Years of service", "A whole number from 0 to 60.", "14", ("years", "years served", "experience")),
    Column("email", "E-mail", "The person's own address. It is how we recognize somebody who is on the roster already.",
           "m.gonzalez@agency.example", ("email", "e-mail address", "email address", "mail")),
    Column("phone", "Phone", "Where the person can be reached.", "+1 860 555 0123",
           ("telephone", "phone number", "mobile", "cell")),
    Column("expertise", "Expertise", "Codes or names of fields, separated by semicolons. Add “practises”, “teaches” or "
           "“certified” to say how deep; without a word it means practises.", "POL-01 teaches; POL-03",
           ("skills", "fields", "fields of expertise"), lists=True),
    Column("languages", "Languages", "Code or name, then the speaking level from 0 to 5 (ILR scale), then “tested” if "
           "there was a test.", "ht 4 tested; French 2", ("language", "languages spoken"), lists=True),
    Column("certificates", "Certificates", "Programme | number | date of issue | last day it is valid. The number and "
           "the last day may stay empty.", "Field training officer | FT-119 | 2024-05-02 | 2028-05-01",
           ("certificate", "instructor certificates", "certifications"), lists=True),
    Column("worked_in", "Countries worked in", "Codes or names of countries, separated by semicolons.", "HT; Georgia",
           ("worked in", "countries", "past countries"), lists=True),
    Column("ties", "Family or community ties", "Countries the person has ties to, as the person says.", "HT",
           ("ties", "heritage", "countries of heritage"), lists=True),
    Column("available", "Available", "First day to last day, both included; several separated by semicolons. A period "
           "that overlaps an earlier one on the roster takes its place.",
           "2027-01-01 to 2027-06-30; 2027-09-01 to 2027-12-31", ("availability", "available from to", "free"),
           lists=True),
    Column("unavailable", "Not available", "Periods in which the person can't travel, written the same way.",
           "2027-03-01 to 2027-03-14", ("unavailable", "blackout", "blackout dates", "not free"), lists=True),
    Column("passport_expires_on", "Official passport valid until", "A date. Never the number.", "2031-04-30",
           ("passport", "passport expires", "passport expiry", "passport valid until", "passport expires on")),
)  # fmt: skip
HEADING = {column.key: column.heading for column in ROSTER}
FIELDS = tuple(column.key for column in ROSTER)
LISTS = tuple(column.key for column in ROSTER if column.lists)

SERVICE_WORDS = {
    Expert.Service.SERVING: ("serving", "active", "active duty", "in service", "current", "sworn"),
    Expert.Service.RETIRED: ("retired", "former", "ret", "ret."),
}
DEPTH_WORDS = {
    Depth.PRACTISES: ("practises", "practices", "practise", "practice", "knows"),
    Depth.TEACHES: ("teaches", "teach", "teacher", "trains"),
    Depth.CERTIFIED: ("certified", "certified instructor", "instructor"),
}


def normal(heading: str) -> str:
    """A heading as it is compared: lower case, letters and digits only."""
    return "".join(c for c in heading.lower() if c.isalnum())


def heading_index(columns: Iterable[Column]) -> dict[str, str]:
    """Every accepted heading in its normal form -> the column's key."""
    return {normal(name): column.key for column in columns for name in column.names}
