"""The real activities of the publications, as closed engagements, each with the facts it was made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from engagements.models import Engagement
from engagements.services.history import Counted, Group, Took, record_historic_engagement
from partners.models import Agency, Expertise
from slp.demo.record.partners import BROCHURE, FACT_SHEET, NOTE, RIGHTS
from slp.documents.models import Source
from slp.lib.dates import Precision
from slp.places.models import Country

YEAR, MONTH, NONE = Precision.YEAR, Precision.MONTH, Precision.NONE


@dataclass(frozen=True)
class Told:
    """One activity as published."""

    facts: str
    kind: str
    title: str
    source: str
    sector: str
    country: str = ""
    host: str = ""
    agencies: tuple[tuple, ...] = ()  # (name, people as published or None, note)
    expertise: tuple[str, ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None
    precision: str = NONE
    places: str = ""
    mission: str = ""
    participants: tuple[Group, ...] = ()
    results: tuple[Counted, ...] = ()
    summary: str = ""


HNP = "Haitian National Police"
MOI = "Ministry of Internal Affairs of Georgia"
NOT_MAPPED = "Haiti, Liberia and Darfur; which unit went to which mission is not stated"

ACTIVITIES = (
    Told(
        "SF01,SF02,SF24", "mentoring", "Creole-speaking officers mentor the Haitian National Police", FACT_SHEET,
        "POL", "HT", HNP, (("New York Police Department", 68, "Creole-speaking officers, as published"),),
        ("POL-01", "POL-02", "POL-03", "POL-15"), date(2010, 8, 1), date(2013, 5, 9), MONTH, "Various Haitian cities",
        results=(Counted("deployments", 12), Counted("officers_deployed", 68)),
        summary="Six active-duty Creole-speaking officers every four months, on rotations of 90 to 120 days, after "
        "the earthquake of January 2010. The first six went in August 2010 for 90 days. 12 deployments and 68 "
        "officers are both as published in May 2013; neither follows from the other.",
    ),
    Told(
        "SF11", "training", "Certified instructors help to improve corrections in El Salvador", NOTE, "COR", "SV",
        expertise=("COR-02", "COR-05"), starts_on=date(2010, 1, 1), precision=YEAR,
        summary="Instructors certified by INL's corrections partnerships went on to assist El Salvador. Which "
        "agencies took part is not published.",
    ),
    Told(
        "SF12", "training", "Certified instructors help to improve corrections in Brazil", NOTE, "COR", "BR",
        expertise=("COR-02", "COR-05"), starts_on=date(2010, 1, 1), precision=YEAR,
        summary="Instructors certified by INL's corrections partnerships went on to assist Brazil. Which agencies "
        "took part is not published.",
    ),
    Told(
        "SF13", "training", "Prosecuting gender-based violence, sexual assault and child abuse", BROCHURE, "JUS", "CO",
        "Colombian prosecutors", (("Montgomery County State's Attorney's Office", None, ""),),
        ("JUS-01", "JUS-02", "JUS-03"), participants=(Group("Colombian prosecutors", unknown=22),),
        summary="22 Colombian prosecutors trained. Date and place are not published.",
    ),
    Told(
        "SF14", "training", "Improving the Georgian law enforcement training academy", BROCHURE, "POL", "GE", MOI,
        (("Illinois State Police", None, ""),), ("STD-02", "STD-03"),
        summary="Several training courses; their number is not published.",
    ),
    Told(
        "SF15", "embed", "Two Georgian police trainers embedded in the Illinois academy", BROCHURE, "POL", "GE", MOI,
        (("Illinois State Police", None, ""),), ("STD-05", "STD-02"), places="Illinois State Police academy",
        participants=(Group("Georgian police trainers", unknown=2),), results=(Counted("guests_hosted", 2),),
        summary="Two Georgian police trainers were embedded in the agency's academy.",
    ),
    Told(
        "SF16", "training", "Emergency management response in prisons", BROCHURE, "COR", "CO",
        "Colombian correctional officials", (("Virginia Department of Corrections", None, ""),), ("COR-01",),
        summary="Emergency Management Response training for Colombian correctional officials.",
    ),
    Told(
        "SF17", "training", "Underwater crime scene investigation in the Philippines", BROCHURE, "MAR", "PH",
        "Philippine authorities", (("San Diego Harbor Police Department", None, ""),), ("MAR-02", "MAR-03"),
        summary="Development of a Philippine underwater crime scene investigation programme, with structured "
        "SCUBA-enabled training.",
    ),
    Told(
        "SF18", "study_visit", "Philippine study visits to the Port of San Diego", BROCHURE, "MAR", "PH",
        "Philippine authorities", (("San Diego Harbor Police Department", None, ""),), ("MAR-01", "MAR-02"),
        places="Port of San Diego", summary="Study visits hosted at the port.",
    ),
    Told(
        "SF23", "training", "Countering drug trafficking in Haiti", RIGHTS, "POL", "HT", HNP,
        (("Miami-Dade Police Department", None, ""),), ("POL-09",),
        summary="Training the Haitian National Police to counter drug trafficking.",
    ),
    Told(
        "SF25", "training", "Investigating and prosecuting public corruption", RIGHTS, "JUS", "MD",
        "Moldovan justice officials", (("New Mexico Attorney General's Office", None, ""),), ("JUS-04",),
        summary="Training for Moldovan justice officials.",
    ),
    Told(
        "SF26,SF27,SF28", "training", "DNA evidence: a judge, a prosecutor and a forensic expert", RIGHTS, "JUS", "CR",
        "Costa Rican counterparts",
        (
            ("Arizona Administrative Office of Courts", 1, "A retired judge"),
            ("Denver District Attorney's Office", 1, "A district attorney"),
            ("Denver Police Department", 1, "A forensic expert"),
        ),
        ("JUS-09", "FOR-01"),
        summary="One team of three agencies conducted training in Costa Rica on DNA evidence.",
    ),
    *(
        Told(
            fact, "ippos", f"Preparing police units of {name} for peacekeeping", RIGHTS, "POL", iso2,
            f"Police of {name}", expertise=("POL-16",), starts_on=date(2008, 1, 1), ends_on=date(2013, 12, 31),
            precision=YEAR, mission=NOT_MAPPED,
            summary=f"IPPOS worked with units from {name} in preparation for their deployment. How many units and "
            "people is not published per country.",
        )
        for fact, iso2, name in (
            ("SF31", "TG", "Togo"), ("SF32", "SN", "Senegal"), ("SF33", "BF", "Burkina Faso"),
            ("SF34", "ML", "Mali"), ("SF35", "NP", "Nepal"), ("SF36", "JO", "Jordan"),
        )
    ),
    Told(
        "SF37", "equipment", "Major equipment for two peacekeeping police units", RIGHTS, "POL",
        expertise=("POL-16",), starts_on=date(2008, 1, 1), ends_on=date(2013, 12, 31), precision=YEAR,
        mission="Darfur", results=(Counted("police_units", 2, note="Equipped"),),
        summary="Major equipment to speed the deployment of two other units to Darfur. Their countries are not named.",
    ),
    Told(
        "PF04", "training", "High-risk prisoner transport for Mexican officers", "icmtc-article", "COR", "MX", "",
        (("Colorado Department of Corrections", None, ""),), ("COR-08",), date(2011, 9, 1), None, MONTH,
        places="Colorado", summary="First course of the International Correctional Management Training Center, "
        "with an INL grant of August 2011. Partner since 2008.",
    ),
    Told(
        "PF05", "training", "International corrections academy classes in New Mexico", "nmcd-blog-2014", "COR", "MX",
        "", (("New Mexico Corrections Department", None, ""),), ("COR-02", "COR-05"), date(2009, 3, 15),
        date(2014, 2, 4), MONTH, places="New Mexico",
        participants=(
            Group("Graduates from Mexico, Belize, Guatemala and Honduras, by February 2014", women=135, men=434),
        ),
        summary="The first class, of 24 officers, began on 15 March 2009 and took six weeks. 569 graduates by "
        "February 2014: 434 men and 135 women, from Mexico, Belize, Guatemala and Honduras.",
    ),
    Told(
        "PF06", "mentoring", "Advising in Jamaica", "pasadena-mou-2012", "POL", "JM", "",
        (("Pasadena Police Department", 1, "One officer, for one week"),), ("STD-06",),
        summary="One officer advised in Jamaica for one week.",
    ),
    Told(
        "PF08", "training", "Texas state police train in seven countries", "slp-web-page", "POL", "", "",
        (("Texas Department of Public Safety", None, ""),), ("POL-06", "POL-19", "POL-20"), date(2015, 1, 1), None,
        YEAR, summary="Since 2015, in seven countries that the page does not name: crowd control, defensive tactics, "
        "accountability, probationary training of recruits.",
    ),
    Told(
        "PF09", "study_visit", "Community supervision: study tours in Washington", "slp-web-page", "COR", "", "",
        (("Court Services and Offender Supervision Agency", None, ""),), ("COR-07",), date(2011, 1, 1), None, YEAR,
        places="Washington", summary="Since 2011: study tours, electronic monitoring, alternatives to incarceration.",
    ),
    Told(
        "PF10", "study_visit", "Harbor tour in San Diego", "harbor-notice-2016", "MAR", "PH", "",
        (("San Diego Harbor Police Department", None, ""),), ("MAR-01",), date(2016, 10, 1), None, MONTH,
        places="Port of San Diego", summary="Harbor tour hosted in October 2016. Partner since April 2015.",
    ),
    Told(
        "PF11", "study_visit", "Georgian corrections representatives in Colorado", "colorado-georgia-2017", "COR",
        "GE", "", (("Colorado Department of Corrections", None, ""),), ("COR-04",), date(2017, 10, 1), None, MONTH,
        places="Pueblo County", participants=(Group("Georgian corrections representatives", unknown=13),),
        summary="13 representatives, with a visit to the Pueblo County jail.",
    ),
    Told(
        "PF12", "study_visit", "Armenian delegation on women offenders", "colorado-armenia", "COR", "AM", "",
        (("Colorado Department of Corrections", None, ""),), ("COR-09",), date(2017, 11, 1), date(2017, 12, 31),
        MONTH, places="Colorado", summary="November and December 2017.",
    ),
    Told(
        "PF12", "training", "Return visit of Colorado experts to Armenia", "colorado-armenia", "COR", "AM", "",
        (("Colorado Department of Corrections", None, ""),), ("COR-09",), date(2018, 6, 1), None, MONTH,
        summary="Return deployment to Armenia in June of the following year.",
    ),
)  # fmt: skip


def load_engagements(sources: dict[str, Source], agencies: dict[str, Agency]) -> None:
    """Record each activity once."""
    known = set(Engagement.objects.filter(is_historic=True).values_list("fact_ids", "title"))
    missing = [row for row in ACTIVITIES if (row.facts, row.title) not in known]
    countries = Country.objects.in_bulk() if missing else {}
    fields = Expertise.objects.in_bulk() if missing else {}
    for row in missing:
        record_historic_engagement(
            kind=row.kind,
            title=row.title,
            source=sources[row.source],
            fact_ids=row.facts,
            agencies=[Took(agencies[name], people, note) for name, people, note in row.agencies],
            country=countries[row.country] if row.country else None,
            host=row.host,
            expertise=[fields[code] for code in row.expertise],
            participants=row.participants,
            results=row.results,
            sector=row.sector,
            places=row.places,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            date_precision=row.precision,
            peacekeeping_mission=row.mission,
            summary=row.summary,
        )
