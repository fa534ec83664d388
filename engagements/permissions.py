"""What people may do with needs, invitations, engagements and reports beside their lifecycles."""

from __future__ import annotations

from engagements.models import Addendum, Engagement, FinalReport, Invitation, Need
from engagements.models.engagement import EngagementStatus
from engagements.models.invitation import ANSWERED_YES
from engagements.models.need import NeedStatus
from engagements.models.report import OWED
from partners.permissions import agency_roles, post_roles, roles_towards, staff_roles
from slp.lib.answers import Answer, answer, no

DECIDES = {"officer", "director"}


def need_roles(user, need: Need) -> set[str]:
    """INL/KM people act in their staff role only."""
    return staff_roles(user) or post_roles(user, need.country)


def partner_roles(user, agency_id: int) -> set[str]:
    """INL/KM people act in their staff role only: they speak for no agency."""
    return staff_roles(user) or agency_roles(user, agency_id)


def can_register_need(user) -> Answer:
    """A post's INL officer, or an INL/KM officer on a post's behalf."""
    return answer(
        user.staff_role in DECIDES or "post_officer" in post_roles(user),
        "Needs are registered by the post's INL officer.",
    )


def can_edit_need(user, need: Need) -> Answer:
    if need.status not in (NeedStatus.DRAFT, NeedStatus.RETURNED, NeedStatus.SUBMITTED):
        return no(f"This need is {need.get_status_display().lower()}; it can't be changed any more.")
    if need.status == NeedStatus.SUBMITTED and not user.staff_role:
        return no("INL/KM is reading this need. It can be changed again if they return it.")
    return answer(
        {"post_officer", *DECIDES} & need_roles(user, need),
        "Only the post's INL officer can change this need.",
    )


def can_match(user, need: Need) -> Answer:
    """Looking at candidates is a decision in preparation: officers and the director."""
    if user.staff_role not in DECIDES:
        return no("Candidates are for INL/KM officers.")
    return answer(
        need.status in (NeedStatus.VALIDATED, NeedStatus.STAFFED),
        "Validate the need first, then look for people.",
    )


def can_invite(user, need: Need) -> Answer:
    if user.staff_role not in DECIDES:
        return no("Only an INL/KM officer can invite an agency.")
    return answer(need.status == NeedStatus.VALIDATED, "Agencies are invited for a validated need.")


def can_nominate(user, invitation: Invitation) -> Answer:
    if invitation.status not in ANSWERED_YES:
        return no("People are offered once the invitation is accepted.")
    return answer(
        "coordinator" in agency_roles(user, invitation.agency_id),
        "Only the agency's coordinator can offer people.",
    )


def can_open_engagement(user, need: Need) -> Answer:
    if user.staff_role not in DECIDES:
        return no("Only an INL/KM officer can open the engagement.")
    return answer(need.status == NeedStatus.STAFFED, "The engagement is opened when the need is staffed.")


def can_edit_addendum(user, addendum: Addendum) -> Answer:
    if addendum.engagement.status not in (EngagementStatus.PLANNED, EngagementStatus.ADDENDUM):
        return no("The addendum is settled: the engagement has moved on.")
    return answer(user.staff_role in DECIDES, "Only an INL/KM officer can change the addendum.")


def can_sign_addendum(user, addendum: Addendum) -> Answer:
    """INL's side: an officer or the director. The agency's side: its signatory."""
    if addendum.engagement.status != EngagementStatus.ADDENDUM:
        return no("The addendum is signed before the engagement is prepared.")
    return answer(
        user.staff_role in DECIDES or "signatory" in agency_roles(user, addendum.agency_id),
        "Only the agency's signatory or an INL/KM officer can sign.",
    )


def can_edit_report(user, report: FinalReport) -> Answer:
    if report.status not in OWED:
        return no(f"This report is {report.get_status_display().lower()}; it can't be changed.")
    return answer(
        "coordinator" in agency_roles(user, report.agency_id),
        "Only the agency's coordinator writes the report.",
    )


def can_ask_extension(user, report: FinalReport) -> Answer:
    return can_edit_report(user, report)


def can_decide_extension(user, report: FinalReport) -> Answer:
    return answer(user.staff_role in DECIDES, "Only an INL/KM officer can grant more time.")


def engagement_roles(user, engagement: Engagement) -> set[str]:
    """INL/KM people act in their staff role only."""
    if user.staff_role:
        return staff_roles(user)
    roles = roles_towards(user, country=engagement.country)
    for participation in engagement.participations.all():
        roles |= agency_roles(user, participation.agency_id)
    return roles
