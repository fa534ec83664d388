"""The real record: what the publications say about the programme, each fact with its source and its date."""

from __future__ import annotations

from django.db import transaction

from slp.demo.record.engagements import load_engagements
from slp.demo.record.figures import load_figures
from slp.demo.record.partners import load_agencies, load_agreements, load_outreach
from slp.demo.record.sources import load_sources
from slp.demo.record.stories import load_guide, load_stories


@transaction.atomic
def load_record() -> None:
    """Load what is missing of the record. A second run adds nothing."""
    sources = load_sources()
    agencies = load_agencies(sources)
    load_agreements(sources, agencies)
    load_outreach(sources, agencies)
    load_engagements(sources, agencies)
    load_figures(sources)
    load_stories(sources, agencies)
    load_guide(sources)
