"""What SLP wrote to the reader, at every signed-in door, and which reminders they want."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone

from deployments.pages.common import in_post_time
from partners.permissions import agency_roles, post_roles, staff_roles
from slp.lib.forms import refused_at
from slp.lib.lists import Column, Empty, ListPage, list_view, plain_text
from slp.reminders.forms import ReminderForm
from slp.reminders.models import Notice
from slp.reminders.services import choose_reminders, rules_for, turned_off

KEPT = timedelta(days=90)
ROLES_AT = {"desk": staff_roles, "portal": agency_roles, "post": post_roles}


def _recent(user):
    """The reader's own, whatever else they may read in the ledger."""
    return Notice.objects.visible_to(user).filter(user=user, created_at__gte=timezone.now() - KEPT)


INBOX = ListPage(
    title="What SLP wrote to you",
    intro=f"Every mail of the last {KEPT.days} days stands here too, with the reason you got it.",
    rows=_recent,
    columns=(
        Column("subject", "About"),
        Column("body", "What it says", sort=False, kind="text"),
        Column("why", "Why you got it", sort=False),
        Column("created_at", "Written"),
        Column("sent_at", "Mailed", lambda moment: plain_text(moment) or "Waiting to be sent", sort=False),
    ),
    order="-created_at",
    empty=Empty("Nothing yet", "SLP writes when something waits for you, or when a record of yours moves on."),
    link=lambda row: row["path"],
    link_fields=("path",),
    filename="notices",
)


def notice_list(request, door: str):
    """The inbox; below it a tick for each reminder, and the duties that have none."""
    user = request.user
    rules = rules_for(user, ROLES_AT[door](user))
    form = ReminderForm(
        request.POST if request.method == "POST" else None,
        rules=[rule for rule in rules if rule.can_be_off],
        off=turned_off(user),
    )
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            choose_reminders(user=user, wanted=form.cleaned_data["wanted"], offered=form.offered)
            messages.success(request, "Saved. The sweep of the next minute follows your choice.")
            return redirect(f"{door}:notice-list")
    duties = [rule for rule in rules if not rule.can_be_off]
    return list_view(
        request,
        INBOX,
        "ui/notice_list.html",
        base=f"{door}/base.html",
        form=form if form.offered else None,
        duties=duties,
    )


def notice_urls(door: str) -> list:
    view = in_post_time(notice_list) if door == "post" else notice_list
    return [path("notices/", view, {"door": door}, name="notice-list")]
