"""Money is a Decimal with a currency; it is rounded half up to cents per line, then summed."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.utils.functional import cached_property

CENT = Decimal("0.01")
ZERO = Decimal("0.00")

NO_CURRENCY = "Enter the three letters of the currency, such as USD or EUR."
currency_code = RegexValidator(r"^[A-Z]{3}$", NO_CURRENCY)


def cents(amount: Decimal) -> Decimal:
    """Round half up to the cent, as vouchers are computed."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The sum of amounts that are rounded already."""
    return sum(amounts, ZERO)


def usd(amount: Decimal | None) -> str:
    """`Decimal("1200.5")` -> "$1,200.50"."""
    return "" if amount is None else f"${cents(amount):,}"


class MoneyField(models.DecimalField):
    """An amount to the cent, never negative. The currency stands in the field beside it."""

    default_validators = [MinValueValidator(ZERO, "An amount can't be negative.")]

    def __init__(self, *args, **kwargs) -> None:
        kwargs.setdefault("max_digits", 14)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(*args, **kwargs)

    @cached_property
    def validators(self) -> list:
        """A field with a least amount of its own says that alone."""
        own = any(isinstance(check, MinValueValidator) for check in self._validators)
        return [check for check in super().validators if not (own and check in self.default_validators)]


class CurrencyField(models.CharField):
    """An ISO 4217 code."""

    default_validators = [currency_code]

    def __init__(self, *args, **kwargs) -> None:
        kwargs.setdefault("max_length", 3)
        kwargs.setdefault("default", "USD")
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs):
        """A name ("Euro") says the same sentence as a code that is none."""
        return super().formfield(**({"error_messages": {"max_length": NO_CURRENCY}} | kwargs))
