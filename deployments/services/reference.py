"""The reference data of every floor: without it an installation can't prepare anybody for travel."""

from __future__ import annotations

from django.db import transaction

from deployments.services.rates import load_rates
from deployments.services.readiness import list_where_missing, load_requirements
from partners.services.taxonomy import load_expertise
from partners.services.templates import load_templates
from slp.places.services import load_places


def load_reference() -> dict[str, int]:
    """Places, fields of expertise, what travel requires, sample rates: adds what is missing, keeps what people changed.

    Returns how many of each are new. Whoever was preparing without a list of requirements gets one.
    """
    with transaction.atomic():
        added = load_places() | {"fields of expertise": load_expertise()}
        added |= {"agreement templates": load_templates()}
        added |= {"requirements": load_requirements(), "rates": load_rates()}
        list_where_missing()
    return added
