"""The living season: fictional agencies, people and activities around today, made only through services.

Each call is made by the person whose task it is, on the day of the story on which it happened, so that every rule of
the product has agreed to every record. Where a rule refuses, the season can't be told.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from partners.models import Agency
from slp.demo.clock import nothing_is_mailed
from slp.demo.season import cast, moments, terms
from slp.demo.season.endings import write_reports
from slp.demo.season.files import send_roster_files
from slp.demo.season.journeys import Journey
from slp.demo.season.money import file_claims
from slp.demo.season.papers import service_is_recorded
from slp.demo.season.papers_around import agreements_go_on
from slp.demo.season.plans import PLANS
from slp.demo.season.story import Story
from slp.reminders.models import Notice


def load_season() -> bool:
    """Tell the whole season, or nothing if it has been told in this database. Returns whether it was told now."""
    if Agency.objects.filter(is_fictional=True).exists():
        return False
    with nothing_is_mailed(), transaction.atomic():
        _tell(Story())
    return True


def _tell(story: Story) -> None:
    with story.clock.at(story.day(-440)):
        cast.open_accounts(story)
        cast.register_agencies(story)
        cast.name_people(story)
        cast.give_password()
        cast.fill_rosters(story)
    terms.conclude_agreements(story)
    journeys = {plan.key: Journey(story, plan) for plan in PLANS}
    for journey in journeys.values():
        journey.carry_out()
        file_claims(story, journey)
        write_reports(story, journey)
    terms.partnerships_change(story)
    agreements_go_on(story)
    moments.needs_in_other_states(story)
    moments.invitations_in_other_states(story, journeys["haiti-next"])
    moments.an_invitation_lapses(story)
    moments.in_country_now(story, journeys["haiti-now"])
    moments.getting_ready(story, journeys["salvador-soon"])
    moments.outreach_goes_on(story)
    moments.enquiries_arrive(story)
    service_is_recorded(story)
    send_roster_files(story)
    story.clock.settle()
    _count_as_mailed()


def _count_as_mailed() -> None:
    """The story's notices stand in everybody's inbox; none of them is mailed again."""
    Notice.objects.filter(sent_at=None).update(sent_at=F("created_at"), attempts=1)
