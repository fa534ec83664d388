"""Asking agencies, and their answers."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone

from engagements.matching import check, same_seats
from engagements.models import Invitation, Need, Seat
from engagements.services.invitations import travelling
from partners.models import Agency, Expert
from slp.lib.dates import at_post, show, today
from slp.lib.forms import ConflictRow, EditForm, Form

CLOSE_OF_BUSINESS = time(17, 0)
HOURS = [(f"{hour:02d}:00", f"{hour:02d}:00") for hour in range(8, 21)]


def moment_at(day, hour: str, zone: str) -> datetime:
    """A time of day in the agency's own zone."""
    return datetime.combine(day, time.fromisoformat(hour), tzinfo=ZoneInfo(zone))


class SeatChoice(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Seat) -> str:
        return f"{obj.number}. {obj.role}"


class InviteForm(Form):
    """One request to several agencies: the words and the deadline are shared, the seats are each agency's own."""

    message = forms.CharField(
        label="Message to the agencies",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="What they would do, with whom, and why you ask them. Each agency reads it in the mail.",
    )
    reply_on = forms.DateField(label="Answer by", widget=forms.DateInput)
    reply_at = forms.ChoiceField(
        label="Time, in each agency’s own time zone",
        choices=HOURS,
        initial="17:00",
    )

    def __init__(self, *args, need: Need, agencies: list[Agency], taken: dict[int, str], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.need, self.agencies = need, agencies
        self.initial.setdefault("reply_on", today() + timedelta(days=14))
        open_seats = list(need.seats.with_filled().filter(held_by=None, is_filled=False))
        for agency in agencies:
            self.fields[self.name_of(agency)] = SeatChoice(
                label=f"Seats for {agency}",
                queryset=need.seats.all(),
                required=need.seats.exists(),
                initial=open_seats,
                widget=forms.CheckboxSelectMultiple,
                help_text=taken.get(agency.pk, ""),
                error_messages={"required": f"Choose at least one seat for {agency}."},
            )

    @staticmethod
    def name_of(agency: Agency) -> str:
        return f"seats_{agency.pk}"

    def clean_reply_on(self):
        day = self.cleaned_data["reply_on"]
        if day <= today():
            raise forms.ValidationError("Choose a day after today, so that they can ask their people.")
        if day > self.need.starts_on:
            raise forms.ValidationError(f"The need starts on {show(self.need.starts_on)}. Choose an earlier day.")
        return day

    def requests(self) -> list[dict[str, Any]]:
        """What `invite_agency` needs, for each agency."""
        data = self.cleaned_data
        return [
            {
                "agency": agency,
                "seats": list(data[self.name_of(agency)]),
                "message": data["message"],
                "reply_by": moment_at(data["reply_on"], data["reply_at"], agency.time_zone),
            }
            for agency in self.agencies
        ]


class InvitationEditForm(EditForm):
    """Other words, other seats, more time."""

    class Meta:
        model = Invitation
        fields = ["message", "seats"]
        widgets = {"seats": forms.CheckboxSelectMultiple, "message": forms.Textarea(attrs={"rows": 5})}
        error_messages = {"seats": {"required": "Choose at least one seat."}}

    reply_on = forms.DateField(label="Answer by", widget=forms.DateInput)
    reply_at = forms.ChoiceField(label="Time, in the agency’s own time zone", choices=HOURS)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        local = self.instance.reply_by.astimezone(ZoneInfo(self.instance.agency.time_zone))
        self.initial |= {"reply_on": local.date(), "reply_at": f"{local.hour:02d}:00"}
        self.fields["seats"].queryset = self.instance.need.seats.all()
        self.fields["seats"].required = self.instance.need.seats.exists()

    def changed_fields(self) -> list[str]:
        """The deadline is one column behind two fields."""
        moved = ["reply_by"] if {"reply_on", "reply_at"} & set(self.changed_data) else []
        return super().changed_fields() + moved

    def differences(self, before, now) -> list[ConflictRow]:
        rows, zone = super().differences(before, now), self.instance.agency.time_zone
        typed = self.cleaned_data
        if before is None or before.reply_by == now.reply_by or not (typed.get("reply_on") and typed.get("reply_at")):
            return rows
        yours = moment_at(typed["reply_on"], typed["reply_at"], zone)
        if yours == before.reply_by:
            yours, local = now.reply_by, now.reply_by.astimezone(ZoneInfo(zone))
            self.take_over("reply_on", local.date())
            self.take_over("reply_at", f"{local.hour:02d}:00")
        return [*rows, ConflictRow("Answer by", *(at_post(m, zone) for m in (before.reply_by, now.reply_by, yours)))]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("reply_on") and cleaned.get("reply_at"):
            moment = moment_at(cleaned["reply_on"], cleaned["reply_at"], self.instance.agency.time_zone)
            if moment <= timezone.now():
                self.add_error("reply_on", "This moment has passed. Choose a later one.")
            cleaned["reply_by"] = moment
        return cleaned


# -- the agency's answer ---------------------------------------------------------------------------
class AnswerForm(Form):
    """Yes to all, yes to some, something else, or not this time. No reason is ever needed."""

    verb = forms.ChoiceField(
        label="Your answer",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one of the answers."},
    )
    seats = SeatChoice(
        label="Which seats, if only some of them",
        queryset=Seat.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    proposed_start = forms.DateField(label="Other dates: from", required=False)
    proposed_end = forms.DateField(label="until", required=False)
    note = forms.CharField(
        label="A word to INL/KM",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Optional. Say here what you propose, if it is not only other dates.",
    )

    def __init__(self, *args, seats: list[Seat], asked: int, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        all_of_them = {0: "Yes", 1: "Yes, to the seat", 2: "Yes, to both seats"}
        everything = all_of_them.get(asked, f"Yes, to all {asked} seats")
        choices = [("accept", everything)] if len(seats) == asked else []
        if asked > 1 and seats:
            choices.append(("accept_part", "Yes, to some of the seats"))
        choices += [("counter", "We propose something else"), ("decline", "Not this time")]
        self.fields["verb"].choices = choices
        if asked > 1 and seats:
            self.fields["seats"].queryset = Seat.objects.filter(pk__in=[s.pk for s in seats]).order_by("number")
        else:
            del self.fields["seats"]

    def clean(self):
        cleaned = super().clean()
        verb, start, end = cleaned.get("verb"), cleaned.get("proposed_start"), cleaned.get("proposed_end")
        if verb == "accept_part" and not cleaned.get("seats") and "seats" not in self.errors:
            self.add_error("seats", "Choose the seats that you can fill.")
        if start and start < today():
            self.add_error("proposed_start", f"{show(start)} is in the past.")
        if start and end and end < start:
            self.add_error("proposed_end", "The proposed end is before the proposed start.")
        if end and not start:
            self.add_error("proposed_start", "Say from when, too.")
        if verb == "counter" and not (start or cleaned.get("note")):
            self.add_error("note", "Say what you propose: other dates, other people, another number.")
        return cleaned


class PeopleForm(Form):
    """Who takes which of the seats that the agency has promised. A warning says where somebody does not meet one."""

    def __init__(self, *args, invitation: Invitation, seats: list[Seat], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.invitation, self.seats = invitation, seats
        roster = Expert.objects.filter(agency=invitation.agency_id, is_active=True).order_by("name")
        self.people = {expert.pk: expert for expert in roster}
        self.standing = self._standing()
        for seat in seats:
            self.fields[f"seat_{seat.pk}"] = forms.TypedChoiceField(
                label=f"Seat {seat.number}: {seat.role}",
                choices=[("", "Nobody yet"), *self._choices(seat)],
                coerce=int,
                empty_value=None,
                required=False,
            )

    def _standing(self) -> dict[int, dict]:
        """How everybody on the roster stands against each seat: one query for each kind of seat."""
        found: dict[int, dict] = {}
        for group in same_seats(self.seats):
            answers = check(group[0], list(self.people))
            found |= dict.fromkeys((seat.pk for seat in group), answers)
        return found

    def _choices(self, seat: Seat) -> list[tuple[str, list[tuple[int, str]]]]:
        fits, others = [], []
        for pk, candidate in sorted(self.standing[seat.pk].items(), key=lambda item: -item[1].total):
            missing = "; ".join(c.words for c in self.missing(candidate))
            name = str(self.people[pk])
            (others if missing else fits).append((pk, f"{name} - {missing}" if missing else name))
        groups = [("Meet what is asked", fits), ("Do not meet all of it", others)]
        return [group for group in groups if group[1]]

    @staticmethod
    def missing(candidate) -> list:
        """What concerns the person; the agency's own agreement was looked at before."""
        return [c for c in candidate.missing if c.name not in ("agreement", "open_to_requests")]

    def clean(self):
        cleaned = super().clean()
        seen: dict[int, int] = {}
        for seat in self.seats:
            person = cleaned.get(f"seat_{seat.pk}")
            if person is None:
                continue
            if person in seen:
                name = self.people[person]
                self.add_error(f"seat_{seat.pk}", f"{name} already takes seat {seen[person]}.")
            seen[person] = seat.number
            if reason := travelling(self.people[person], self.invitation.need):
                self.add_error(f"seat_{seat.pk}", reason)
        if not seen and not self.errors:
            raise forms.ValidationError("Choose somebody for at least one seat.")
        return cleaned

    def chosen(self) -> list[tuple[Seat, Expert]]:
        pairs = [(seat, self.cleaned_data.get(f"seat_{seat.pk}")) for seat in self.seats]
        return [(seat, self.people[pk]) for seat, pk in pairs if pk]

    def warnings(self) -> list[str]:
        """For the message after saving: where somebody does not meet the seat."""
        found = []
        for seat, expert in self.chosen():
            for condition in self.missing(self.standing[seat.pk][expert.pk]):
                found.append(f"{expert}, seat {seat.number}: {condition.words}")
        return found


class ConfirmForm(Form):
    """The people that INL/KM takes."""

    people = forms.TypedMultipleChoiceField(
        label="Confirm",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick at least one person."},
    )

    def __init__(self, *args, choices: list[tuple[int, str]], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].choices = choices
        self.initial.setdefault("people", [pk for pk, _ in choices])
