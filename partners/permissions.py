"""Who is who towards an agency or a country: the names of roles that lifecycles and rules ask for.

Looked up once per request and kept on the user object.
"""

from __future__ import annotations

from partners.models import Agency, Agreement, Expert
from partners.models.agency import AgencyRole
from partners.models.agreement import AgreementStatus, SignatureSide
from slp.documents.models import Document
from slp.documents.services import readers
from slp.lib.answers import Answer, answer, no

OFFICE_ROLES = {AgencyRole.COORDINATOR, AgencyRole.FINANCE, AgencyRole.SIGNATORY}


def staff_roles(user) -> set[str]:
    """The user's INL/KM role, if any."""
    return {user.staff_role} if user.is_authenticated and user.staff_role else set()


def agency_roles(user, agency_id: int | None = None) -> set[str]:
    """The user's roles at one agency, or at any when `agency_id` is None."""
    if not hasattr(user, "_agency_roles"):
        user._agency_roles = list(user.memberships.filter(is_active=True).values_list("agency_id", "role"))
    return {role for agency, role in user._agency_roles if agency_id in (None, agency)}


def agency_ids(user, roles: set[str] = OFFICE_ROLES) -> set[int]:
    """The agencies for which the user holds one of `roles`."""
    agency_roles(user)
    return {agency for agency, role in user._agency_roles if role in roles}


def post_roles(user, country=None) -> set[str]:
    """The user's roles at the post that serves `country`, or at any post when it is None."""
    if not hasattr(user, "_post_roles"):
        user._post_roles = list(user.assignments.filter(is_active=True).values_list("post_id", "role"))
    return {role for post, role in user._post_roles if country is None or country.post_id == post}


def roles_towards(user, *, agency_id: int | None = None, country=None) -> set[str]:
    """Staff role, roles at the agency and roles at the country's post together."""
    roles = staff_roles(user)
    if agency_id is not None:
        roles |= agency_roles(user, agency_id)
    if country is not None:
        roles |= post_roles(user, country)
    return roles


DECIDES = {"officer", "director"}


def decides(user) -> bool:
    """An INL/KM officer or the director; or SLP itself (`None`), when it loads what was published."""
    return user is None or user.staff_role in DECIDES


def can_register_agency(user) -> Answer:
    return answer(decides(user), "Only an INL/KM officer can register an agency.")


def can_record_outreach(user) -> Answer:
    return answer(decides(user), "Only an INL/KM officer can record outreach.")


def can_draft_agreement(user) -> Answer:
    return answer(decides(user), "Only an INL/KM officer can draft an agreement.")


def can_change_people(user, agency: Agency) -> Answer:
    """Who speaks for an agency: its coordinator decides, or INL/KM."""
    if user is None:
        return answer(True, "")
    return answer(
        {"officer", "director", "administrator", "coordinator"} & roles_towards(user, agency_id=agency.pk),
        "Only the agency's coordinator or INL/KM can change who speaks for the agency.",
    )


def can_edit_agency(user, agency: Agency) -> Answer:
    """Officers and the agency's coordinator keep the record true."""
    return answer(
        {"officer", "director", "coordinator"} & roles_towards(user, agency_id=agency.pk),
        "Only an INL/KM officer or the agency's coordinator can change this.",
    )


def can_edit_roster(user, agency: Agency) -> Answer:
    return answer(
        {"coordinator"} & agency_roles(user, agency.pk) or user.is_officer,
        "Only the agency's coordinator or an INL/KM officer can change the roster.",
    )


def can_edit_agreement(user, agreement: Agreement) -> Answer:
    if agreement.status != AgreementStatus.DRAFT:
        return no("Only a draft can be changed. Return it to draft first, with a reason.")
    return answer(user.is_officer or user.is_director, "Only an INL/KM officer can change the draft.")


def signing_side(user, agreement: Agreement) -> str:
    """Which side `user` signs for, or nothing: the director for INL, the agency's signatory for the agency."""
    if user.is_director:
        return SignatureSide.INL
    return SignatureSide.AGENCY if "signatory" in agency_roles(user, agreement.agency_id) else ""


def can_sign_agreement(user, agreement: Agreement) -> Answer:
    if agreement.status != AgreementStatus.SIGNING:
        return no("It is signed when both sides have agreed on the text.")
    return answer(
        signing_side(user, agreement), "Only the INL/KM director and the agency's signatory can sign an agreement."
    )


def can_record_board(user, agreement: Agreement) -> Answer:
    if agreement.status != AgreementStatus.BOARD_APPROVAL:
        return no("It is not before the agency's board.")
    return answer(
        {"coordinator", "signatory"} & agency_roles(user, agreement.agency_id),
        "The agency's coordinator or signatory records what its board decided.",
    )


def can_renew_agreement(user, agreement: Agreement) -> Answer:
    if agreement.status not in (AgreementStatus.ACTIVE, AgreementStatus.EXPIRED):
        return no("Only an agreement that is in force or has expired can be renewed.")
    if Agreement.objects.filter(supersedes=agreement).exists():
        return no("A renewal has been drafted already.")
    return answer(decides(user), "Only an INL/KM officer can draft the renewal.")


def can_edit_expert(user, expert: Expert) -> Answer:
    """The agency's coordinator, an officer, and the person themselves."""
    if expert.user_id and expert.user_id == user.pk:
        return answer(True, "")
    return can_edit_roster(user, expert.agency)


@readers
def reads_certificate(document: Document, user) -> bool:
    """Whoever sees the expert may open the expert's certificates."""
    seen = Expert.objects.visible_to(user)
    return seen.filter(certificates__document=document).exists()
