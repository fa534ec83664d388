"""Who is who towards an agency or a country: the names of roles that lifecycles and rules ask for.

Looked up once per request and kept on the user object.
"""

from __future__ import annotations

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from partners.models import Agency, Agreement, Certificate, Expert, RosterImport, Signature
from partners.models.agency import AgencyRole, roles_held
from partners.models.agreement import AgreementStatus, SignatureSide
from partners.models.paper import Amendment, AmendmentStatus
from slp.documents.models import Document, Slot, readers
from slp.documents.services import when_opened
from slp.history.models import PERSONAL_STAFF
from slp.history.services import note_read
from slp.lib.answers import Answer, answer, no
from slp.lib.dates import show
from slp.lib.light import light
from slp.lib.statements import kept
from slp.places.models import Country, Post, PostAssignment

OFFICE_ROLES = {AgencyRole.COORDINATOR, AgencyRole.FINANCE, AgencyRole.SIGNATORY}
PARTNER_OFFICE = {AgencyRole.COORDINATOR, AgencyRole.SIGNATORY}  # who negotiates for the agency


def staff_roles(user) -> set[str]:
    """The user's INL/KM role, if any."""
    return {user.staff_role} if user.is_authenticated and user.staff_role else set()


def agency_roles(user, agency_id: int | None = None) -> set[str]:
    """The user's roles at one agency, or at any when `agency_id` is None."""
    return {role for agency, role in roles_held(user) if agency_id in (None, agency)}


def agency_ids(user, roles: set[str] = OFFICE_ROLES) -> set[int]:
    """The agencies for which the user holds one of `roles`."""
    return {agency for agency, role in roles_held(user) if role in roles}


def of_several(user) -> bool:
    """Does the user belong to several agencies? Then a page says of which it is."""
    return len(agency_ids(user, set(AgencyRole))) > 1


POST = ("id", "name", "time_zone", "duty_phone")  # what pages say of a post


@kept
def _assignments(reader):
    rows = PostAssignment.objects.filter(user=reader, is_active=True).order_by("post__name", "pk")
    served = Country.objects.filter(post=OuterRef("post")).order_by("name")
    countries = (ArraySubquery(served.values(name)) for name in ("iso2", "name"))
    return rows.values_list(*(f"post__{name}" for name in POST), "role", *countries)


def posts_held(user) -> list[tuple[Post, str]]:
    """(post, role) of everything the user is at posts, by the posts' names."""
    if not hasattr(user, "_posts"):
        user._posts, served = [], {}
        for *post, role, codes, names in _assignments(user):
            user._posts.append((light(Post, dict(zip(POST, post, strict=True))), role))
            served |= dict(zip(codes, names, strict=True))
        user._countries_served = sorted(served.items(), key=lambda country: country[1])
    return user._posts


def countries_served(user) -> list[tuple[str, str]]:
    """(code, name) of the countries of the user's posts, by name: `Country.objects.served_by` on a page."""
    posts_held(user)
    return user._countries_served


def post_roles(user, country=None) -> set[str]:
    """The user's roles at the post that serves `country`, or at any post when it is None."""
    return {role for post, role in posts_held(user) if country is None or country.post_id == post.pk}


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


def can_merge_agencies(user, stays: Agency, goes: Agency) -> Answer:
    if not decides(user):
        return no("Only an INL/KM officer can merge two records.")
    if stays.pk == goes.pk:
        return no("An agency can't be merged with itself. Choose the other record.")
    for agency in (stays, goes):
        if agency.merged_into_id:
            return no(f"{agency} was merged already.")
    return answer(
        stays.is_fictional == goes.is_fictional, "A record of the demonstration and a real one are never one agency."
    )


def can_record_outreach(user) -> Answer:
    return answer(decides(user), "Only an INL/KM officer can record outreach.")


def can_draft_agreement(user) -> Answer:
    return answer(decides(user), "Only an INL/KM officer can draft an agreement.")


def stands(agency: Agency) -> Answer:
    """A record that was merged into another one is only a way to that one: what is written on it nobody would see."""
    return answer(agency.merged_into_id is None, "This record was merged into another one: change that one.")


def can_change_people(user, agency: Agency) -> Answer:
    """Who speaks for an agency: its coordinator decides, or INL/KM."""
    if user is None:
        return answer(True, "")
    return stands(agency) and answer(
        {"officer", "director", "administrator", "coordinator"} & roles_towards(user, agency_id=agency.pk),
        "Only the agency's coordinator or INL/KM can change who speaks for the agency.",
    )


def can_open_office(user) -> Answer:
    """The lists of what the agency signs, is asked and is paid: for its office, not for who travels."""
    return answer(agency_ids(user), "This is for the agency's coordinator, finance contact and signatory.")


def can_read_agency_page(user, agency: Agency) -> Answer:
    """The agency's own page at the portal: its office's. Travellers see what concerns their journeys and themselves."""
    return answer(
        OFFICE_ROLES & agency_roles(user, agency.pk),
        "This page is for the agency's coordinator, finance contact and signatory.",
    )


def can_edit_agency(user, agency: Agency) -> Answer:
    """Officers and the agency's coordinator keep the record true."""
    return stands(agency) and answer(
        {"officer", "director", "coordinator"} & roles_towards(user, agency_id=agency.pk),
        "Only an INL/KM officer or the agency's coordinator can change this.",
    )


def can_confirm_agency(user, agency: Agency) -> Answer:
    """Nobody else knows: it is the coordinator's to say."""
    return answer(
        "coordinator" in agency_roles(user, agency.pk), "Only the agency's coordinator confirms what stands here."
    )


def can_edit_roster(user, agency: Agency) -> Answer:
    return stands(agency) and answer(
        {"coordinator"} & agency_roles(user, agency.pk) or user.is_officer,
        "Only the agency's coordinator or an INL/KM officer can change the roster.",
    )


def can_edit_agreement(user, agreement: Agreement) -> Answer:
    if agreement.status != AgreementStatus.DRAFT:
        return no("Only a draft can be changed. Return it to draft first, with a reason.")
    return answer(user.is_officer or user.is_director, "Only an INL/KM officer can change the draft.")


OVER = (AgreementStatus.EXPIRED, AgreementStatus.TERMINATED, AgreementStatus.SUPERSEDED)


def can_change_contacts(user, agreement: Agreement) -> Answer:
    """Whom to call is no term: it changes while the agreement lives, without a new signature."""
    if agreement.status in OVER:
        return no("This agreement has ended. Its points of contact stay as they were.")
    return answer(
        decides(user) or "coordinator" in agency_roles(user, agreement.agency_id),
        "Only an INL/KM officer or the agency's coordinator can change the points of contact.",
    )


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


def can_sign_by_scan(user, agreement: Agreement, side: str) -> Answer:
    """Who may bring in the scan of a paper that somebody of this side has signed."""
    if side == SignatureSide.INL:
        return answer(decides(user), "INL's signed scan is brought in by an INL/KM officer or the director.")
    return answer(
        PARTNER_OFFICE & agency_roles(user, agreement.agency_id),
        "The agency's signed scan is brought in by its coordinator or signatory.",
    )


def can_give_notice(user, agreement: Agreement) -> Answer:
    if agreement.status != AgreementStatus.ACTIVE:
        return no("Notice is given to end an agreement that is in force.")
    if agreement.notice_on:
        return no("Notice has been given already.")
    return answer(signing_side(user, agreement), "Only the INL/KM director and the agency's signatory can give notice.")


def can_take_back_notice(user, agreement: Agreement) -> Answer:
    if agreement.status != AgreementStatus.ACTIVE or not agreement.notice_on:
        return no("There is no notice to take back.")
    return answer(
        signing_side(user, agreement) == agreement.notice_side, "Notice is taken back by the side that gave it."
    )


NEGOTIATED = (
    AgreementStatus.DRAFT,
    AgreementStatus.INL_REVIEW,
    AgreementStatus.PARTNER_REVIEW,
    AgreementStatus.BOARD_APPROVAL,
    AgreementStatus.SIGNING,
)


def comment_side(user, agreement: Agreement) -> str:
    """For which side `user` may speak while it is negotiated: INL/KM's officers, the agency's office."""
    if decides(user):
        return SignatureSide.INL
    return SignatureSide.AGENCY if PARTNER_OFFICE & agency_roles(user, agreement.agency_id) else ""


def can_comment(user, agreement: Agreement) -> Answer:
    if agreement.status not in NEGOTIATED:
        return no("Comments are made while the agreement is negotiated.")
    return answer(comment_side(user, agreement), "INL/KM's officers and the agency's coordinator or signatory comment.")


def can_propose_text(user, agreement: Agreement) -> Answer:
    if agreement.status != AgreementStatus.PARTNER_REVIEW:
        return no("Changes are proposed while the agency reads the text.")
    return answer(
        PARTNER_OFFICE & agency_roles(user, agreement.agency_id),
        "The agency's coordinator or signatory proposes changes.",
    )


def can_keep_approvals(user, agreement: Agreement) -> Answer:
    if agreement.status not in NEGOTIATED:
        return no("Approvals are recorded while the agreement is negotiated.")
    return answer(
        PARTNER_OFFICE & agency_roles(user, agreement.agency_id),
        "The agency's coordinator or signatory records its approvals.",
    )


def can_write_amendment(user, agreement: Agreement) -> Answer:
    if agreement.status != AgreementStatus.ACTIVE:
        return no("Only an agreement in force is amended. Change the draft itself, or renew what has ended.")
    return answer(decides(user), "Only an INL/KM officer can write an amendment.")


def can_edit_amendment(user, amendment: Amendment) -> Answer:
    if amendment.status != AmendmentStatus.DRAFT:
        return no("Only a draft can be changed. Return it to draft first, with a reason.")
    return can_write_amendment(user, amendment.agreement)


def has_something_to_amend(amendment: Amendment) -> Answer:
    agreement = amendment.agreement
    return answer(
        agreement.status == AgreementStatus.ACTIVE,
        f"{agreement.reference} is {agreement.get_status_display().lower()}: there is nothing to amend.",
    )


def amendment_goes_on(amendment: Amendment) -> Answer:
    """Can it be signed, and take effect? Of an agreement that has ended none can. While a notice runs, its last day is
    the end, which no amendment moves; nor may a new end reach into another agreement of the kind."""
    given, agreement = has_something_to_amend(amendment), amendment.agreement
    if not given or "ends_on" not in amendment.changes:
        return given
    if agreement.notice_on:
        return no(
            f"Notice was given: {agreement.reference} ends on {show(agreement.ends_on)}. "
            "Take the notice back first, or leave the end as it is."
        )
    other = amendment.reaches_into
    return answer(other is None, f"{other} is in force on days that would be added. Choose an earlier end.")


def can_withdraw_amendment(amendment: Amendment) -> Answer:
    """What both sides have signed stands, unless it can't take effect any more."""
    signed = amendment.status == AmendmentStatus.AGREED and amendment_goes_on(amendment)
    return answer(not signed, f"Both sides have signed it: it takes effect on {show(amendment.effective_on)}.")


def can_sign_amendment(user, amendment: Amendment) -> Answer:
    if amendment.status != AmendmentStatus.SIGNING:
        return no("It is signed when both sides have agreed on the text.")
    return amendment_goes_on(amendment) and answer(
        signing_side(user, amendment.agreement),
        "Only the INL/KM director and the agency's signatory can sign an amendment.",
    )


def can_record_board(user, agreement: Agreement) -> Answer:
    if agreement.status != AgreementStatus.BOARD_APPROVAL:
        return no("It is not before the agency's board.")
    return answer(
        {"coordinator", "signatory"} & agency_roles(user, agreement.agency_id),
        "The agency's coordinator or signatory records what its board decided.",
    )


def can_renew_agreement(user, agreement: Agreement, *, renewed: bool | None = None) -> Answer:
    """`renewed`: whether a renewal is drafted, from who knows it already."""
    if agreement.status not in (AgreementStatus.ACTIVE, AgreementStatus.EXPIRED):
        return no("Only an agreement that is in force or has expired can be renewed.")
    if Agreement.objects.filter(supersedes=agreement).exists() if renewed is None else renewed:
        return no("A renewal has been drafted already.")
    return answer(decides(user), "Only an INL/KM officer can draft the renewal.")


def can_edit_expert(user, expert: Expert) -> Answer:
    """The agency's coordinator, an officer, and the person themselves."""
    if expert.user_id and expert.user_id == user.pk:
        return answer(True, "")
    return can_edit_roster(user, expert.agency)


@readers
def reads_certificates(user):
    """Whoever sees the expert may open the expert's certificates."""
    return Certificate.objects.visible_to(user).exclude(document=None).values("document")


@readers
def reads_signed_scans(user):
    """Both sides may open the scan of a paper that they signed."""
    return Signature.objects.visible_to(user).exclude(scan=None).values("scan")


# -- rosters that come as files ----------------------------------------------------------------------
def can_import_roster(user, agency: Agency) -> Answer:
    """Who keeps the roster may send it as a file; `None` is the command of whoever runs SLP."""
    if not agency.deploys:
        return no(f"{agency} takes part in outreach and planning, but sends nobody: it has no roster.")
    return answer(True, "") if user is None else can_edit_roster(user, agency)


def can_read_roster_files(user) -> Answer:
    """At the desk. A roster file holds personal data: of INL/KM it is for who reads that, the auditor included."""
    return answer(
        user.staff_role in PERSONAL_STAFF,
        "Roster files hold personal data. They are for the agency's coordinator, INL/KM officers and the auditor.",
    )


def can_read_roster_file(user, agency: Agency) -> Answer:
    """The agency's coordinator, and at the desk who reads all of them."""
    return answer(True, "") if "coordinator" in agency_roles(user, agency.pk) else can_read_roster_files(user)


@readers
def reads_roster_files(user):
    """The file as it was sent, for those who may read what it holds (`can_read_roster_file`)."""
    sent = RosterImport.objects.visible_to(user).values("document")
    return sent if can_read_roster_files(user) else sent.filter(agency__in=agency_ids(user, {AgencyRole.COORDINATOR}))


@when_opened
def note_roster_file(document: Document, user) -> None:
    """Somebody has opened a roster as it was sent."""
    if document.slot == Slot.ROSTER:
        for sent in RosterImport.objects.filter(document=document)[:1]:
            note_read(reader=user, subject=f"roster file {sent.reference}", what="personal data of a roster file")
