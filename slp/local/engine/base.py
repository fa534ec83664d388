from django.core.management.base import CommandError
from django.db.backends.postgresql import base
from django.db.backends.postgresql.client import DatabaseClient as StockClient
from django.db.utils import OperationalError

from slp.local import paths, postgres
from slp.local.engine.creation import DatabaseCreation
from slp.local.errors import LocalError


class Unavailable(OperationalError, CommandError):
    """An operational error to the web, one readable line to a management command."""


def ensure() -> None:
    try:
        postgres.ensure()
    except LocalError as error:
        raise Unavailable(str(error)) from None


class DatabaseClient(StockClient):
    @classmethod
    def settings_to_cmd_args_env(cls, settings_dict, parameters):
        ensure()
        arguments, environment = super().settings_to_cmd_args_env(settings_dict, parameters)
        return [str(postgres.installed() / "bin" / "psql"), *arguments[1:]], environment


class DatabaseWrapper(base.DatabaseWrapper):
    client_class = DatabaseClient
    creation_class = DatabaseCreation
    _ensured = False  # once per process: a live server needs no question before each connection

    def __init__(self, settings_dict, *args, **kwargs):
        ours = {"HOST": str(paths.postgres_sockets()), "PORT": str(postgres.PORT), "USER": postgres.ROLE}
        super().__init__({**settings_dict, **ours}, *args, **kwargs)

    def get_connection_params(self):
        if not DatabaseWrapper._ensured:
            ensure()
            DatabaseWrapper._ensured = True
        return super().get_connection_params()

    def get_new_connection(self, conn_params):
        try:
            return super().get_new_connection(conn_params)
        except self.Database.OperationalError:
            if postgres.status() is postgres.State.UP:
                raise  # the server is there: the reason lies elsewhere, such as a missing database
            ensure()
            return super().get_new_connection(conn_params)
