"""Published accomplishments and the guide of 2012."""

from __future__ import annotations

from datetime import date

from engagements.models import Accomplishment, Engagement, Guide
from engagements.services.history import record_accomplishment, record_guide
from partners.models import Agency, Expertise
from slp.demo.record.partners import BROCHURE, FACT_SHEET, NOTE, RIGHTS
from slp.documents.models import Source
from slp.lib.dates import Precision, today
from slp.places.models import Country

# headline, body, sector, agency, country, source, facts of the engagements it tells of
STORIES = (
    (
        "22 Colombian prosecutors trained in cases of gender-based violence",
        "Maryland's Montgomery County State's Attorney's Office trained 22 Colombian prosecutors in investigating and "
        "prosecuting gender-based violence, sexual assault crimes, and child abuse cases.",
        "JUS", "Montgomery County State's Attorney's Office", "CO", BROCHURE, ("SF13",),
    ),
    (
        "A better training academy for Georgia's police",
        "Illinois State Police supported the country of Georgia's Ministry of Internal Affairs in improving its law "
        "enforcement training academy. ISP conducted several training courses and embedded two Georgian police "
        "trainers in its academy.",
        "POL", "Illinois State Police", "GE", BROCHURE, ("SF14", "SF15"),
    ),
    (
        "Emergency response in Colombian prisons",
        "Virginia Department of Corrections provided Emergency Management Response training for Colombian "
        "correctional officials.",
        "COR", "Virginia Department of Corrections", "CO", BROCHURE, ("SF16",),
    ),
    (
        "Underwater crime scenes in the Philippines",
        "San Diego Harbor Police Department supported the development and implementation of a Philippine underwater "
        "crime scene investigation program (including structured SCUBA-enabled training) through trainings by and "
        "study visits to the Port of San Diego.",
        "MAR", "San Diego Harbor Police Department", "PH", BROCHURE, ("SF17", "SF18"),
    ),
    (
        "Creole-speaking New York officers in Haiti",
        "Sixty-eight Creole-speaking NYPD officers have rotated through Haiti to train and mentor their Haitian "
        "counterparts on community policing, police patrol operations, and investigations.",
        "POL", "New York Police Department", "HT", FACT_SHEET, ("SF01,SF02,SF24",),
    ),
    (
        "DNA evidence in Costa Rica: three agencies, one team",
        "A retired judge from the Arizona Administrative Office of Courts, a Denver District attorney and a Denver "
        "Police Forensic expert conducted training in Costa Rica on DNA evidence.",
        "FOR", "", "CR", RIGHTS, ("SF26,SF27,SF28",),
    ),
    (
        "Prosecuting public corruption in Moldova",
        "New Mexico's Attorney General's Office provided training to Moldovan justice officials on how to investigate "
        "and prosecute public corruption cases.",
        "JUS", "New Mexico Attorney General's Office", "MD", RIGHTS, ("SF25",),
    ),
    (
        "Over 200 U.S. corrections instructors certified",
        "Thanks to our corrections partnerships, INL has successfully certified over 200 U.S. corrections "
        "instructors. These train-the-trainer programs allow corrections officers around the world to train officers "
        "in their own countries.",
        "COR", "", "", NOTE, ("SF11", "SF12"),
    ),
)  # fmt: skip

GUIDE = (
    "Guide to understanding and evaluating prisons",
    "INL with the Bureau of Democracy, Human Rights, and Labor and the Bureau of Consular Affairs",
    "For Department officials such as human rights officers, and consular officers responsible for American citizens "
    "imprisoned overseas. Produced in 2012.",
    ("COR-03", "COR-04", "COR-05"),
)
GUIDE_FACT = "SF43"


def load_stories(sources: dict[str, Source], agencies: dict[str, Agency]) -> None:
    known = set(Accomplishment.objects.values_list("headline", flat=True))
    for headline, body, sector, agency, country, source, facts in STORIES:
        if headline in known:
            continue
        record_accomplishment(
            headline=headline,
            body=body,
            sector=sector,
            agency=agencies.get(agency),
            country=Country.objects.filter(pk=country).first(),
            source=sources[source],
            engagements=Engagement.objects.filter(is_historic=True, fact_ids__in=facts),
            published_on=today(),
        )


def load_guide(sources: dict[str, Source]) -> None:
    title, authors, summary, expertise = GUIDE
    if Guide.objects.filter(title=title).exists():
        return
    record_guide(
        title=title,
        authors=authors,
        summary=summary,
        source=sources[RIGHTS],
        issued_on=date(2012, 1, 1),
        precision=Precision.YEAR,
        published_on=today(),
        expertise=Expertise.objects.filter(pk__in=expertise),
    )
