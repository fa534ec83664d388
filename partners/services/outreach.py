"""Outreach to those who are not partners yet, and what becomes of a public enquiry."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import F

from partners.models import Agency, AgencyKind, AgencyLevel, Contact, Enquiry, Outreach
from partners.models.agency import Origin
from partners.permissions import can_record_outreach
from partners.services.agencies import register_agency
from slp.accounts.models import StaffRole, User
from slp.lib.answers import Refused, require
from slp.lib.dates import today
from slp.lib.errors import readable_constraints
from slp.lib.track import because
from slp.reminders.services import tell, tell_address

LEVEL_OF_KIND = {
    AgencyKind.POLICE: AgencyLevel.MUNICIPAL,
    AgencyKind.MUNICIPALITY: AgencyLevel.MUNICIPAL,
    AgencyKind.SHERIFF: AgencyLevel.COUNTY,
    AgencyKind.PROSECUTOR: AgencyLevel.COUNTY,
    AgencyKind.DEFENDER: AgencyLevel.COUNTY,
    AgencyKind.COURT: AgencyLevel.STATE,
    AgencyKind.PORT: AgencyLevel.DISTRICT,
    AgencyKind.FEDERAL: AgencyLevel.FEDERAL,
    AgencyKind.ASSOCIATION: AgencyLevel.NATIONAL,
}


@transaction.atomic
def record_outreach(*, actor, agency: Agency, kind: str, on: date, summary: str, **fields) -> Outreach:
    """A contact with an agency: who took part, what was said, what comes next."""
    require(can_record_outreach(actor))
    if on > today():
        raise Refused("Outreach is recorded after it happened. Enter what is planned as the next step of the last one.")
    step_on = fields.get("next_step_on")
    if step_on and not fields.get("next_step"):
        raise Refused("Say what the next step is.")
    with because(actor, "Recorded outreach"):
        return Outreach.objects.create(agency=agency, kind=kind, on=on, summary=summary, author=actor, **fields)


@transaction.atomic
def receive_enquiry(*, name: str, email: str, agency_name: str, us_state: str, message: str, **fields) -> Enquiry:
    """Somebody asks on the public page: kept, the officers are told, the sender gets a receipt by mail."""
    with because(None, "Received on the public page"):
        enquiry = Enquiry.objects.create(
            name=name, email=email, agency_name=agency_name, us_state=us_state, message=message, **fields
        )
    tell(
        users=User.objects.filter(is_active=True, staff_role=StaffRole.OFFICER),
        rule="enquiry-received",
        key=f"enquiry-received:{enquiry.reference}",
        subject=f"Enquiry from {enquiry.agency_name}",
        body=f"{enquiry.name} of {enquiry.agency_name} asks about the programme.\n\n{enquiry.message}",
        about=enquiry.reference,
        path=f"/admin/desk/enquiries/{enquiry.reference}/",
        why="You are a programme officer.",
    )
    _send_receipt(enquiry)
    return enquiry


def _send_receipt(enquiry: Enquiry) -> None:
    """The sender's copy says only what they need; what they typed is not mailed to an unproved address."""
    tell_address(
        email=enquiry.email,
        rule="enquiry-receipt",
        key=f"enquiry-receipt:{enquiry.reference}",
        subject=f"We have your enquiry {enquiry.reference}",
        body="Thank you for your interest in the State and Local Partnership Program.\n\n"
        f"Your enquiry has the number {enquiry.reference}. A programme officer reads it and answers you by mail. "
        "Taking part is voluntary; asking commits you to nothing.\n\n"
        "If you did not send an enquiry, you need do nothing.",
        about=enquiry.reference,
        why="This address was given on the programme's public enquiry page.",
    )


@transaction.atomic
def prospect_from_enquiry(*, enquiry: Enquiry, actor) -> Agency:
    """A prospect agency with its contact, out of what the enquiry says; nothing is typed again.

    The agency that the enquiry was linked to, or one of that name in that state, is used instead.
    """
    agency = enquiry.agency or (
        Agency.objects.filter(name__iexact=enquiry.agency_name.strip(), us_state=enquiry.us_state).first()
    )
    if agency is None:
        kind = enquiry.agency_kind or AgencyKind.POLICE
        agency = register_agency(
            actor=actor,
            name=enquiry.agency_name,
            kind=kind,
            level=LEVEL_OF_KIND.get(kind, AgencyLevel.STATE),
            us_state=enquiry.us_state,
            origin=Origin.ENQUIRY,
        )
    with because(actor, "Added from the enquiry", enquiry.reference), readable_constraints(Contact):
        if not agency.contacts.filter(email__iexact=enquiry.email).exists():
            Contact.objects.create(
                agency=agency,
                name=enquiry.name,
                title=enquiry.title,
                email=enquiry.email,
                phone=enquiry.phone,
                is_primary=not agency.contacts.filter(is_primary=True).exists(),
                confirmed_on=today(),
            )
        Enquiry.objects.filter(pk=enquiry.pk).update(agency=agency, version=F("version") + 1)
    enquiry.refresh_from_db()
    return agency


@transaction.atomic
def link_enquiry(*, actor, enquiry: Enquiry, agency: Agency) -> Agency:
    """The enquiry comes from an agency that is here already: its sender becomes a contact, nothing is entered twice."""
    from partners.lifecycles import ENQUIRY

    enquiry = Enquiry.objects.select_for_update().get(pk=enquiry.pk)
    require(can_record_outreach(actor))
    if enquiry.status not in ("new", "triaged"):
        raise Refused("This enquiry has been dealt with already.")
    if agency.merged_into_id:
        raise Refused(f"{agency} was merged into another record. Choose that one.")
    if enquiry.status == "new":
        ENQUIRY.apply(enquiry, "triage", actor=actor)
    with because(actor, "Linked to an agency", f"{agency}"):
        Enquiry.objects.filter(pk=enquiry.pk).update(agency=agency, version=F("version") + 1)
    enquiry.refresh_from_db()
    ENQUIRY.apply(enquiry, "convert", actor=actor)
    return agency
