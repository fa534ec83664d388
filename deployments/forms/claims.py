"""Claims, their lines, decisions on them, money set aside and paid."""

from __future__ import annotations

from decimal import Decimal

from django import forms

from deployments.models import Claim, ClaimLine, Decision, Obligation, Payment
from deployments.services.problems import DENIALS
from engagements.models import Participation
from slp.documents.forms import UploadField
from slp.documents.models import Slot
from slp.lib.costs import CostCategory
from slp.lib.dates import fiscal_year, today
from slp.lib.forms import EditForm, Form, ModelForm, VersionedForm
from slp.lib.money import usd

CENT = Decimal("0.01")


class ClaimAddForm(Form):
    """For which engagement; and for which agency, where the reader belongs to several."""

    part = forms.ModelChoiceField(
        queryset=Participation.objects.none(),
        label="For which engagement",
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": "Choose the engagement."},
    )

    def __init__(self, *args, parts, several: bool, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["part"].queryset = parts
        self.fields["part"].label_from_instance = _part_of_several if several else _part


def _part(part: Participation) -> str:
    engagement = part.engagement
    cancelled = ", cancelled: what was spent until then" if engagement.status == "cancelled" else ""
    return f"{engagement.title}, {engagement.when} ({engagement.reference}){cancelled}"


def _part_of_several(part: Participation) -> str:
    return f"{part.agency}: {_part(part)}"


class ClaimEditForm(EditForm):
    """The note to the reviewer, and the statement."""

    class Meta:
        model = Claim
        fields = ["note", "statement"]
        widgets = {"note": forms.Textarea(attrs={"rows": 4})}
        help_texts = {"statement": "A false statement is an offence (18 USC 287, 1001; 28 USC 2514)."}


class LineForm(EditForm):
    """One cost. Without an instance it makes a new line."""

    receipt_file = UploadField(
        slot=Slot.RECEIPT,
        label="Receipt",
        required=False,
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/*"}),
        help_text="A photo or a PDF. Always for lodging, and for anything above $75.",
    )

    class Meta:
        model = ClaimLine
        fields = [
            "category", "deployment", "spent_on", "until", "description", "vendor", "amount", "currency",
            "exchange_rate", "rate_source", "rate_on", "no_receipt_because",
        ]  # fmt: skip
        labels = {"category": "What kind of cost", "deployment": "Whose cost", "description": "What was it for"}
        help_texts = {
            "until": "For several nights, days of meals or pay: the last day (for lodging, the day of leaving).",
            "vendor": "The hotel, airline, shop or payroll office.",
            "amount": "In the currency of the receipt.",
            "exchange_rate": "How many dollars one unit cost, such as 0.0076. Leave 1 for dollars.",
            "rate_source": "The card statement, the exchange slip, or a published rate of that day.",
            "no_receipt_because": "Only if there is none.",
        }

    def __init__(self, *args, people, categories, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["deployment"].queryset = people
        self.fields["deployment"].label_from_instance = lambda d: str(d.expert)
        self.fields["deployment"].empty_label = "Nobody in particular"
        self.fields["category"].choices = [c for c in CostCategory.choices if c[0] in categories]
        self.fields["currency"].widget.attrs |= {"autocapitalize": "characters", "size": 4}
        self.order_fields([*self.Meta.fields[:11], "receipt_file", "no_receipt_because", "seen_version"])

    def clean_currency(self) -> str:
        return self.cleaned_data["currency"].upper()

    def clean_spent_on(self):
        day = self.cleaned_data["spent_on"]
        if day > today():
            raise forms.ValidationError("This date lies in the future. Claim what has been spent.")
        return day

    def clean(self):
        cleaned = super().clean()
        first, last = cleaned.get("spent_on"), cleaned.get("until")
        if first and last and last < first:
            self.add_error("until", "The last day is before the first.")
        if last and last > today():
            self.add_error("until", "This date lies in the future. Claim what has been spent.")
        foreign = cleaned.get("currency") not in (None, "USD")
        if foreign and not cleaned.get("rate_source"):
            self.add_error("rate_source", "Say where the exchange rate comes from.")
        if foreign and cleaned.get("exchange_rate") == 1 and not self.has_error("exchange_rate"):
            self.add_error("exchange_rate", "Enter how many dollars one unit of this currency cost.")
        return cleaned

    def fields_of_line(self) -> dict:
        """What the service takes."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class DecisionForm(VersionedForm):
    """Allow, allow in part, or not; with the rule and the reason."""

    decision = forms.ChoiceField(
        label="Decision",
        choices=[c for c in Decision.choices if c[0] != Decision.PENDING],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one."},
    )
    allowed_usd = forms.DecimalField(
        label="Amount allowed (USD)", required=False, min_value=CENT, decimal_places=2, max_digits=14,
        help_text="Only when it is allowed in part.",
    )  # fmt: skip
    rule = forms.ChoiceField(label="Rule", required=False)
    reason = forms.CharField(
        label="Reason, for the agency", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args, line: ClaimLine, **kwargs) -> None:
        kwargs.setdefault("auto_id", f"line{line.pk}_%s")
        super().__init__(*args, instance=line, **kwargs)
        self.line = line
        rules = [(code, f"{code}: {text}") for code, text in DENIALS]
        self.fields["rule"].choices = [("", "No rule cited"), *rules]

    def standing(self, row) -> dict:
        if row.decision == Decision.PENDING:
            return {}
        reduced = row.allowed_usd if row.decision == Decision.REDUCED else None
        said = {"rule": row.rule, "reason": row.decision_reason}
        return {"decision": row.decision, "allowed_usd": reduced} | said

    def clean(self):
        cleaned = super().clean()
        decision, amount = cleaned.get("decision"), cleaned.get("allowed_usd")
        if decision in (Decision.REDUCED, Decision.DENIED) and not cleaned.get("reason"):
            self.add_error("reason", "Say why this line is not allowed in full. The agency reads it.")
        if decision == Decision.REDUCED and (amount is None or not CENT <= amount < self.line.amount_usd):
            self.add_error("allowed_usd", f"Enter an amount between $0.01 and {usd(self.line.amount_usd - CENT)}.")
        return cleaned


class CertifyForm(Form):
    """From which money the claim is paid."""

    obligation = forms.ModelChoiceField(
        queryset=Obligation.objects.none(),
        label="Pay from",
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": "Choose the obligation."},
    )

    def __init__(self, *args, obligations, balances: dict, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["obligation"].queryset = obligations
        self.fields["obligation"].label_from_instance = lambda o: (
            f"{o.number}: {usd(balances[o.pk])} left of {usd(o.amount)}, FY{o.fiscal_year}"
        )
        if len(balances) == 1:
            self.initial.setdefault("obligation", next(iter(balances)))


class PaymentForm(ModelForm):
    """Money that went out."""

    class Meta:
        model = Payment
        fields = ["voucher", "amount", "paid_on"]
        labels = {"amount": "Amount (USD)", "paid_on": "Paid on"}
        help_texts = {"voucher": "The voucher number of the disbursing office. Each is recorded once."}

    def __init__(self, *args, still_open: Decimal, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.still_open = still_open
        self.initial.setdefault("amount", still_open)
        self.initial.setdefault("paid_on", today())

    def clean_amount(self) -> Decimal:
        amount = self.cleaned_data["amount"]
        if amount > self.still_open:
            raise forms.ValidationError(f"At most {usd(self.still_open)} is open on this claim.")
        return amount

    def clean_paid_on(self):
        day = self.cleaned_data["paid_on"]
        if day > today():
            raise forms.ValidationError("This date lies in the future. Record the payment when it has gone out.")
        return day


class FailForm(Form):
    """Why a payment came back."""

    reason = forms.CharField(
        label="What the bank said",
        max_length=300,
        error_messages={"required": "Say what the bank said."},
    )


class ObligationForm(ModelForm):
    """Money set aside for one engagement."""

    class Meta:
        model = Obligation
        fields = ["number", "amount", "fiscal_year", "fund_cite"]
        labels = {"amount": "Amount (USD)", "fiscal_year": "Fiscal year of the funds", "fund_cite": "Fund cite"}
        help_texts = {
            "number": "As in the accounting system, which stays the ledger of record.",
            "fund_cite": "Appropriation, allotment, program code and object class, as one line.",
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("fiscal_year", fiscal_year(today()))

    def clean_fiscal_year(self) -> int:
        year = self.cleaned_data["fiscal_year"]
        if not 2000 <= year <= fiscal_year(today()) + 2:
            raise forms.ValidationError("Enter the fiscal year with four digits.")
        return year

    def clean_amount(self) -> Decimal:
        amount = self.cleaned_data["amount"]
        if amount <= 0:
            raise forms.ValidationError("Enter an amount.")
        return amount
