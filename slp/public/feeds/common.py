"""What the feeds of several doors share."""

from __future__ import annotations

from django.db.models import Case, F, Q, TextField, Value, When
from django.db.models.functions import Concat, Left

from deployments.models import Clearance, Incident
from partners.models import Amendment, RosterImport
from partners.models.agency import agencies_of
from partners.models.agreement import AgreementStatus
from partners.pages.papers import OPEN_AMENDMENTS


def words(*parts):
    """Columns and literal text in one text."""
    said = [Value(part[1:]) if part.startswith("'") else F(part) for part in parts]
    return Concat(*said, output_field=TextField()) if len(said) > 1 else said[0]


def by_status(said: dict[str, str], *before: str):
    """What a card says in each state; `before`: columns and literal text that stand in front of it."""
    cases = [When(status=status, then=words(*before, f"'{text}")) for status, text in said.items()]
    return Case(*cases, output_field=TextField())


def at(user, *roles: str):
    """The ids of the agencies where the reader is one of these. A role held elsewhere makes nothing their turn."""
    return agencies_of(user).filter(role__in=sorted(roles))


# What a card says of a record, at every door.
AMENDMENT = {"title": F("agreement__title"), "text": F("summary")}
INVITATION = {"title": F("agency__name"), "text": F("need__title")}
REQUIREMENT = {
    "title": F("requirement__name"),
    "text": F("deployment__expert__name"),
    "due": F("due_on"),
    "key": F("deployment__reference"),
}
CHECKED = Value("Checked: look it over and take it over.")
SEVERITY = Case(
    *[When(severity=value, then=Value(label)) for value, label in Incident.Severity.choices], output_field=TextField()
)
INCIDENT = {
    "heading": "Incidents not resolved",
    "rows": lambda u: Incident.objects.visible_to(u).exclude(status="resolved").order_by("-severity", "happened_at"),
    "text": Concat(SEVERITY, Value(": "), Left("summary", 160), output_field=TextField()),
    "since": F("happened_at"),
}


TO_SUBMIT = {
    "draft": "A draft: nobody has been told yet.",
    "returned": "INL/KM has returned it: change it and submit it again.",
}


# As `partners.permissions.amendment_goes_on` has it, but for an end that reaches into another agreement.
ENDS_BY_NOTICE = Q(agreement__notice_on__isnull=False)
GOES_ON = Q(agreement__status=AgreementStatus.ACTIVE) & ~(ENDS_BY_NOTICE & Q(changes__has_key="ends_on"))


def amendments(user, status: str):
    """Amendments in this state that can still go on."""
    return Amendment.objects.visible_to(user).filter(GOES_ON, status=status).order_by("status_since")


def amendments_to_withdraw(user):
    """Amendments that can't: INL takes them back."""
    rows = Amendment.objects.visible_to(user).filter(status__in=OPEN_AMENDMENTS).exclude(GOES_ON)
    return rows.order_by("status_since")


def handed_in(user):
    """Requirements that the traveller or the coordinator has handed in, of journeys that are not over."""
    going = ["preparing", "ready", "in_country"]
    rows = Clearance.objects.visible_to(user).filter(status="submitted", deployment__status__in=going)
    return rows.order_by("due_on", "pk")


def files(user):
    """Roster files that were checked and are not on the roster yet."""
    return RosterImport.objects.visible_to(user).filter(status="checked").order_by("-pk")
