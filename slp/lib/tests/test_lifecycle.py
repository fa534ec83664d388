"""The one door through which a status changes."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from partners.lifecycles import ENQUIRY
from partners.models import Enquiry
from slp.history.services import timeline
from slp.lib.answers import Refused, Stale
from slp.lib.dates import today
from slp.lib.filters import by_states
from slp.lib.moves import buttons

pytestmark = pytest.mark.django_db


@pytest.fixture
def enquiry():
    return Enquiry.objects.create(
        name="A. Chief", email="chief@pd.example", agency_name="Elm PD", us_state="VA", message="Hello"
    )


def test_a_move_writes_status_version_and_history(enquiry, officer):
    ENQUIRY.apply(enquiry, "close", actor=officer, reason="They wrote to the wrong office.")
    assert (enquiry.status, enquiry.version) == ("closed", 2)
    newest = timeline(enquiry)[0]
    assert (newest.what, newest.who, newest.reason) == ("Close", "Officer", "They wrote to the wrong office.")


def test_a_required_reason_is_required(enquiry, officer):
    with pytest.raises(Refused, match="needs a reason"):
        ENQUIRY.apply(enquiry, "close", actor=officer, reason="   ")
    enquiry.refresh_from_db()
    assert enquiry.status == "new"


def test_an_unlisted_move_is_refused(enquiry, officer):
    with pytest.raises(Refused, match="can't be done now"):
        ENQUIRY.apply(enquiry, "convert", actor=officer)


def test_a_role_that_is_not_listed_is_refused(enquiry, auditor):
    with pytest.raises(Refused, match="is for an INL/KM officer or the INL/KM director"):
        ENQUIRY.apply(enquiry, "triage", actor=auditor)


def test_the_second_of_two_clicks_is_told_so(enquiry, officer):
    same = Enquiry.objects.get(pk=enquiry.pk)
    ENQUIRY.apply(enquiry, "triage", actor=officer)
    with pytest.raises(Stale, match="Someone changed this enquiry a moment ago"):
        ENQUIRY.apply(same, "close", actor=officer, reason="No.")


def test_an_effect_that_fails_takes_the_move_back(enquiry, officer, monkeypatch):
    def broken(obj, actor, reason):
        raise RuntimeError("no")

    monkeypatch.setattr(ENQUIRY, "_more_effects", {"triage": [broken]})
    with pytest.raises(RuntimeError):
        ENQUIRY.apply(enquiry, "triage", actor=officer)
    assert Enquiry.objects.get(pk=enquiry.pk).status == "new"


@pytest.mark.django_db(transaction=True)
def test_ten_people_at_once_one_wins(enquiry, officer):
    rows = [Enquiry.objects.get(pk=enquiry.pk) for _ in range(10)]
    outcomes = []

    def click(row):
        try:
            ENQUIRY.apply(row, "triage", actor=officer)
            outcomes.append("done")
        except Stale:
            outcomes.append("stale")
        finally:
            connection.close()

    threads = [threading.Thread(target=click, args=(row,)) for row in rows]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert sorted(outcomes) == ["done"] + ["stale"] * 9


def test_one_button_leads_and_what_asks_for_a_reason_never_does(enquiry, officer, agency):
    offered = {button.verb: button.leads for button, _ in buttons(enquiry, officer, "desk")}
    assert list(offered.values()).count(True) == 1
    agency.status = "partner"
    assert {button.verb: button.leads for button, _ in buttons(agency, officer, "desk")}["make_dormant"] is False


def test_a_form_that_leaves_the_status_out_still_asks_constraints_that_need_it(agency):
    """A new draft is no agreement in force: the rule against two in force does not concern it, nor does it break it."""
    from partners.models import Agreement
    from partners.tests.factories import make_agreement

    make_agreement(agency)
    draft = Agreement(agency=agency, title="Another", kind="mou", starts_on=today())
    draft.validate_constraints(exclude={"status", "text"})
    draft.status = "active"
    with pytest.raises(ValidationError, match="Another agreement of this kind"):
        draft.validate_constraints(exclude={"status", "text"})


def test_states_that_read_the_same_are_one_choice(enquiry, monkeypatch):
    monkeypatch.setattr(ENQUIRY, "plain", {"new": "INL has it", "triaged": "INL has it"})
    assert ENQUIRY.choices(plain=True, without=("converted",)) == [("new,triaged", "INL has it"), ("closed", "Closed")]
    assert len(ENQUIRY.choices(plain=False)) == 4
    assert list(by_states(Enquiry.objects.all(), "status", "new,triaged")) == [enquiry]
    assert not by_states(Enquiry.objects.all(), "status", "closed").exists()
    assert (enquiry.status_in_words, ENQUIRY.in_words("closed")) == ("INL has it", "closed")
