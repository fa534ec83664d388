"""The agreements of the season, in every state of their life."""

from __future__ import annotations

from dataclasses import dataclass

from partners.lifecycles import AGENCY, AGREEMENT
from partners.models import Agreement
from partners.services.agreements import draft_agreement, record_board_decision, renew_agreement
from partners.services.signing import sign_agreement
from partners.services.templates import text_from_template
from slp.accounts.models import User
from slp.demo.season.story import Story


@dataclass(frozen=True)
class Deal:
    """One agreement: when it was negotiated and how far it came. Offsets are days from today."""

    agency: str
    title: str
    drafted: int
    starts: int
    ends: int | None
    reaches: str  # the last verb of its way, or "draft"
    kind: str = "mou"
    board: bool = False
    kinds: tuple[str, ...] = ()


WAY = ("review", "send_partner", "accept_terms", "sign_agency", "sign_inl")
DEALS = (
    Deal("lincoln", "MOU with the Port Lincoln Police Department", -430, -410, 700, "sign_inl"),
    Deal("cypress", "MOU with the Cypress Bay County Sheriff's Office", -428, -405, 500, "sign_inl", board=True),
    Deal("prairie", "MOU with the Prairie Ridge State Police", -425, -402, 330, "sign_inl"),
    Deal("mesa", "MOU with the Red Mesa Department of Corrections", -424, -402, 690, "sign_inl"),
    Deal("harbor", "MOU with the Harbor Point Port Police", -420, -398, 300, "sign_inl"),
    Deal("lake", "MOU with the Lakeshore County District Attorney", -422, -400, 410, "sign_inl"),
    Deal("juniper", "MOU with the Juniper County Public Defender", -415, -395, 62, "sign_inl"),
    Deal("pine", "Letter of intent with the Pine Hollow Board", -412, -396, 520, "activate", kind="letter"),
    Deal("summit", "MOU with the Summit City Municipal Court", -421, -399, -40, "sign_inl"),
    Deal("aurora", "Understanding on hosting study visits", -390, -380, 250, "activate", kind="informal",
         kinds=("study_visit",)),
    Deal("valley", "MOU with the Blue Valley Sheriff's Office", -426, -404, 320, "sign_inl"),
    Deal("millbrook", "MOU with the Millbrook Forensic Laboratory", -32, 20, 1100, "accept_terms"),
    Deal("lincoln", "Letter of intent on remote training", -25, 15, 400, "draft", kind="letter",
         kinds=("virtual",)),
    Deal("pine", "MOU with the Pine Hollow Standards and Training Board", -21, 30, 1100, "send_partner"),
    Deal("aurora", "MOU with the Aurora Borough Department of Law", -12, 40, 1100, "review"),
    Deal("harbor", "Interagency terms for dive training", -60, 25, 700, "send_board", kind="interagency", board=True),
)  # fmt: skip


def put_signature(story: Story, agreement: Agreement, signer: User) -> None:
    agreement.refresh_from_db()
    sign_agreement(
        agreement=agreement,
        actor=signer,
        typed_name=signer.name,
        seen_sha256=agreement.versions.last().sha256,
    )
    agreement.refresh_from_db()


def negotiate(story: Story, deal: Deal) -> Agreement:
    """Carry one agreement from its draft as far as it came, a few days between the steps."""
    agency = story.agencies[deal.agency]
    ends_on = story.day(deal.ends) if deal.ends is not None else None
    term = {"starts_on": story.day(deal.starts), "ends_on": ends_on, "notice_days": 30}
    with story.clock.at(story.day(deal.drafted)):
        agreement = draft_agreement(
            actor=story.officer,
            agency=agency,
            title=deal.title,
            kind=deal.kind,
            text=text_from_template(kind=deal.kind, agency=agency, **term),
            agency_contact=agency.contacts.filter(is_primary=True).first(),
            **term,
            activity_kinds=list(deal.kinds),
            needs_board_approval=deal.board,
        )
    if deal.reaches == "draft":
        return agreement
    if deal.reaches == "activate":
        with story.clock.at(story.day(deal.drafted + 3)):
            return AGREEMENT.apply(agreement, "activate", actor=story.officer)
    for number, (verb, actor) in enumerate(_steps(story, deal), start=1):
        with story.clock.at(story.day(deal.drafted + 3 * number)):
            _take_step(story, agreement, verb, actor)
        if verb == deal.reaches:
            break
    return agreement


def _steps(story: Story, deal: Deal) -> list[tuple[str, User]]:
    coordinator, signatory = story.coordinator(deal.agency), story.signatory(deal.agency)
    board = [("send_board", coordinator), ("board_approved", signatory)] if deal.board else []
    accept = [] if deal.board else [("accept_terms", coordinator)]
    return [
        ("review", story.officer),
        ("send_partner", story.officer),
        *accept,
        *board,
        ("sign_agency", signatory),
        ("sign_inl", story.director),
    ]


def _take_step(story: Story, agreement: Agreement, verb: str, actor: User) -> None:
    if verb.startswith("sign_"):
        put_signature(story, agreement, actor)
    elif verb == "board_approved":
        record_board_decision(
            actor=actor,
            agreement=agreement,
            board_body="County Commission",
            board_on=story.day(-419),
            board_resolution="R-2025-118",
        )
    else:
        AGREEMENT.apply(agreement, verb, actor=actor)


def conclude_agreements(story: Story) -> None:
    """All deals; the agencies become partners."""
    for deal in DEALS:
        negotiate(story, deal)
    partners = (
        "lincoln",
        "cypress",
        "prairie",
        "mesa",
        "harbor",
        "lake",
        "juniper",
        "pine",
        "summit",
        "valley",
        "aurora",
    )
    for key in partners:
        with story.clock.at(story.day(-378)):
            AGENCY.apply(story.agencies[key], "open_talks", actor=story.officer)
            AGENCY.apply(story.agencies[key], "make_partner", actor=story.officer)


def partnerships_change(story: Story) -> None:
    """What became of them since: one half signed, one renewed, one ended by notice, one run out."""
    _half_signed(story)
    _renew_lake(story)
    with story.clock.at(story.day(-120)):
        ended = story.agencies["valley"].agreements.get()
        AGREEMENT.apply(
            ended, "terminate", actor=story.director, reason="The sheriff asked to end it: no staff to spare."
        )
        AGENCY.apply(
            story.agencies["valley"], "end", actor=story.officer, reason="The partnership was ended by notice."
        )
    with story.clock.at(story.day(-35)):
        AGREEMENT.apply(story.agencies["summit"].agreements.get(), "expire", actor=None)
        AGENCY.apply(
            story.agencies["summit"],
            "make_dormant",
            actor=story.officer,
            reason="The agreement has expired; talks rest.",
        )
    with story.clock.at(story.day(-28)):
        AGENCY.apply(story.agencies["millbrook"], "open_talks", actor=story.officer)


def _half_signed(story: Story) -> None:
    """Millbrook's signatory has signed; INL's director is next."""
    agreement = story.agencies["millbrook"].agreements.get()
    with story.clock.at(story.day(-6)):
        put_signature(story, agreement, story.signatory("millbrook"))


def _renew_lake(story: Story) -> None:
    """A renewal in force, which has superseded the first agreement."""
    first = story.agencies["lake"].agreements.get()
    with story.clock.at(story.day(-75)):
        renewal = renew_agreement(
            actor=story.officer, agreement=first, starts_on=story.day(-60), ends_on=story.day(1000)
        )
    for number, (verb, actor) in enumerate(_steps(story, DEALS[5])):
        with story.clock.at(story.day(-72 + 2 * number)):
            _take_step(story, renewal, verb, actor)
    with story.clock.at(story.day(-60)):
        first.refresh_from_db()
        AGREEMENT.apply(first, "supersede", actor=None)
