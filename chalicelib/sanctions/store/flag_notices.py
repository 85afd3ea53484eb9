"""Loading and saving subscriptions and flag_notices."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chalicelib.dynamo.transaction import ConflictError, Transaction, read_together
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.sanctions.model.flag_notices import FlagNotice, IncidentState, Subscription
from chalicelib.sanctions.table.flag_notices import FlagNoticeRow, LineRow, ShelfRow, SubscriptionRow
from chalicelib.timeline.events import ChainHead, NewEvent
from chalicelib.timeline.store import Timeline

Position = dict[str, dict[str, Any]] | None
"""Where the next page begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagNoticePage:
    """A page of flag_notices; ``after`` is where the next one begins."""

    flag_notices: tuple[FlagNotice, ...]
    after: Position


class FlagNoticeStore:
    """All subscriptions, and everything that they were told."""

    row = FlagNoticeRow

    def __init__(self, timeline: Timeline) -> None:
        """Know where the events go."""
        self._timeline = timeline

    def subscription(self, subscription_id: str) -> Subscription:
        """Return a subscription, strongly consistent; ``NOT_FOUND`` if there is none by that id."""
        try:
            return SubscriptionRow.get(f"subscription:{subscription_id}", consistent_read=True).document
        except SubscriptionRow.DoesNotExist:
            raise DomainError(ErrorCode.NOT_FOUND) from None

    def add_subscription(self, subscription: Subscription, tx: Transaction) -> None:
        """Put a new subscription, and its name wherever it is looked for."""
        tx.add(_subscription_row(subscription), on_failure=ConflictError())
        for shelf in _shelves(subscription):
            self._change_shelf(shelf, lambda names: (*names, subscription.subscription_id), tx)

    def end_subscription(self, before: Subscription, after: Subscription, tx: Transaction) -> None:
        """Put a subscription that is told nothing more, and take its name away."""
        self._put_subscription(before, after, tx)
        for shelf in _shelves(before):
            self._change_shelf(shelf, lambda names: tuple(name for name in names if name != before.subscription_id), tx)

    def subscribed(self, items: Collection[str]) -> tuple[str, ...]:
        """Return the subscriptions to any of some items, each once; one read, strongly consistent."""
        rows = read_together(*(ShelfRow(f"item:{item}") for item in items))
        return tuple(dict.fromkeys(name for row in rows if isinstance(row, ShelfRow) for name in row.names))

    def of_department(self, department: str) -> tuple[Subscription, ...]:
        """Return a department's subscriptions, oldest first."""
        (shelf,) = read_together(ShelfRow(f"department:{department}"))
        if not isinstance(shelf, ShelfRow) or not shelf.names:
            return ()
        rows = read_together(*(SubscriptionRow(f"subscription:{name}") for name in shelf.names))
        return tuple(row.document for row in rows if isinstance(row, SubscriptionRow))

    def find(self, flag_notice_id: str) -> FlagNotice | None:
        """Return a notice, strongly consistent, or ``None``."""
        try:
            return _notice_of(FlagNoticeRow.get(f"flag_notice:{flag_notice_id}", consistent_read=True))
        except FlagNoticeRow.DoesNotExist:
            return None

    def add(
        self, flag_notice: FlagNotice, facts: Sequence[NewEvent], *, to: Subscription, at: datetime, tx: Transaction
    ) -> FlagNotice:
        """Put a new telling as the next one of its subscription; ``ConflictError`` if another one was faster."""
        head = self._timeline.append(facts, owner=flag_notice.owner, head=ChainHead(), at=at, tx=tx)
        made = replace(flag_notice, head=head)
        tx.add(_row_of(made), on_failure=ConflictError())
        line = LineRow(_line(to.subscription_id, flag_notice.number), flag_notice_id=flag_notice.flag_notice_id)
        tx.add(line, on_failure=ConflictError())
        self._put_subscription(to, replace(to, last=flag_notice.number), tx)
        return made

    def save(
        self, before: FlagNotice, after: FlagNotice, facts: Sequence[NewEvent], *, at: datetime, tx: Transaction
    ) -> FlagNotice:
        """Put what became of a notice, with its events; ``ConflictError`` if ``before`` is no more."""
        head = self._timeline.append(facts, owner=before.owner, head=before.head, at=at, tx=tx)
        made = replace(after, version=before.version + 1, head=head)
        tx.put(_row_of(made), condition=FlagNoticeRow.head_hash == before.head.hash, on_failure=ConflictError())
        return made

    def told(self, subscription: Subscription, *, after: int, limit: int) -> tuple[FlagNotice, ...]:
        """Return what a subscription was told after a number, in order and without gaps; two reads."""
        numbers = range(after + 1, min(after + limit, subscription.last) + 1)
        if not numbers:
            return ()
        lines = read_together(*(LineRow(_line(subscription.subscription_id, number)) for number in numbers))
        names = [line.flag_notice_id for line in lines if isinstance(line, LineRow)]
        rows = read_together(*(FlagNoticeRow(f"flag_notice:{name}") for name in names))
        return tuple(_notice_of(row) for row in rows if isinstance(row, FlagNoticeRow))

    def of_flag(self, flag_id: str, *, limit: int, after: Position) -> FlagNoticePage:
        """Return a page of what was told of a flag, oldest first."""
        rows = FlagNoticeRow.by_flag.query(flag_id, limit=limit, last_evaluated_key=after)
        return FlagNoticePage(flag_notices=tuple(_notice_of(row) for row in rows), after=rows.last_evaluated_key)

    def incidents(self, state: IncidentState, *, limit: int, after: Position) -> FlagNoticePage:
        """Return a page of incidents in one state, oldest first."""
        rows = FlagNoticeRow.by_incident.query(state.value, limit=limit, last_evaluated_key=after)
        return FlagNoticePage(flag_notices=tuple(_notice_of(row) for row in rows), after=rows.last_evaluated_key)

    def _put_subscription(self, before: Subscription, after: Subscription, tx: Transaction) -> None:
        tx.put(_subscription_row(after), condition=SubscriptionRow.document == before, on_failure=ConflictError())

    def _change_shelf(self, name: str, change: Callable[[tuple[str, ...]], tuple[str, ...]], tx: Transaction) -> None:
        (row,) = read_together(ShelfRow(name))
        if not isinstance(row, ShelfRow):
            tx.add(ShelfRow(name, names=change(())), on_failure=ConflictError())
            return
        changed = ShelfRow(name, names=change(row.names))
        tx.put(changed, condition=ShelfRow.names == row.names, on_failure=ConflictError())


def _shelves(subscription: Subscription) -> tuple[str, ...]:
    return (f"department:{subscription.department}", *(f"item:{item}" for item in subscription.items))


def _line(subscription_id: str, number: int) -> str:
    return f"line:{subscription_id}:{number}"


def _subscription_row(subscription: Subscription) -> SubscriptionRow:
    return SubscriptionRow(f"subscription:{subscription.subscription_id}", document=subscription)


def _notice_of(row: FlagNoticeRow) -> FlagNotice:
    flag_notice: FlagNotice = row.document
    return replace(flag_notice, version=int(row.version), head=ChainHead(int(row.head_seq), row.head_hash))


def _row_of(flag_notice: FlagNotice) -> FlagNoticeRow:
    return FlagNoticeRow(
        flag_notice.owner,
        version=flag_notice.version,
        head_seq=flag_notice.head.seq,
        head_hash=flag_notice.head.hash,
        flag_id=flag_notice.flag_id,
        told_at=flag_notice.told_at,
        incident=None if flag_notice.incident is None else flag_notice.incident.value,
        incident_at=flag_notice.incident_at,
        document=flag_notice,
    )
