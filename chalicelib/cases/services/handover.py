"""Handing over the cases of an officer whose role has ended (移交): to the deputy, or back to the desk.

A case goes to no deputy whom it concerns.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from chalicelib.cases.rules.handling import has_work_left
from chalicelib.cases.services.commands import OFFICE, CaseCommands
from chalicelib.cases.store import CaseStore
from chalicelib.clocks.model import TaskKind
from chalicelib.clocks.store import Task, TaskStore
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.logging import logger
from chalicelib.staff.services import Staff
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event

RELAY: Final = "service:relay"

PAGE: Final = 100
"""The cases that the relay hands over at once, some seconds' worth: other events wait behind it."""

PAGES_AT_ONCE: Final = 5
"""The pages that a sweep goes on with, few enough to finish within a minute."""


class HandoverIncompleteError(RuntimeError):
    """Some cases could not be handed over; the others were, and the log says which failed."""


class Handover:
    """Hands over cases, many for one officer; each step goes on where the last one stopped."""

    def __init__(self, store: CaseStore, commands: CaseCommands, staff: Staff, tasks: TaskStore) -> None:
        """``tasks`` are what the sweep goes on with when there is more than the relay does at once."""
        self._store = store
        self._commands = commands
        self._staff = staff
        self._tasks = tasks

    def on_event(self, event: Event, at: datetime) -> None:
        """Hand over what somebody left behind in a department. Idempotent; the sweep does what is more than a page.

        Whoever has come back as an officer of the department by then keeps their cases.
        """
        if event.kind != EventKind.STAFF_ROLE_ENDED:
            return
        name = f"{event.data['left']}/{event.owner.partition(':')[2]}"
        if self._hand_over_page(name, at=at):
            self._go_on_later(f"{TaskKind.HANDOVER}:{name}", at=at)

    def step(self, owner: str, kind: str, at: datetime) -> None:
        """Go on for the sweep, a few pages at a time."""
        task = self._tasks.get(owner, kind)
        if task is None or task.next_at is None or task.next_at > at:
            return
        is_more = True
        for _ in range(PAGES_AT_ONCE):
            is_more = is_more and self._hand_over_page(owner.partition(":")[2], at=at)
        with transaction() as tx:
            self._tasks.save(replace(task, next_at=at if is_more else None, rev=task.rev + 1), tx)

    def _go_on_later(self, owner: str, *, at: datetime) -> None:
        task = self._tasks.get(owner, TaskKind.HANDOVER)
        if task is None:
            task = Task(owner=owner, kind=TaskKind.HANDOVER, text="", next_at=None, rev=0)
        if task.next_at is None:
            with transaction() as tx:
                self._tasks.save(replace(task, next_at=at, rev=task.rev + 1), tx)

    def _hand_over_page(self, name: str, *, at: datetime) -> bool:
        """Hand over some cases of ``department/staff id``; return whether there may be more.

        Those handed over are no longer found, so each page begins at the beginning.
        """
        department, _, officer = name.partition("/")
        if self._staff.is_in_charge(officer, department=department):
            return False
        to = self._staff.successor(officer, department=department, at=at)
        found = self._store.in_charge_of(department, officer, limit=PAGE)
        failed = 0
        for case_no in found:
            try:
                self._hand_over(case_no, officer, to=to, at=at)
            except Exception as error:  # noqa: BLE001 - one poisoned case must not keep the others waiting
                failed += 1
                logger("handover").exception("case_not_handed_over", case_no=case_no, error=type(error).__name__)
        if failed:
            message = f"{failed} cases could not be handed over"
            raise HandoverIncompleteError(message)
        return len(found) == PAGE

    @retry_on_conflict
    def _hand_over(self, case_no: str, officer: str, *, to: str, at: datetime) -> None:
        case = self._store.load(case_no)
        if case.officer != officer or not has_work_left(case):
            return
        if to and self._staff.concerns(to, case.people):
            to = ""
        with transaction() as tx:
            context = self._commands.work_on(case, actor=RELAY, at=at, tx=tx)
            context.assign(to or OFFICE)
            data = {"officer": to, "before": officer, "because": EventKind.STAFF_ROLE_ENDED.value}
            context.tell(EventKind.CASE_ASSIGNED, data)
            self._store.save(case, replace(case, officer=to), context.facts, at=at, tx=tx)
