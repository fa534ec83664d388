"""The first estimate of an addendum's costs, by category.

The rates that price a day of travel are kept by a higher floor, which registers its estimator here. Without one
every category that the kind of engagement allows gets a line of zero that says what it is to be priced for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from engagements.models import Engagement
from partners.models import Agency
from slp.lib.costs import CostCategory
from slp.lib.money import ZERO

# What an ordinary activity costs; the officer adds the others where they are meant.
USUAL = (CostCategory.TRAVEL, CostCategory.LODGING, CostCategory.MEALS, CostCategory.SALARY)


@dataclass(frozen=True)
class Estimate:
    """One line of the estimate, with how it was made."""

    category: str
    amount: Decimal
    basis: str


# estimator(engagement, agency, people, days) -> lines; a later one replaces a category of an earlier one
Estimator = Callable[[Engagement, Agency, int, int], list[Estimate]]
_ESTIMATORS: list[Estimator] = []


def estimator(function: Estimator) -> Estimator:
    """Decorator: let a higher floor price what it has rates for."""
    _ESTIMATORS.append(function)
    return function


def estimate_costs(engagement: Engagement, agency: Agency, people: int) -> list[Estimate]:
    """One line per usual category that the kind allows; nothing where hosting is not reimbursable."""
    allowed = engagement.rules.costs
    days = (engagement.ends_on - engagement.starts_on).days + 1
    basis = f"{people} {'person' if people == 1 else 'people'}, {days} days; not priced yet"
    lines = {code: Estimate(code, ZERO, basis) for code in USUAL if code in allowed}
    if not lines and allowed:
        lines = {code: Estimate(code, ZERO, basis) for code in sorted(allowed)}
    for function in _ESTIMATORS:
        for line in function(engagement, agency, people, days):
            if line.category in allowed:
                lines[line.category] = line
    return list(lines.values())
