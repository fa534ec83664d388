"""The lists of agencies, experts, agreements, outreach and enquiries: one description each."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

import django_filters
from django.db.models import Case, CharField, F, Func, Q, Value, When
from django.urls import reverse

from partners.lifecycles import AGENCY, AGREEMENT, ENQUIRY
from partners.models import (
    Agency,
    AgencyKind,
    AgencyLevel,
    Agreement,
    AgreementKind,
    Enquiry,
    Expert,
    Outreach,
    OutreachKind,
)
from partners.models.agreement import AgreementStatus, last_days, words_of_later
from partners.models.outreach import EnquiryStatus
from partners.pages.agency_filter import AgencyFilter
from partners.pages.common import EXPIRING_DAYS, ends_in, how_long, whose_turn
from partners.pages.expert_filter import DeskExpertFilter, ExpertFilter
from partners.services.confirm import is_stale
from slp.lib.dates import Precision, show, today
from slp.lib.filters import FilterSet, state_filter
from slp.lib.lists import Column, Empty, ListPage, choice

NEGOTIATED = ("draft", "inl_review", "partner_review", "board_approval", "signing")


def confirmed_words(day) -> str:
    """When the coordinator has last said that all is right; what INL/KM should not rely on says so."""
    if day is None:
        return "never"
    return f"{show(day)} (stale)" if is_stale(day) else show(day)


@cache
def agency_list_page() -> ListPage:
    return ListPage(
        title="Agencies",
        rows=lambda user: Agency.objects.visible_to(user),
        shared=True,
        columns=(
            Column("name", "Agency"),
            Column("kind", "Kind", choice(AgencyKind)),
            Column("level", "Level", choice(AgencyLevel)),
            Column("us_state", "State"),
            Column("status", "Partnership", lifecycle=AGENCY),
            Column("partner_since", "Partner since", lambda day: str(day.year) if day else ""),
            Column("paused_until", "Paused until"),
            Column("confirmed_on", "Confirmed", confirmed_words),
        ),
        order="name",
        empty=Empty(
            "No agencies yet",
            "Agencies come from outreach and from public enquiries.",
            "Register an agency",
            reverse("desk:agency-add"),
        ),
        link=lambda row: f"{row['pk']}/",
        filters=AgencyFilter,
        search="search_text",
        search_label="Name, city or state",
        filename="agencies",
    )


# -- agreements --------------------------------------------------------------------------------------
BOARDS = (
    ("negotiation", "In negotiation"),
    ("force", "In force"),
    ("ending", f"Ending within {EXPIRING_DAYS} days"),
    ("notice", "Notice given"),
    ("lapsed", "Lapsed with activity under way"),
    ("over", "Ended"),
)


def _with_activity():
    """Agreements under which something is being prepared or under way, by the name of the relation from above."""
    participation = Agreement._meta.get_field("participations").related_model
    return participation._base_manager.filter(
        engagement__status__in=["planned", "addendum", "preparing", "under_way"], agreement__isnull=False
    ).values("agreement")


def on_board(name: str) -> Q:
    """The condition of one board of agreements."""
    if name == "ending":
        return Q(status=AgreementStatus.ACTIVE, ends_on__lte=today() + timedelta(days=EXPIRING_DAYS))
    if name == "lapsed":
        return Q(status__in=["expired", "terminated"], pk__in=_with_activity())
    return {
        "negotiation": Q(status__in=NEGOTIATED),
        "force": Q(status=AgreementStatus.ACTIVE),
        "notice": Q(status=AgreementStatus.ACTIVE, notice_on__isnull=False),
        "over": Q(status__in=["expired", "terminated", "superseded"]),
    }[name]


class AgreementFilter(FilterSet):
    board = django_filters.ChoiceFilter(label="Which", choices=BOARDS, method="by_board")
    kind = django_filters.ChoiceFilter(label="Kind", choices=AgreementKind.choices)
    status = state_filter(AGREEMENT)

    class Meta:
        model = Agreement
        fields = ["board", "kind", "status"]

    def by_board(self, rows, name, value):
        return rows.filter(on_board(value))


class PortalAgreementFilter(AgreementFilter):
    status = state_filter(AGREEMENT, plain=True)


@cache
def agreement_list_page(door: str, *, of_several: bool = False) -> ListPage:
    desk = door == "desk"
    return ListPage(
        title="Agreements",
        rows=lambda user: Agreement.objects.visible_to(user),
        shared=True,
        columns=(
            Column("title", "Agreement"),
            *([Column("agency__name", "Agency")] if desk or of_several else []),
            Column("kind", "Kind", choice(AgreementKind)),
            Column("status", "State", lifecycle=AGREEMENT, plain=not desk, instead="words_of_later"),
            Column("status_since", "In this state for", how_long),
            *([Column("status", "Whose turn", whose_turn, sort=False)] if desk else []),
            Column("last_day", "In force until", lambda day: ends_in(day) if day else ""),
            Column("reference", "Reference"),
        ),
        order="-status_since",
        worked_out={"last_day": last_days, "words_of_later": words_of_later},
        empty=Empty(
            "No agreements yet",
            "An agreement begins as a draft on the page of an agency.",
            "Draft an agreement",
            reverse("desk:agreement-add"),
        )
        if desk
        else Empty("No agreements yet", "When INL sends you a draft, it stands here and you get a mail."),
        link=lambda row: f"{row['reference']}/",
        filters=AgreementFilter if desk else PortalAgreementFilter,
        filename="agreements",
    )


# -- experts -----------------------------------------------------------------------------------------
@cache
def expert_list_page(door: str, *, of_several: bool = False) -> ListPage:
    desk = door == "desk"
    return ListPage(
        title="Roster",
        rows=lambda user: Expert.objects.visible_to(user),
        shared=desk,
        columns=(
            Column("name", "Name"),
            Column("rank", "Rank or title"),
            *([Column("agency__name", "Agency")] if desk or of_several else []),
            Column("service", "Service", choice(Expert.Service)),
            Column("years", "Years", kind="number"),
            Column("confirmed_on", "Last confirmed"),
            Column("is_active", "On the roster"),
        ),
        order="name",
        empty=Empty("Nobody on the roster yet", "Agencies enter the people whom they offer in the partner portal.")
        if desk
        else Empty(
            "Nobody on your roster yet",
            "Enter the people whom you could offer, with what they know and speak. That is how you are found.",
            "Add a person",
            reverse("portal:expert-add"),
        ),
        link=lambda row: f"{row['pk']}/",
        filters=DeskExpertFilter if desk else ExpertFilter,
        search="search_text",
        search_label="Name or rank",
        filename="roster",
    )


# -- outreach ----------------------------------------------------------------------------------------
class OutreachFilter(FilterSet):
    kind = django_filters.ChoiceFilter(label="Kind", choices=OutreachKind.choices)
    open = django_filters.ChoiceFilter(
        label="Next step",
        choices=[("yes", "A next step is planned"), ("late", "Its date has passed")],
        method="by_step",
    )

    class Meta:
        model = Outreach
        fields = ["kind", "open"]

    def by_step(self, rows, name, value):
        rows = rows.exclude(next_step="")
        return rows.filter(next_step_on__lt=today()) if value == "late" else rows


def _written(pattern: str) -> Func:
    return Func(F("on"), Value(pattern), function="to_char", output_field=CharField())


# The date as exactly as it is known.
SHOWN_ON = Case(
    When(date_precision=Precision.DAY, then=_written("FMDD Mon YYYY")),
    When(date_precision=Precision.MONTH, then=_written("Mon YYYY")),
    default=_written("YYYY"),
)


@cache
def outreach_list_page() -> ListPage:
    return ListPage(
        title="Outreach",
        rows=lambda user: Outreach.objects.visible_to(user).annotate(shown_on=SHOWN_ON),
        shared=True,
        columns=(
            Column("agency__name", "Agency"),
            Column("kind", "What", choice(OutreachKind)),
            Column("shown_on", "Date", sort=False),
            Column("agency__status", "Partnership", lifecycle=AGENCY),
            Column("next_step", "Next step"),
            Column("next_step_on", "By"),
        ),
        order="-on",
        empty=Empty(
            "No outreach yet",
            "Meetings, calls, letters and conferences with agencies that are not partners yet.",
            "Record outreach",
            reverse("desk:outreach-add"),
        ),
        link=lambda row: f"{row['pk']}/",
        filters=OutreachFilter,
        filename="outreach",
    )


# -- enquiries ---------------------------------------------------------------------------------------
class EnquiryFilter(FilterSet):
    status = django_filters.ChoiceFilter(label="State", choices=EnquiryStatus.choices)

    class Meta:
        model = Enquiry
        fields = ["status"]


@cache
def enquiry_list_page() -> ListPage:
    return ListPage(
        title="Enquiries",
        rows=lambda user: Enquiry.objects.visible_to(user),
        shared=True,
        columns=(
            Column("agency_name", "Agency"),
            Column("us_state", "State"),
            Column("name", "From"),
            Column("status", "State of it", lifecycle=ENQUIRY),
            Column("status_since", "In this state for", how_long),
            Column("reference", "Reference"),
        ),
        order="-status_since",
        empty=Empty("No enquiries yet", "What agencies ask on the public page stands here to be taken up."),
        link=lambda row: f"{row['reference']}/",
        filters=EnquiryFilter,
        filename="enquiries",
    )
