"""Telling people: rows first, mail after the commit, each notice once."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from slp.lib.answers import Answer, answer, no, require
from slp.reminders.models import Notice, Preference, SweepRun
from slp.reminders.rules import CHORES, LINKS, RULES, Due, Rule

log = logging.getLogger(__name__)
BATCH = 200


def tell(
    *,
    users: Iterable,
    rule: str,
    key: str,
    subject: str,
    body: str,
    about: str = "",
    path: str = "",
    why: str = "",
) -> list[Notice]:
    """Owe a notice to each user, inside the caller's transaction; it is mailed after the commit.

    `key` is completed with the user's id. Telling the same thing twice adds nothing.
    """
    notices = [
        Notice(
            key=f"{key}:{user.pk}",
            rule=rule,
            user=user,
            email=user.email,
            subject=subject[:200],
            body=body,
            about=about,
            path=path,
            why=why or "You take part in this.",
        )
        for user in {u.pk: u for u in users if u.is_active}.values()
    ]
    _queue(notices)
    return notices


def tell_address(
    *, email: str, rule: str, key: str, subject: str, body: str, about: str = "", path: str = "", why: str
) -> Notice:
    """Owe a notice to somebody who has no account. Telling the same thing twice adds nothing."""
    notice = Notice(
        key=f"{key}:{email.lower()}"[:200],
        rule=rule,
        email=email,
        subject=subject[:200],
        body=body,
        about=about,
        path=path,
        why=why,
    )
    _queue([notice])
    return notice


def _queue(notices: list[Notice]) -> int:
    """Insert what the ledger does not have yet, and send it once this transaction has committed."""
    keys = [n.key for n in notices]
    if not keys:
        return 0
    known = set(Notice.objects.filter(key__in=keys).values_list("key", flat=True))
    fresh = [n for n in notices if n.key not in known]
    Notice.objects.bulk_create(fresh, ignore_conflicts=True)
    if fresh:
        from slp.reminders.tasks import deliver_due

        transaction.on_commit(lambda: _send_task(deliver_due))
    return len(fresh)


def _send_task(task) -> None:
    """Queue a task. Without a broker nothing is lost: the sweep finds the rows."""
    try:
        task.apply_async(retry=False)
    except Exception as error:  # kombu raises several kinds
        log.warning("The broker did not take %s (%s); the next sweep will.", task.name, error)


def collect(now: datetime) -> int:
    """Ask every rule what is due or overdue and add what the ledger lacks. Returns how many were added."""
    off = set(Preference.objects.values_list("user_id", "rule"))
    added = 0
    for rule in RULES.values():
        found = [
            _notice(rule.code, due, now)
            for due in rule.find(now)
            if not (rule.can_be_off and due.user is not None and (due.user.pk, rule.code) in off)
        ]
        with transaction.atomic():
            added += _queue(found)
    return added


def _notice(code: str, due: Due, now: datetime) -> Notice:
    return Notice(
        key=due.key,
        rule=code,
        user=due.user,
        email=due.email,
        subject=due.subject[:200],
        body=due.body,
        about=due.about,
        path=due.path,
        why=due.why,
        due_at=now,
    )


def sweep(now: datetime | None = None) -> SweepRun:
    """One round: let time do its chores, collect what is due, send what is unsent."""
    now = now or timezone.now()
    run = SweepRun.objects.create(started_at=now)
    errors = []
    for chore in CHORES.values():
        errors += _guarded(chore.code, lambda chore=chore: chore.run(now))[1]
    found, failed = _guarded("collect", lambda: collect(now))
    sent, undelivered = _guarded("deliver", lambda: deliver_due(now))
    run.found, run.queued, run.finished_at = found, sent, timezone.now()
    run.error = "; ".join(errors + failed + undelivered)[:300]
    run.save(update_fields=["found", "queued", "finished_at", "error"])
    return run


def _guarded(code: str, work) -> tuple[int, list[str]]:
    """One broken rule must not silence the others."""
    try:
        return work() or 0, []
    except Exception as error:
        log.exception("sweep: %s failed", code)
        return 0, [f"{code}: {error}"]


def _free(now: datetime) -> Q:
    stale = now - timedelta(seconds=settings.MAIL_STALE_SECONDS)
    return Q(claimed_at=None) | Q(claimed_at__lt=stale)


def claim(now: datetime, limit: int = BATCH) -> list[Notice]:
    """Take up to `limit` unsent notices for this worker. A worker that dies loses its claim after a while."""
    with transaction.atomic():
        ids = list(
            Notice.objects.filter(_free(now), sent_at=None, due_at__lte=now)
            .order_by("due_at")
            .select_for_update(skip_locked=True)
            .values_list("pk", flat=True)[:limit]
        )
        Notice.objects.filter(pk__in=ids).update(claimed_at=now, attempts=F("attempts") + 1)
    return list(Notice.objects.filter(pk__in=ids).select_related("user").order_by("due_at", "pk"))


def deliver_due(now: datetime | None = None) -> int:
    """Send every unsent notice over one connection; a notice is marked as soon as the server took it."""
    now = now or timezone.now()
    sent = 0
    while notices := claim(now):
        with get_connection() as connection:
            for notice in notices:
                sent += _deliver(notice, connection)
        if len(notices) < BATCH:
            break
    return sent


def _deliver(notice: Notice, connection) -> bool:
    """Send one claimed notice. On a mail error the claim is freed with the reason; the next sweep retries."""
    path = LINKS[notice.rule](notice) if notice.rule in LINKS else notice.path
    link = f"\n\n{settings.BASE_URL}{path}" if path else ""
    mail = EmailMessage(
        subject=f"SLP: {notice.subject}",
        body=f"{notice.body}{link}\n\n--\nWhy you get this: {notice.why}",
        to=[notice.email],
        connection=connection,
        headers={"Message-ID": f"<notice-{notice.pk}@slp>", "Auto-Submitted": "auto-generated"},
    )
    try:
        mail.send()
    except OSError as error:  # smtplib's errors are OSErrors
        log.warning("notice %s was not taken: %s", notice.pk, error)
        retry_at = timezone.now() + timedelta(seconds=min(60 * 2**notice.attempts, 3600))
        Notice.objects.filter(pk=notice.pk).update(claimed_at=None, due_at=retry_at, last_error=str(error)[:300])
        return False
    Notice.objects.filter(pk=notice.pk).update(sent_at=timezone.now(), last_error="")
    return True


# -- what a person wants to be reminded of ----------------------------------------------------------
def rules_for(user, roles: Collection[str]) -> list[Rule]:
    """The rules that may concern somebody in these roles, and those that have reached this person all the same."""
    met = set(Notice.objects.filter(user=user).order_by().values_list("rule", flat=True).distinct())
    return [rule for rule in RULES.values() if rule.roles & set(roles) or rule.code in met]


def turned_off(user) -> set[str]:
    """The rules that this person does not want."""
    return set(Preference.objects.filter(user=user).values_list("rule", flat=True))


def can_turn_off(code: str) -> Answer:
    if code not in RULES:
        return no("There is no such reminder.")
    return answer(RULES[code].can_be_off, "This reminder is a duty of safety or money: it can't be turned off.")


def choose_reminders(*, user, wanted: Collection[str], offered: Collection[str]) -> None:
    """Of the rules that were offered to this person, keep the wanted ones and turn the others off."""
    unwanted = set(offered) - set(wanted)
    for code in unwanted:
        require(can_turn_off(code))
    with transaction.atomic():
        Preference.objects.filter(user=user, rule__in=set(offered) & set(wanted)).delete()
        Preference.objects.bulk_create(
            [Preference(user=user, rule=code) for code in sorted(unwanted)], ignore_conflicts=True
        )
