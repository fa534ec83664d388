"""Rosters that agencies have sent as files: one with a few problems that waits, and how others ended."""

from __future__ import annotations

import csv
import io

from django.core.files.uploadedfile import SimpleUploadedFile

from partners.lifecycles import ROSTER_IMPORT
from partners.models import RosterImport
from partners.services.roster_import.imports import carry_out, check_upload, take_over, upload_roster
from slp.demo.season.story import Story

HEADINGS = ("Name", "Rank or title", "Years of service", "Expertise", "Languages", "Available")


def _rows(story: Story) -> tuple[tuple[str, ...], ...]:
    """Three are right; a date, a language and a rank are not."""
    first, last = story.day(60), story.day(240)
    return (
        ("Nadege Desir", "Officer", "9", "POL-01 teaches; POL-04 teaches", "ht 4", f"{first} to {last}"),
        ("Solange Prevot", "Officer", "4", "Community policing", "Haitian Creole 5; French 3", f"{first} to {last}"),
        ("Carl Etienne", "Sergeant", "15", "POL-02 teaches", "ht 4 tested", ""),
        ("Ruth Castor", "Detective", "12", "POL-03", "Hatian Creole 4", f"{first} to {last}"),
        ("Paul Vernet", "", "7", "POL-01", "ht 3", ""),
        ("Gina Moreau", "Officer", "5", "POL-14", "fr 3", f"{last} to {first}"),
    )


def send_roster_files(story: Story) -> None:
    """Each state in which a file can rest."""
    with story.clock.at(story.day(-40)):
        _send(story, "cypress", "people.csv", (("Name", "Phone"), ("Tomas Reyes", "555-0171")))
        draft = _send(story, "cypress", "draft roster.csv", (HEADINGS[:2], ("Yolette Saintil", "Deputy")))
        ROSTER_IMPORT.apply(draft, "discard", actor=story.coordinator("cypress"))
    with story.clock.at(story.day(-39)):
        rows = (HEADINGS[:3], ("Yolette Saintil", "Deputy", "6"), ("Tomas Reyes", "Lieutenant", "18"))
        roster = _send(story, "cypress", "roster.csv", rows)
        take_over(actor=story.coordinator("cypress"), roster_import=roster)
        carry_out(roster_import_id=roster.pk)
    with story.clock.at(story.day(-2)):
        _send(story, "lincoln", "Port Lincoln roster.csv", (HEADINGS, *_rows(story)))


def _send(story: Story, agency: str, name: str, rows: tuple[tuple[str, ...], ...]) -> RosterImport:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    upload = SimpleUploadedFile(name, text.getvalue().encode())
    sent = upload_roster(actor=story.coordinator(agency), agency=story.agencies[agency], upload=upload)
    return check_upload(roster_import_id=sent.pk)
