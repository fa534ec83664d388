"""One need goes the whole way, through real pages, by its own people, with real processes around them."""

from __future__ import annotations

from slp.tests.journeys.people import Company
from slp.tests.journeys.walk import Walk

# After which step which process is killed. The next step begins at once, while the supervisor still restarts it.
KILLED = {
    "post_registers_the_need": "worker",
    "officer_validates_and_invites_two_agencies": "valkey",
    "coordinator_accepts_part_and_offers_people": "web",
    "both_sides_sign_the_addendum": "postgres",
    "finance_sets_money_aside": "beat",
    "the_post_looks_after_them": "valkey",
    "the_agency_claims": "worker",
    "the_claim_is_decided_certified_and_paid": "postgres",
    "reminders_before_and_after_the_due_date": "web",
}


def test_a_need_travels_from_the_embassy_to_the_fact_sheet(company):
    walk = Walk(company, "Creole-speaking mentors for community policing")
    walk.go()
    walk.leaves_one_of_each()


def test_it_arrives_although_every_process_is_killed_on_the_way(company: Company):
    """kill -9 of worker, broker, database, web and scheduler in turn: nothing is lost and nothing done twice."""

    def kill(step: str) -> None:
        if victim := KILLED.get(step):
            company.stack.kill(victim)

    walk = Walk(company, "Creole-speaking mentors for patrols", between=kill)
    walk.go()
    for name in sorted(set(KILLED.values())):
        company.stack.wait_back(name)
    walk.leaves_one_of_each()
