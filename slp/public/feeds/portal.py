"""The feeds of the portal."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Now, TruncDate

from deployments.models import CheckIn, Claim, Clearance, Deployment
from deployments.services.support import TRAVELLER_AFTER
from engagements.models import (
    Addendum,
    Engagement,
    FinalReport,
    Invitation,
    Nomination,
    Seat,
)
from engagements.models.invitation import ANSWERED_YES
from engagements.models.report import OWED
from partners.models import Agency, Agreement, Expert
from partners.pages.common import AGREEMENT_OURS
from partners.pages.papers import AMENDMENT_OURS
from partners.services.confirm import to_confirm
from slp.lib.dates import today
from slp.public.feeds import papers
from slp.public.feeds.common import AMENDMENT, CHECKED, REQUIREMENT, amendments, at, by_status, files, handed_in, words
from slp.public.todo import Feed


def _without_names(user):
    """Requests that an agency said yes to while a seat it holds has nobody offered or confirmed."""
    named = Nomination.objects.live().filter(seat=OuterRef("pk"), invitation=OuterRef("held_by"))
    open_seats = Seat.objects.filter(~Exists(named), held_by=OuterRef("pk"), need__status__in=["validated", "staffed"])
    mine = Invitation.objects.visible_to(user).filter(agency__in=at(user, *COORDINATOR))
    rows = mine.filter(Exists(open_seats), status__in=ANSWERED_YES)
    return rows.order_by("status_since")


def _to_check_in(user):
    """The reader's own journeys of which nothing was heard for as long as a check-in is asked for by mail."""
    last = CheckIn.objects.filter(deployment=OuterRef("pk")).order_by("-at").values("at")[:1]
    rows = Deployment.objects.visible_to(user).filter(status="in_country", expert__user=user)
    rows = rows.alias(heard=Coalesce(Subquery(last), "arrived_at"))
    return rows.filter(Q(heard=None) | Q(heard__lte=Now() - timedelta(days=TRAVELLER_AFTER))).order_by("starts_on")


def _journeys(user, status: str):
    """Of the people of those agencies that the reader coordinates or signs for, and the reader's own."""
    mine = Q(agency__in=at(user, *OFFICE)) | Q(expert__in=Expert.objects.filter(user=user).order_by().values("pk"))
    return Deployment.objects.visible_to(user).filter(mine, status=status).order_by("starts_on")


OFFICE = frozenset({"coordinator", "signatory"})
COORDINATOR = frozenset({"coordinator"})
SIGNATORY = frozenset({"signatory"})
WITH_AGENCY = {status.value: text for status, (_, text) in AGREEMENT_OURS.items()}
CLAIMANT = frozenset({"coordinator", "agency_finance"})
GOES = OFFICE | {"traveller"}
TRAVELLER = {"title": F("expert__name"), "text": words("city", "', ", "country__name")}
PORTAL_TURN = (
    Feed(
        "Check in",
        frozenset({"traveller"}),
        _to_check_in,
        "portal:deployment-detail",
        F("country__name"),
        Value("Say that you are safe and well: it takes a minute."),
        more="portal:deployment-list?status=in_country",
    ),
    Feed(
        "INL asks for your help",
        OFFICE,
        lambda u: (
            Invitation.objects.visible_to(u)
            .filter(agency__in=at(u, *OFFICE), status="sent", reply_by__gt=Now())
            .order_by("reply_by")
        ),
        "portal:invitation-detail",
        F("need__title"),
        F("need__country__name"),
        TruncDate("reply_by"),
        more="portal:invitation-list",
        agency=F("agency__name"),
    ),
    Feed(
        "Say who goes",
        COORDINATOR,
        _without_names,
        "portal:invitation-detail",
        F("need__title"),
        Value("You said yes; a seat has no name yet."),
        more="portal:invitation-list",
        agency=F("agency__name"),
    ),
    Feed(
        "Agreements with you",
        OFFICE,
        lambda u: (
            Agreement.objects.visible_to(u)
            .filter(agency__in=at(u, *OFFICE), status__in=WITH_AGENCY)
            .order_by("status_since")
        ),
        "portal:agreement-detail",
        F("title"),
        by_status(WITH_AGENCY),
        more="portal:agreement-list",
        agency=F("agency__name"),
    ),
    Feed(
        "Agreements to sign",
        SIGNATORY,
        lambda u: papers.unsigned(
            Agreement.objects.visible_to(u).filter(status="signing", agency__in=at(u, "signatory")), papers.AGENCY
        ).order_by("status_since"),
        "portal:agreement-detail",
        F("title"),
        Value("Both sides sign the same text; then it is in force."),
        more="portal:agreement-list?status=signing",
        agency=F("agency__name"),
    ),
    Feed(
        "Amendments with you",
        OFFICE,
        lambda u: amendments(u, "partner_review").filter(agreement__agency__in=at(u, *OFFICE)),
        "portal:amendment-detail",
        F("agreement__title"),
        Value(AMENDMENT_OURS["partner_review"][1]),
        agency=F("agreement__agency__name"),
    ),
    Feed(
        "Amendments to sign",
        SIGNATORY,
        lambda u: amendments(u, "signing").filter(agreement__agency__in=at(u, "signatory")),
        "portal:amendment-detail",
        **AMENDMENT,
        proof=lambda u: papers.AMENDMENT,
        holds=papers.amendment_unsigned(papers.AGENCY),
        agency=F("agreement__agency__name"),
    ),
    Feed(
        "Addenda to sign",
        SIGNATORY,
        lambda u: Engagement.objects.visible_to(u, door="portal").filter(status="addendum").order_by("starts_on"),
        "portal:engagement-detail",
        F("title"),
        F("country__name"),
        F("starts_on"),
        says="starts",
        more="portal:engagement-list?status=addendum",
        proof=lambda u: papers.addenda(Addendum.objects.filter(agency__in=at(u, "signatory"))),
        holds=papers.agency_signs,
    ),
    Feed(
        "Reports to write",
        COORDINATOR,
        lambda u: (
            FinalReport.objects.visible_to(u).filter(agency__in=at(u, *COORDINATOR), status__in=OWED).order_by("due_on")
        ),
        "portal:report-detail",
        F("engagement__title"),
        Value("Final report"),
        F("due_on"),
        more="portal:report-list",
        agency=F("agency__name"),
    ),
    Feed(
        "Claims with you",
        CLAIMANT,
        lambda u: (
            Claim.objects.visible_to(u)
            .filter(agency__in=at(u, *CLAIMANT), status__in=["draft", "returned"])
            .order_by("-status_since")
        ),
        "portal:claim-detail",
        F("engagement__title"),
        Value("Add what is missing and submit it."),
        more="portal:claim-list",
        agency=F("agency__name"),
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
        **REQUIREMENT,
        more="portal:deployment-list",
        agency=F("deployment__agency__name"),
    ),
    Feed(
        "Requirements handed in for you to clear",
        COORDINATOR,
        lambda u: handed_in(u).filter(
            requirement__cleared_by="coordinator", deployment__agency__in=at(u, "coordinator")
        ),
        "portal:deployment-detail",
        **REQUIREMENT,
        more="portal:deployment-list",
        agency=F("deployment__agency__name"),
    ),
    Feed(
        "Roster files to take over",
        COORDINATOR,
        lambda u: files(u).filter(agency__in=at(u, "coordinator")),
        "portal:roster-import-detail",
        F("agency__name"),
        CHECKED,
    ),
    Feed(
        "Is everything still right?",
        COORDINATOR,
        lambda u: (
            Agency.objects.visible_to(u).filter(to_confirm(today()), pk__in=at(u, "coordinator")).order_by("name")
        ),
        "portal:agency-confirm",
        F("name"),
        Value("Look over contacts, people, roster and offer, and confirm them: one page, one button."),
        key=F("pk"),
        named="agency",
    ),
)
PORTAL_UNDER_WAY = (
    Feed(
        "Ready to travel",
        GOES,
        lambda u: _journeys(u, "ready"),
        "portal:deployment-detail",
        **TRAVELLER,
        due=F("starts_on"),
        says="leaves",
        more="portal:deployment-list?status=ready",
        agency=F("agency__name"),
    ),
    Feed(
        "In country",
        GOES,
        lambda u: _journeys(u, "in_country").exclude(pk__in=_to_check_in(u).order_by().values("pk")),
        "portal:deployment-detail",
        **TRAVELLER,
        more="portal:deployment-list",
        agency=F("agency__name"),
    ),
)
PORTAL = PORTAL_TURN + PORTAL_UNDER_WAY
