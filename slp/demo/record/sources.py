"""The publications that the record is made from, each with its date as exactly as it is known."""

from __future__ import annotations

from datetime import date

from slp.documents.models import Source
from slp.documents.services import record_source
from slp.lib.dates import Precision

STATE = "U.S. Department of State"
INL = "U.S. Department of State, Bureau of International Narcotics and Law Enforcement Affairs"
DAY, MONTH, NONE = Precision.DAY, Precision.MONTH, Precision.NONE

# code, title, publisher, issued on, precision, identifier, certainty
_ROWS = (
    (
        "inl-fact-sheet-2013",
        "Partnering with State and Local Authorities to Support International Criminal Justice Sector Assistance",
        f"{STATE}, Office of the Spokesperson", date(2013, 5, 9), DAY, "PRN 2013/542", "certain",
    ),
    (
        "inl-media-note-2010", "INL Police and Corrections Partnerships from 2010", STATE,
        date(2010, 12, 20), DAY, "PRN 2010/1843", "certain",
    ),
    (
        "slp-brochure", "U.S. State and Local Partnership Program (brochure of INL/KM)", INL,
        None, NONE, "Undated", "certain",
    ),
    (
        "inl-rule-of-law-2013", "Supporting Rights and Justice (INL web page)", INL,
        date(2013, 12, 1), MONTH, "Dated by its “as of December 2013”", "date inferred",
    ),
    (
        "inl-police-partnerships", "INL Police Partnerships (brochure of INL/CAP)", INL,
        None, NONE, "Undated", "certain",
    ),
    (
        "state-prn-2011-100", "Renewal of corrections training memoranda with New Mexico and Colorado", STATE,
        date(2011, 1, 25), DAY, "PRN 2011/100, 2009-2017.state.gov/r/pa/prs/ps/2011/01/155279.htm", "certain",
    ),
    (
        "icmtc-article", "First course of the International Correctional Management Training Center",
        "Article by CCi and INL staff", None, NONE, "nationalcia.org", "likely",
    ),
    (
        "nmcd-blog-2014", "New Mexico Corrections Department: international training",
        "New Mexico Corrections Department (agency blog)", date(2014, 2, 4), DAY,
        "newmexicocorrectionsdepartment.blogspot.com", "likely",
    ),
    (
        "pasadena-mou-2012", "Memorandum of understanding with the Pasadena Police Department", STATE,
        date(2012, 7, 26), DAY, "State media note 26 Jul 2012; City of Pasadena release 20 Jul 2012", "certain",
    ),
    (
        "texas-dps-2014", "Texas Department of Public Safety joins INL's partnership",
        "Texas Department of Public Safety", date(2014, 3, 27), DAY, "Release HQ 2014-036", "certain",
    ),
    (
        "slp-web-page", "U.S. State and Local Partnership Program (state.gov page)", STATE,
        None, NONE, "state.gov/u-s-state-and-local-partnership-program", "certain",
    ),
    (
        "harbor-notice-2016", "Notice on the San Diego Harbor Police partnership", f"{STATE}, in a local newspaper",
        date(2016, 10, 13), DAY, "imperialvalleynews.com", "likely",
    ),
    (
        "colorado-georgia-2017", "Georgian corrections officials visit Colorado", "FOX21 News",
        date(2017, 10, 2), DAY, "fox21news.com", "likely",
    ),
    (
        "colorado-armenia", "Colorado and Armenia", "U.S. Embassy in Armenia",
        None, NONE, "am.usembassy.gov/colorado-armenia", "likely",
    ),
    (
        "appreciation-2013", "Remarks at the Partner Appreciation Ceremony", STATE,
        date(2013, 5, 13), DAY, "state.gov/j/inl/rls/rm/2013/209424.htm", "certain",
    ),
    (
        "aapa-deck-2014", "INL presentation to the AAPA Port Security Seminar", INL,
        date(2014, 7, 17), DAY, "Slides", "likely",
    ),
)  # fmt: skip


def load_sources() -> dict[str, Source]:
    """The sources by code, made where they are missing."""
    fields = ("title", "publisher", "issued_on", "precision", "identifier", "certainty")
    known = Source.objects.in_bulk([row[0] for row in _ROWS])
    for code, *values in _ROWS:
        if code not in known:
            known[code] = record_source(code=code, **dict(zip(fields, values, strict=True)))
    return known
