"""Rounding is half up to the cent, per line."""

from decimal import Decimal

import pytest

from slp.lib.money import cents, usd


@pytest.mark.parametrize(
    ("exact", "rounded"), [("68.250", "68.25"), ("0.005", "0.01"), ("2.675", "2.68"), ("2.665", "2.67")]
)
def test_half_a_cent_goes_up(exact, rounded):
    assert cents(Decimal(exact)) == Decimal(rounded)


def test_dollars_read_as_dollars():
    assert usd(Decimal("1200.5")) == "$1,200.50"
    assert usd(None) == ""
