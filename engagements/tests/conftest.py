"""What most tests of this app start from."""

from __future__ import annotations

import pytest

from engagements.tests.factories import make_engagement, make_need, make_seats
from partners.tests.factories import make_agreement, make_expert


@pytest.fixture
def agreement(agency):
    return make_agreement(agency)


@pytest.fixture
def other_agreement(other_agency):
    return make_agreement(other_agency)


@pytest.fixture
def need(haiti, post_officer):
    """Validated, mentoring in Haiti, no seats yet."""
    return make_need(haiti, post_officer)


@pytest.fixture
def six_seats(need, community_policing, creole):
    """Six Creole-speaking mentors who teach community policing."""
    return make_seats(need, community_policing, 6, language=creole, min_speaking=3, min_depth=2)


@pytest.fixture
def mentor(agency, community_policing, creole):
    """Meets what the six seats ask."""
    return make_expert(agency, "Alix Jean", skills=[(community_policing, 2)], languages=[(creole, 4)])


@pytest.fixture
def engagement(haiti, officer, agency, agreement):
    """In preparation, with one agency."""
    return make_engagement(haiti, officer, agency=agency, agreement=agreement)
