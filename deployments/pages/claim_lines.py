"""One line of a claim: its cost, what is held against it and the form that decides it, put into words once.

A claim may have many, so a line is drawn here: a template would look up and escape each of its words for itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from deployments.models import ClaimLine, Decision
from deployments.services.problems import DENIALS, RULES, Ceiling
from slp.lib.costs import CostCategory
from slp.lib.dates import show, show_span
from slp.lib.lists import escaped
from slp.lib.money import usd

CATEGORIES = dict(CostCategory.choices)
TONES = {"pending": "neutral", "allowed": "good", "reduced": "warn", "denied": "bad"}
LABELS = dict(Decision.choices)

INPUTS = """\
<fieldset class="usa-fieldset" id="line{key}_decision"><legend class="usa-legend">Decision</legend>
<div class="usa-radio"><input class="usa-radio__input" type="radio" name="decision" value="allowed" \
id="line{key}_allowed"{allowed}><label class="usa-radio__label" for="line{key}_allowed">Allowed, {claimed}</label></div>
<div class="usa-radio"><input class="usa-radio__input" type="radio" name="decision" value="reduced" \
id="line{key}_reduced"{reduced}><label class="usa-radio__label" for="line{key}_reduced">Allowed in part</label></div>
<div class="usa-radio"><input class="usa-radio__input" type="radio" name="decision" value="denied" \
id="line{key}_denied"{denied}><label class="usa-radio__label" for="line{key}_denied">Not allowed</label></div>
</fieldset>
<div class="slp-decide__more">
<div class="slp-decide__amount usa-form-group{wrong_amount}"><label class="usa-label" \
for="line{key}_allowed_usd">Amount allowed (USD)</label>{amount_errors}<input class="usa-input" type="number" \
step="0.01" min="0.01" name="allowed_usd" id="line{key}_allowed_usd" value="{amount}"></div>
<div class="usa-form-group"><label class="usa-label" for="line{key}_rule">Rule</label><select class="usa-select" \
name="rule" id="line{key}_rule">{rules}</select></div>
<div class="usa-form-group{wrong_reason}"><label class="usa-label" for="line{key}_reason">Reason, for the \
agency</label>{reason_errors}<textarea class="usa-textarea" rows="2" maxlength="300" name="reason" \
id="line{key}_reason">{reason}</textarea></div>
</div>
<button type="submit" class="usa-button{quiet}">Decide</button>"""
OPENING = """\
<form method="post" action="/admin/desk/claims/lines/{key}/decide/" class="slp-decide{open}" data-no-guard novalidate \
aria-label="Decide line {number}"><input type="hidden" name="seen_version" value="{version}">"""
HEADING = """\
<h2 id="line-{}-title">{}. {} <span class="slp-status slp-status--{}">{}</span></h2>"""


@lru_cache(maxsize=32)
def rule_options(chosen: str) -> SafeString:
    """The rules that a reviewer may cite, as options: a page has them once for each line."""
    rules = [("", "No rule cited"), *((code, f"{code}: {text}") for code, text in DENIALS)]
    options = ((value, mark_safe(" selected") if value == chosen else "", label) for value, label in rules)
    return format_html_join("", '<option value="{}"{}>{}</option>', options)


def _drawn(text: str, *words: str) -> SafeString:
    """As `format_html`, of texts only: a page has hundreds, and it would ask each whether it is lazy."""
    return SafeString(text.format(*map(escaped, words)))


@dataclass(frozen=True)
class Line:
    """One cost with everything that is held against it."""

    number: int
    line: ClaimLine
    problems: list[str]
    ceiling: Ceiling | None = None
    form: Any = None  # a decision that was refused

    @cached_property
    def key(self) -> SafeString:
        """As text: a template would format a number each time it says it."""
        return SafeString(self.line.pk)

    @property
    def kind(self) -> str:
        """What it was paid for, and to whom."""
        label = CATEGORIES[self.line.category]
        return f"{label}, {self.line.vendor}" if self.line.vendor else label

    @property
    def when(self) -> str:
        return show_span(self.line.spent_on, self.line.until)

    @property
    def amount(self) -> str:
        line = self.line
        if line.currency == "USD":
            return usd(line.amount_usd)
        return f"{usd(line.amount_usd)} ({line.amount:,} {line.currency} at {line.exchange_rate.normalize():f})"

    @cached_property
    def status(self) -> dict[str, str]:
        line = self.line
        reduced = line.decision == Decision.REDUCED
        label = f"{usd(line.allowed_usd)} allowed" if reduced else LABELS[line.decision]
        return {"label": label, "tone": TONES[line.decision]}

    # -- beside the line at the desk ----------------------------------------------------------------
    @property
    def heading(self) -> SafeString:
        status = self.status
        return _drawn(HEADING, self.key, str(self.number), self.line.description, status["tone"], status["label"])

    @property
    def facts(self) -> SafeString:
        """What a reviewer has to know, as the rows of a list of facts."""
        line = self.line
        rows = [("Cost", self.kind), ("Amount", self._paid()), ("When", self.when)]
        if line.deployment_id:
            journey = line.deployment
            link = '<a class="usa-link" href="/admin/desk/deployments/{}/">{}</a>, {}'
            rows.append(("For whom", _drawn(link, journey.reference, str(journey.expert), journey.when)))
        rows.append(("Receipt", self._receipt()))
        if self.ceiling:
            rows.append(("Published rate", self.ceiling.text))
        rows.append(("Rule", RULES[line.category]))
        if line.decided_by_id:
            why = f": {line.decision_reason}" if line.decision_reason else ""
            cited = f" ({line.rule})" if line.rule else ""
            rows.append(("Decided", f"{self.status['label']} by {line.decided_by}{why}{cited}"))
        return SafeString("\n".join([_drawn("<div><dt>{}</dt><dd>{}</dd></div>", *row) for row in rows]))

    def _paid(self) -> SafeString:
        line = self.line
        if not line.rate_source:
            return _drawn("<strong>{}</strong>", self.amount)
        source = f"{line.rate_source}, {show(line.rate_on)}" if line.rate_on else line.rate_source
        return _drawn('<strong>{}</strong><br><span class="slp-soft">{}</span>', self.amount, source)

    def _receipt(self) -> str:
        line = self.line
        if line.receipt_id:
            return _drawn('<a class="usa-link" href="/documents/{}/">{}</a>', str(line.receipt_id), line.receipt.name)
        return f"None: {line.no_receipt_because}" if line.no_receipt_because else "None"

    # -- the form that decides it -------------------------------------------------------------------
    @property
    def entered(self) -> dict[str, str]:
        """What stands in the form that decides it: what was refused, else what was decided before.

        Nothing is chosen beforehand where something speaks against the line.
        """
        line, form = self.line, self.form
        if form is not None:
            decision, amount, rule, reason = (
                str(form[name].value() or "") for name in ("decision", "allowed_usd", "rule", "reason")
            )
        else:
            decision, rule, reason = "", line.rule, line.decision_reason
            amount = str(line.allowed_usd) if line.decision == Decision.REDUCED else ""
        decision = decision or line.decision
        if decision == Decision.PENDING and not self.problems:
            decision = Decision.ALLOWED.value
        return {"decision": decision, "amount": amount, "rules": rule_options(rule), "reason": reason}

    @property
    def opening(self) -> SafeString:
        """The start of the form."""
        is_open = " slp-decide--open" if self.form and self.form.errors else ""
        drawn = OPENING.format(key=self.key, number=self.number, version=self.line.version, open=is_open)
        return mark_safe(drawn)  # noqa: S308 -- numbers, and a class of ours

    @property
    def inputs(self) -> SafeString:
        """Decision, amount, rule and reason, and the button."""
        entered = self.entered
        chosen = entered.pop("decision")
        decisions = {name: " checked" if name == chosen else "" for name in ("allowed", "reduced", "denied")}
        wrong_amount, amount_errors = self._refused("allowed_usd")
        wrong_reason, reason_errors = self._refused("reason")
        drawn = INPUTS.format(
            key=self.key, claimed=usd(self.line.amount_usd), **decisions, wrong_amount=wrong_amount,
            amount_errors=amount_errors, wrong_reason=wrong_reason, reason_errors=reason_errors,
            quiet="" if self.line.decision == Decision.PENDING else " usa-button--outline",
            **{name: escaped(text) for name, text in entered.items()},
        )  # fmt: skip
        return mark_safe(drawn)  # noqa: S308 -- each part is escaped

    def _refused(self, field: str) -> tuple[str, str]:
        """How a field that was refused is marked, and why it was."""
        errors = self.form[field].errors if self.form else ()
        if not errors:
            return "", ""
        said = format_html_join("", '<p class="usa-error-message">{}</p>', ((error,) for error in errors))
        return " usa-form-group--error", said
