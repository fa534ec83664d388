"""The real agencies, agreements and outreach of the publications. None of them is fictional."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from partners.models import Agency, Agreement, Outreach
from partners.services.agencies import record_published_agency
from partners.services.agreements import record_published_agreement
from partners.services.outreach import record_outreach
from slp.documents.models import Source
from slp.lib.dates import Precision, show

AS_PUBLISHED = "Named by the publication. Whether the partnership goes on today is not published."


@dataclass(frozen=True)
class Named:
    """An agency as publications name it. `facts`: the published facts that do no more than name it."""

    name: str
    kind: str
    level: str
    us_state: str
    sector: str
    source: str
    city: str = ""
    since: date | None = None
    status: str = "partner"
    facts: tuple[str, ...] = ()
    time_zone: str = "America/New_York"


MOUNTAIN, CENTRAL, PACIFIC = "America/Denver", "America/Chicago", "America/Los_Angeles"
FACT_SHEET, NOTE, BROCHURE = "inl-fact-sheet-2013", "inl-media-note-2010", "slp-brochure"
RIGHTS, RENEWALS = "inl-rule-of-law-2013", "state-prn-2011-100"

AGENCIES = (
    Named("New York Police Department", "police", "municipal", "NY", "POL", NOTE, "New York", date(2010, 8, 1)),
    Named("Chicago Police Department", "police", "municipal", "IL", "POL", NOTE, "Chicago", date(2010, 1, 1),
          facts=("SF05",), time_zone=CENTRAL),
    Named("Colorado Department of Corrections", "corrections", "state", "CO", "COR", NOTE, "", date(2008, 1, 1),
          facts=("SF06",), time_zone=MOUNTAIN),
    Named("Federal Bureau of Prisons", "federal", "federal", "DC", "COR", NOTE, "Washington", date(2010, 1, 1),
          facts=("SF07", "PF03")),
    Named("International Association of Women Police", "association", "association", "", "POL", NOTE,
          status="in_talks"),
    Named("Richmond Police Department", "police", "municipal", "VA", "POL", NOTE, "Richmond", status="prospect"),
    Named("Montgomery County State's Attorney's Office", "prosecutor", "county", "MD", "JUS", BROCHURE),
    Named("Illinois State Police", "state_police", "state", "IL", "POL", BROCHURE, time_zone=CENTRAL),
    Named("Virginia Department of Corrections", "corrections", "state", "VA", "COR", BROCHURE),
    Named("San Diego Harbor Police Department", "port", "special district", "CA", "MAR", BROCHURE, "San Diego",
          date(2015, 4, 1), time_zone=PACIFIC),
    Named("Miami-Dade Police Department", "sheriff", "county", "FL", "POL", RIGHTS),
    Named("New Mexico Attorney General's Office", "attorney_general", "state", "NM", "JUS", RIGHTS,
          time_zone=MOUNTAIN),
    Named("Arizona Administrative Office of Courts", "court", "state", "AZ", "JUS", RIGHTS,
          time_zone="America/Phoenix"),
    Named("Denver District Attorney's Office", "prosecutor", "municipal", "CO", "JUS", RIGHTS, "Denver",
          time_zone=MOUNTAIN),
    Named("Denver Police Department", "police", "municipal", "CO", "FOR", RIGHTS, "Denver", time_zone=MOUNTAIN),
    Named("New Mexico Corrections Department", "corrections", "state", "NM", "COR", RENEWALS, "",
          date(2009, 3, 15), time_zone=MOUNTAIN),
    Named("Maryland corrections department", "corrections", "state", "MD", "COR", RENEWALS, "", date(2011, 1, 1),
          facts=("PF03",)),
    Named("California corrections department", "corrections", "state", "CA", "COR", RENEWALS, "",
          date(2011, 1, 1), facts=("PF03",), time_zone=PACIFIC),
    Named("Pasadena Police Department", "police", "municipal", "CA", "POL", "pasadena-mou-2012", "Pasadena",
          date(2012, 7, 25), time_zone=PACIFIC),
    Named("Texas Department of Public Safety", "state_police", "state", "TX", "POL", "texas-dps-2014", "Austin",
          date(2014, 3, 27), time_zone=CENTRAL),
    Named("Court Services and Offender Supervision Agency", "federal", "federal", "DC", "COR", "slp-web-page",
          "Washington", date(2011, 1, 1)),
)  # fmt: skip


@dataclass(frozen=True)
class Signed:
    """An agreement that a publication tells of."""

    fact: str
    agency: str
    title: str
    on: date
    source: str
    summary: str
    board_body: str = ""


AGREEMENTS = (
    Signed(
        "PF01", "New Mexico Corrections Department", "Corrections training MOU, renewed", date(2011, 1, 24), RENEWALS,
        "Renewed corrections training memorandum; it focuses on certifying academy instructors.",
    ),
    Signed(
        "PF02", "Colorado Department of Corrections", "Corrections training MOU, renewed", date(2011, 1, 24), RENEWALS,
        "Renewed corrections training memorandum: classification, management, probation, prison design.",
    ),
    Signed(
        "PF06", "Pasadena Police Department", "MOU with the Pasadena Police Department", date(2012, 7, 25),
        "pasadena-mou-2012", "Signed in the city council chambers. The release says that the Department of State "
        "pays salaries while officers are deployed.", "City council chambers",
    ),
    Signed(
        "PF07", "Texas Department of Public Safety", "MOU with the Texas Department of Public Safety",
        date(2014, 3, 27), "texas-dps-2014", "Announced and signed in Austin.",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Met:
    """Outreach that a publication tells of."""

    fact: str
    agency: str
    kind: str
    on: date
    precision: str
    attended: str
    summary: str
    source: str


OUTREACH = (
    Met(
        "SF09", "Richmond Police Department", "meeting", date(2010, 12, 20), Precision.DAY,
        "The Chief of Police of the Richmond Police Department; senior INL officials",
        "Meeting about a partnership for 2011. The hope is to gain a mutually beneficial partnership that will "
        "support INL's overseas programs. The publication says only “Richmond Police Department”; Virginia is "
        "inferred.", NOTE,
    ),
    Met(
        "SF08", "International Association of Women Police", "conference", date(2010, 1, 1), Precision.YEAR,
        "INL; the association", "Outreach of 2010 to law enforcement professional associations.", NOTE,
    ),
)  # fmt: skip


def load_agencies(sources: dict[str, Source]) -> dict[str, Agency]:
    """The agencies by name, made where they are missing."""
    names = [row.name for row in AGENCIES]
    known = {a.name: a for a in Agency.objects.filter(name__in=names, is_fictional=False)}
    for row in AGENCIES:
        if row.name not in known:
            known[row.name] = record_published_agency(
                name=row.name,
                kind=row.kind,
                level=row.level,
                us_state=row.us_state,
                sectors=row.sector,
                city=row.city,
                time_zone=row.time_zone,
                partner_since=row.since,
                source=sources[row.source],
                status=row.status,
                reason=AS_PUBLISHED,
            )
    return known


def load_agreements(sources: dict[str, Source], agencies: dict[str, Agency]) -> None:
    for row in AGREEMENTS:
        agency = agencies[row.agency]
        if Agreement.objects.filter(agency=agency, source=sources[row.source], title=row.title).exists():
            continue
        record_published_agreement(
            agency=agency,
            title=row.title,
            kind="mou",
            source=sources[row.source],
            starts_on=row.on,
            date_precision=Precision.DAY,
            board_body=row.board_body,
            reason=f"{row.summary} (Fact {row.fact}; signed {show(row.on)}.) Its term is not published, so it is "
            "not treated as in force.",
        )


def load_outreach(sources: dict[str, Source], agencies: dict[str, Agency]) -> None:
    for row in OUTREACH:
        agency = agencies[row.agency]
        if Outreach.objects.filter(agency=agency, on=row.on, source=sources[row.source]).exists():
            continue
        record_outreach(
            actor=None,
            agency=agency,
            kind=row.kind,
            on=row.on,
            date_precision=row.precision,
            attended=row.attended,
            summary=row.summary,
            source=sources[row.source],
        )
