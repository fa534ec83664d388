"""What the post logs: support, check-ins, incidents."""

from __future__ import annotations

import uuid

from django import forms
from django.utils import timezone

from deployments.forms.travel import PeopleField
from deployments.models import CheckIn, Deployment, Incident, SupportKind
from deployments.models.support import RSO_ONLY
from deployments.services.support import CLOCK_SKEW
from engagements.models import Engagement
from slp.lib.forms import DateTimeInput, EditForm, Form, ModelForm


class TeamChoice(forms.ModelChoiceField):
    """An engagement by its title."""

    def label_from_instance(self, obj) -> str:
        return f"{obj.title} ({obj.reference})"


class SupportForm(Form):
    """One thing that the post did for a team: three taps and a line of text."""

    engagement = TeamChoice(
        queryset=Engagement.objects.none(),
        label="For which team",
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": "Choose the team."},
    )
    kind = forms.ChoiceField(
        label="What was it",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what it was."},
    )
    deployments = PeopleField(label="For whom", required=False, help_text="Nobody chosen: the whole team.")
    happened_at = forms.DateTimeField(
        label="When", required=False, widget=DateTimeInput(), help_text="In the post’s time. Empty: just now."
    )
    note = forms.CharField(
        label="Note", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="No medical detail, nothing classified.",
    )  # fmt: skip
    client_id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    at_iso = forms.DateTimeField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, teams: list[Engagement], people, roles: set[str], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["engagement"].queryset = Engagement.objects.filter(pk__in=[t.pk for t in teams])
        self.fields["engagement"].choices = [(t.pk, f"{t.title} ({t.reference})") for t in teams]
        self.fields["deployments"].queryset = people
        self.fields["deployments"].choices = _by_team(people, teams)
        rso = "rso" in roles
        self.fields["kind"].choices = [(v, label) for v, label in SupportKind.choices if rso or v not in RSO_ONLY]
        self.initial.setdefault("client_id", uuid.uuid4())
        running = [t for t in teams if t.status == "under_way"] or teams
        if len(running) == 1:
            self.initial.setdefault("engagement", running[0].pk)

    def clean_happened_at(self):
        moment = self.cleaned_data["happened_at"]
        if moment and moment > timezone.now() + CLOCK_SKEW:
            raise forms.ValidationError("This lies in the future. Check the date and the time.")
        return moment

    def clean(self):
        cleaned = super().clean()
        team = cleaned.get("engagement")
        strangers = [d for d in cleaned.get("deployments") or () if team and d.engagement_id != team.pk]
        if strangers:
            self.add_error("deployments", f"{strangers[0].expert} is not in this team.")
        return cleaned

    def when(self):
        """What was typed, else when the phone queued it, else now."""
        moment = self.cleaned_data.get("happened_at") or self.cleaned_data.get("at_iso") or timezone.now()
        return min(moment, timezone.now())


class SupportEditForm(Form):
    """Correct one's own entry."""

    happened_at = forms.DateTimeField(label="When", widget=DateTimeInput(), help_text="In the post’s time.")
    note = forms.CharField(
        label="Note", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="No medical detail, nothing classified.",
    )  # fmt: skip

    def clean_happened_at(self):
        moment = self.cleaned_data["happened_at"]
        if moment > timezone.now() + CLOCK_SKEW:
            raise forms.ValidationError("This lies in the future. Check the date and the time.")
        return moment


def _by_team(people, teams: list[Engagement]) -> list[tuple]:
    """The travellers under the title of their team; a single team needs no title."""
    groups = [(t.title, [(d.pk, str(d.expert)) for d in people if d.engagement_id == t.pk]) for t in teams]
    groups = [(title, rows) for title, rows in groups if rows]
    return groups if len(groups) > 1 else [row for _, rows in groups for row in rows]


class CheckInForm(Form):
    """Safe, or not; where."""

    is_safe = forms.TypedChoiceField(
        label="Is the traveller safe and well?",
        choices=[("yes", "Yes, safe and well"), ("no", "No, needs help")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one."},
    )
    method = forms.ChoiceField(
        label="How do you know",
        choices=[(CheckIn.Method.PHONE, "By phone"), (CheckIn.Method.IN_PERSON, "In person")],
        widget=forms.RadioSelect,
        initial=CheckIn.Method.PHONE,
    )
    place = forms.CharField(label="Place", max_length=120, required=False)
    note = forms.CharField(label="Note", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args, own: bool, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if own:
            del self.fields["method"]
            self.fields["is_safe"].label = "Are you safe and well?"
            self.fields["is_safe"].choices = [("yes", "Yes, safe and well"), ("no", "No, I need help")]


class IncidentForm(ModelForm):
    """Something that touched a traveller's safety."""

    class Meta:
        model = Incident
        fields = ["severity", "deployment", "happened_at", "place", "summary", "action_taken"]
        labels = {"deployment": "Who is concerned", "severity": "How bad"}
        help_texts = {
            "deployment": "Leave it empty if no traveller of the program is concerned.",
            "happened_at": "In the post’s time.",
            "summary": "What happened, to whom. No medical detail, nothing classified.",
            "action_taken": "What has been done so far.",
        }
        widgets = {
            "severity": forms.RadioSelect,
            "summary": forms.Textarea(attrs={"rows": 4}),
            "action_taken": forms.Textarea(attrs={"rows": 3}),
            "happened_at": DateTimeInput(),
        }

    def __init__(self, *args, people, country=None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["deployment"].queryset = people
        self.fields["deployment"].label_from_instance = _who
        self.fields["deployment"].empty_label = "Nobody of the program"
        self.fields["severity"].choices = Incident.Severity.choices
        self.initial.setdefault("happened_at", timezone.now())

    def clean_happened_at(self):
        moment = self.cleaned_data["happened_at"]
        if moment > timezone.now() + CLOCK_SKEW:
            raise forms.ValidationError("This lies in the future. Check the date and the time.")
        return moment


def _who(deployment: Deployment) -> str:
    return f"{deployment.expert}, {deployment.city or deployment.country}"


class NoteForm(EditForm):
    """What was done about an incident."""

    class Meta:
        model = Incident
        fields = ["action_taken"]
        widgets = {"action_taken": forms.Textarea(attrs={"rows": 6})}
