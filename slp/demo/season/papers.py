"""What officers take home: records of service in each state."""

from __future__ import annotations

from deployments.lifecycles import SERVICE_RECORD
from deployments.models import ServiceRecord
from deployments.services.service_records import SERVED, ask_for_service_record, draft, sign_service_record
from partners.models import Expert
from slp.demo.season.story import Story

REVOKED_BECAUSE = "Issued before the last tour was entered. A new record follows."
DECLINED_BECAUSE = "The report of the engagement is not accepted yet. Ask again when it is."


def service_is_recorded(story: Story) -> None:
    """The demonstration's traveller has a signed record; of three others one waits, one was declined, one revoked."""
    home = story.experts["toussaint"]
    others = Expert.objects.filter(is_fictional=True, deployments__status__in=SERVED).exclude(pk=home.pk).distinct()
    waiting = others.filter(agency=home.agency).order_by("pk").first()
    declined, revoked = others.exclude(agency=home.agency).order_by("pk")[:2]
    with story.clock.at(story.day(-9)):
        records = {expert.pk: _ask(story, expert) for expert in (home, declined, revoked)}
    with story.clock.at(story.day(-7)):
        _sign(story, records[home.pk])
        _sign(story, records[revoked.pk])
        SERVICE_RECORD.apply(records[declined.pk], "decline", actor=story.officer, reason=DECLINED_BECAUSE)
    with story.clock.at(story.day(-5)):
        again = ServiceRecord.objects.get(pk=records[revoked.pk].pk)
        SERVICE_RECORD.apply(again, "revoke", actor=story.director, reason=REVOKED_BECAUSE)
    with story.clock.at(story.day(-2)):
        _ask(story, waiting)


def _ask(story: Story, expert: Expert) -> ServiceRecord:
    return ask_for_service_record(actor=story.officer, expert=expert)


def _sign(story: Story, record: ServiceRecord) -> None:
    _, sha256 = draft(record)
    sign_service_record(actor=story.director, record=record, typed_name=story.director.name, seen_sha256=sha256)
