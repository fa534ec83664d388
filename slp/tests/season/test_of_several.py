"""Who belongs to two agencies reads on every page of one record whose it is."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from django.utils.html import escape

from partners.models import Agency, Agreement, Membership
from slp.tests.season import matrix

pytestmark = pytest.mark.django_db

HEAD = re.compile(r'<div class="slp-pagehead">.*?</h1>', re.DOTALL)
# Of all their agencies, or of several: a claim's is chosen in the form, an engagement's stand in its table.
NO_AGENCYS = {"portal:home", "portal:claim-add", "portal:engagement-detail"}
# Pages that only a signatory meets, or of an agreement in a certain state.
MET = {
    "agreement-sign", "agreement-notice", "agreement-notice-back", "agreement-compare", "agreement-board",
    "amendment-sign", "membership-end",
}  # fmt: skip


def addresses(season):
    """Those of the matrix, and pages that its agreement has not."""
    yield from ((route.name, url) for route, whose, url in matrix.addresses(season) if whose != "other")
    board, text = (
        Agreement.objects.filter(**filters).order_by("pk").first()
        for filters in ({"status": "board_approval"}, {"status": "partner_review", "versions__number": 2})
    )
    yield _page("board", board)
    yield _page("compare", text)
    Agreement.objects.filter(pk=text.pk).update(status="signing")
    yield _page("sign", text)


def _page(page: str, agreement: Agreement) -> tuple[str, str]:
    return f"portal:agreement-{page}", reverse(f"portal:agreement-{page}", args=[agreement.reference])


def test_every_page_of_one_record_names_its_agency(season):
    """Lists of several have a column for it. The reader speaks and signs for all agencies, so nothing is closed."""
    reader, agencies = season.users["coordinator"], Agency.objects.filter(merged_into=None)
    Membership.objects.bulk_create(
        [Membership(user=reader, agency=one, role=role) for one in agencies for role in ("coordinator", "signatory")],
        ignore_conflicts=True,
    )
    names = [escape(one.name) for one in agencies]
    client, unnamed, opened = season.client("coordinator"), [], set()
    for name, url in addresses(season):
        if not name.startswith("portal:") or name in NO_AGENCYS:
            continue
        answer = matrix.get(client, url)
        if answer.status_code == 302:
            answer = matrix.get(client, answer.url)
        if not matrix.is_page(answer) or name.endswith("-list"):
            continue
        opened.add(name.removeprefix("portal:"))
        head = HEAD.search(answer.content.decode())
        if head is None or not any(one in head.group() for one in names):
            unnamed.append(f"{name} {url}")
    assert len(opened) > 30
    assert "\n".join(unnamed) == ""
    assert MET - opened == set()
