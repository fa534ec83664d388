"""What the system owed during a walk, and what the mail server got: nothing lost, nothing twice."""

from __future__ import annotations

import re
import time

from slp.tests.journeys.people import DOMAIN, Company, run_inside, waiting_tasks

OVERDUE = """
from django.utils import timezone
from slp.reminders.models import Notice, Preference
from slp.reminders.rules import RULES
off = set(Preference.objects.values_list("user_id", "rule"))
due = {
    d.key
    for rule in RULES.values()
    for d in rule.find(timezone.now())
    if not (rule.can_be_off and d.user and (d.user.pk, rule.code) in off)
}
print("MISSING", *sorted(due - set(Notice.objects.values_list("key", flat=True))), sep="\\n")
"""


class Ledger:
    """Opened before a walk and settled after it. What the demonstration had sent before is not of interest."""

    def __init__(self, company: Company, patience: float = 60) -> None:
        self.company, self.patience = company, patience
        rows = company.rows("SELECT id FROM reminders_notice WHERE sent_at IS NOT NULL")
        self._before = {pk for (pk,) in rows}
        self._read = len(company.mailbox.mails)

    def settle(self, expected: dict[tuple[str, str], int]) -> None:
        """`expected`: (demo account, subject) -> how many mails of the walk."""
        self._wait_for_a_sweep()
        assert not self._unsent(), "notices were due and have not been sent"
        assert not self._never_noticed(), "reminders are due that the sweep has not put into the ledger"
        wrong = self._delivered_otherwise_than_once()
        assert not wrong, "\n".join(wrong)
        assert not self._tasks_piled_up(), "tasks wait in the broker although the worker runs"
        arrived = {names: self._mails(*names) for names in expected}
        assert arrived == expected, self._all_mails()

    def _wait_for_a_sweep(self) -> None:
        """Until one that began after the walk is through: it picks up whatever was left lying."""
        last = self.company.rows("SELECT coalesce(max(id), 0) FROM reminders_sweeprun")[0][0]
        ended = "SELECT error FROM reminders_sweeprun WHERE id > %s AND finished_at IS NOT NULL ORDER BY id LIMIT 1"
        rows = self._eventually(lambda: self.company.rows(ended, last), bool)
        assert rows == [("",)], f"no sweep has ended well since: {rows}"

    def _unsent(self) -> list[tuple]:
        """What is due by the stack's clock; a claim of a killed worker is free again after ten seconds."""
        sql = (
            "SELECT id, email, subject, attempts, last_error FROM reminders_notice"
            " WHERE sent_at IS NULL AND due_at <= now() + make_interval(days => %s)"
        )
        return self._eventually(lambda: self.company.rows(sql, self.company.days_later), lambda rows: not rows)

    def _never_noticed(self) -> list[str]:
        return run_inside(self.company.stack, OVERDUE).split("MISSING")[1].split()

    def _delivered_otherwise_than_once(self) -> list[str]:
        """Each notice against the mails with its number: one each way, to the right address, with its subject."""
        rows = self.company.rows("SELECT id, email, subject FROM reminders_notice WHERE sent_at IS NOT NULL")
        owed = {pk: f"{email} SLP: {subject}" for pk, email, subject in rows if pk not in self._before}
        got = [_number(mail) for mail in self.company.mailbox.mails]
        wrong = [f"{got.count(pk)} times: {words}" for pk, words in owed.items() if got.count(pk) != 1]
        for mail in self.company.mailbox.mails[self._read :]:
            words, pk = f"{mail['To']} {mail['Subject']}", _number(mail)
            if pk and pk not in self._before and owed.get(pk) != words:
                wrong.append(f"{words} instead of {owed.get(pk, 'nothing')}")
        return wrong

    def _tasks_piled_up(self) -> bool:
        """A sweep every three seconds is all that may wait."""
        return self._eventually(lambda: waiting_tasks(self.company.stack), lambda waiting: waiting <= 2) > 2

    def _mails(self, account: str, subject: str) -> int:
        heads = [(str(mail["To"]), str(mail["Subject"])) for mail in self.company.mailbox.mails[self._read :]]
        return heads.count((f"{account}@{DOMAIN}", f"SLP: {subject}"))

    def _all_mails(self) -> str:
        return "\n".join(f"{mail['To']}: {mail['Subject']}" for mail in self.company.mailbox.mails[self._read :])

    def _eventually(self, look, good):
        deadline = time.monotonic() + self.patience
        while not good(found := look()) and time.monotonic() < deadline:
            time.sleep(0.5)
        return found


def _number(mail) -> int:
    """Of the notice that the mail delivers; 0 for other mails."""
    found = re.fullmatch(r"<notice-(\d+)@slp>", str(mail["Message-ID"]))
    return int(found[1]) if found else 0
