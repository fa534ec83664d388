"""`record`: the real record, loaded once per module."""

from slp.demo.tests.conftest import _record, record  # noqa: F401 -- fixtures
