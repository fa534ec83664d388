"""Sample per-diem ceilings of posts abroad, as the Department of State publishes them (DSSR 925).

Enough to show how a rate stands beside a claim's line. `services.rates.load_rates` writes them; the full monthly
publication is imported by an administrator.
"""

from __future__ import annotations

from datetime import date

SOURCE = "Department of State, Office of Allowances, DSSR 925 (publication of 1 Apr 2026)"
PUBLISHED_ON = date(2026, 4, 1)

# country, location, lodging per night, meals and incidentals per day (USD), in force from
SAMPLE: tuple[tuple[str, str, int, int, date], ...] = (
    ("HT", "Port-au-Prince", 155, 98, date(2023, 2, 1)),
    ("CO", "Bogota", 405, 171, date(2026, 2, 1)),
    ("GE", "Tbilisi", 236, 102, date(2025, 9, 1)),
    ("PH", "Manila", 198, 91, date(2025, 11, 1)),
    ("SV", "San Salvador", 146, 91, date(2024, 7, 1)),
    ("MD", "Chisinau", 154, 91, date(2023, 4, 1)),
    ("CR", "San Jose", 147, 149, date(2026, 4, 1)),
    ("SN", "Dakar", 248, 161, date(2025, 10, 1)),
    ("ML", "Bamako", 346, 131, date(2025, 10, 1)),
    ("HU", "Budapest", 280, 95, date(2024, 2, 1)),
    ("TH", "Bangkok", 259, 118, date(2026, 1, 1)),
    ("BW", "Gaborone", 217, 72, date(2026, 3, 1)),
    ("GH", "Accra", 497, 123, date(2025, 1, 1)),
)
