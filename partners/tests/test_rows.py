"""Rows of one record that two people change at the same time."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pghistory
import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse

from partners.forms.agencies import CapacityFormSet, ContactFormSet, TieFormSet
from partners.forms.credentials import TravelDocumentFormSet
from partners.forms.roster import AvailabilityFormSet, LanguageFormSet, SkillFormSet, TiesFormSet
from partners.models import Agency, Contact
from partners.services.experts import days
from partners.tests.factories import make_agreement, make_expert
from slp.history.services import timeline
from slp.lib.dates import fiscal_year, today
from slp.places.models import Language
from slp.tests.season.forms import posting_forms

pytestmark = pytest.mark.django_db
EXPERT_ROWS = ["skills", "languages", "availability", "countries", "papers"]


@pytest.fixture
def contacts(agency) -> list[Contact]:
    names = ("Ann Lee", "Bo Diaz")
    return [
        Contact.objects.create(agency=agency, name=name, email=f"{name[:2].lower()}@pd.example", is_primary=n == 0)
        for n, name in enumerate(names)
    ]


def seen(page) -> str:
    return re.search(r'name="seen_rows" value="([^"]+)"', page.content.decode()).group(1)


def entries(rows: list[Contact], mark: str, **changes) -> dict:
    body = {"contacts-TOTAL_FORMS": len(rows), "contacts-INITIAL_FORMS": len(rows), "seen_rows": mark}
    for n, row in enumerate(rows):
        body |= {f"contacts-{n}-id": row.pk, f"contacts-{n}-name": row.name, f"contacts-{n}-email": row.email}
        body |= {f"contacts-{n}-is_primary": "on"} if row.is_primary else {}
    return body | changes


def as_it_stands(page) -> dict:
    """What a browser would send of the form as the page shows it."""
    form = next(form for form in posting_forms(page.content.decode()) if "seen_rows" in form.values)
    return form.values


def differences(page) -> str:
    return page.content.decode().partition('class="slp-conflict"')[2].partition("</section>")[0]


def test_a_second_save_applies_what_was_typed_and_keeps_what_the_first_one_did(
    agency, contacts, coordinator, client_of
):
    client, url = client_of(coordinator), reverse("portal:agency-contacts")
    seen_by_both = seen(client.get(url))
    first = client.post(
        url,
        entries(contacts, seen_by_both, **{"contacts-0-name": "Ann Lee-Roy", "contacts-1-phone": "+1 202 555 0101"}),
    )
    mine = {"contacts-1-name": "Bo Diaz Jr", "contacts-0-title": "Chief"}
    mine |= {"contacts-TOTAL_FORMS": 3, "contacts-2-name": "Cy New", "contacts-2-email": "cy@pd.example"}
    late = client.post(url, entries(contacts, seen_by_both, **mine))
    assert (first.status_code, late.status_code) == (302, 409)
    page = late.content.decode()
    assert '<th scope="row">Ann Lee-Roy: Name</th><td data-label="When you opened it">Ann Lee</td>' in page
    assert '<th scope="row">Bo Diaz: Phone</th>' in page
    assert "Chief" not in differences(late), "nobody else changed that"
    again = client.post(url, as_it_stands(late))
    assert again.status_code == 302, again.content.decode()[:3000]
    assert sorted(agency.contacts.values_list("name", "title", "phone", "is_primary")) == [
        ("Ann Lee-Roy", "Chief", "", True),
        ("Bo Diaz Jr", "", "+1 202 555 0101", False),
        ("Cy New", "", "", False),
    ]


def test_of_one_field_that_both_changed_the_second_one_decides(agency, contacts, coordinator, client_of):
    client, url = client_of(coordinator), reverse("portal:agency-contacts")
    looked_at = seen(client.get(url))
    client.post(url, entries(contacts, looked_at, **{"contacts-0-name": "Ann Lee-Roy"}))
    late = client.post(url, entries(contacts, looked_at, **{"contacts-0-name": "Anne Lee"}))
    row = late.content.decode().partition('<th scope="row">Ann Lee-Roy: Name</th>')[2].partition("</tr>")[0]
    assert [">Ann Lee<" in row, ">Ann Lee-Roy<" in row, ">Anne Lee<" in row] == [True] * 3
    assert client.post(url, as_it_stands(late)).status_code == 302
    assert agency.contacts.filter(name="Anne Lee").exists()


@pytest.mark.parametrize("works_on_it", [True, False])
def test_a_row_that_a_colleague_removed_comes_back_only_if_it_was_worked_on(
    works_on_it, agency, contacts, coordinator, client_of
):
    client, url = client_of(coordinator), reverse("portal:agency-contacts")
    looked_at = seen(client.get(url))
    client.post(url, entries(contacts, looked_at, **{"contacts-1-DELETE": "on"}))
    mine = {"contacts-1-name": "Bo Diaz Jr"} if works_on_it else {"contacts-0-title": "Chief"}
    late = client.post(url, entries(contacts, looked_at, **mine))
    assert late.status_code == 409
    assert ("(as a new row)" in late.content.decode()) is works_on_it
    assert client.post(url, as_it_stands(late)).status_code == 302
    names = ["Ann Lee", *(["Bo Diaz Jr"] if works_on_it else [])]
    assert sorted(agency.contacts.values_list("name", flat=True)) == names


def test_what_a_colleague_added_and_what_i_remove_both_happen(agency, contacts, coordinator, client_of):
    client, url = client_of(coordinator), reverse("portal:agency-contacts")
    looked_at = seen(client.get(url))
    Contact.objects.create(agency=agency, name="Dee Roe", email="dee@pd.example")
    late = client.post(url, entries(contacts, looked_at, **{"contacts-1-DELETE": "on"}))
    assert "Dee Roe" in differences(late)
    assert '<td data-label="Yours"><strong>stays</strong></td>' in late.content.decode()
    assert client.post(url, as_it_stands(late)).status_code == 302
    assert sorted(agency.contacts.values_list("name", flat=True)) == ["Ann Lee", "Dee Roe"]


@pytest.mark.parametrize(
    ("page", "prefix", "untouched"),
    [
        ("agency-capacity", "capacities", {"fiscal_year": str(fiscal_year(today())), "kind": "", "engagements": ""}),
        ("expert-skills", "skills", {}),
        ("expert-languages", "languages", {}),
    ],
)
def test_the_empty_row_at_the_end_is_nothing_that_was_typed(
    page, prefix, untouched, agency, community_policing, creole, coordinator, client_of
):
    """Its lists begin with a choice of their own, which a browser sends."""
    expert = make_expert(agency, "Maria", skills=[(community_policing, 1)], languages=[(creole, 3)])
    offer = agency.capacities.create(fiscal_year=fiscal_year(today()), engagements=3)
    client, url = client_of(coordinator), reverse(f"portal:{page}", args=[] if "agency" in page else [expert.pk])
    opened = as_it_stands(client.get(url))
    assert opened[f"{prefix}-TOTAL_FORMS"] == ["2"], "one row and an empty one"
    expert.skills.update(depth=3)
    expert.languages.update(speaking=5)
    agency.capacities.filter(pk=offer.pk).update(engagements=4)
    late = client.post(url, opened | {f"{prefix}-1-{name}": text for name, text in untouched.items()})
    assert late.status_code == 409
    assert as_it_stands(late)[f"{prefix}-TOTAL_FORMS"] == ["1"]
    assert client.post(url, as_it_stands(late)).status_code == 302
    spare = {f"{prefix}-1-{name}": text for name, text in untouched.items()}
    assert client.post(url, as_it_stands(client.get(url)) | spare).status_code == 302, "a row left empty is no row"
    now = (expert.skills.get().depth, expert.languages.get().speaking, agency.capacities.get().engagements)
    assert now == (3, 5, 4), "what nobody typed over stays"


def test_a_mark_that_is_none_loses_nothing(agency, contacts, coordinator, client_of):
    client, url = client_of(coordinator), reverse("portal:agency-contacts")
    late = client.post(url, entries(contacts, "x" * 5000, **{"contacts-1-name": "Bo Diaz Jr"}))
    assert late.status_code == 409
    assert client.post(url, as_it_stands(late)).status_code == 302
    assert agency.contacts.filter(name="Bo Diaz Jr").exists()


def test_what_another_page_has_shown_is_none_either(agency, contacts, coordinator, client_of):
    client, expert = client_of(coordinator), make_expert(agency, "Maria Gonzalez")
    elsewhere = seen(client.get(reverse("portal:expert-skills", args=[expert.pk])))
    url = reverse("portal:agency-contacts")
    assert client.post(url, entries(contacts, elsewhere)).status_code == 409


def test_a_removal_is_told_as_one(agency, contacts, coordinator, client_of):
    client, url = client_of(coordinator), reverse("portal:agency-contacts")
    mark = seen(client.get(url))
    assert client.post(url, entries(contacts, mark, **{"contacts-1-phone": "+1 202 555 0101"})).status_code == 302
    late = client.post(url, entries(contacts, mark, **{"contacts-1-DELETE": "on"}))
    assert '<td data-label="Yours"><strong>removed</strong></td>' in differences(late)
    assert re.search(r'name="contacts-MAX_NUM_FORMS" value="[1-9]', late.content.decode()), "rows can still be added"


def test_what_changed_stands_in_the_history_of_the_record(agency, contacts, coordinator, officer, client_of):
    client, url = client_of(coordinator), reverse("portal:agency-contacts")
    mine = {"contacts-0-DELETE": "on", "contacts-1-phone": "+1 202 555 0101", "contacts-TOTAL_FORMS": 3}
    mine |= {"contacts-2-name": "Cy New", "contacts-2-email": "cy@pd.example"}
    assert client.post(url, entries(contacts, seen(client.get(url)), **mine)).status_code == 302
    entry = timeline(agency)[0]
    assert (entry.who, entry.what) == (str(coordinator), "Changed the contacts")
    assert [(change.field, change.was, change.now) for change in entry.changes] == [
        ("Ann Lee", "Name: Ann Lee, Email: an@pd.example, First contact: Yes", "removed"),
        ("Bo Diaz: Phone", "", "+1 202 555 0101"),
        ("Cy New", "", "Name: Cy New, Email: cy@pd.example"),
    ]
    assert "+1 202 555 0101" in client_of(officer).get(reverse("desk:agency-detail", args=[agency.pk])).content.decode()
    assert client.post(url, as_it_stands(client.get(url))).status_code == 302
    assert timeline(agency)[0].at == entry.at, "nothing was changed"


def test_the_history_does_not_repeat_what_is_in_travel_papers(agency, coordinator, client_of):
    expert = make_expert(agency, "Maria Gonzalez")
    url = reverse("portal:expert-papers", args=[expert.pk])
    client, row = client_of(coordinator), "travel_documents-0"
    given = {f"{row}-kind": "passport", f"{row}-expires_on": str(today() + timedelta(days=900))}
    opened = as_it_stands(client.get(url)) | {"travel_documents-TOTAL_FORMS": "1"}
    assert client.post(url, opened | given).status_code == 302
    (change,) = timeline(expert)[0].changes
    assert (change.field, change.was, change.now) == ("Regular passport", "", "added")


def test_what_both_have_added_is_one_row(agency, creole, coordinator, client_of):
    expert = make_expert(agency, "Maria Gonzalez")
    url = reverse("portal:expert-languages", args=[expert.pk])
    client = client_of(coordinator)
    first, second = (as_it_stands(client.get(url)) for _ in range(2))
    mine = {"languages-TOTAL_FORMS": "1", "languages-0-language": creole.pk, "languages-0-speaking": "4"}
    other = mine | {"languages-0-speaking": "3", "languages-0-is_tested": "on"}
    assert client.post(url, first | other).status_code == 302
    late = client.post(url, second | mine)
    assert late.status_code == 409
    assert f"Now ({coordinator}, " in differences(late), "it says who and when"
    assert as_it_stands(late)["languages-TOTAL_FORMS"] == ["1"]
    assert client.post(url, as_it_stands(late)).status_code == 302
    assert list(expert.languages.values_list("speaking", "is_tested")) == [(4, True)]


def test_a_row_that_is_there_twice_is_refused_in_plain_words(agency, creole, coordinator, client_of):
    expert = make_expert(agency, "Maria Gonzalez", languages=[(creole, 3)])
    url = reverse("portal:expert-languages", args=[expert.pk])
    client = client_of(coordinator)
    twice = {"languages-TOTAL_FORMS": "2", "languages-1-language": creole.pk, "languages-1-speaking": "4"}
    page = client.post(url, as_it_stands(client.get(url)) | twice)
    assert page.status_code == 422
    assert "This language is already listed for this person." in page.content.decode()
    assert "Please correct" not in page.content.decode()


def test_what_was_wrong_can_be_corrected(agency, contacts, coordinator, client_of):
    client, url = client_of(coordinator), reverse("portal:agency-contacts")
    wrong = client.post(url, entries(contacts, seen(client.get(url)), **{"contacts-1-email": "nobody"}))
    assert wrong.status_code == 422
    assert client.post(url, entries(contacts, seen(wrong))).status_code == 302


@pytest.mark.parametrize("page", EXPERT_ROWS)
def test_every_list_of_a_person_knows_what_was_looked_at(agency: Agency, coordinator, client_of, page):
    expert = make_expert(agency, "Maria Gonzalez")
    url = reverse(f"portal:expert-{page}", args=[expert.pk])
    assert seen(client_of(coordinator).get(url))


def test_rows_may_change_places(agency, creole, coordinator, client_of):
    """While they are written one by one, one stands where the other one shall go."""
    french = Language.objects.create(code="fr", name="French")
    expert = make_expert(agency, "Maria Gonzalez", languages=[(creole, 3), (french, 4)])
    url = reverse("portal:expert-languages", args=[expert.pk])
    client = client_of(coordinator)
    opened = as_it_stands(client.get(url))
    keys = [opened[f"languages-{n}-language"][0] for n in range(2)]
    swapped = {f"languages-{n}-language": key for n, key in enumerate(reversed(keys))}
    assert client.post(url, opened | swapped).status_code == 302
    assert dict(expert.languages.values_list("language", "speaking")) == {"ht": 4, "fr": 3}


@pytest.fixture
def two_languages(agency, creole, coordinator, client_of):
    """Creole at level 3 and French at level 4 of one person, opened twice: the person, a browser, the address, and what
    each opened page sends."""
    french = Language.objects.create(code="fr", name="French")
    expert = make_expert(agency, "Maria Gonzalez", languages=[(creole, 3), (french, 4)])
    url = reverse("portal:expert-languages", args=[expert.pk])
    client = client_of(coordinator)
    return expert, client, url, *(as_it_stands(client.get(url)) for _ in range(2))


def swapped(opened: dict, *names: str) -> dict:
    return {f"languages-{n}-{name}": opened[f"languages-{1 - n}-{name}"][0] for n in (0, 1) for name in names}


def row_of(opened: dict, code: str) -> int:
    return next(n for n in (0, 1) if opened[f"languages-{n}-language"] == [code])


@pytest.mark.parametrize("removes", [False, True])
def test_what_was_typed_for_a_language_stays_with_it_when_a_colleague_swaps_rows(two_languages, removes):
    expert, client, url, theirs, opened = two_languages
    assert client.post(url, theirs | swapped(opened, "language")).status_code == 302  # Creole 4, French 3
    row = row_of(opened, "ht")
    mine = {f"languages-{row}-DELETE": "on"} if removes else {f"languages-{row}-speaking": "5"}
    late = client.post(url, opened | mine)
    assert late.status_code == 409
    assert '<th scope="row">French: Speaking' in differences(late)
    assert client.post(url, as_it_stands(late)).status_code == 302
    assert dict(expert.languages.values_list("language", "speaking")) == {"fr": 3} | ({} if removes else {"ht": 5})


def levels(expert) -> dict:
    return dict(expert.languages.values_list("language", "speaking"))


def test_what_a_colleague_typed_for_a_language_stays_with_it_when_i_swap_rows(two_languages):
    expert, client, url, theirs, opened = two_languages
    assert client.post(url, theirs | {f"languages-{row_of(opened, 'ht')}-speaking": "1"}).status_code == 302
    late = client.post(url, opened | swapped(opened, "language", "speaking"))
    assert late.status_code == 409
    assert client.post(url, as_it_stands(late)).status_code == 302
    assert levels(expert) == {"ht": 1, "fr": 4}, "places changed, nothing else of mine"


def test_of_languages_that_i_swapped_each_has_what_i_typed_for_it(two_languages):
    expert, client, url, theirs, opened = two_languages
    assert client.post(url, theirs | {f"languages-{row_of(opened, 'ht')}-speaking": "1"}).status_code == 302
    late = client.post(url, opened | swapped(opened, "language"))  # Creole 4, French 3
    assert client.post(url, as_it_stands(late)).status_code == 302
    assert levels(expert) == {"ht": 4, "fr": 3}


def test_what_i_made_another_language_is_one_removed_and_one_added(two_languages):
    expert, client, url, theirs, opened = two_languages
    Language.objects.create(code="es", name="Spanish")
    row = row_of(opened, "ht")
    assert client.post(url, theirs | {f"languages-{row}-speaking": "1"}).status_code == 302
    late = client.post(url, opened | {f"languages-{row}-language": "es"})
    told = differences(late)
    assert "Haitian Creole: Speaking" in told
    assert "removed" in told
    assert client.post(url, as_it_stands(late)).status_code == 302
    assert levels(expert) == {"fr": 4, "es": 3}


def test_a_language_that_i_left_empty_is_asked_for(two_languages):
    expert, client, url, theirs, opened = two_languages
    row = row_of(opened, "ht")
    assert client.post(url, theirs | {f"languages-{row}-speaking": "1"}).status_code == 302
    late = client.post(url, opened | {f"languages-{row}-language": ""})
    assert late.status_code == 409
    assert client.post(url, as_it_stands(late)).status_code == 422
    assert levels(expert) == {"ht": 1, "fr": 4}


def test_rows_that_only_changed_places_are_no_conflict(two_languages):
    expert, client, url, theirs, opened = two_languages
    assert client.post(url, theirs | swapped(opened, "language", "speaking")).status_code == 302
    assert client.post(url, opened | {f"languages-{row_of(opened, 'ht')}-speaking": "5"}).status_code == 302
    assert dict(expert.languages.values_list("language", "speaking")) == {"fr": 4, "ht": 5}


def test_what_was_typed_for_a_language_is_not_said_of_another_one(two_languages):
    expert, client, url, theirs, opened = two_languages
    Language.objects.create(code="es", name="Spanish")
    row = row_of(opened, "ht")
    assert client.post(url, theirs | {f"languages-{row}-language": "es"}).status_code == 302
    late = client.post(url, opened | {f"languages-{row}-speaking": "5"})
    assert "(as a new row)" in differences(late)
    assert client.post(url, as_it_stands(late)).status_code == 302
    assert dict(expert.languages.values_list("language", "speaking")) == {"fr": 4, "es": 3, "ht": 5}


def test_what_was_typed_for_a_window_goes_with_it_when_a_colleague_moves_it(agency, coordinator, client_of):
    expert = make_expert(agency, "Maria Gonzalez")
    start = date(today().year + 1, 1, 1)
    expert.availability.create(period=days(start, start + timedelta(days=9)))
    url = reverse("portal:expert-availability", args=[expert.pk])
    client = client_of(coordinator)
    theirs, opened = (as_it_stands(client.get(url)) for _ in range(2))
    later = {"availability-0-last_day": str(start + timedelta(days=19))}
    assert client.post(url, theirs | later).status_code == 302
    late = client.post(url, opened | {"availability-0-note": "After court"})
    assert late.status_code == 409
    assert client.post(url, as_it_stands(late)).status_code == 302
    (window,) = expert.availability.all()
    assert (window.note, window.period.upper) == ("After court", start + timedelta(days=20))


def test_windows_that_a_colleague_shifts_in_a_row_keep_what_was_typed_for_them(agency, coordinator, client_of):
    """The first stands where the second one stood: it has not become the second one."""
    expert = make_expert(agency, "Maria Gonzalez")
    start = date(today().year + 1, 1, 4)
    for week in (0, 1, 2):
        first = start + timedelta(days=7 * week)
        expert.availability.create(period=days(first, first + timedelta(days=6)), note=f"Week {week}")
    url = reverse("portal:expert-availability", args=[expert.pk])
    client = client_of(coordinator)
    theirs, opened = (as_it_stands(client.get(url)) for _ in range(2))
    ends = [f"availability-{n}-{end}_day" for n in range(3) for end in ("first", "last")]
    later = {end: str(date.fromisoformat(theirs[end][0]) + timedelta(days=7)) for end in ends}
    assert client.post(url, theirs | later).status_code == 302
    late = client.post(url, opened | {"availability-1-note": "After court"})
    assert client.post(url, as_it_stands(late)).status_code == 302
    windows = expert.availability.order_by("period")
    assert [row.note for row in windows] == ["Week 0", "After court", "Week 2"]
    assert windows[1].period.lower == start + timedelta(days=14)


def test_windows_may_move_on_over_one_another(agency, coordinator, client_of):
    expert = make_expert(agency, "Maria Gonzalez")
    start = date(today().year + 1, 1, 1)
    for first in (0, 10):
        expert.availability.create(period=days(start + timedelta(days=first), start + timedelta(days=first + 9)))
    url = reverse("portal:expert-availability", args=[expert.pk])
    client = client_of(coordinator)
    opened = as_it_stands(client.get(url))
    later = {
        name: str(date.fromisoformat(opened[name][0]) + timedelta(days=4))
        for name in (f"availability-{n}-{end}_day" for n in range(2) for end in ("first", "last"))
    }
    assert client.post(url, opened | later).status_code == 302
    lower = start + timedelta(days=4)
    assert [row.period.lower for row in expert.availability.order_by("period")] == [lower, lower + timedelta(days=10)]
    year = start.year
    assert [change.field for change in timeline(expert)[0].changes][:2] == [
        f"Available, 1 Jan {year}, 10 Jan {year}: First day",
        f"Available, 1 Jan {year}, 10 Jan {year}: Last day",
    ]
    assert timeline(expert)[0].changes[0].now == f"5 Jan {year}"


def test_nothing_points_to_rows_that_are_written_anew():
    """By name of the relation or without one: it would be emptied, or stand in the way."""
    pointed_to = {
        key.related_model
        for model in apps.get_models()
        for key in model._meta.concrete_fields
        if key.is_relation and not issubclass(model, pghistory.models.Event)
    }
    sets = (SkillFormSet, LanguageFormSet, AvailabilityFormSet, TiesFormSet, TravelDocumentFormSet, CapacityFormSet,
            TieFormSet, ContactFormSet)  # fmt: skip
    anew = {one.model for one in sets if one(instance=one.fk.related_model()).at_odds()}
    assert len(anew) == len(sets) - 1
    assert anew & pointed_to == set()


def test_another_contact_becomes_the_first_one(agency, contacts, coordinator, client_of):
    agreement = make_agreement(agency, agency_contact=contacts[0])
    client, url = client_of(coordinator), reverse("portal:agency-contacts")
    for first in (1, 0):  # both orders: the database allows one at a time
        rows = list(agency.contacts.order_by("name"))
        body = entries(rows, seen(client.get(url)))
        body.pop(f"contacts-{1 - first}-is_primary")
        assert client.post(url, body | {f"contacts-{first}-is_primary": "on"}).status_code == 302
        assert agency.contacts.get(is_primary=True).name == rows[first].name
        agreement.refresh_from_db()
        assert agreement.agency_contact == contacts[0], "an agreement keeps whom it names"


def test_more_rows_than_there_is_room_for_are_all_shown(agency, contacts, coordinator, client_of):
    client, url = client_of(coordinator), reverse("portal:agency-contacts")
    mark = seen(client.get(url))
    for who in "AB":
        mine = {"contacts-TOTAL_FORMS": 32} | {f"contacts-{n}-name": f"{who} {n:02}" for n in range(2, 32)}
        page = client.post(url, entries(contacts, mark, **mine))
    assert page.status_code == 409
    sent = as_it_stands(page)
    assert sent["contacts-TOTAL_FORMS"] == ["62"]
    assert {f"{who} {n:02}" for who in "AB" for n in range(2, 32)} <= {text for [text] in sent.values()}
    full = client.post(url, sent)
    assert full.status_code == 422
    assert "There is room for 60 rows: tick “Remove” at the others." in full.content.decode()
    assert (
        client.post(url, as_it_stands(full) | {"contacts-60-DELETE": "on", "contacts-61-DELETE": "on"}).status_code
        == 302
    )
    assert agency.contacts.count() == 60


def test_what_a_colleague_removed_and_added_again_is_one_row(agency, creole, coordinator, client_of):
    expert = make_expert(agency, "Maria Gonzalez", languages=[(creole, 3)])
    url = reverse("portal:expert-languages", args=[expert.pk])
    client = client_of(coordinator)
    opened = as_it_stands(client.get(url))
    expert.languages.all().delete()
    expert.languages.create(language=creole, speaking=2)
    late = client.post(url, opened | {"languages-0-speaking": "5"})
    assert late.status_code == 409
    assert as_it_stands(late)["languages-TOTAL_FORMS"] == ["1"]
    assert client.post(url, as_it_stands(late)).status_code == 302
    assert [row.speaking for row in expert.languages.all()] == [5]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_in_the_same_moment_one_is_told(agency, creole, coordinator, client_of):
    expert = make_expert(agency, "Maria Gonzalez", languages=[(creole, 3)])
    url = reverse("portal:expert-languages", args=[expert.pk])
    clients = [client_of(coordinator) for _ in range(2)]
    opened = [as_it_stands(client.get(url)) for client in clients]
    line = Barrier(2)

    def save(number: int) -> int:
        line.wait()
        try:
            return clients[number].post(url, opened[number] | {"languages-0-speaking": str(4 + number)}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(save, range(2)))
    assert sorted(answers) == [302, 409]
