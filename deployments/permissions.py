"""What people may do with travel, safety and money beside the lifecycles."""

from __future__ import annotations

from deployments.models import Claim, ClaimLine, ClaimStatus, Clearance, Deployment, ServiceRecord, SupportEntry
from deployments.models.support import RSO_ONLY
from engagements.models import Engagement
from partners.models import Expert
from partners.models.agency import belongs_to
from partners.permissions import agency_roles, post_roles, roles_towards, staff_roles
from slp.documents.models import Document, Slot, readers
from slp.documents.services import when_opened
from slp.history.services import note_read
from slp.lib.answers import YES, Answer, answer, no

DECIDES = {"officer", "director"}
CLAIMANT = {"coordinator", "agency_finance"}
CLAIMABLE = ("preparing", "under_way", "completed", "cancelled")  # states of an engagement


def deployment_roles(user, deployment: Deployment) -> set[str]:
    """Staff role, office roles at the agency, roles at the post; `traveller` only for one's own travel."""
    if user.staff_role:  # staff speak for no agency and no post
        return staff_roles(user)
    roles = agency_roles(user, deployment.agency_id) - {"traveller"}
    if not agency_roles(user):  # who speaks for an agency speaks for no post, so nobody asks for it
        roles |= post_roles(user, deployment.country)
    if deployment.expert.user_id == user.pk:
        roles.add("traveller")
    return roles


def claim_roles(user, claim: Claim) -> set[str]:
    if user.staff_role:  # staff speak for no agency
        return staff_roles(user)
    return roles_towards(user, agency_id=claim.agency_id)


def can_see_personal_data(user, deployment: Deployment) -> Answer:
    """The person, their coordinator, officers, and the RSO from 30 days before arrival to 7 days after departure."""
    known = getattr(deployment, "personal", None)  # where the page has asked for it with the row
    if Deployment.objects.personal_to(user).filter(pk=deployment.pk).exists() if known is None else known:
        return YES
    if "rso" in deployment_roles(user, deployment):
        return no("Personal details are open to the RSO from 30 days before arrival to 7 days after.")
    return no("Personal details are for the traveller, their coordinator, INL/KM officers and the RSO.")


def can_hand_in(user, clearance: Clearance) -> Answer:
    if clearance.status not in ("not_started", "refused"):
        return no(f"This is {clearance.get_status_display().lower()}; nothing needs to be handed in.")
    return answer(
        {"traveller", "coordinator"} & deployment_roles(user, clearance.deployment),
        "The traveller or the coordinator hands this in.",
    )


def can_log_support(user, country=None) -> Answer:
    return answer(
        post_roles(user, country) & {"post_officer", "rso"},
        "Support is logged by the post's INL officer or the RSO.",
    )


def can_log_kind(user, kind: str, country) -> Answer:
    """The arrival briefing and security guidance are the RSO's."""
    if kind in RSO_ONLY:
        return answer("rso" in post_roles(user, country), "Only the Regional Security Officer logs this.")
    return can_log_support(user, country)


def can_report_incident(user, country) -> Answer:
    return answer(
        (post_roles(user, country) & {"post_officer", "rso"}) or user.is_officer,
        "Incidents are recorded by the post or an INL/KM officer.",
    )


def can_check_in(user, deployment: Deployment) -> Answer:
    if deployment.status != "in_country":
        return no("Check-ins are for travellers in country.")
    return answer(
        deployment_roles(user, deployment) & {"traveller", "rso", "post_officer"},
        "The traveller, the RSO or the post's INL officer records a check-in.",
    )


def can_plan_travel(user, deployment: Deployment) -> Answer:
    """Lodging, flights, phone: whoever organizes the journey."""
    if deployment.status in ("closed", "withdrawn", "cancelled"):
        return no("This deployment is over.")
    return answer(
        deployment_roles(user, deployment) & {"coordinator", "traveller", "post_officer", *DECIDES},
        "The traveller, the coordinator, the post or an INL/KM officer changes travel details.",
    )


def can_record_obligation(user, engagement: Engagement) -> Answer:
    return answer(user.is_finance, "Only a finance officer records money set aside.")


def can_claim(user, engagement: Engagement, agency_id: int) -> Answer:
    """An agency's coordinator or finance contact, from the preparations on, if its kind is reimbursable.

    After a cancellation too: taking part costs an agency nothing, so what it had spent until then is paid back.
    """
    if not engagement.rules.reimbursable:
        return no("Costs of hosting guests are not reimbursable, so there is nothing to claim for this engagement.")
    if engagement.status not in CLAIMABLE:
        return no(
            "Costs can be claimed while the engagement is prepared, under way or completed, and after a cancellation "
            "what was spent until then."
        )
    return answer(
        CLAIMANT & agency_roles(user, agency_id),
        "Only the agency's coordinator or finance contact can claim.",
    )


def can_edit_claim(user, claim: Claim) -> Answer:
    if claim.status not in (ClaimStatus.DRAFT, ClaimStatus.RETURNED):
        return no(f"This claim is {claim.get_status_display().lower()}; its lines can't be changed.")
    return answer(
        CLAIMANT & claim_roles(user, claim), "Only the agency's coordinator or finance contact can change it."
    )


def stands_apart(user, claim: Claim, doing: str) -> Answer:
    """Whoever judges or pays a claim did not prepare or submit it, and does not belong to the agency that is paid."""
    if user.pk in (claim.prepared_by_id, claim.submitted_by_id):
        return no(f"Whoever prepared a claim can't {doing}.")
    return answer(not belongs_to(user, claim.agency_id), f"Whoever belongs to the agency that is paid can't {doing}.")


def can_decide_lines(user, claim: Claim) -> Answer:
    if claim.status != ClaimStatus.IN_REVIEW:
        return no("Lines are decided while the claim is in review.")
    return answer(staff_roles(user) & DECIDES, "Only an INL/KM officer decides lines.")


def can_handle_payment(user, claim: Claim) -> Answer:
    """Payments are kept by somebody other than those who prepared, approved and certified, and not by the payee."""
    if user.staff_role not in ("finance", "director"):
        return no("Payments are recorded by a finance officer.")
    if user.pk in (claim.approved_by_id, claim.certified_by_id):
        return no("Whoever approved or certified a claim can't record its payment.")
    return stands_apart(user, claim, "record its payment")


def can_record_payment(user, claim: Claim) -> Answer:
    if claim.status != ClaimStatus.CERTIFIED:
        return no("Only a certified claim can be paid.")
    return can_handle_payment(user, claim)


def can_edit_support(user, entry: SupportEntry) -> Answer:
    return answer(entry.author_id == user.pk, "Only whoever logged an entry can correct it.")


def can_ask_for_service_record(user, expert: Expert) -> Answer:
    """The officer themself, the agency's coordinator, or INL/KM for them."""
    coordinates = "coordinator" in agency_roles(user, expert.agency_id)
    return answer(
        expert.user_id == user.pk or coordinates or user.staff_role in DECIDES,
        "The officer, the agency's coordinator or INL/KM asks for a record of service.",
    )


def can_sign_service_record(user, record: ServiceRecord) -> Answer:
    if record.status != "requested":
        return no(f"This record of service is {record.get_status_display().lower()}.")
    if record.expert.user_id == user.pk:
        return no("Nobody signs their own record.")
    return answer(user.is_director, "Records of service are signed by the INL/KM director.")


@readers
def reads_service_records(user):
    """Whoever sees the officer may open the paper."""
    return ServiceRecord.objects.visible_to(user).exclude(document=None).values("document")


@readers
def reads_receipts(user):
    """Whoever sees the claim may open its receipts."""
    return ClaimLine.objects.visible_to(user).exclude(receipt=None).values("receipt")


@readers
def reads_evidence(user):
    """Evidence is personal data: the rule of the clearance it belongs to."""
    return Clearance.objects.visible_to(user).exclude(evidence=None).values("evidence")


@when_opened
def note_evidence(document: Document, user) -> None:
    """Somebody has opened a paper of a requirement."""
    if document.slot != Slot.EVIDENCE:
        return
    journey = Deployment.objects.filter(clearances__evidence=document).select_related("expert__user").first()
    if journey:
        note_read(reader=user, subject=journey.reference, what="evidence", person=journey.expert.user)
