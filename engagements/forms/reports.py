"""The final report, and more time for it."""

from __future__ import annotations

from datetime import timedelta

from crispy_forms.layout import Fieldset, Layout, Row
from django import forms

from engagements.models import FinalReport
from engagements.services.reports import WRITTEN
from slp.lib.dates import show, today
from slp.lib.forms import EditForm, Form

LONG = ("delivered", "results", "problems", "recommendations", "lessons")


class ReportForm(EditForm):
    """What the agency writes. It can be saved as it grows; only handing it in asks for everything."""

    class Meta:
        model = FinalReport
        fields = list(WRITTEN)
        labels = {"women_trained": "Women", "men_trained": "Men", "unknown_trained": "Sex not recorded"}

    def __init__(self, *args, submit: bool = False, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.submit = submit
        for name in LONG:
            self.fields[name].widget.attrs["rows"] = 6 if name in ("delivered", "results") else 4
        self.helper.layout = Layout(
            Fieldset("What you did", "delivered"),
            Fieldset("How many people took part", Row("women_trained", "men_trained", "unknown_trained")),
            Fieldset("What came of it", "results", "problems"),
            Fieldset("For the next team", "recommendations", "lessons"),
        )
        self.helper.render_unmentioned_fields = True

    def clean(self):
        cleaned = super().clean()
        if not self.submit:
            return cleaned
        if not cleaned.get("delivered", "").strip():
            self.add_error("delivered", "Say what was delivered.")
        if not cleaned.get("results", "").strip():
            self.add_error("results", "Say what came of it; “too early to say” is an answer.")
        counts = ("women_trained", "men_trained", "unknown_trained")
        if all(cleaned.get(name) is None for name in counts) and not any(name in self.errors for name in counts):
            self.add_error("women_trained", "Enter how many people took part; zero is an answer.")
        return cleaned


class ExtensionForm(Form):
    """Asking for more time."""

    asked_for = forms.DateField(label="New due date")
    reason = forms.CharField(
        label="Why",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why you need more time, in a few words."},
    )

    def __init__(self, *args, report: FinalReport, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.after = max(report.due_on, today())
        self.initial.setdefault("asked_for", self.after + timedelta(days=14))
        self.fields["asked_for"].help_text = f"The report is due by {show(report.due_on)} now."

    def clean_asked_for(self):
        asked = self.cleaned_data["asked_for"]
        if asked <= self.after:
            raise forms.ValidationError(f"Choose a date after {show(self.after)}.")
        if asked > self.after + timedelta(days=366):
            raise forms.ValidationError("Choose a date within a year.")
        return asked


class ExtensionDecisionForm(Form):
    """Granting more time, or not."""

    grant = forms.TypedChoiceField(
        label="Your decision",
        choices=[("yes", "Grant more time"), ("no", "Keep the due date")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one."},
    )
    note = forms.CharField(
        label="A word to the agency", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("grant") is False and not cleaned.get("note", "").strip():
            self.add_error("note", "Say why: the agency will read it.")
        return cleaned
