"""The empty template: a sheet to fill in, and one that explains it with all codes."""

from __future__ import annotations

import csv
import io

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from partners.models import Expertise
from partners.services.roster_import.columns import ROSTER
from partners.services.roster_import.staging import MAX_ROWS
from slp.places.models import Country, Language

BOLD = Font(bold=True)
WHITE_BOLD = Font(bold=True, color="FFFFFF")
NAVY = PatternFill("solid", fgColor="1B2A4A")
WRAP = Alignment(wrap_text=True, vertical="top")
WIDE = {"name", "email", "expertise", "languages", "certificates", "available", "unavailable"}
ADVICE = (
    "Write one person per row on the sheet “Roster”. Only Name and Rank or title must be filled in.",
    "What you leave empty stays as it is on the roster; nothing is ever erased by this file.",
    "Several things in one cell are separated by semicolons. Codes and names are both understood.",
    "Dates: 2027-01-31, 1/31/2027 or a date of your spreadsheet.",
    "Nothing is on the roster before you have seen the check and taken it over.",
)


def csv_template() -> bytes:
    """One line with the headings, for Excel with the mark that says it is UTF-8."""
    text = io.StringIO()
    csv.writer(text).writerow([column.heading for column in ROSTER])
    return text.getvalue().encode("utf-8-sig")


def xlsx_template() -> bytes:
    book = Workbook()
    _roster_sheet(book.active)
    _help_sheet(book.create_sheet("How to fill this in"))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _roster_sheet(sheet: Worksheet) -> None:
    sheet.title = "Roster"
    sheet.freeze_panes = "B2"
    for number, column in enumerate(ROSTER, start=1):
        cell = sheet.cell(1, number, column.heading)
        cell.font, cell.fill, cell.alignment = WHITE_BOLD, NAVY, WRAP
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = 32 if column.key in WIDE else 18
        if column.key in ("email", "phone"):
            sheet.column_dimensions[letter].number_format = "@"
        rule = _rule(column.key)
        if rule:
            rule.add(f"{letter}2:{letter}{MAX_ROWS + 1}")
            sheet.add_data_validation(rule)


def _rule(key: str) -> DataValidation | None:
    """What the spreadsheet itself can say while somebody types."""
    if key == "service":
        rule = DataValidation(type="list", formula1='"serving,retired"', allow_blank=True)
        rule.error = "Choose serving or retired."
    elif key == "years":
        rule = DataValidation(type="whole", operator="between", formula1="0", formula2="60", allow_blank=True)
        rule.error = "A whole number from 0 to 60."
    elif key == "passport_expires_on":
        rule = DataValidation(type="date", operator="greaterThan", formula1="36526", allow_blank=True)
        rule.error = "A date, such as 2031-04-30."
    else:
        return None
    rule.errorTitle = "Roster"
    return rule


def _help_sheet(sheet: Worksheet) -> None:
    for line in ADVICE:
        sheet.append([line])
    sheet.append([])
    _section(sheet, ["Column", "What it holds", "Example"])
    for column in ROSTER:
        needed = " Must be filled in." if column.required else ""
        sheet.append([column.heading, column.explains + needed, column.example])
    sheet.append([])
    _codes(sheet, "Expertise", Expertise.objects.filter(is_active=True).values_list("code", "name"))
    _codes(sheet, "Languages", Language.objects.values_list("code", "name"))
    _codes(sheet, "Countries", Country.objects.values_list("iso2", "name"))
    for letter, width in (("A", 30), ("B", 70), ("C", 60)):
        sheet.column_dimensions[letter].width = width
    for row in sheet.iter_rows(min_row=len(ADVICE) + 2, max_row=len(ADVICE) + 2 + len(ROSTER)):
        for cell in row:
            cell.alignment = WRAP


def _codes(sheet: Worksheet, title: str, pairs) -> None:
    _section(sheet, [f"{title}: code", "Name"])
    for pair in pairs:
        sheet.append(list(pair))
    sheet.append([])


def _section(sheet: Worksheet, headings: list[str]) -> None:
    sheet.append(headings)
    for cell in sheet[sheet.max_row]:
        cell.font = BOLD
