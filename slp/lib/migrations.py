"""Migration operations of our own."""

from __future__ import annotations

from django.db.migrations.operations import CreateModel
from django.db.migrations.operations.base import Operation


class CreateModels(Operation):
    """Creates the models of an app at once.

    After each plain CreateModel Django renders every related model of the project's state again; with our
    relations that made an empty database take five times as long to migrate. Here the state is rendered once.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, *creations: CreateModel) -> None:
        self.creations = creations

    def deconstruct(self):
        return type(self).__qualname__, list(self.creations), {}

    def state_forwards(self, app_label, state) -> None:
        state.__dict__.pop("apps", None)  # rendered again when the first table is made
        for creation in self.creations:
            creation.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state) -> None:
        for creation in self.creations:
            creation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state) -> None:
        for creation in reversed(self.creations):
            creation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Create {len(self.creations)} models"
