"""Rounding is half up to the cent, per line."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator

from slp.lib.money import MoneyField, cents, usd


@pytest.mark.parametrize(
    ("exact", "rounded"), [("68.250", "68.25"), ("0.005", "0.01"), ("2.675", "2.68"), ("2.665", "2.67")]
)
def test_half_a_cent_goes_up(exact, rounded):
    assert cents(Decimal(exact)) == Decimal(rounded)


def test_dollars_read_as_dollars():
    assert usd(Decimal("1200.5")) == "$1,200.50"
    assert usd(None) == ""


@pytest.mark.parametrize("amount", [-1, 0])
def test_a_least_amount_of_its_own_is_the_only_one(amount):
    field = MoneyField(validators=[MinValueValidator(Decimal("0.01"), "Enter an amount.")])
    with pytest.raises(ValidationError) as refused:
        field.clean(Decimal(amount), None)
    assert refused.value.messages == ["Enter an amount."]
