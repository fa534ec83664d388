"""The embedded servers behind `script/demo`, `script/test` and every command on a workstation.

With DATABASE_URL and REDIS_URL set nothing here starts anything.
"""


def ensure_services() -> None:
    """Start whichever of PostgreSQL and Valkey is ours to start and not running yet."""
    import os

    from slp.local import postgres, valkey

    if not os.environ.get("DATABASE_URL"):
        postgres.ensure()
    if not os.environ.get("REDIS_URL"):
        valkey.ensure()
