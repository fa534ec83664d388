"""A plan carried out step by step, each by its own role, on its own day; what lies in the future is left alone."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

from deployments.lifecycles import DEPLOYMENT
from deployments.models import Clearance, Deployment
from deployments.requirements import PASSPORT, TRAINING
from deployments.services.payments import record_obligation
from deployments.services.readiness import clear_for_team, waive_clearance
from deployments.services.support import check_in, log_support
from deployments.services.training import enrol, record_attendance, schedule_training
from deployments.services.travel import name_team_lead
from engagements.lifecycles import ENGAGEMENT, NEED
from engagements.models import Engagement, Invitation, Need
from engagements.services.addenda import sign_addendum
from engagements.services.invitations import answer_invitation, confirm_nominations, invite_agency
from engagements.services.needs import create_need, submit_need
from engagements.services.opening import open_engagement
from slp.accounts.models import User
from slp.demo.season.plans import Plan
from slp.demo.season.story import PASSPORT_DAYS, Story
from slp.lib.dates import fiscal_year
from slp.places.models import Academy

LONG_VALID = 700  # days after the return that papers hold


PROGRAM_CODES = Path(__file__).parent.parent / "data" / "program_codes.csv"


@cache
def program_area(sector: str) -> str:
    """The foreign-assistance program area that pays for a sector: rule of law for justice, else citizen security."""
    wanted = "DR.1" if sector == "JUS" else "PS.9"
    with PROGRAM_CODES.open(encoding="utf-8", newline="") as file:
        return next(f"{row['code']} {row['name']}" for row in csv.DictReader(file) if row["code"] == wanted)


class Journey:
    """One plan on its way."""

    def __init__(self, story: Story, plan: Plan) -> None:
        self.story, self.plan = story, plan
        self.need: Need | None = None
        self.engagement: Engagement | None = None

    # -- who ---------------------------------------------------------------------------------------
    @property
    def author(self) -> User:
        """Whoever registers the need: the post, or the desk on its behalf."""
        plan = self.plan
        return self.story.person(plan.registered_by) if plan.registered_by else self.post

    @property
    def post(self) -> User | None:
        """The country's INL officer."""
        return self.story.at_post(self.plan.country)

    def agencies(self) -> dict[str, list[int]]:
        """Which agency fills which seats (by position)."""
        found: dict[str, list[int]] = {key: [] for key in self.plan.hosts}
        for position, place in enumerate(self.plan.seats):
            if place.expert:
                expert = self.story.experts[place.expert]
                key = next(k for k, a in self.story.agencies.items() if a.pk == expert.agency_id)
                found.setdefault(key, []).append(position)
        return found

    # -- the way -----------------------------------------------------------------------------------
    def steps(self) -> Iterator[tuple[str, int]]:
        """(method, offset from today), in order."""
        plan, start, end = self.plan, self.plan.start, self.plan.start + self.plan.days - 1
        lead = plan.lead
        yield "register", start - lead
        yield "validate", start - lead + 3
        yield "invite", start - lead + 5
        yield "answer", start - lead + 9
        yield "staff", start - lead + 12
        yield "open", start - lead + 14
        if plan.stop == "cancel":
            yield "cancel", start - lead + 30
            return
        yield "sign_inl", start - lead + 18
        yield "sign_agency", start - lead + 21
        yield "obligate", start - lead + 23
        yield "prepare", start - lead + 24
        if plan.steps_back:
            yield "step_back", start - lead + 40
        yield "office_papers", start - 19
        yield "train", start - 15
        yield "post_papers", start - 12
        yield "ready", start - 8
        yield "begin", start
        yield "settle_in", start + 1
        yield "half_way", start + 12
        if plan.curtailed:
            yield "cut_short", start + 61
        yield "come_home", end
        yield "complete", end + 1

    def carry_out(self) -> None:
        for step, offset in self.steps():
            if offset > 0:
                break
            with self.story.clock.at(self.story.day(offset), hour=14):
                getattr(self, step)()
            if step == self.plan.stop:
                break

    def register(self) -> None:
        plan, story = self.plan, self.story
        self.need = create_need(
            actor=self.author,
            country=story.countries[plan.country],
            new_institution=plan.host,
            title=plan.title,
            kind=plan.kind,
            sector=plan.sector,
            problem=plan.problem,
            success=plan.success,
            starts_on=story.day(plan.start),
            ends_on=story.day(plan.start + plan.days + 30),
            min_days=plan.days,
            max_days=plan.days,
            places=plan.places,
            security_conditions=plan.security,
            academy=Academy.objects.filter(pk=plan.academy).first(),
            inclusion="Women take part on every level; at least a third of the participants.",
            is_funded=bool(plan.obligation),
            seats=[self._seat(place) for place in plan.seats],
        )
        submit_need(need=self.need, actor=self.author)

    def _seat(self, place) -> dict:
        return {
            "role": place.role,
            "expertise": self.story.expertise[place.expertise],
            "min_depth": place.depth,
            "language": self.story.languages.get(place.language),
            "min_speaking": place.speaking,
        }

    def validate(self) -> None:
        NEED.apply(self.need, "validate", actor=self.story.officer)

    def invite(self) -> None:
        seats = list(self.need.seats.order_by("number"))
        for key, positions in self.agencies().items():
            invite_agency(
                need=self.need,
                agency=self.story.agencies[key],
                seats=[seats[p] for p in positions],
                reply_by=self._at(self.plan.start - self.plan.lead + 15),
                message="Your people have done this before, and speak to their counterparts as colleagues.",
                actor=self.story.officer,
            )

    def answer(self) -> None:
        seats = list(self.need.seats.order_by("number"))
        for key, positions in self.agencies().items():
            answer_invitation(
                invitation=Invitation.objects.get(need=self.need, agency=self.story.agencies[key]),
                verb="accept",
                actor=self.story.coordinator(key),
                people={seats[p]: self.story.experts[self.plan.seats[p].expert] for p in positions},
            )

    def staff(self) -> None:
        nominations = [n for i in self.need.invitations.all() for n in i.nominations.all()]
        confirm_nominations(nominations=nominations, actor=self.story.officer)
        self.need.refresh_from_db()
        if self.need.status == "validated":
            NEED.apply(self.need, "staff", actor=self.story.officer)

    def open(self) -> None:
        self.need.refresh_from_db()
        self.engagement = open_engagement(
            need=self.need,
            actor=self.story.officer,
            agencies=[self.story.agencies[key] for key in self.plan.hosts] or None,
            starts_on=self.story.day(self.plan.start),
            ends_on=self.story.day(self.plan.start + self.plan.days - 1),
        )

    def cancel(self) -> None:
        ENGAGEMENT.apply(
            self.engagement,
            "cancel",
            actor=self.story.officer,
            reason="The host institution has put the new campus off; it will ask again.",
        )

    def sign_inl(self) -> None:
        for addendum in self.engagement.addenda.all():
            sign_addendum(addendum=addendum, typed_name=self.story.director.name, actor=self.story.director)

    def sign_agency(self) -> None:
        for key in self.agencies():
            signer = self.story.signatory(key)
            addendum = self.engagement.addenda.get(agency=self.story.agencies[key])
            sign_addendum(addendum=addendum, typed_name=signer.name, actor=signer)

    def obligate(self) -> None:
        if self.plan.obligation:
            year = fiscal_year(self.story.day(self.plan.start)) % 100
            record_obligation(
                engagement=self.engagement,
                number=f"DEMO-{year:02d}-{self.engagement.pk:05d}",
                amount=Decimal(self.plan.obligation),
                fund_cite=f"{program_area(self.plan.sector)} (demonstration)",
                actor=self.story.finance,
            )

    def prepare(self) -> None:
        ENGAGEMENT.apply(self.engagement, "prepare", actor=self.story.officer)
        self._lead()

    def _lead(self) -> None:
        first = self.travellers().first()
        if first:
            name_team_lead(deployment=first, actor=self.story.officer)

    def step_back(self) -> None:
        """One person can't go after all; the seat stays empty."""
        expert = self.story.experts[self.plan.steps_back]
        key = next(k for k, a in self.story.agencies.items() if a.pk == expert.agency_id)
        DEPLOYMENT.apply(
            self.travellers().get(expert=expert),
            "withdraw",
            actor=self.story.coordinator(key),
            reason="A surgery can't wait; he is sorry to miss this one.",
        )

    # -- ready ---------------------------------------------------------------------------------------
    def travellers(self):
        rows = Deployment.objects.filter(engagement=self.engagement).exclude(status__in=["withdrawn", "cancelled"])
        return rows.select_related("expert", "engagement", "country").order_by("pk")

    def papers(self, *owners: str, status: tuple[str, ...] = ("not_started", "submitted")):
        rows = Clearance.objects.filter(
            deployment__in=self.travellers(), requirement__cleared_by__in=owners, status__in=status
        )
        return rows.select_related("requirement", "deployment__expert", "deployment__country", "deployment__engagement")

    def office_papers(self) -> None:
        """The coordinators' and the officers' part. No visa is needed: the director waives it by name."""
        valid = self.story.day(self.plan.start + self.plan.days + LONG_VALID)
        for key in self.agencies():
            mine = self.papers("coordinator").filter(deployment__agency=self.story.agencies[key])
            clear_for_team(clearances=list(mine), actor=self.story.coordinator(key))
        rows = self.papers("officer").exclude(requirement__code__in=["visa", TRAINING, PASSPORT])
        clear_for_team(clearances=list(rows), actor=self.story.officer, valid_until=valid)
        passports = list(self.papers("officer").filter(requirement__code=PASSPORT))
        clear_for_team(clearances=passports, actor=self.story.officer, valid_until=self.story.day(PASSPORT_DAYS))
        for visa in self.papers("officer").filter(requirement__code="visa"):
            waive_clearance(
                clearance=visa, actor=self.story.director, reason="The host country asks for no visa of this kind."
            )

    def train(self) -> None:
        people = list(self.travellers())
        if not people:
            return
        now = self._at(self.plan.start - 15)
        session = schedule_training(
            actor=self.story.officer,
            title=f"Before you travel: {self.engagement.country}",
            mode="online",
            starts_at=now - timedelta(hours=6),
            ends_at=now - timedelta(hours=2),
            agenda="The programme. The country. Safety. Claims and receipts. The final report.",
        )
        enrol(session=session, deployments=people, actor=self.story.officer)
        for enrolment in session.enrolments.select_related("session__requirement", "deployment"):
            record_attendance(enrolment=enrolment, attended=True, actor=self.story.officer)

    def post_papers(self) -> None:
        clear_for_team(clearances=list(self.papers("post_officer")), actor=self.post)
        rso = self.story.rso(self.plan.country)
        for briefing in self.papers("rso"):
            if rso:
                clear_for_team(clearances=[briefing], actor=rso)
            else:
                waive_clearance(
                    clearance=briefing, actor=self.story.director, reason="The post's INL officer has briefed the team."
                )

    def ready(self) -> None:
        for deployment in self.travellers():
            if deployment.status == "preparing":
                DEPLOYMENT.apply(deployment, "ready", actor=self.story.officer)

    # -- in country ----------------------------------------------------------------------------------
    def begin(self) -> None:
        ENGAGEMENT.apply(self.engagement, "start", actor=self.story.officer)
        for deployment in self.travellers():
            DEPLOYMENT.apply(deployment, "arrive", actor=self.post)

    def settle_in(self) -> None:
        """The first day: the airport, the briefing. One of the second Haiti team came later and is not briefed yet."""
        team = list(self.travellers())
        if not team:
            return
        log_support(
            engagement=self.engagement, kind="airport", actor=self.post, deployments=team, note="Met at arrivals."
        )
        log_support(engagement=self.engagement, kind="lodging", actor=self.post, deployments=team, note="Checked in.")
        rso = self.story.rso(self.plan.country)
        if rso:
            briefed = team[:-1] if self.plan.key == "haiti-now" else team
            log_support(engagement=self.engagement, kind="arrival_briefing", actor=rso, deployments=briefed)

    def half_way(self) -> None:
        team = list(self.travellers())
        if not team or self.plan.days < 14:
            return
        log_support(
            engagement=self.engagement,
            kind="meeting",
            actor=self.post,
            deployments=team[:2],
            note="Meeting with the head of the host institution: two more districts want to join.",
        )
        for deployment in team:
            check_in(deployment=deployment, actor=self.post, method="in_person", place=self.plan.places.split(",")[0])

    def cut_short(self) -> None:
        DEPLOYMENT.apply(
            self.travellers().get(expert=self.story.experts[self.plan.curtailed]),
            "curtail",
            actor=self.post,
            reason="An illness in the family: she is needed at home.",
        )

    def come_home(self) -> None:
        for deployment in self.travellers().filter(status="in_country"):
            DEPLOYMENT.apply(deployment, "return", actor=self.post)

    def complete(self) -> None:
        self.engagement.refresh_from_db()
        ENGAGEMENT.apply(self.engagement, "complete", actor=self.story.officer)

    def _at(self, offset: int) -> datetime:
        return datetime.combine(self.story.day(offset), time(20, 0), UTC)
