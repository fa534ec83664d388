"""The lists of needs, invitations, engagements and reports: one description each, with a door's differences."""

from __future__ import annotations

from functools import cache

import django_filters
from django.http import QueryDict
from django.urls import reverse

from engagements.lifecycles import ENGAGEMENT, INVITATION, NEED, REPORT
from engagements.models import (
    Engagement,
    FinalReport,
    Invitation,
    Need,
    Priority,
    ReportStatus,
)
from engagements.models.report import OWED
from engagements.pages.common import how_long
from partners.models import ActivityKind
from partners.permissions import agency_ids, countries_served
from slp.lib.dates import show
from slp.lib.filters import FilterSet, PairsFilter, by_states, state_filter
from slp.lib.lifecycle import Lifecycle
from slp.lib.lists import Column, Empty, ListPage, choice
from slp.places.choices import all_countries

RUNNING_NEEDS = ("draft", "submitted", "returned", "validated", "staffed")
RUNNING = ("planned", "addendum", "preparing", "under_way", "completed")


class OpenFirst(FilterSet):
    """A list that begins with what is still open. "All" is a choice like any other."""

    open_statuses: tuple[str, ...] = ()

    def __init__(self, data=None, *args, **kwargs) -> None:
        data = data.copy() if data is not None else QueryDict(mutable=True)
        data.setdefault("status", "all" if data.get("q") else self.begins_with)
        super().__init__(data, *args, **kwargs)

    begins_with = "all"

    def by_status(self, rows, name, value):
        if value in ("", "all"):
            return rows
        return rows.filter(status__in=self.open_statuses) if value == "open" else by_states(rows, name, value)


def status_filter(lifecycle: Lifecycle, *, plain: bool = False):
    """The filter of a status, with "open" and "all" before the states, in the words of the rows."""
    choices = [("open", "All that are open"), ("all", "All"), *lifecycle.choices(plain=plain)]
    return django_filters.ChoiceFilter(label="State", choices=choices, method="by_status", empty_label=None)


class NeedFilter(OpenFirst):
    open_statuses = RUNNING_NEEDS
    status = status_filter(NEED)
    priority = django_filters.ChoiceFilter(label="Priority", choices=Priority.choices)
    kind = django_filters.ChoiceFilter(label="Form of assistance", choices=ActivityKind.choices)
    country = PairsFilter(label="Country")

    class Meta:
        model = Need
        fields = ["status", "priority", "kind", "country"]

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        return {"country": all_countries()}


class DeskNeedFilter(NeedFilter):
    begins_with = "open"


class PostNeedFilter(NeedFilter):
    status = status_filter(NEED, plain=True)

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        return {"country": countries_served(self.request.user)}  # at its door a post sees no others


@cache
def need_list_page(door: str) -> ListPage:
    """Needs: for the desk a triage by age, priority and start; for a post its own."""
    desk = door == "desk"
    columns = (
        Column("title", "Need"),
        *([Column("country__name", "Country")] if desk else []),
        Column("priority", "Priority", choice(Priority)),
        Column("starts_on", "Start"),
        Column("status", "State", lifecycle=NEED, plain=not desk),
        Column("status_since", "In this state for", how_long),
        Column("reference", "Reference"),
    )
    if desk:
        empty = Empty("No needs yet", "When an embassy registers a need, it stands here to be validated.")
        intro = "What the posts ask for. Urgent ones first."
    else:
        empty = Empty(
            "No needs yet",
            "Say what must improve and whom you need. INL/KM looks for people in partner agencies.",
            "Register a need",
            reverse("post:need-add"),
        )
        intro = "What your post has asked for, and how far it has come."
    return ListPage(
        title="Needs",
        rows=lambda user: Need.objects.visible_to(user, door=door),
        shared=True,
        columns=columns,
        order="priority" if desk else "-status_since",
        empty=empty,
        link=lambda row: f"{row['reference']}/",
        filters=DeskNeedFilter if desk else PostNeedFilter,
        search="search_text",
        search_label="Words, place or reference",
        intro=intro,
        filename="needs",
    )


def _of_agency(rows, user, door: str):
    """The same rows, at the portal: with the agencies named, an index has them in their order."""
    return rows.filter(agency__in=sorted(agency_ids(user))) if door == "portal" else rows


# -- invitations -----------------------------------------------------------------------------------
class InvitationFilter(FilterSet):
    status = state_filter(INVITATION)

    class Meta:
        model = Invitation
        fields = ["status"]


class PortalInvitationFilter(InvitationFilter):
    status = state_filter(INVITATION, plain=True, without=("draft",))  # an agency sees what was sent to it


@cache
def invitation_list_page(door: str, *, of_several: bool = False) -> ListPage:
    desk = door == "desk"
    return ListPage(
        title="Invitations" if desk else "Requests for your help",
        rows=lambda user: _of_agency(Invitation.objects.visible_to(user), user, door),
        shared=desk,
        columns=(
            *([Column("agency__name", "Agency")] if desk else []),
            Column("need__title", "Need" if desk else "What for"),
            *([Column("agency__name", "Agency")] if of_several else []),
            Column("need__country__name", "Country"),
            Column("need__starts_on", "From"),
            Column("reply_by", "Answer by"),
            Column("status", "State", lifecycle=INVITATION, plain=not desk),
            Column("reference", "Reference"),
        ),
        order="-reply_by",
        empty=Empty("No invitations yet", "Open a validated need, look at the candidates and invite agencies.")
        if desk
        else Empty(
            "Nobody has asked yet",
            "When INL asks for your help, the request stands here and you get a mail. Keep your roster true: "
            "that is how you are found.",
        ),
        link=lambda row: f"{row['reference']}/",
        filters=InvitationFilter if desk else PortalInvitationFilter,
        search="need__search_text",
        intro="" if desk else "Taking part is voluntary. A “not this time” never counts against your agency.",
        filename="invitations",
    )


# -- engagements -----------------------------------------------------------------------------------
class EngagementFilter(OpenFirst):
    open_statuses = RUNNING
    status = status_filter(ENGAGEMENT)
    kind = django_filters.ChoiceFilter(label="Kind", choices=ActivityKind.choices)
    country = PairsFilter(label="Country")

    class Meta:
        model = Engagement
        fields = ["status", "kind", "country"]

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        return {"country": all_countries()}


class DeskEngagementFilter(EngagementFilter):
    begins_with = "open"


class PortalEngagementFilter(EngagementFilter):
    status = status_filter(ENGAGEMENT, plain=True)


class PostEngagementFilter(PortalEngagementFilter):
    def choices(self) -> dict[str, list[tuple[str, str]]]:
        return {"country": countries_served(self.request.user)}  # at its door a post sees no others


ENGAGEMENT_FILTERS = {"desk": DeskEngagementFilter, "portal": PortalEngagementFilter, "post": PostEngagementFilter}


@cache
def engagement_list_page(door: str) -> ListPage:
    texts = {
        "desk": ("Engagements", "An engagement is opened from a need whose seats are filled."),
        "portal": ("Engagements", "When INL opens an engagement with your agency, it stands here."),
        "post": ("Engagements", "When INL/KM has found people for one of your needs, the engagement stands here."),
    }
    title, empty = texts[door]
    return ListPage(
        title=title,
        rows=lambda user: Engagement.objects.visible_to(user, door=door),
        shared=True,
        columns=(
            Column("title", "Engagement"),
            Column("kind", "Kind", choice(ActivityKind)),
            Column("country__name", "Country"),
            Column("starts_on", "From"),
            Column("ends_on", "Until"),
            Column("status", "State", lifecycle=ENGAGEMENT, plain=door != "desk"),
            Column("reference", "Reference"),
        ),
        order="-starts_on",
        empty=Empty("No engagements yet", empty),
        link=lambda row: f"{row['reference']}/",
        filters=ENGAGEMENT_FILTERS[door],
        search="search_text",
        search_label="Words, place or reference",
        filename="engagements",
    )


# -- reports ---------------------------------------------------------------------------------------
class ReportFilter(OpenFirst):
    open_statuses = (*OWED, ReportStatus.SUBMITTED)
    status = status_filter(REPORT)

    class Meta:
        model = FinalReport
        fields = ["status"]


class DeskReportFilter(ReportFilter):
    begins_with = "open"


class PortalReportFilter(ReportFilter):
    status = status_filter(REPORT, plain=True)


@cache
def report_list_page(door: str, *, of_several: bool = False) -> ListPage:
    desk = door == "desk"
    return ListPage(
        title="Final reports",
        rows=lambda user: FinalReport.objects.visible_to(user),
        shared=True,
        columns=(
            Column("engagement__title", "Engagement"),
            *([Column("agency__name", "Agency")] if desk or of_several else []),
            Column("due_on", "Due", lambda day: show(day)),
            Column("status", "State", lifecycle=REPORT, plain=not desk),
            Column("reference", "Reference"),
        ),
        order="due_on",
        empty=Empty("No reports yet", "When an engagement is completed, each agency that took part owes a report."),
        link=lambda row: f"{row['reference']}/",
        filters=DeskReportFilter if desk else PortalReportFilter,
        search="engagement__search_text",
        filename="reports",
    )
