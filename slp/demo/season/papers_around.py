"""Around the agreements of the season: amendments in every state, comments, approvals, notice, a renewal to come."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.core.files.uploadedfile import SimpleUploadedFile

from partners.lifecycles import AGREEMENT, AMENDMENT, take_effect
from partners.models import Agreement, Amendment
from partners.services.agreements import draft_agreement, renew_agreement, text_hash
from partners.services.amendments import write_amendment
from partners.services.negotiation import comment_on_agreement, keep_approval, propose_text
from partners.services.notice import give_notice
from partners.services.signing import sign_amendment, sign_by_scan
from partners.services.templates import text_from_template
from slp.demo.season.story import Story
from slp.demo.season.terms import put_signature

SCAN = b"%PDF-1.4\n% A signed page of the demonstration.\n%%EOF\n"


@dataclass(frozen=True)
class Change:
    """One amendment and how far it came."""

    agency: str
    summary: str
    text: str
    reaches: str  # draft, partner_review, signing, agreed, active or withdrawn
    changes: dict = field(default_factory=dict)
    effective: int = 0  # days from today


CHANGES = (
    Change("lincoln", "Up to eight people in one activity", "The number of people in one activity is eight.", "active",
           {"max_people": 8}, -20),
    Change("lincoln", "Teams of up to ten", "The number of people in one activity is ten.", "signing",
           {"max_people": 10}, 30),
    Change("mesa", "Ninety days of notice", "Either side may end the memorandum by a notice of 90 days.", "agreed",
           {"notice_days": 90}, 45),
    Change("harbor", "Port security in any country", "The memorandum covers every country of the programme.", "signing",
           {"max_people": 12}, 20),
    Change("lake", "Remote advice", "Remote advice is covered, between visits.", "partner_review",
           {"max_people": 6}, 30),
    Change("juniper", "Two more years", "The memorandum is in force for two more years.", "draft",
           {"notice_days": 60}, 15),
    Change("cypress", "A second coordinator", "The agency names a second point of contact.", "withdrawn",
           {"notice_days": 45}, 10),
)  # fmt: skip


def agreements_go_on(story: Story) -> None:
    for number, change in enumerate(CHANGES):
        _amend(story, change, -50 + number)
    _negotiate_pine(story)
    _negotiate_lincoln(story)
    _renew_prairie(story)
    with story.clock.at(story.day(-8)):
        understanding = story.agencies["aurora"].agreements.get(kind="informal")
        give_notice(
            actor=story.signatory("aurora"),
            agreement=understanding,
            reason="We move to a memorandum and need the people for that.",
            last_day=story.day(50),
        )


def _in_force(story: Story, key: str) -> Agreement:
    return story.agencies[key].agreements.filter(status="active", kind="mou").order_by("-starts_on").first()


def _amend(story: Story, change: Change, offset: int) -> None:
    with story.clock.at(story.day(offset)):
        amendment = write_amendment(
            actor=story.officer,
            agreement=_in_force(story, change.agency),
            summary=change.summary,
            text=change.text,
            changes=change.changes,
            effective_on=story.day(max(change.effective, offset)),
        )
    if change.reaches == "draft":
        return
    with story.clock.at(story.day(offset + 3)):
        AMENDMENT.apply(amendment, "send_partner", actor=story.officer)
    if change.reaches == "withdrawn":
        with story.clock.at(story.day(offset + 6)):
            AMENDMENT.apply(amendment, "withdraw", actor=story.officer, reason="A contact is entered without one.")
    if change.reaches in ("partner_review", "withdrawn"):
        return
    with story.clock.at(story.day(offset + 8)):
        AMENDMENT.apply(amendment, "accept_terms", actor=story.coordinator(change.agency))
    if change.reaches in ("agreed", "active"):
        _sign(story, amendment, change, offset + 12)
    if change.reaches == "active":
        with story.clock.at(story.day(change.effective)):
            amendment.refresh_from_db()
            take_effect(amendment)


def _sign(story: Story, amendment: Amendment, change: Change, offset: int) -> None:
    with story.clock.at(story.day(offset)):
        for user in (story.signatory(change.agency), story.director):
            amendment.refresh_from_db()
            sign_amendment(amendment=amendment, actor=user, typed_name=user.name, seen_sha256=amendment.sha256)


def _negotiate_pine(story: Story) -> None:
    """The agency reads a memorandum: a question, an answer, and counsel who has not looked yet."""
    agreement = story.agencies["pine"].agreements.get(kind="mou")
    coordinator = story.coordinator("pine")
    with story.clock.at(story.day(-9)):
        comment_on_agreement(
            actor=coordinator, agreement=agreement, text="Section 7: our state insures volunteers only. Is that enough?"
        )
        keep_approval(actor=coordinator, agreement=agreement, kind="counsel", outcome="waiting", note="Sent on Monday")
        keep_approval(
            actor=coordinator,
            agreement=agreement,
            kind="risk",
            outcome="approved",
            decided_on=story.day(-10),
            file_number="RM-118",
        )
        keep_approval(actor=coordinator, agreement=agreement, kind="union", outcome="not_needed")
    with story.clock.at(story.day(-7)):
        comment_on_agreement(
            actor=story.officer,
            agreement=agreement,
            text="Yes: whoever travels is covered by the addendum as well. Counsel can have our draft of it.",
        )


def _negotiate_lincoln(story: Story) -> None:
    """The home agency has rewritten a section; INL took it over with a change, and it is the agency's turn again."""
    agency, coordinator = story.agencies["lincoln"], story.coordinator("lincoln")
    term = {"starts_on": story.day(40), "ends_on": story.day(1100), "notice_days": 60}
    text = text_from_template(kind="interagency", agency=agency, **term)
    with story.clock.at(story.day(-40)):
        agreement = draft_agreement(
            actor=story.officer, agency=agency, title="Digital evidence: teaching and advice", kind="interagency",
            text=text, **term,
        )  # fmt: skip
        AGREEMENT.apply(agreement, "review", actor=story.officer)
        AGREEMENT.apply(agreement, "send_partner", actor=story.officer)
    with story.clock.at(story.day(-33)):
        agreement = propose_text(
            actor=coordinator,
            agreement=agreement,
            text=text.replace("INL pays actual costs", "INL pays actual costs, overtime included,"),
            summary="Overtime is paid",
            seen_sha256=text_hash(text),
        )
    with story.clock.at(story.day(-31)):
        AGREEMENT.apply(agreement, "review", actor=story.officer)
        AGREEMENT.apply(agreement, "send_partner", actor=story.officer)
        comment_on_agreement(
            actor=story.officer, agreement=agreement, text="Overtime is in. Is the rest as you want it?"
        )


def _renew_prairie(story: Story) -> None:
    """Signed already, in force from the day after the first one ends; the agency signed on paper."""
    first = _in_force(story, "prairie")
    with story.clock.at(story.day(-30)):
        renewal = renew_agreement(
            actor=story.officer, agreement=first, starts_on=story.day(331), ends_on=story.day(1400)
        )
        AGREEMENT.apply(renewal, "review", actor=story.officer)
        AGREEMENT.apply(renewal, "send_partner", actor=story.officer)
    with story.clock.at(story.day(-24)):
        AGREEMENT.apply(renewal, "accept_terms", actor=story.coordinator("prairie"))
    with story.clock.at(story.day(-20)):
        sign_by_scan(
            paper=renewal,
            actor=story.coordinator("prairie"),
            side="agency",
            signer=story.signatory("prairie"),
            signed_on=story.day(-21),
            upload=SimpleUploadedFile("Signed renewal.pdf", SCAN, content_type="application/pdf"),
        )
    with story.clock.at(story.day(-18)):
        put_signature(story, renewal, story.director)
