"""The feeds of the start pages: what each role is shown as its turn, as stuck, as coming up."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Case, Exists, F, OuterRef, TextField, Value, When
from django.db.models.functions import Concat, Left, TruncDate

from deployments.models import Claim, Clearance, Deployment, Incident, ServiceRecord
from engagements.models import Engagement, FinalReport, Invitation, Need, Nomination, Seat
from engagements.models.invitation import ANSWERED_YES
from engagements.models.report import OWED
from partners.models import Agreement, Enquiry
from slp.lib.dates import add_working_days, start_of, today
from slp.public.todo import Feed


def _words(*parts):
    """Columns and literal text in one text."""
    return Concat(*[Value(p[1:]) if p.startswith("'") else F(p) for p in parts], output_field=TextField())


OFFICER = frozenset({"officer", "director"})
WATCHES = OFFICER | {"auditor"}
READS_MONEY = WATCHES | {"administrator", "finance"}
FINANCE = frozenset({"finance"})
DIRECTOR = frozenset({"director"})
CLAIM = {"page": "desk:claim-detail", "title": F("agency__name"), "text": F("engagement__title")}

SEVERITY = Case(
    *[When(severity=value, then=Value(label)) for value, label in Incident.Severity.choices], output_field=TextField()
)
INCIDENT = {
    "heading": "Incidents not resolved",
    "rows": lambda u: Incident.objects.visible_to(u).exclude(status="resolved").order_by("-severity", "happened_at"),
    "text": Concat(SEVERITY, Value(": "), Left("summary", 160), output_field=TextField()),
    "since": F("happened_at"),
}


def _claims(*statuses: str):
    return lambda u: Claim.objects.visible_to(u).filter(status__in=statuses).order_by("status_since")


def _waiting_claims(user):
    waiting = ["submitted", "in_review", "approved", "certified"]
    since = add_working_days(today(), -5)
    rows = Claim.objects.visible_to(user).filter(status__in=waiting, status_since__lt=start_of(since))
    return rows.order_by("status_since")


def _leaving(user):
    rows = Deployment.objects.visible_to(user).filter(status__in=["confirmed", "preparing"])
    return rows.filter(starts_on__lte=today() + timedelta(days=30)).order_by("starts_on")


def _without_names(user):
    """Requests that an agency said yes to while a seat it holds has nobody offered or confirmed."""
    named = Nomination.objects.live().filter(seat=OuterRef("pk"), invitation=OuterRef("held_by"))
    open_seats = Seat.objects.filter(~Exists(named), held_by=OuterRef("pk"), need__status__in=["validated", "staffed"])
    rows = Invitation.objects.visible_to(user).filter(Exists(open_seats), status__in=ANSWERED_YES)
    return rows.order_by("status_since")


DESK_TURN = (
    Feed(
        "Needs to validate or to staff",
        OFFICER,
        lambda u: (
            Need.objects.visible_to(u)
            .filter(status__in=["submitted", "validated"])
            .order_by("status", "priority", "starts_on")
        ),
        "desk:need-detail",
        F("title"),
        Case(
            When(status="submitted", then=_words("country__name", "': validate it")),
            default=_words("country__name", "': find people"),
            output_field=TextField(),
        ),
        F("starts_on"),
        more="desk:need-list?status=submitted",
    ),
    Feed(
        "Agencies that proposed something else",
        OFFICER,
        lambda u: Invitation.objects.visible_to(u).filter(status="countered").order_by("status_since"),
        "desk:invitation-detail",
        F("agency__name"),
        F("need__title"),
        more="desk:invitation-list?status=countered",
    ),
    Feed(
        "People offered, to confirm",
        OFFICER,
        lambda u: (
            Nomination.objects.visible_to(u)
            .filter(status="offered", invitation__status__in=ANSWERED_YES, seat__need__status="validated")
            .order_by("at")
        ),
        "desk:need-detail",
        F("expert__name"),
        _words("expert__agency__name", "', for ", "seat__need__title"),
        key=F("seat__need__reference"),
    ),
    Feed(
        "Final reports to read",
        OFFICER,
        lambda u: FinalReport.objects.visible_to(u).filter(status="submitted").order_by("submitted_at"),
        "desk:report-detail",
        F("agency__name"),
        F("engagement__title"),
        more="desk:report-list?status=submitted",
    ),
    Feed(
        "Claims to review",
        OFFICER,
        _claims("submitted", "in_review"),
        **CLAIM,
        more="desk:claim-list?status=submitted",
    ),
    Feed("Claims to certify", FINANCE, _claims("approved"), **CLAIM, more="desk:claim-list?status=approved"),
    Feed("Payments to record", FINANCE, _claims("certified"), **CLAIM, more="desk:claim-list?status=certified"),
    Feed(
        "Money to set aside",
        FINANCE,
        lambda u: (
            Engagement.objects.visible_to(u)
            .filter(status__in=["addendum", "preparing"], obligations=None)
            .exclude(kind__in=["study_visit", "embed"])
            .order_by("starts_on")
        ),
        "desk:engagement-detail",
        F("title"),
        F("country__name"),
        F("starts_on"),
        more="desk:engagement-list?status=preparing",
    ),
    Feed(
        "Records of service to sign",
        DIRECTOR,
        lambda u: ServiceRecord.objects.visible_to(u).filter(status="requested").order_by("requested_at"),
        "desk:service-record-detail",
        F("expert__name"),
        F("expert__agency__name"),
        more="desk:service-record-list?status=requested",
    ),
)
DESK_STUCK = (
    Feed(
        roles=WATCHES,
        page="desk:incident-detail",
        title=F("country__name"),
        more="desk:incident-list",
        **INCIDENT,
    ),
    Feed(
        "Leaving within 30 days and not ready",
        WATCHES,
        _leaving,
        "desk:deployment-detail",
        F("expert__name"),
        F("country__name"),
        F("starts_on"),
        more="desk:deployment-list?status=preparing",
    ),
    Feed(
        "Reports overdue",
        WATCHES,
        lambda u: FinalReport.objects.visible_to(u).filter(status__in=OWED, due_on__lt=today()).order_by("due_on"),
        "desk:report-detail",
        F("agency__name"),
        F("engagement__title"),
        F("due_on"),
        more="desk:report-list?status=due",
    ),
    Feed(
        "Claims waiting more than five working days",
        READS_MONEY,
        _waiting_claims,
        **CLAIM,
        since=F("status_since"),
        more="desk:claim-list",
    ),
)
DESK_DUE = (
    Feed(
        "Agreements ending within 180 days",
        WATCHES,
        lambda u: (
            Agreement.objects.visible_to(u)
            .filter(status="active", ends_on__lte=today() + timedelta(days=180))
            .order_by("ends_on")
        ),
        "desk:agreement-detail",
        F("agency__name"),
        F("title"),
        F("ends_on"),
        more="desk:agreement-list",
    ),
    Feed(
        "Enquiries",
        OFFICER,
        lambda u: Enquiry.objects.visible_to(u).filter(status__in=["new", "triaged"]).order_by("created_at"),
        "desk:enquiry-detail",
        F("agency_name"),
        F("us_state"),
        more="desk:enquiry-list",
    ),
)
DESK = (*DESK_TURN, *DESK_STUCK, *DESK_DUE)

OFFICE = frozenset({"coordinator", "signatory"})
CLAIMANT = frozenset({"coordinator", "agency_finance"})
GOES = OFFICE | {"traveller"}
PORTAL = (
    Feed(
        "INL asks for your help",
        OFFICE,
        lambda u: Invitation.objects.visible_to(u).filter(status="sent").order_by("reply_by"),
        "portal:invitation-detail",
        F("need__title"),
        F("need__country__name"),
        TruncDate("reply_by"),
        more="portal:invitation-list",
    ),
    Feed(
        "Say who goes",
        frozenset({"coordinator"}),
        _without_names,
        "portal:invitation-detail",
        F("need__title"),
        Value("You said yes; a seat has no name yet."),
        more="portal:invitation-list",
    ),
    Feed(
        "Agreements with you",
        OFFICE,
        lambda u: (
            Agreement.objects.visible_to(u)
            .filter(status__in=["partner_review", "board_approval", "signing"])
            .order_by("status_since")
        ),
        "portal:agreement-detail",
        F("title"),
        Value("Read it, approve it or sign it."),
        more="portal:agreement-list",
    ),
    Feed(
        "Addenda to sign",
        OFFICE,
        lambda u: Engagement.objects.visible_to(u, door="portal").filter(status="addendum").order_by("starts_on"),
        "portal:engagement-detail",
        F("title"),
        F("country__name"),
        F("starts_on"),
        more="portal:engagement-list",
    ),
    Feed(
        "Reports to write",
        OFFICE,
        lambda u: FinalReport.objects.visible_to(u).filter(status__in=OWED).order_by("due_on"),
        "portal:report-detail",
        F("engagement__title"),
        Value("Final report"),
        F("due_on"),
        more="portal:report-list",
    ),
    Feed(
        "Claims with you",
        CLAIMANT,
        lambda u: Claim.objects.visible_to(u).filter(status__in=["draft", "returned"]).order_by("-status_since"),
        "portal:claim-detail",
        F("engagement__title"),
        Value("Add what is missing and submit it."),
        more="portal:claim-list",
    ),
    Feed(
        "Before departure",
        GOES,
        lambda u: (
            Clearance.objects.visible_to(u)
            .filter(deployment__status="preparing", status__in=["not_started", "refused"])
            .order_by("due_on", "pk")
        ),
        "portal:deployment-detail",
        F("requirement__name"),
        F("deployment__expert__name"),
        F("due_on"),
        key=F("deployment__reference"),
        more="portal:deployment-list",
    ),
    Feed(
        "In country",
        GOES,
        lambda u: Deployment.objects.visible_to(u).filter(status__in=["ready", "in_country"]).order_by("starts_on"),
        "portal:deployment-detail",
        F("expert__name"),
        _words("city", "', ", "country__name"),
        more="portal:deployment-list",
    ),
)

AT_POST = frozenset({"post_officer", "rso"})
TRAVELLER = {"page": "post:deployment-detail", "title": F("expert__name"), "more": "post:deployment-list"}
POST = (
    Feed(
        "Needs back with you",
        frozenset({"post_officer"}),
        lambda u: (
            Need.objects.visible_to(u, door="post").filter(status__in=["draft", "returned"]).order_by("-status_since")
        ),
        "post:need-detail",
        F("title"),
        F("places"),
        F("starts_on"),
        more="post:need-list",
    ),
    Feed(
        "In country, not briefed yet",
        frozenset({"rso"}),
        lambda u: (
            Deployment.objects.visible_to(u)
            .filter(status="in_country")
            .exclude(support_entries__kind="arrival_briefing")
            .order_by("arrived_at")
        ),
        text=_words("agency__name", "', ", "city"),
        **TRAVELLER,
    ),
    Feed(
        "Arriving within 30 days",
        AT_POST,
        lambda u: (
            Deployment.objects.visible_to(u)
            .filter(status__in=["confirmed", "preparing", "ready"], starts_on__lte=today() + timedelta(days=30))
            .order_by("starts_on")
        ),
        text=_words("agency__name", "', ", "city"),
        due=F("starts_on"),
        **TRAVELLER,
    ),
    Feed(
        "Requirements handed in for you to clear",
        AT_POST,
        lambda u: Clearance.objects.visible_to(u).to_clear_by(u).filter(status="submitted").order_by("due_on", "pk"),
        "post:deployment-detail",
        F("requirement__name"),
        F("deployment__expert__name"),
        F("due_on"),
        key=F("deployment__reference"),
        more="post:deployment-list",
    ),
    Feed(
        roles=AT_POST,
        page="post:incident-detail",
        title=F("place"),
        more="post:incident-list",
        **INCIDENT,
    ),
)
