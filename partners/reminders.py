"""What the sweep finds in this app: agreements that end, signatures that wait, enquiries and next steps that are due.

Each rule yields one rung per record and person, the latest that has passed; the keys hold the date that the rungs
hang on, so a moved date begins anew and an outage costs nobody three mails at once.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Q

from partners.lifecycles import AGREEMENT, inl_of, take_effect, titled
from partners.models import (
    Agency,
    Agreement,
    AgreementVersion,
    Amendment,
    Certificate,
    Enquiry,
    Membership,
    Outreach,
    Signature,
)
from partners.models.agreement import AgreementStatus, SignatureSide
from partners.models.paper import AmendmentStatus
from partners.services.confirm import ASK_AFTER_DAYS, to_confirm
from partners.services.roster_import.imports import clear_away, go_on
from slp.accounts.models import StaffRole, User
from slp.accounts.services import password_link
from slp.lib.answers import Refused
from slp.lib.dates import add_working_days, day_of, end_of, show
from slp.reminders.rules import Due, chore, link_of, rule
from slp.reminders.services import tell

log = logging.getLogger(__name__)

ENDS_RUNGS = (180, 90, 60, 30)  # days before the end
SAM_RUNGS = (60, 30, 7)
SIGN_AFTER_DAYS = 3
CERTIFICATE_RUNGS = (90, 30)  # days before the end
CONFIRM_RUNGS = (0, 14, 30)  # days after the half year
ENQUIRY_AFTER_WORKING_DAYS = 3
COORDINATOR_WHY = "You coordinate your agency's partnership."
OFFICER_WHY = "You are a programme officer."


def latest_rung(rungs: tuple[int, ...], days_left: int) -> int | None:
    """The rung that was passed last: 90 while between 90 and 61 days are left, for example."""
    passed = [rung for rung in rungs if days_left <= rung]
    return min(passed) if passed and days_left >= 0 else None


def speakers(agencies: Iterable[int], *roles: str) -> dict[int, list[User]]:
    """The active people in these roles, by agency. One query."""
    rows = Membership.objects.filter(
        agency__in=set(agencies), role__in=roles, is_active=True, user__is_active=True
    ).select_related("user")
    people: dict[int, dict[int, User]] = {}
    for membership in rows:
        people.setdefault(membership.agency_id, {})[membership.user_id] = membership.user
    return {agency: list(users.values()) for agency, users in people.items()}


def officers() -> list[User]:
    return list(User.objects.filter(is_active=True, staff_role=StaffRole.OFFICER))


def _today(now: datetime) -> date:
    return day_of(now)


# -- people ----------------------------------------------------------------------------------------
@link_of("account-invitation")
def invitation_link(notice) -> str:
    """The invited person's own link to set a password."""
    return password_link(notice.user)


# -- agreements ------------------------------------------------------------------------------------
@rule("agreement-ends", "An agreement ends in 180, 90, 60 or 30 days: the officers and the agency are told.")
def agreement_ends(now: datetime) -> Iterator[Due]:
    day = _today(now)
    rows = list(
        Agreement.objects.filter(
            status=AgreementStatus.ACTIVE, ends_on__gte=day, ends_on__lte=day + timedelta(days=ENDS_RUNGS[0])
        )
        .exclude(superseded_by__status__in=["signing", "active"])
        .select_related("agency")
    )
    people = speakers((row.agency_id for row in rows), "coordinator")
    desk = officers() if rows else []
    for agreement in rows:
        rung = latest_rung(ENDS_RUNGS, (agreement.ends_on - day).days)
        for user in [*desk, *people.get(agreement.agency_id, ())]:
            door = "/admin/desk" if user.is_staff else "/portal"
            yield Due(
                key=f"agreement-ends:{agreement.reference}:{agreement.ends_on}:{rung}:{user.pk}",
                user=user,
                email=user.email,
                subject=f"{titled(agreement)} ends on {show(agreement.ends_on)}",
                body=f"The agreement {agreement.reference} with {agreement.agency} is in force until "
                f"{show(agreement.ends_on)}. After that no new activity can start under it. If both sides wish to go "
                "on, it is time for a renewal.",
                about=agreement.reference,
                path=f"{door}/agreements/{agreement.reference}/",
                why=OFFICER_WHY if user.is_staff else COORDINATOR_WHY,
            )


@rule("agreement-to-sign", "An agreement waits for a signature for more than three days.", can_be_off=False)
def agreement_to_sign(now: datetime) -> Iterator[Due]:
    rows = list(
        Agreement.objects.filter(
            status=AgreementStatus.SIGNING, status_since__lte=now - timedelta(days=SIGN_AFTER_DAYS)
        ).select_related("agency")
    )
    signatories = speakers((row.agency_id for row in rows), "signatory")
    directors = list(User.objects.filter(is_active=True, staff_role=StaffRole.DIRECTOR)) if rows else []
    latest = {v.agreement_id: v for v in AgreementVersion.objects.filter(agreement__in=rows).order_by("number")}
    signed = _signed(latest.values())
    for agreement in rows:
        version = latest.get(agreement.pk)
        if version is None:
            continue
        sides = {SignatureSide.INL: directors, SignatureSide.AGENCY: signatories.get(agreement.agency_id, [])}
        waiting = [user for side, users in sides.items() if (version.pk, side) not in signed for user in users]
        for user in waiting:
            door = "/admin/desk" if user.is_staff else "/portal"
            yield Due(
                key=f"agreement-to-sign:{agreement.reference}:{version.number}:{user.pk}",
                user=user,
                email=user.email,
                subject=f"Please sign: {titled(agreement)}",
                body=f"INL and {agreement.agency} have agreed on the text of {agreement.reference}. It waits for "
                "your signature.",
                about=agreement.reference,
                path=f"{door}/agreements/{agreement.reference}/sign/",
                why="You sign for INL." if user.is_staff else "You sign for your agency.",
            )


def _signed(versions: Iterable[AgreementVersion]) -> set[tuple[int, str]]:
    """(version, side) of every signature under these texts. One query."""
    hashes = {v.pk: v.sha256 for v in versions}
    kind = ContentType.objects.get_for_model(AgreementVersion)
    rows = Signature.objects.filter(content_type=kind, object_id__in=hashes)
    return {(s.object_id, s.side) for s in rows if s.sha256 == hashes[s.object_id]}


@chore("agreement-over", "An agreement that ended, was renewed or was ended by notice is no longer in force.")
def agreement_over(now: datetime) -> int:
    day, over = _today(now), 0
    renewed = Q(superseded_by__status=AgreementStatus.ACTIVE, superseded_by__starts_on__lte=day)
    rows = Agreement.objects.filter(Q(ends_on__lt=day) | renewed, status=AgreementStatus.ACTIVE)
    for agreement in rows.select_related("agency", "superseded_by").order_by("pk")[:500]:
        try:
            AGREEMENT.apply(agreement, _how_it_ended(agreement, day), actor=None)
        except Refused:
            continue  # renewed or ended in this very moment
        over += 1
    return over


def _how_it_ended(agreement: Agreement, day: date) -> str:
    renewal = getattr(agreement, "superseded_by", None)
    if renewal is not None and renewal.status == AgreementStatus.ACTIVE and renewal.starts_on <= day:
        return "supersede"
    return "end_by_notice" if agreement.notice_on else "expire"


def _tell_of_no_effect(amendment: Amendment, reason: str) -> None:
    """Once for each version of it: both sides have signed what can't be, and INL has to take it back."""
    tell(
        users=inl_of(amendment.agreement),
        rule="amendment-due",
        key=f"amendment-no-effect:{amendment.reference}:{amendment.version}",
        subject=f"Amendment to {amendment.agreement.title} can't take effect",
        body=f"Both sides have signed {amendment.reference}, and its day has come. {reason}\n\n"
        "Withdraw it, or put right what stands in its way: it is tried again every day.",
        about=amendment.reference,
        path=f"/admin/desk/amendments/{amendment.reference}/",
        why="You negotiate this agreement for INL.",
    )


@chore("amendment-due", "An amendment that both sides have signed takes effect on its day.")
def amendment_due(now: datetime) -> int:
    applied = 0
    rows = Amendment.objects.filter(status=AmendmentStatus.AGREED, effective_on__lte=_today(now))
    for amendment in rows.select_related("agreement__agency").order_by("effective_on", "pk")[:500]:
        try:
            take_effect(amendment)
        except Refused as refusal:
            log.warning("%s does not take effect: %s", amendment.reference, refusal.reason)
            _tell_of_no_effect(amendment, refusal.reason)
            continue
        applied += 1
    return applied


# -- agencies --------------------------------------------------------------------------------------
# Whether somebody may change the agency's record -> where the mail leads, and what is to be done there.
RENEWED = {
    True: ("/portal/agency/edit/", "Renew it there, then enter the new date on your agency's page."),
    False: ("/portal/agency/", "Renew it there; your coordinator then enters the new date on your agency's page."),
}


@rule("sam-ends", "A partner's SAM.gov registration ends in 60, 30 or 7 days: without it nothing can be paid.")
def sam_ends(now: datetime) -> Iterator[Due]:
    day = _today(now)
    rows = list(
        Agency.objects.filter(
            status="partner", sam_expires_on__gte=day, sam_expires_on__lte=day + timedelta(days=SAM_RUNGS[0])
        )
    )
    people = speakers((row.pk for row in rows), "coordinator", "agency_finance")
    editors = speakers((row.pk for row in rows), "coordinator")
    for agency in rows:
        rung = latest_rung(SAM_RUNGS, (agency.sam_expires_on - day).days)
        for user in people.get(agency.pk, ()):
            page, then = RENEWED[user in editors.get(agency.pk, ())]
            yield Due(
                key=f"sam-ends:{agency.pk}:{agency.sam_expires_on}:{rung}:{user.pk}",
                user=user,
                email=user.email,
                subject=f"{agency}: your SAM.gov registration ends on {show(agency.sam_expires_on)}",
                body=f"The registration of {agency} in SAM.gov ends on {show(agency.sam_expires_on)}. Without it no "
                f"claim can be paid. {then}",
                about="",
                path=f"{page}?agency={agency.pk}",
                why="You coordinate your agency's partnership or look after its claims.",
            )


@rule(
    "agency-confirm",
    "Twice a year: is what stands here of our agency still right? Asked again after 14 and 30 days.",
    roles=["coordinator"],
)
def agency_confirm(now: datetime) -> Iterator[Due]:
    day = _today(now)
    agencies = list(Agency.objects.filter(to_confirm(day)))
    people = speakers((row.pk for row in agencies), "coordinator")
    for agency in agencies:
        asked_on = (agency.confirmed_on or agency.partner_since) + timedelta(days=ASK_AFTER_DAYS)
        rung = max(after for after in CONFIRM_RUNGS if after <= (day - asked_on).days)
        for user in people.get(agency.pk, ()):
            yield Due(
                key=f"agency-confirm:{agency.pk}:{asked_on}:{rung}:{user.pk}",
                user=user,
                email=user.email,
                subject=f"Is everything still right at {agency}?",
                body=f"INL finds the people of {agency} by what stands in your contacts and your roster. Please look "
                "it over and confirm it: one page, one button.",
                about="",
                path=f"/portal/agency/still-right/?agency={agency.pk}",
                why=COORDINATOR_WHY,
            )


@rule(
    "certificate-ends",
    "An instructor certificate ends in 90 or 30 days: the person and the coordinator are told.",
    roles=["coordinator", "traveller"],
)
def certificate_ends(now: datetime) -> Iterator[Due]:
    day = _today(now)
    last = day + timedelta(days=CERTIFICATE_RUNGS[0])
    rows = list(
        Certificate.objects.filter(expires_on__gte=day, expires_on__lte=last, expert__is_active=True).select_related(
            "expert__user", "expert__agency"
        )
    )
    people = speakers((row.expert.agency_id for row in rows), "coordinator")
    for row in rows:
        rung = latest_rung(CERTIFICATE_RUNGS, (row.expires_on - day).days)
        own = [row.expert.user] if row.expert.user_id and row.expert.user.is_active else []
        for user in {u.pk: u for u in [*own, *people.get(row.expert.agency_id, ())]}.values():
            yield Due(
                key=f"certificate-ends:{row.pk}:{row.expires_on}:{rung}:{user.pk}",
                user=user,
                email=user.email,
                subject=f"{row.expert.name}: {row.programme} ends on {show(row.expires_on)}",
                body=f"The certificate “{row.programme}” of {row.expert} is valid until {show(row.expires_on)}. After "
                "that it counts no more when people are chosen. Enter the new one when there is one.",
                about="",
                path=f"/portal/experts/{row.expert_id}/",
                why="It is your certificate, or you keep your agency's roster.",
            )


# -- outreach --------------------------------------------------------------------------------------
@rule("enquiry-waits", "A public enquiry was not taken up within three working days.")
def enquiry_waits(now: datetime) -> Iterator[Due]:
    before = add_working_days(_today(now), -ENQUIRY_AFTER_WORKING_DAYS)
    rows = list(Enquiry.objects.filter(status="new", created_at__lt=end_of(before)))
    desk = officers() if rows else []
    for enquiry in rows:
        for user in desk:
            yield Due(
                key=f"enquiry-waits:{enquiry.reference}:{enquiry.created_at:%Y-%m-%d}:{user.pk}",
                user=user,
                email=user.email,
                subject=f"{enquiry.agency_name} waits for an answer",
                body=f"{enquiry.name} of {enquiry.agency_name} has asked about the programme on "
                f"{show(day_of(enquiry.created_at))}. Nobody has taken it up yet.",
                about=enquiry.reference,
                path=f"/admin/desk/enquiries/{enquiry.reference}/",
                why=OFFICER_WHY,
            )


@rule("outreach-step", "The next step of an outreach is due, and nothing was recorded since.")
def outreach_step(now: datetime) -> Iterator[Due]:
    day = _today(now)
    rows = Outreach.objects.filter(
        next_step_on__lte=day, next_step_on__gt=day - timedelta(days=90), author__is_active=True
    )
    newer = Outreach.objects.filter(agency=OuterRef("agency"), on__gt=OuterRef("on"))
    for outreach in rows.exclude(Exists(newer)).exclude(next_step="").select_related("agency", "author"):
        yield Due(
            key=f"outreach-step:{outreach.pk}:{outreach.next_step_on}:{outreach.author_id}",
            user=outreach.author,
            email=outreach.author.email,
            subject=f"{outreach.agency}: {outreach.next_step}",
            body=f"The next step with {outreach.agency} was planned for {show(outreach.next_step_on)}: "
            f"{outreach.next_step}.",
            about="",
            path=f"/admin/desk/agencies/{outreach.agency_id}/",
            why="You recorded this outreach.",
        )


# -- rosters that come as files --------------------------------------------------------------------
@chore("roster-files", "A roster file whose check was interrupted is checked again; old staged rows are deleted.")
def roster_files(now: datetime) -> int:
    return go_on(now) + clear_away(now)
