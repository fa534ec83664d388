"""DATABASES["default"]["ENGINE"]: PostgreSQL that starts itself on the first connection of a process."""
