"""The kinds of engagement: each a row of one table."""

from __future__ import annotations

from dataclasses import dataclass

from partners.models import ActivityKind
from slp.lib.costs import CostCategory

MATERIALS, SALARY, BENEFITS = CostCategory.MATERIALS, CostCategory.SALARY, CostCategory.BENEFITS
ABROAD = frozenset(set(CostCategory))
# A partner's own costs of hosting guests are not reimbursable (program brochure, "How much will it cost").
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Kind:
    """What one kind of engagement is and allows."""

    code: str
    abroad: bool  # the partner's people travel
    hosted: bool  # guests come to the U.S.
    costs: frozenset[str]  # categories a partner may claim
    requirements: str  # the set of requirements before travel (deployments.models.Requirement.sets)
    report: str  # the final report's form

    @property
    def label(self) -> str:
        return ActivityKind(self.code).label

    @property
    def reimbursable(self) -> bool:
        return bool(self.costs)


_ROWS = (
    Kind(ActivityKind.TRAINING, True, False, ABROAD, "travel", "training"),
    Kind(ActivityKind.MENTORING, True, False, ABROAD, "travel", "training"),
    Kind(ActivityKind.ASSESSMENT, True, False, ABROAD, "travel", "findings"),
    Kind(ActivityKind.DESIGN, True, False, ABROAD, "travel", "findings"),
    Kind(ActivityKind.STUDY_VISIT, False, True, NOTHING, "hosting", "visit"),
    Kind(ActivityKind.EMBED, False, True, NOTHING, "hosting", "visit"),
    Kind(ActivityKind.ACADEMY, True, False, ABROAD, "travel", "training"),
    Kind(ActivityKind.IPPOS, True, False, ABROAD, "travel", "training"),
    Kind(ActivityKind.EQUIPMENT, True, False, ABROAD, "travel", "findings"),
    Kind(ActivityKind.VIRTUAL, False, False, frozenset({MATERIALS, SALARY, BENEFITS}), "none", "training"),
)
KINDS: dict[str, Kind] = {row.code: row for row in _ROWS}
