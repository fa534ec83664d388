"""A need and its seats on one page."""

from __future__ import annotations

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Fieldset, Layout, Row
from django import forms

from engagements.matching import same_seats
from engagements.models import HostInstitution, Need
from engagements.services.needs import MAX_SEATS
from partners.models import ActivityKind, Depth, Expertise, Sector
from slp.lib.dates import show, today
from slp.lib.forms import ConflictRow, EditForm, Form, ModelForm
from slp.lib.numbers import whole_numbers
from slp.places.models import Country, Language

ILR = [
    (0, "No level asked"),
    (1, "1 - Elementary"),
    (2, "2 - Limited working"),
    (3, "3 - Professional working"),
    (4, "4 - Full professional"),
    (5, "5 - Native or bilingual"),
]
LATER = ("problem", "places")  # a draft from a poor line may leave these for later
FIELDS = [
    "title",
    "country",
    "institution",
    "kind",
    "academy",
    "sector",
    "priority",
    "problem",
    "success",
    "places",
    "starts_on",
    "ends_on",
    "min_days",
    "max_days",
    "security_conditions",
    "inclusion",
    "other_implementers",
    "is_funded",
]


class InstitutionChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj) -> str:
        return f"{obj.country.name}: {obj.name}"


def _layout() -> Layout:
    return Layout(
        Fieldset("What is needed", "title", "country", "institution", "new_institution", "kind", "academy", "sector"),
        Fieldset("Why", "problem", "success"),
        Fieldset("Where and when", "places", Row("starts_on", "ends_on"), Row("min_days", "max_days"), "priority"),
        Fieldset("Conditions", "security_conditions", "inclusion", "other_implementers", "is_funded"),
    )


class NeedFields(forms.ModelForm):
    """What registering and changing have in common. `draft`: less is asked for."""

    new_institution = forms.CharField(
        label="Or a host institution that is not in the list",
        max_length=160,
        required=False,
        help_text="Type its name, for example: Haitian National Police.",
    )

    def __init__(self, *args, user, draft: bool = False, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.draft = draft
        countries = Country.objects.all() if user.is_staff else Country.objects.served_by(user)
        self.fields["country"].queryset = countries.only("iso2", "name", "post")
        known = HostInstitution.objects.filter(country__in=countries).select_related("country")
        self.fields["institution"].queryset = known.order_by("country__name", "name")
        self.fields["institution"].label = "Host institution"
        self.fields["institution"].empty_label = self.fields["academy"].empty_label = "Not chosen"
        self.fields["academy"].help_text = "Only for teaching at an ILEA."
        self.fields["kind"].choices = [("", "Choose one"), *ActivityKind.choices]
        self.fields["sector"].choices = [("", "Choose one"), *Sector.choices]
        for name in LATER if draft else ():
            self.fields[name].required = False
        for name in ("problem", "success", "security_conditions", "inclusion"):
            self.fields[name].widget.attrs["rows"] = 4 if name == "problem" else 3
        self.helper.layout = _layout()
        self.helper.render_unmentioned_fields = True  # the hidden version

    def clean(self):
        cleaned = super().clean()
        self._check_institution(cleaned)
        self._check_dates(cleaned)
        kind, academy = cleaned.get("kind"), cleaned.get("academy")
        if kind == ActivityKind.ACADEMY and not academy and not self.draft:
            self.add_error("academy", "Choose the academy where the course is held.")
        if academy and kind and kind != ActivityKind.ACADEMY:
            self.add_error("academy", "Leave this empty: only teaching at an ILEA takes place at an academy.")
        return cleaned

    def _check_institution(self, cleaned: dict) -> None:
        chosen, typed = cleaned.get("institution"), cleaned.get("new_institution")
        if chosen and typed:
            self.add_error("new_institution", "Choose one from the list or type a new name, not both.")
        if chosen and cleaned.get("country") and chosen.country_id != cleaned["country"].pk:
            self.add_error("institution", f"{chosen.name} is registered in {chosen.country}, not here.")

    def _check_dates(self, cleaned: dict) -> None:
        start, end, shortest = cleaned.get("starts_on"), cleaned.get("ends_on"), cleaned.get("min_days")
        if start and start < today() and (not self.draft or "starts_on" in self.changed_data):
            self.add_error("starts_on", f"{show(start)} is in the past. Choose a later date.")
        if start and end and end < start:
            self.add_error("ends_on", "The latest end is before the earliest start.")
        elif start and end and shortest and shortest > (end - start).days + 1:
            window = (end - start).days + 1
            self.add_error("ends_on", f"The window has {window} days; the shortest stay is {shortest} days.")


class NeedForm(NeedFields, ModelForm):
    """A new need."""

    class Meta:
        model = Need
        fields = FIELDS

    def __init__(self, *args, user, **kwargs) -> None:
        super().__init__(*args, user=user, **kwargs)
        if not user.is_staff:
            served = list(self.fields["country"].queryset[:2])
            if len(served) == 1:
                self.initial.setdefault("country", served[0].pk)

    def values(self) -> dict:
        """For `create_need`."""
        return dict(self.cleaned_data)


class NeedEditForm(NeedFields, EditForm):
    """An existing need. Its seats count as part of it when two people edit at the same time."""

    class Meta:
        model = Need
        fields = FIELDS

    seats_changed = False

    def clean(self):
        cleaned = super().clean()
        if self.seats_changed and not self.changed_fields():
            seen = cleaned.get("seen_version")
            current = Need.objects.values_list("version", flat=True).get(pk=self.instance.pk)
            if seen is not None and seen != current:
                self._report_conflict(seen, current)
        return cleaned

    def differences(self, before, now) -> list[ConflictRow]:
        rows = super().differences(before, now)
        if self.seats_changed:
            seats = "; ".join(f"{len(g)} x {g[0].role}" for g in same_seats(list(self.instance.seats.all())))
            rows.append(ConflictRow("Seats", "", seats, "as in the form below"))
        return rows

    def values(self) -> dict:
        """The changed fields, for `change_need`."""
        return {name: self.cleaned_data[name] for name in self.changed_fields()}


# -- seats -----------------------------------------------------------------------------------------
class SeatForm(Form):
    """One kind of seat, and how many of it."""

    ids = forms.CharField(required=False, widget=forms.HiddenInput)
    count = forms.IntegerField(
        label="How many like this",
        initial=1,
        min_value=1,
        max_value=MAX_SEATS,
        error_messages={
            "min_value": "At least one. To take the seat out, tick “Remove”.",
            "max_value": f"At most {MAX_SEATS}.",
        },
    )
    role = forms.CharField(label="Role", max_length=80, help_text="For example: Mentor, Instructor, Team lead.")
    expertise = forms.ModelChoiceField(label="Expertise", queryset=Expertise.objects.filter(is_active=True))
    min_depth = forms.TypedChoiceField(label="How deep", choices=Depth.choices, coerce=int, initial=Depth.PRACTISES)
    language = forms.ModelChoiceField(
        label="Language", queryset=Language.objects.all(), required=False, empty_label="None beside English"
    )
    min_speaking = forms.TypedChoiceField(label="Speaking level (ILR)", choices=ILR, coerce=int, initial=0)
    rank = forms.CharField(label="Rank or rank band", max_length=80, required=False)
    needs_certificate = forms.BooleanField(label="Instructor certificate required", required=False)

    def clean(self):
        cleaned = super().clean()
        level = cleaned.get("min_speaking") or 0
        if cleaned.get("language") and not level and "language" not in self.errors:
            self.add_error("min_speaking", f"Choose the level of {cleaned['language']} that is needed, from 1 to 5.")
        if level and not cleaned.get("language"):
            self.add_error("language", "Choose the language for this level, or ask for no level.")
        return cleaned

    def rows(self) -> list[dict]:
        """One row per seat, for the services; seats that exist keep their id."""
        ids = whole_numbers(self.cleaned_data.get("ids", "").split(","))
        values = {n: self.cleaned_data[n] for n in self.cleaned_data if n not in ("ids", "count", "DELETE")}
        count = self.cleaned_data["count"]
        return [values | ({"id": ids[n]} if n < len(ids) else {}) for n in range(count)]


class WhereThere(Field):
    """A field that not every row has: a new row has no box to remove it."""

    def render(self, form, context, **kwargs):
        return super().render(form, context, **kwargs) if self.fields[0] in form.fields else ""


SEAT_LAYOUT = Layout(
    "ids",
    Row("role", "count"),
    Row("expertise", "min_depth"),
    Row("language", "min_speaking"),
    "rank",
    "needs_certificate",
    WhereThere("DELETE"),
)


class BaseSeatFormSet(forms.BaseFormSet):
    """The kinds of seats of a need. Blank rows are allowed and forgotten."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = SEAT_LAYOUT
        if self.initial:
            self.extra = 0  # another kind is added by the button; a blank one would only be in the way
        self.choices = {
            "expertise": [("", "Choose one"), *_named(Expertise.objects.filter(is_active=True))],
            "language": [("", "None beside English"), *_named(Language.objects.all())],
        }

    def _construct_form(self, i, **kwargs):
        form = super()._construct_form(i, **kwargs)
        form.empty_permitted = True
        return self._share(form)

    @property
    def empty_form(self):
        return self._share(super().empty_form)

    def _share(self, form):
        """The choices are read once for all rows."""
        for name, choices in self.choices.items():
            form.fields[name].choices = choices
        form.use_required_attribute = False
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = "Remove these seats"
        return form

    def filled(self) -> list[SeatForm]:
        gone = self.deleted_forms
        return [f for f in self.forms if f not in gone and f.cleaned_data.get("role")]

    def rows(self) -> list[dict]:
        """Every seat of the need, in order."""
        return [row for form in self.filled() for row in form.rows()]

    def clean(self) -> None:
        if any(self.errors):
            return
        if (count := len(self.rows())) > MAX_SEATS:
            raise forms.ValidationError(f"{count} seats are too many for one need: at most {MAX_SEATS}.")


def _named(rows) -> list[tuple[str, str]]:
    return list(rows.values_list("pk", "name"))


SeatFormSet = forms.formset_factory(
    SeatForm,
    formset=BaseSeatFormSet,
    extra=1,
    max_num=30,
    validate_max=True,
    absolute_max=31,
    can_delete=True,
    can_delete_extra=False,
)


ANEW = {"starts_on", "ends_on", "priority", "is_funded"}  # said anew for each need


def copied(need: Need) -> dict:
    """What a new need that is like this one begins with."""
    return {name: need._meta.get_field(name).value_from_object(need) for name in FIELDS if name not in ANEW}


def seat_rows(need: Need) -> list[dict]:
    """The need's seats as the form shows them: one row per kind, with its number."""
    fields = ("role", "min_depth", "min_speaking", "rank", "needs_certificate")
    return [
        {name: getattr(group[0], name) for name in fields}
        | {
            "expertise": group[0].expertise_id,
            "language": group[0].language_id,
            "count": len(group),
            "ids": ",".join(str(seat.pk) for seat in group),
        }
        for group in same_seats(list(need.seats.all()))
    ]


def without_errors(form_or_set):
    """A bound form or formset as it was typed, before anybody pressed save."""
    if isinstance(form_or_set, forms.BaseFormSet):
        form_or_set._errors = [{} for _ in form_or_set.forms]
        form_or_set._non_form_errors = form_or_set.error_class()
        for form in form_or_set.forms:
            without_errors(form)
    else:
        form_or_set._errors = forms.utils.ErrorDict()
        form_or_set.cleaned_data = {}
    return form_or_set
