"""Every business row's history is kept by the database, append-only."""

import io

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from pgtrigger import core, registry

from slp.lib.track import because, event_model, who_changed

pytestmark = pytest.mark.django_db

UNTRACKED = {
    "history.Submission",  # is itself a trail
    "history.PersonalDataRead",
    "reminders.Notice",  # the ledger records its own sending
    "reminders.Preference",
    "reminders.SweepRun",
    "partners.ExpertFacts",  # a copy of rows that are tracked
    "partners.ExpertStrength",
    "partners.RosterImportRow",  # a line of a file; what it becomes on the roster is tracked
    "places.Language",  # reference data
}


def test_every_model_of_ours_is_tracked():
    """A new model is tracked, or named here with its reason."""
    ours = {"accounts", "places", "history", "documents", "reminders", "partners", "engagements", "deployments"}
    for model in apps.get_models():
        if model._meta.app_label in ours and not model._meta.label.endswith("Event") and not model._meta.auto_created:
            tracked = any(f.name == "events" for f in model._meta.get_fields())
            assert tracked != (model._meta.label in UNTRACKED), model._meta.label


def test_every_trigger_is_installed():
    for model, trigger in registry.registered():
        assert trigger.get_installation_status(model)[0] == core.INSTALLED, trigger.get_uri(model)


@pytest.mark.parametrize("damage", ["DROP TRIGGER {0} ON {1}", "ALTER TABLE {1} DISABLE TRIGGER {0}"])
def test_the_command_names_what_is_missing_and_puts_it_right(damage):
    model, trigger = registry.registered()[0]
    with connection.cursor() as cursor:
        cursor.execute(damage.format(trigger.get_pgid(model), model._meta.db_table))
    with pytest.raises(CommandError, match=trigger.get_uri(model)):
        call_command("triggers")
    said = io.StringIO()
    call_command("triggers", "--install", stdout=said)
    call_command("triggers", stdout=said)
    assert said.getvalue().splitlines() == ["1 triggers installed.", "Every trigger is in force."]


def test_a_change_around_the_services_is_kept_too(agency, officer):
    type(agency).objects.filter(pk=agency.pk).update(city="Elsewhere", version=2)
    events = event_model(type(agency)).objects.filter(pgh_obj_id=agency.pk)
    assert [e.city for e in events] == ["", "Elsewhere"]


def test_the_context_names_the_actor(agency, officer):
    with because(officer, "Moved"):
        type(agency).objects.filter(pk=agency.pk).update(city="Elsewhere", version=2)
    assert who_changed(agency, 2)[0] == "Officer"


def test_history_cannot_be_rewritten(agency):
    events = event_model(type(agency)).objects.filter(pgh_obj_id=agency.pk)
    with pytest.raises(ProgrammingError), transaction.atomic():
        events.update(city="Never")
    with pytest.raises(ProgrammingError), transaction.atomic():
        events._raw_delete("default")
    assert [e.city for e in events.all()] == [""]
