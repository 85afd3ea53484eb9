"""Recording, ending and withdrawing outages, and finding what they excuse."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.cases.rules.filing import limit_of
from chalicelib.clock import instant_text
from chalicelib.clocks.model import Clock
from chalicelib.dynamo.idempotency import IdempotencyKey
from chalicelib.dynamo.model import Page, Position
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role, require
from chalicelib.rulepacks.model.pack import RulePack, TermKey
from chalicelib.supervision.model.outages import Duty, Outage, Window
from chalicelib.supervision.rules.outages import end_of, excuses, faults_of, faults_of_end, reaches
from chalicelib.supervision.store.outages import OutageStore
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Json, NewEvent
from chalicelib.workdays.model.calendars import Calendars
from chalicelib.workdays.model.limits import Limit
from chalicelib.workdays.rules.due_dates import due

RECORDERS = (Role.MONITOR,)
READERS = (Role.SUPERVISOR, Role.HEAD, Role.MONITOR, Role.INSPECTOR)


class Outages:
    """All outages; they affect the whole service, so only the monitoring office records them."""

    def __init__(self, store: OutageStore, calendars: Calendars, *, pack: Callable[[datetime], RulePack]) -> None:
        """Count the grace period on ``calendars``, by the rule pack in force when the outage began."""
        self._store = store
        self._calendars = calendars
        self._pack = pack

    @retry_on_conflict
    def record(
        self, window: Window, *, by: Caller, at: datetime, idempotency_key: IdempotencyKey | None
    ) -> tuple[Outage, bool]:
        """Record an outage; also return whether an earlier request with the same key had recorded it."""
        require(by, roles=RECORDERS)
        made_before = idempotency_key.look_up() if idempotency_key is not None else None
        if made_before is not None:
            return self._store.load(made_before), True
        if faults := faults_of(window, at=at):
            raise DomainError(ErrorCode.INVALID_BODY, faults=faults)
        outage = Outage(outage_id=secrets.token_hex(16), window=window, recorded_by=by.actor, recorded_at=at)
        with transaction() as tx:
            event = _event(EventKind.OUTAGE_RECORDED, outage, by=by, at=at, texts={"reason": window.reason})
            outage = self._store.add(outage, [event], at=at, tx=tx)
            if idempotency_key is not None:
                idempotency_key.remember(outage.outage_id, tx, at=at)
        return outage, False

    @retry_on_conflict
    def end(self, outage_id: str, ends_at: datetime, *, by: Caller, version: int | None, at: datetime) -> Outage:
        """Record when an outage ended; ``STEP_NOT_ALLOWED`` if it has ended or is withdrawn."""
        outage = self._open(outage_id, by=by, version=version)
        if outage.window.ends_at is not None:
            raise DomainError(ErrorCode.STEP_NOT_ALLOWED)
        if faults := faults_of_end(outage.window.starts_at, ends_at, at=at):
            raise DomainError(ErrorCode.INVALID_BODY, faults=faults)
        ended = replace(outage, window=replace(outage.window, ends_at=ends_at))
        with transaction() as tx:
            event = _event(EventKind.OUTAGE_ENDED, ended, by=by, at=at)
            return self._store.save(outage, ended, [event], at=at, tx=tx)

    @retry_on_conflict
    def withdraw(self, outage_id: str, reason: str, *, by: Caller, version: int | None, at: datetime) -> Outage:
        """Withdraw an outage, which then excuses nothing; ``STEP_NOT_ALLOWED`` if it is already withdrawn."""
        outage = self._open(outage_id, by=by, version=version)
        withdrawn = replace(outage, withdrawn_at=at, withdrawn_because=reason)
        with transaction() as tx:
            event = _event(EventKind.OUTAGE_WITHDRAWN, withdrawn, by=by, at=at, texts={"reason": reason})
            return self._store.save(outage, withdrawn, [event], at=at, tx=tx)

    def outage(self, outage_id: str, *, by: Caller) -> Outage:
        """Return one outage."""
        require(by, roles=READERS)
        return self._store.load(outage_id)

    def page(self, since: datetime, until: datetime, *, by: Caller, limit: int, after: Position | None) -> Page[Outage]:
        """Return a page of the outages that began between two instants, newest first, including withdrawn ones."""
        require(by, roles=READERS)
        return self._store.page(since, until, limit=limit, after=after)

    def between(self, since: datetime, until: datetime, *, at: datetime) -> tuple[Outage, ...]:
        """Return the outages in force that overlap the time between two instants, in one query."""
        return tuple(
            outage
            for outage in self._store.begun(since, until)
            if outage.withdrawn_at is None and end_of(outage, at=at) >= since
        )

    def excuse(self, duty: Duty, among: Sequence[Outage], *, at: datetime) -> str | None:
        """Return the id of the first of these outages that excuses a duty; reads nothing if there are none."""
        if not among:
            return None
        calendar = self._calendars.current()
        for outage in among:
            if excuses(outage, duty, grace=self.grace(outage), calendar=calendar, at=at):
                return outage.outage_id
        return None

    def grace(self, outage: Outage) -> Limit:
        """Return how long after an outage a duty may still be done."""
        return limit_of(self._pack(outage.window.starts_at).limit_term(TermKey.OUTAGE_GRACE))

    def lengthened(self, clock: Clock, *, at: datetime) -> Clock:
        """Return a person's clock with its last second moved behind the outages that took its last day (R4.17).

        Whoever could not answer on the last day has the same grace as the office; an outage on a day of grace moves it
        on. Reads nothing unless the time is over.
        """
        calendar = self._calendars.current()
        while clock.is_late(at):
            duty = Duty.of(clock)
            ends = [
                due(self.grace(outage), started_at=end_of(outage, at=at), calendar=calendar)
                for outage in self._store.begun(clock.due_at, clock.due_at)
                if reaches(outage, duty, at=at)
            ]
            latest = max(ends, key=lambda end: end.at, default=None)
            if latest is None or latest.at <= clock.due_at:
                break
            clock = replace(clock, due_at=latest.at, due_on=latest.on, provisional=latest.provisional)
        return clock

    def excused(self, clocks: Sequence[Clock], *, at: datetime) -> dict[tuple[str, str], str]:
        """Return the late clocks that are excused, by owner and clock id, with the outage's id, in one query.

        Reads nothing if no clock is late.
        """
        late = [clock for clock in clocks if clock.is_late(clock.stopped_at or at)]
        if not late:
            return {}
        dues = [clock.due_at for clock in late]
        # An outage that overlaps a due day began by its last second, and at most 31 days before it.
        among = [outage for outage in self._store.begun(min(dues), max(dues)) if outage.withdrawn_at is None]
        found = {(clock.owner, clock.clock_id): self.excuse(Duty.of(clock), among, at=at) for clock in late}
        return {key: outage_id for key, outage_id in found.items() if outage_id is not None}

    def _open(self, outage_id: str, *, by: Caller, version: int | None) -> Outage:
        require(by, roles=RECORDERS)
        outage = self._store.load(outage_id)
        if version is not None and outage.version != version:
            raise DomainError(ErrorCode.STALE_VERSION)
        if outage.withdrawn_at is not None:
            raise DomainError(ErrorCode.STEP_NOT_ALLOWED)
        return outage


def _event(
    kind: EventKind, outage: Outage, *, by: Caller, at: datetime, texts: dict[str, str] | None = None
) -> NewEvent:
    window = outage.window
    data: dict[str, Json] = {
        "starts_at": instant_text(window.starts_at),
        "ends_at": None if window.ends_at is None else instant_text(window.ends_at),
        "departments": list(window.departments),
        "kinds": [kind.value for kind in window.kinds],
        "evidence": [proof.sha256 for proof in window.evidence],
    }
    return NewEvent(
        kind=kind, occurred_at=at, actor=by.actor, department=by.department or "", data=data, texts=texts or {}
    )
