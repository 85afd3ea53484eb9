"""Withdrawing alerts whose reason no longer holds."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.alerts.model.alerts import Alert
from chalicelib.alerts.rules.alerts import Withdrawal, has_clock, stopped_by
from chalicelib.alerts.store.alerts import AlertStore
from chalicelib.clocks.model import ClockKind
from chalicelib.clocks.services.clocks import Clocks, clocks_payload
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event, NewEvent
from chalicelib.timeline.store import Timeline


class AlertWithdrawal:
    """Withdraws alerts. Idempotent, and safe if events come late."""

    def __init__(self, store: AlertStore, clocks: Clocks, timeline: Timeline) -> None:
        """Read and write the same stores as ``Alerts``."""
        self._store = store
        self._clocks = clocks
        self._timeline = timeline

    def withdraw(self, withdrawals: Sequence[Withdrawal], *, because: str, at: datetime) -> None:
        """Withdraw every alert about one owner that any of these covers, whoever received it.

        The owner's timeline lists them all: one query. ``because`` is the kind of the event that took away their point.
        """
        if not withdrawals:
            return
        for event in self._timeline.events(withdrawals[0].owner):
            if event.kind == EventKind.ALERT_RAISED:
                covering = [each for each in withdrawals if each.clock_id in {None, event.data["clock_id"]}]
                if covering:
                    self._withdraw_one(str(event.data["alert_id"]), covering, because=because, at=at)

    def close(self, raised: Sequence[Event], *, at: datetime) -> None:
        """Withdraw alerts that were raised while their clocks stopped."""
        for event in raised:
            clock_id = str(event.data["clock_id"])
            because = stopped_by(self._timeline.events(event.owner), clock_id) or event.kind
            over = Withdrawal(
                owner=event.owner, clock_id=clock_id, milestones=(str(event.data["milestone"]),), before_round=None
            )
            self._withdraw_one(str(event.data["alert_id"]), [over], because=because, at=at)

    @retry_on_conflict
    def _withdraw_one(self, alert_id: str, withdrawals: Sequence[Withdrawal], *, because: str, at: datetime) -> None:
        alert = self._store.get(alert_id)
        covering = [withdrawal for withdrawal in withdrawals if withdrawal.covers(alert)]
        if not covering or (all(each.clock_id is None for each in covering) and not self._is_done(alert)):
            return
        with transaction() as tx:
            self._store.save(alert, replace(alert, withdrawn_at=at), tx)
            stopped = []
            if alert.level > 0:
                clock = self._clocks.get(alert.owner, f"{ClockKind.ACKNOWLEDGEMENT}.{alert_id}")
                if clock.stopped_at is None:
                    stopped.append(self._clocks.stop(clock, at=at, tx=tx))
            event = NewEvent(
                kind=EventKind.ALERT_WITHDRAWN,
                occurred_at=at,
                actor="service:relay",
                department=alert.department,
                data={
                    "alert_id": alert_id,
                    "clock_id": alert.clock_id,
                    "milestone": alert.milestone,
                    "level": alert.level,
                    "recipient": alert.recipient,
                    "because": because,
                    "clocks_stopped": clocks_payload(*stopped),
                },
            )
            self._timeline.append([event], owner=alert.owner, at=at, tx=tx)

    def _is_done(self, alert: Alert) -> bool:
        """Whether the clock that an alert is about has stopped; what has no clock goes by its milestone alone."""
        return not has_clock(alert.clock_id) or self._clocks.get(alert.owner, alert.clock_id).stopped_at is not None
