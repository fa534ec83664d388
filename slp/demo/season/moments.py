"""What else happens in a season: needs and invitations in other states, incidents, outreach, enquiries."""

from __future__ import annotations

from datetime import UTC, datetime, time

from deployments.lifecycles import INCIDENT
from deployments.models import Clearance, Deployment
from deployments.requirements import PASSPORT
from deployments.services.readiness import hand_in_clearance, refuse_clearance
from deployments.services.stays import add_stay
from deployments.services.support import check_in, log_support, report_incident
from deployments.services.training import enrol, schedule_training
from deployments.services.travel import add_rotation
from engagements.lifecycles import INVITATION, NEED
from engagements.models import Need
from engagements.services.invitations import (
    answer_invitation,
    draft_invitation,
    invite_agency,
    withdraw_nomination,
)
from engagements.services.needs import create_need, submit_need
from partners.lifecycles import ENQUIRY
from partners.services.agencies import pause_requests
from partners.services.outreach import receive_enquiry, record_outreach
from slp.demo.season.journeys import Journey
from slp.demo.season.money import receipt
from slp.demo.season.story import PASSPORT_DAYS, Story


# -- needs ---------------------------------------------------------------------------------------------
def _need(story: Story, author: str, country: str, title: str, **fields) -> Need:
    defaults = {
        "kind": "training",
        "sector": "POL",
        "problem": "The institution has asked for help; the details are in the embassy's cable.",
        "success": "The institution's own instructors give the course a year later.",
        "starts_on": story.day(120),
        "ends_on": story.day(200),
        "min_days": 10,
        "max_days": 20,
        "places": "The capital",
    }
    seat = {"role": "Instructor", "expertise": story.expertise["POL-03"], "min_depth": 1, "count": 2}
    return create_need(
        actor=story.person(author),
        country=story.countries[country],
        title=title,
        seats=[seat],
        **(defaults | fields),
    )


def needs_in_other_states(story: Story) -> None:
    """A draft, one just submitted, one returned, one withdrawn, one unmet."""
    with story.clock.at(story.day(-2)):
        _need(story, "post", "HT", "Crime scene work after an earthquake", sector="FOR")
    with story.clock.at(story.day(-3)):
        submit_need(
            need=_need(story, "post", "HT", "Internal affairs: interviewing of witnesses", priority=2),
            actor=story.person("post"),
        )
    with story.clock.at(story.day(-1)):
        submit_need(
            need=_need(story, "post2", "GE", "Digital forensics laboratory: first steps", sector="FOR"),
            actor=story.person("post2"),
        )
    with story.clock.at(story.day(-16)):
        returned = _need(story, "post", "HT", "Training in traffic policing", kind="training")
        submit_need(need=returned, actor=story.person("post"))
    with story.clock.at(story.day(-13)):
        NEED.apply(
            returned, "return", actor=story.officer, reason="Which units, and how many people? Please also say when."
        )
    with story.clock.at(story.day(-40)):
        withdrawn = _need(story, "post2", "GE", "Advice on body-worn cameras", kind="assessment")
        submit_need(need=withdrawn, actor=story.person("post2"))
    with story.clock.at(story.day(-30)):
        NEED.apply(withdrawn, "withdraw", actor=story.person("post2"), reason="Another donor has taken it on.")
    with story.clock.at(story.day(-50)):
        unmet = _need(story, "post", "HT", "Marine engine mechanics for the coast guard", sector="MAR")
        submit_need(need=unmet, actor=story.person("post"))
    with story.clock.at(story.day(-29)):
        NEED.apply(unmet, "mark_unmet", actor=story.officer, reason="No partner has such mechanics yet.")


# -- invitations ---------------------------------------------------------------------------------------
def invitations_in_other_states(story: Story, journey: Journey) -> None:
    """The third Haiti team is being put together: part accepted, countered, declined, withdrawn, sent, draft."""
    need, officer = journey.need, story.officer
    seats = list(need.seats.order_by("number"))
    reply_by = datetime.combine(story.day(9), time(20, 0), UTC)
    wanted = {"lincoln": seats, "cypress": seats[3:], "prairie": seats[:1], "mesa": seats[:1], "lake": seats[:1]}
    invitations = {}
    with story.clock.at(story.day(-9)):
        for key, asked in wanted.items():
            invitations[key] = invite_agency(
                need=need, agency=story.agencies[key], seats=asked, reply_by=reply_by, actor=officer,
                message="The second team will hand over to you. Six places; every one helps.",
            )  # fmt: skip
        draft_invitation(need=need, agency=story.agencies["juniper"], seats=seats[:1], reply_by=reply_by, actor=officer)
    with story.clock.at(story.day(-7)):
        answer_invitation(
            invitation=invitations["lincoln"],
            verb="accept_part",
            actor=story.coordinator("lincoln"),
            people={seats[n]: story.experts[key] for n, key in enumerate(("baptiste", "charles", "pierre"))},
        )
        answer_invitation(
            invitation=invitations["mesa"],
            verb="counter",
            actor=story.coordinator("mesa"),
            note="We could send a trainer for the station cells instead.",
            proposed_start=story.day(110),
            proposed_end=story.day(200),
        )
    with story.clock.at(story.day(-6)):
        offered = invitations["lincoln"].nominations.get(expert=story.experts["pierre"])
        coordinator = story.coordinator("lincoln")
        withdraw_nomination(nomination=offered, actor=coordinator, reason="Her course at the academy begins then.")
        answer_invitation(invitation=invitations["prairie"], verb="decline", actor=story.coordinator("prairie"))
        INVITATION.apply(
            invitations["lake"], "withdraw", actor=officer, reason="Sent by mistake: the seats ask for police officers."
        )


def an_invitation_lapses(story: Story) -> None:
    """Asked in the past; the time to answer ended, which is not a refusal."""
    with story.clock.at(story.day(-55)):
        need = _need(story, "post2", "GE", "Investigating crimes against tourists", starts_on=story.day(80))
        submit_need(need=need, actor=story.person("post2"))
        NEED.apply(need, "validate", actor=story.officer)
        invitation = invite_agency(
            need=need,
            agency=story.agencies["lincoln"],
            seats=need.seats.all(),
            reply_by=datetime.combine(story.day(-41), time(20, 0), UTC),
            actor=story.officer,
        )
    with story.clock.at(story.day(-40)):
        INVITATION.apply(invitation, "lapse", actor=None)
    with story.clock.at(story.day(-5)):
        invite_agency(
            need=need,
            agency=story.agencies["lincoln"],
            seats=need.seats.all(),
            reply_by=datetime.combine(story.day(4), time(20, 0), UTC),
            actor=story.officer,
            message="The first request lapsed; this time there are ten days to answer.",
        )


# -- in country ----------------------------------------------------------------------------------------
def in_country_now(story: Story, journey: Journey) -> None:
    """The second Haiti team these days: check-ins, incidents, the pattern of its rotation."""
    team = list(Deployment.objects.filter(engagement=journey.engagement).select_related("expert__user").order_by("pk"))
    _nights_in_the_south(story, team)
    _check_ins(story, team)
    _incidents(story, journey, team)
    add_rotation(
        name="Creole-speaking mentors, Haiti",
        agency=story.agencies["lincoln"],
        country=story.countries["HT"],
        actor=story.officer,
        team_size=4,
        interval_months=4,
        min_days=90,
        max_days=120,
        overlap_days=3,
        first_start=story.day(-24),
        until=story.day(700),
        handover_notes="Each district's log book, the list of contacts, the keys of the training room.",
    )


def _nights_in_the_south(story: Story, team: list[Deployment]) -> None:
    """Two of the team spend the coming week in another city."""
    coordinator = story.coordinator("lincoln")
    there = [d for d in team if d.agency_id == story.agencies["lincoln"].pk and d.status == "in_country"]
    for deployment in there[:2]:
        add_stay(
            deployment=deployment, city="Les Cayes", first_night=story.day(5), last_night=story.day(11),
            lodging="Guest house of the academy", actor=coordinator,
        )  # fmt: skip


def _check_ins(story: Story, team: list[Deployment]) -> None:
    """The traveller answers each time; the others' last check-in is two days older."""
    rso, traveller = story.person("rso"), story.person("traveller")
    for offset in (-5, -3, -1):
        with story.clock.at(story.day(offset), hour=23):
            for deployment in team:
                if deployment.expert.user_id == traveller.pk:
                    check_in(deployment=deployment, actor=traveller, place="Port-au-Prince", note="All well.")
                elif offset != -1:
                    check_in(deployment=deployment, actor=rso, method="phone", place="Port-au-Prince")


def _incidents(story: Story, journey: Journey, team: list[Deployment]) -> None:
    """One resolved, one in hand, one open."""
    haiti, post, rso = story.countries["HT"], story.person("post"), story.person("rso")
    with story.clock.at(story.day(-14)):
        resolved = report_incident(
            country=haiti, severity=1, actor=post, deployment=team[1], place="Delmas",
            summary="A vehicle of the team was in a minor collision. Nobody was hurt.",
            action_taken="Police report taken; the vehicle was exchanged.",
        )  # fmt: skip
        INCIDENT.apply(resolved, "take", actor=rso)
    with story.clock.at(story.day(-12)):
        INCIDENT.apply(resolved, "resolve", actor=rso, reason="The vehicle is back, the report is closed.")
    with story.clock.at(story.day(-2), hour=21):
        taken = report_incident(
            country=haiti, severity=1, actor=post, deployment=team[3], place="Port-au-Prince",
            summary="A phone with the team's schedule was stolen at the market.",
        )  # fmt: skip
        INCIDENT.apply(taken, "take", actor=rso)
    with story.clock.at(story.day(-1), hour=18):
        report_incident(
            country=haiti, severity=2, actor=rso, deployment=team[2], place="Carrefour",
            summary="A demonstration blocked the road to the district for four hours; the team stayed at the station.",
        )  # fmt: skip
        log_support(
            engagement=journey.engagement, kind="transport", actor=post, deployments=team, note="Back by another road."
        )


def getting_ready(story: Story, journey: Journey) -> None:
    """The El Salvador team leaves in weeks: some papers are handed in, one was refused, a session is announced."""
    rows = Clearance.objects.filter(deployment__engagement=journey.engagement).select_related(
        "requirement", "deployment__expert", "deployment__engagement", "deployment__country"
    )
    coordinator = story.coordinator("mesa")
    with story.clock.at(story.day(-4)):
        for clearance in rows.filter(requirement__code=PASSPORT):
            hand_in_clearance(
                clearance=clearance, actor=coordinator, upload=receipt(f"Passport {clearance.pk}"),
                valid_until=story.day(PASSPORT_DAYS),
            )  # fmt: skip
        insurance = rows.filter(requirement__code="insurance").first()
        hand_in_clearance(clearance=insurance, actor=coordinator, upload=receipt(f"Insurance {insurance.pk}"))
    with story.clock.at(story.day(-2)):
        insurance.refresh_from_db()
        reason = "The policy does not name medical evacuation. Ask the insurer for a letter that does."
        refuse_clearance(clearance=insurance, actor=story.officer, reason=reason)
        session = schedule_training(
            actor=story.officer,
            title="Before you travel: El Salvador",
            mode="online",
            starts_at=datetime.combine(story.day(11), time(15, 0), UTC),
            ends_at=datetime.combine(story.day(11), time(19, 0), UTC),
            agenda="The programme. The country. Safety. Claims and receipts. The final report.",
        )
        people = list(Deployment.objects.filter(engagement=journey.engagement).select_related("expert__user", "agency"))
        enrol(session=session, deployments=people, actor=story.officer)
        who = next(d for d in people if d.status == "preparing")
        night = who.starts_on
        add_stay(deployment=who, city="Santa Ana", first_night=night, last_night=night, actor=coordinator)


# -- outreach ------------------------------------------------------------------------------------------
MET = (
    ("granite", "meeting", -70, "Chief of Police; INL/KM officer", "The chief is interested in exchanges on gangs.",
     "Send the draft memorandum", 14),
    ("granite", "call", -21, "Deputy chief; INL/KM officer", "The city's lawyer has questions on liability.",
     "Answer the lawyer's questions", -5),
    ("millbrook", "conference", -90, "Laboratory director; INL/KM", "Met at a forensic conference.",
     "Visit the laboratory", -60),
    ("summit", "mail", -30, "", "Asked whether the court wants to renew.", "Ask again", 20),
)  # fmt: skip


def outreach_goes_on(story: Story) -> None:
    for agency, kind, offset, attended, summary, step, due in MET:
        with story.clock.at(story.day(offset)):
            record_outreach(
                actor=story.officer,
                agency=story.agencies[agency],
                kind=kind,
                on=story.day(offset),
                attended=attended,
                summary=summary,
                next_step=step,
                next_step_on=story.day(due),
            )
    with story.clock.at(story.day(-8)):
        pause_requests(actor=story.coordinator("juniper"), agency=story.agencies["juniper"], until=story.day(25))


ASKED = (
    ("Ava Sorensen", "Chief Deputy", "Copper Ridge Sheriff's Office (fictional)", "sheriff", "WY", -1,
     "We have two deputies who grew up speaking Portuguese. Could they be of use? How long are they away?", ""),
    ("Leo Marchetti", "Court administrator", "Birch County Court (fictional)", "court", "VT", -6,
     "Our judges host visitors already. What does the programme ask of a host, and what does it pay?", "triage"),
    ("Naomi Fields", "Director", "Silver Coast Forensic Laboratory (fictional)", "laboratory", "NC", -33,
     "We are accredited for DNA and digital evidence and would like to teach.", "convert"),
    ("R. Smith", "", "Web Growth Partners", "", "NV", -20,
     "We can bring your page to the first place of every search engine. Interested?", "close"),
)  # fmt: skip


def enquiries_arrive(story: Story) -> None:
    for name, title, agency, kind, state, offset, message, reaches in ASKED:
        with story.clock.at(story.day(offset)):
            enquiry = receive_enquiry(
                name=name,
                title=title,
                email=f"{name.split()[-1].lower()}@enquiries.example",
                agency_name=agency,
                agency_kind=kind,
                us_state=state,
                message=message,
            )
        with story.clock.at(story.day(min(offset + 2, -1))):
            if reaches == "close":
                ENQUIRY.apply(enquiry, "close", actor=story.officer, reason="An advertisement.")
            elif reaches:
                ENQUIRY.apply(enquiry, "triage", actor=story.officer)
        if reaches == "convert":
            with story.clock.at(story.day(offset + 5)):
                ENQUIRY.apply(enquiry, "convert", actor=story.officer)
