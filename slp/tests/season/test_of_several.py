"""Who belongs to two agencies reads on every page of one record whose it is."""

from __future__ import annotations

import re

import pytest
from django.utils.html import escape

from partners.models import Agency, Membership
from slp.tests.season import matrix

pytestmark = pytest.mark.django_db

HEAD = re.compile(r'<div class="slp-pagehead">.*?(?=<form|<table|<section|<dl class="slp-def|</main>)', re.DOTALL)
# Of all their agencies, or of several: a claim's is chosen in the form, an engagement's stand in its table.
NO_AGENCYS = {"portal:home", "portal:claim-add", "portal:engagement-detail"}


def test_every_page_of_one_record_names_its_agency(season):
    """Lists of several have a column for it."""
    reader = season.users["coordinator"]
    mine = {membership.agency for membership in reader.memberships.select_related("agency")}
    other = Agency.objects.exclude(pk__in=[one.pk for one in mine]).filter(merged_into=None).order_by("pk").first()
    Membership.objects.create(user=reader, agency=other, role="coordinator")
    names = [escape(one.name) for one in (*mine, other)]
    client, unnamed, pages = season.client("coordinator"), [], 0
    for route, whose, url in matrix.addresses(season):
        if whose == "other" or not route.name.startswith("portal:") or route.name in NO_AGENCYS:
            continue
        answer = matrix.get(client, url)
        if answer.status_code == 302:
            answer = matrix.get(client, answer.url)
        if not matrix.is_page(answer) or route.name.endswith("-list"):
            continue
        pages += 1
        head = HEAD.search(answer.content.decode())
        if head is None or not any(name in head.group() for name in names):
            unnamed.append(f"{route.name} {url}")
    assert pages > 30
    assert "\n".join(unnamed) == ""
