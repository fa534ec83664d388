"""The feeds of the desk: what is the reader's turn, what is stuck, what is coming up."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Case, Exists, F, OuterRef, Q, TextField, Value, When
from django.db.models.functions import Concat

from deployments.models import Claim, Deployment, ServiceRecord
from deployments.models.claim import SETTLED
from engagements.models import (
    Addendum,
    Engagement,
    FinalReport,
    Invitation,
    Need,
    Nomination,
    ReportExtension,
)
from engagements.models.invitation import ANSWERED_YES
from engagements.models.report import OWED
from partners.models import Agency, Agreement, Enquiry
from slp.lib.dates import add_working_days, start_of, today
from slp.lib.us_states import UsState
from slp.public.feeds import papers
from slp.public.feeds.common import (
    AMENDMENT,
    CHECKED,
    INCIDENT,
    INVITATION,
    REQUIREMENT,
    TO_SUBMIT,
    amendments,
    amendments_to_withdraw,
    by_status,
    files,
    handed_in,
    words,
)
from slp.public.todo import Feed

OFFICER = frozenset({"officer", "director"})
WATCHES = OFFICER | {"auditor"}
READS_MONEY = WATCHES | {"administrator", "finance"}
FINANCE = frozenset({"finance"})
DIRECTOR = frozenset({"director"})
CLAIM = {"page": "desk:claim-detail", "title": F("agency__name"), "text": F("engagement__title")}

US_STATE = Case(*[When(us_state=code, then=Value(name)) for code, name in UsState.choices], output_field=TextField())


def _claims(*statuses: str, by: tuple[str, ...] = ()):
    """Claims in these states. Whoever prepared a claim or did the steps `by` does not do the next one."""

    def rows(user):
        done = Q()
        for step in ("prepared", "submitted", *by):
            done |= Q(**{f"{step}_by": user})
        return Claim.objects.visible_to(user).filter(status__in=statuses).exclude(done).order_by("status_since")

    return rows


def _waiting_claims(user):
    waiting = ["submitted", "in_review", "approved", "certified"]
    since = add_working_days(today(), -5)
    rows = Claim.objects.visible_to(user).filter(status__in=waiting, status_since__lt=start_of(since))
    return rows.order_by("status_since")


def _leaving(user):
    rows = Deployment.objects.visible_to(user).filter(status__in=["confirmed", "preparing"])
    return rows.filter(starts_on__lte=today() + timedelta(days=30)).order_by("starts_on")


def _needs(user):
    """What an officer does next about needs, until the engagement is open."""
    opened = Engagement.objects.filter(need=OuterRef("pk")).exclude(status="cancelled")
    waits = Q(status__in=["submitted", "validated"]) | Q(~Exists(opened), status="staffed")
    return Need.objects.visible_to(user).filter(waits).order_by("status", "priority", "starts_on")


def _engagements(user):
    """Those that an officer can take a step further; what waits for reports or money has cards of its own."""
    reports = FinalReport.objects.filter(engagement=OuterRef("pk"), status__in=[*OWED, "submitted"])
    claims = Claim.objects.filter(engagement=OuterRef("pk")).exclude(status__in=SETTLED)
    step = Q(status__in=["planned", "addendum"])
    step |= Q(status="preparing", starts_on__lte=today()) | Q(status="under_way", ends_on__lte=today())
    step |= Q(~Exists(reports), ~Exists(claims), status="completed")
    return Engagement.objects.visible_to(user).filter(step).order_by("starts_on")


def _agreements(user):
    """Agreements with INL: officers write and read them, the director signs too."""
    rows = Agreement.objects.visible_to(user)
    mine = Q(status__in=["draft", "inl_review"])
    if user.staff_role == "director":
        mine |= Q(pk__in=papers.unsigned(Agreement.objects.filter(status="signing"), papers.INL).values("pk"))
    return rows.filter(mine).order_by("status_since")


def _no_partners_yet(user):
    """Agencies that have become partners by an agreement, and are not called so yet."""
    agreements = Agreement.objects.in_force(today()).filter(agency=OuterRef("pk"))
    rows = Agency.objects.visible_to(user).filter(Exists(agreements), status__in=["prospect", "in_talks"])
    return rows.filter(merged_into=None).order_by("status_since")


DESK_TURN = (
    Feed(
        "Agreements to write, to read or to sign",
        OFFICER,
        _agreements,
        "desk:agreement-detail",
        F("title"),
        by_status({"draft": ": write it", "inl_review": ": read it", "signing": ": sign it"}, "agency__name"),
        more="desk:agreement-list",
    ),
    Feed(
        "Agencies to make partners: an agreement with them is in force",
        OFFICER,
        _no_partners_yet,
        "desk:agency-detail",
        F("name"),
        by_status({"prospect": "A prospect: open talks, then make it a partner.", "in_talks": "Make it a partner."}),
        key=F("pk"),
    ),
    Feed(
        "Amendments to write",
        OFFICER,
        lambda u: amendments(u, "draft"),
        "desk:amendment-detail",
        **AMENDMENT,
    ),
    Feed(
        "Amendments to withdraw",
        OFFICER,
        amendments_to_withdraw,
        "desk:amendment-detail",
        **AMENDMENT,
    ),
    Feed(
        "Amendments to sign",
        DIRECTOR,
        lambda u: amendments(u, "signing"),
        "desk:amendment-detail",
        **AMENDMENT,
        proof=lambda u: papers.AMENDMENT,
        holds=papers.amendment_unsigned(papers.INL),
    ),
    Feed(
        "Needs to validate, to staff or to begin",
        OFFICER,
        _needs,
        "desk:need-detail",
        F("title"),
        by_status(
            {"submitted": ": validate it", "validated": ": find people", "staffed": ": open the engagement"},
            "country__name",
        ),
        F("starts_on"),
        says="starts",
        more="desk:need-list?status=open",
    ),
    Feed(
        "Needs of yours to submit",
        OFFICER,
        lambda u: Need.objects.visible_to(u).filter(author=u, status__in=TO_SUBMIT).order_by("-status_since"),
        "desk:need-detail",
        F("title"),
        by_status(TO_SUBMIT),
        more="desk:need-list?status=draft",
    ),
    Feed(
        "Requests not sent yet",
        OFFICER,
        lambda u: (
            Invitation.objects.visible_to(u).filter(status="draft", need__status="validated").order_by("status_since")
        ),
        "desk:invitation-detail",
        **INVITATION,
        more="desk:invitation-list?status=draft",
    ),
    Feed(
        "Agencies that proposed something else",
        OFFICER,
        lambda u: Invitation.objects.visible_to(u).filter(status="countered").order_by("status_since"),
        "desk:invitation-detail",
        **INVITATION,
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
        words("expert__agency__name", "', for ", "seat__need__title"),
        key=F("seat__need__reference"),
    ),
    Feed(
        "Engagements to take a step further",
        OFFICER,
        _engagements,
        "desk:engagement-detail",
        F("title"),
        by_status(
            {
                "planned": ": write the addenda",
                "addendum": ": sign the addenda, or begin to prepare",
                "preparing": ": start it",
                "under_way": ": complete it when everybody is home",
                "completed": ": close it",
            },
            "country__name",
        ),
        F("starts_on"),
        says="from",
        more="desk:engagement-list?status=open",
        proof=lambda u: Case(
            When(status="addendum", then=papers.addenda(Addendum.objects.visible_to(u))), output_field=TextField()
        ),
        holds=papers.officer_goes_on,
    ),
    Feed(
        "Requirements handed in for you to clear",
        OFFICER,
        lambda u: handed_in(u).filter(requirement__cleared_by="officer"),
        "desk:deployment-detail",
        **REQUIREMENT,
        more="desk:deployment-list?status=preparing",
    ),
    Feed(
        "More time asked for a final report",
        OFFICER,
        lambda u: (
            ReportExtension.objects.visible_to(u).filter(status="asked", report__status__in=OWED).order_by("asked_at")
        ),
        "desk:report-detail",
        F("report__agency__name"),
        F("report__engagement__title"),
        since=F("asked_at"),
        key=F("report__reference"),
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
    Feed(
        "Claims to certify",
        FINANCE,
        _claims("approved", by=("approved",)),
        **CLAIM,
        more="desk:claim-list?status=approved",
    ),
    Feed(
        "Payments to record",
        FINANCE | DIRECTOR,
        _claims("certified", by=("approved", "certified")),
        **CLAIM,
        more="desk:claim-list?status=certified",
    ),
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
        lambda u: (
            ServiceRecord.objects.visible_to(u)
            .filter(status="requested")
            .exclude(expert__user=u)  # nobody signs their own record
            .order_by("requested_at")
        ),
        "desk:service-record-detail",
        F("expert__name"),
        F("expert__agency__name"),
        more="desk:service-record-list?status=requested",
    ),
    Feed(
        "Enquiries to answer",
        OFFICER,
        lambda u: Enquiry.objects.visible_to(u).filter(status__in=["new", "triaged"]).order_by("created_at"),
        "desk:enquiry-detail",
        F("agency_name"),
        Concat(US_STATE, by_status({"new": ": take it up", "triaged": ": taken up, not answered yet"})),
        since=F("created_at"),
        more="desk:enquiry-list",
    ),
    Feed(
        "Roster files to take over",
        OFFICER,
        lambda u: files(u).filter(uploaded_by=u),
        "desk:roster-import-detail",
        F("agency__name"),
        CHECKED,
        more="desk:roster-import-list?status=checked",
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
        says="leaves",
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
        says="ends",
        more="desk:agreement-list?board=ending",
    ),
)
DESK = (*DESK_TURN, *DESK_STUCK, *DESK_DUE)
