"""The programme's numbers as published. Those that conflict stand side by side, each with its date and wording."""

from __future__ import annotations

from datetime import date

from engagements.models import PublishedFigure
from engagements.services.history import record_published_figure
from slp.demo.record.partners import BROCHURE, FACT_SHEET, NOTE, RIGHTS
from slp.documents.models import Source
from slp.lib.dates import Precision

POLICE = "inl-police-partnerships"
EXACT, LEAST, ABOUT, COUNTED = "exact", "at_least", "about", "counted"
SHEET_DAY, NOTE_DAY = (date(2013, 5, 9), Precision.DAY), (date(2010, 12, 20), Precision.DAY)
DEC_2013, UNDATED = (date(2013, 12, 1), Precision.MONTH), (None, Precision.NONE)
DECK = (date(2014, 7, 17), Precision.DAY)

_AGENCIES_WORDS = (
    "forged partnerships with more than 50 federal, state and local criminal justice agencies in 25 states over the "
    "past three years"
)
_DOZENS = "dozens of U.S. local and state police officers from six states have deployed to seven countries"
_CORRECTIONS = (
    "the Federal Bureau of Prisons and seven U.S. state departments of corrections to deliver innovative training "
    "programs in more than 25 countries"
)
_MALI = "IPPOS support will provide training for police from Togo, Senegal, and Benin preparing to deploy to Mali"
_MANDATE = "a new peacekeeping mandate in Mali which includes 1,400 police"
_EQUIPPED = "supplied major equipment to speed the deployment of two other units to Darfur"
_SUPPORTED = "which has supported 12 deployments to Haiti over the past three years"

# code, measure, label, value, certainty, wording, (as of, precision), source, note
FIGURES = (
    ("SF03-AGENCIES", "agencies", "Partner agencies", 50, LEAST, _AGENCIES_WORDS, SHEET_DAY, FACT_SHEET, ""),
    ("SF03-STATES", "states", "States of the partner agencies", 25, EXACT, _AGENCIES_WORDS, SHEET_DAY, FACT_SHEET,
     "The brochure, of another date, says 17 states and the District of Columbia."),
    ("SF19", "states", "States of the partners", 17, EXACT,
     "from 17 states and many cities in the U.S., including the District of Columbia", UNDATED, BROCHURE,
     "And the District of Columbia. The fact sheet of May 2013 says 25 states."),
    ("SF01-DEPLOYMENTS", "deployments", "Deployments of the New York Police Department to Haiti", 12, EXACT,
     _SUPPORTED, SHEET_DAY, FACT_SHEET, "As published. 12 deployments of six would be 72 officers, not 68."),
    ("SF01-OFFICERS", "people_deployed", "New York officers who rotated through Haiti", 68, EXACT,
     "Sixty-eight Creole-speaking NYPD officers have rotated through Haiti", SHEET_DAY, FACT_SHEET,
     "As published; not derived from the 12 deployments."),
    ("SF02", "people_deployed", "First New York officers in Haiti", 6, EXACT,
     "sent six of their Haitian-American officers to Haiti for a 90-day deployment", NOTE_DAY, NOTE, ""),
    ("SF04-OFFICERS", "people_deployed", "Police officers deployed since 2010", None, ABOUT, _DOZENS, SHEET_DAY,
     FACT_SHEET, "“Dozens”: the source gives no number."),
    ("SF04-COUNTRIES", "parts", "Countries that police officers deployed to since 2010", 7, EXACT, _DOZENS,
     SHEET_DAY, FACT_SHEET, ""),
    ("SF04-STATES", "parts", "States whose police officers deployed since 2010", 6, EXACT, _DOZENS, SHEET_DAY,
     FACT_SHEET, "The six states are not named."),
    ("SF10", "instructors_certified", "U.S. corrections instructors certified", 200, LEAST,
     "certified over 200 U.S. corrections instructors", NOTE_DAY, NOTE,
     "U.S. instructors, not foreign trainees."),
    ("SF20", "capacity", "Engagements a year that a partner may offer", 30, EXACT,
     "It can be one engagement a year or a multi-year partnership offering up to 30 engagements annually", UNDATED,
     BROCHURE, "From one to thirty."),
    ("SF21", "countries", "Countries with INL projects", 60, LEAST, "PROJECTS IN OVER 60 COUNTRIES, INCLUDING", UNDATED,
     BROCHURE, ""),
    ("SF21-LISTED", "countries", "Countries listed in the brochure", 63, COUNTED,
     "PROJECTS IN OVER 60 COUNTRIES, INCLUDING", UNDATED, BROCHURE, "Counted from the list that follows."),
    ("SF46", "countries", "Countries with INL projects", 90, LEAST, "PROJECTS IN OVER 90 COUNTRIES, INCLUDING", UNDATED,
     POLICE, ""),
    ("SF46-LISTED", "countries", "Countries listed in the police brochure", 93, COUNTED,
     "PROJECTS IN OVER 90 COUNTRIES, INCLUDING", UNDATED, POLICE, "Counted from the list that follows."),
    ("SF22", "agreements", "Partnership agreements, formal and informal", 70, ABOUT,
     "approximately 70 formal and informal partnership agreements", DEC_2013, RIGHTS, ""),
    ("SF44", "agreements", "Memoranda with law enforcement agencies", 20, LEAST,
     "over 20 Memoranda of Understanding with law enforcement agencies", UNDATED, POLICE, "Police only."),
    ("SF29-COUNTRIES", "parts", "Countries with corrections training", 25, LEAST, _CORRECTIONS, DEC_2013, RIGHTS,
     ""),
    ("SF29-AGENCIES", "parts", "State departments of corrections in the corrections programme", 7, EXACT,
     _CORRECTIONS, DEC_2013, RIGHTS, "The seven states are not named. With the Federal Bureau of Prisons."),
    ("SF30", "people_trained", "Police peacekeepers trained by IPPOS since 2008", 2800, LEAST,
     "IPPOS has trained over 2,800 police peacekeepers since 2008", DEC_2013, RIGHTS, ""),
    ("SF37", "police_units", "Further police units equipped by IPPOS for Darfur", 2, EXACT, _EQUIPPED, DEC_2013, RIGHTS,
     "Equipped, not trained; their countries are not named."),
    ("SF38", "police_units", "Togo: training planned for the mission in Mali", None, EXACT, _MALI, DEC_2013, RIGHTS,
     "Announced for the future; whether it took place is not published here."),
    ("SF39", "police_units", "Senegal: training planned for the mission in Mali", None, EXACT, _MALI, DEC_2013, RIGHTS,
     "Announced for the future; whether it took place is not published here."),
    ("SF40", "police_units", "Benin: training planned for the mission in Mali", None, EXACT, _MALI, DEC_2013, RIGHTS,
     "Announced for the future; whether it took place is not published here."),
    ("SF38-MANDATE", "context", "Police in the new UN mandate in Mali", 1400, EXACT, _MANDATE, DEC_2013, RIGHTS,
     "The mission that police of Togo, Senegal and Benin prepare for. Context, not a number of the programme."),
    ("SF41", "context", "Police deployed under the UN, the EU and the AU", 18000, LEAST,
     "over 18,000 police are deployed under the auspices of the UN, European Union, and African Union", DEC_2013,
     RIGHTS, "Context, not a number of the programme."),
    ("SF42", "ileas", "International Law Enforcement Academies", 5, EXACT,
     "five International Law Enforcement Academies (ILEAs) around the world", DEC_2013, RIGHTS,
     "The Department's web site later lists six."),
    ("SF45", "parts", "Countries whose officers attend the academies", 80, LEAST,
     "senior law enforcement officers from over 80 countries go to receive training", UNDATED, POLICE, ""),
    ("PF05-FIRST", "people_trained", "First international class in New Mexico", 24, EXACT,
     "First international class: 24 officers, six weeks", (date(2009, 3, 15), Precision.DAY), "nmcd-blog-2014",
     "Part of the 569 graduates by February 2014."),
    ("PF05-ALL", "people_trained", "Graduates of the international classes in New Mexico", 569, EXACT,
     "569 graduates (434 men, 135 women)", (date(2014, 2, 4), Precision.DAY), "nmcd-blog-2014", ""),
    ("PF07", "agencies", "Partner agencies", 70, LEAST, "over 70 partner agencies", (date(2014, 3, 27), Precision.DAY),
     "texas-dps-2014", ""),
    ("PF08", "parts", "Countries where Texas state police trained", 7, EXACT, "Since 2015 seven countries",
     UNDATED, "slp-web-page", ""),
    ("PF13", "context", "Partner Appreciation Ceremony, Washington", None, EXACT, "Partner Appreciation Ceremony",
     (date(2013, 5, 13), Precision.DAY), "appreciation-2013", "Held in the Marshall Center."),
    ("PF14-STAFF", "context", "INL's domestic staff", 456, EXACT, "456 domestic staff in 10 offices", DECK,
     "aapa-deck-2014", ""),
    ("PF14-ABROAD", "context", "INL's staff overseas", 911, EXACT, "911 overseas at 39 posts", DECK, "aapa-deck-2014",
     ""),
    ("PF14-ILEAS", "ileas", "International Law Enforcement Academies", 5, EXACT, "five ILEAs", DECK,
     "aapa-deck-2014", ""),
)  # fmt: skip


def load_figures(sources: dict[str, Source]) -> None:
    """Record each published figure once."""
    known = set(PublishedFigure.objects.values_list("code", flat=True))
    for code, measure, label, value, certainty, wording, (as_of, precision), source, note in FIGURES:
        if code in known:
            continue
        record_published_figure(
            code=code,
            measure=measure,
            label=label,
            wording=wording,
            source=sources[source],
            value=value,
            certainty=certainty,
            as_of=as_of,
            precision=precision,
            note=note,
        )
