"""The kept statement of a list finds for each reader what the list's own rule finds, whoever read it first."""

from __future__ import annotations

import pytest

from slp.lib import lists
from slp.tests.season import matrix
from slp.tests.season.test_query_counts import LISTS

AGAIN = 2  # the second time round every text was made for somebody else


@pytest.fixture(scope="module")
def compared(season, django_db_blocker):
    """[(route, role, by the kept statement, by the rule)] of every list that keeps its statement."""
    found = []
    asked = lists._first_ids

    def noted(request, page, filterset, order):
        kept = asked(request, page, filterset, order)
        queryset = lists._asked(request, page, filterset, request.user)
        found.append(
            (request.resolver_match.view_name, request.user.email, kept, _by_rule(request, queryset, page, order))
        )
        return kept

    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), matrix.unrendered():
        patch.setattr(lists, "_first_ids", noted)
        clients = {role: season.client(role) for role in matrix.COLUMNS}
        urls = [url for route, _, url in matrix.addresses(season) if route.name.endswith(LISTS)]
        for client in list(clients.values()) * AGAIN:
            for url in urls:
                matrix.get(client, url)
    return found


def _by_rule(request, queryset, page, order):
    return lists._ids(request, lists._ordered(queryset, page, order))


def test_there_are_lists_and_readers_to_compare(compared):
    assert len({route for route, *_ in compared}) > 15
    assert len({who for _, who, *_ in compared}) > 8
    assert any(ids for *_, (ids, _) in compared)


def test_everybody_gets_their_own_rows(compared):
    wrong = {(route, who) for route, who, kept, by_rule in compared if kept != by_rule}
    assert not wrong
