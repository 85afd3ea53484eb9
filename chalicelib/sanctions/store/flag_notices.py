"""The store of subscriptions and flag notices."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.dynamo.model import Page, Position, page_of
from chalicelib.dynamo.transaction import ConflictError, Transaction, read_together
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.sanctions.model.flag_notices import FlagNotice, IncidentState, Subscription
from chalicelib.sanctions.table.flag_notices import FlagNoticeRow, LineRow, ShelfRow, SubscriptionRow
from chalicelib.timeline.events import NewEvent
from chalicelib.timeline.repository import Repository


class FlagNoticeStore(Repository[FlagNotice]):
    """All subscriptions and their notices."""

    kind = "flag_notice"
    row = FlagNoticeRow

    def subscription(self, subscription_id: str) -> Subscription:
        """Return a subscription, strongly consistent; raises ``NOT_FOUND`` if there is none."""
        try:
            return SubscriptionRow.get(f"subscription:{subscription_id}", consistent_read=True).document
        except SubscriptionRow.DoesNotExist:
            raise DomainError(ErrorCode.NOT_FOUND) from None

    def add_subscription(self, subscription: Subscription, tx: Transaction) -> None:
        """Add a subscription, also to the lists of its department and items."""
        tx.add(_subscription_row(subscription), on_failure=ConflictError())
        for shelf in _shelves(subscription):
            self._change_shelf(shelf, lambda names: (*names, subscription.subscription_id), tx)

    def end_subscription(self, before: Subscription, after: Subscription, tx: Transaction) -> None:
        """End a subscription and remove it from the lists."""
        self._put_subscription(before, after, tx)
        for shelf in _shelves(before):
            self._change_shelf(shelf, lambda names: tuple(name for name in names if name != before.subscription_id), tx)

    def subscribed(self, items: Collection[str]) -> tuple[str, ...]:
        """Return the subscriptions to any of these items, each once; one strongly consistent read."""
        rows = read_together(*(ShelfRow(f"item:{item}") for item in items))
        return tuple(dict.fromkeys(name for row in rows if isinstance(row, ShelfRow) for name in row.names))

    def of_department(self, department: str) -> tuple[Subscription, ...]:
        """Return a department's subscriptions, oldest first."""
        (shelf,) = read_together(ShelfRow(f"department:{department}"))
        if not isinstance(shelf, ShelfRow) or not shelf.names:
            return ()
        rows = read_together(*(SubscriptionRow(f"subscription:{name}") for name in shelf.names))
        return tuple(row.document for row in rows if isinstance(row, SubscriptionRow))

    def add_next(
        self, flag_notice: FlagNotice, events: Sequence[NewEvent], *, to: Subscription, at: datetime, tx: Transaction
    ) -> FlagNotice:
        """Save a notice as the next of its subscription. Raises ``ConflictError`` if another one was faster."""
        added = self.add(flag_notice, events, at=at, tx=tx)
        line = LineRow(_line(to.subscription_id, flag_notice.number), flag_notice_id=flag_notice.flag_notice_id)
        tx.add(line, on_failure=ConflictError())
        self._put_subscription(to, replace(to, last=flag_notice.number), tx)
        return added

    def told(self, subscription: Subscription, *, after: int, limit: int) -> tuple[FlagNotice, ...]:
        """Return a subscription's notices after a number, in order and without gaps; two reads."""
        numbers = range(after + 1, min(after + limit, subscription.last) + 1)
        if not numbers:
            return ()
        lines = read_together(*(LineRow(_line(subscription.subscription_id, number)) for number in numbers))
        names = [line.flag_notice_id for line in lines if isinstance(line, LineRow)]
        rows = read_together(*(FlagNoticeRow(f"flag_notice:{name}") for name in names))
        return tuple(self.from_row(row) for row in rows if isinstance(row, FlagNoticeRow))

    def of_flag(self, flag_id: str, *, limit: int, after: Position | None) -> Page[FlagNotice]:
        """Return a page of a flag's notices, oldest first."""
        rows = FlagNoticeRow.by_flag.query(flag_id, limit=limit, last_evaluated_key=after)
        return page_of(rows, self.from_row)

    def incidents(self, state: IncidentState, *, limit: int, after: Position | None) -> Page[FlagNotice]:
        """Return a page of incidents in one state, oldest first."""
        rows = FlagNoticeRow.by_incident.query(state.value, limit=limit, last_evaluated_key=after)
        return page_of(rows, self.from_row)

    def _put_subscription(self, before: Subscription, after: Subscription, tx: Transaction) -> None:
        tx.put(_subscription_row(after), condition=SubscriptionRow.document == before, on_failure=ConflictError())

    def _change_shelf(self, name: str, change: Callable[[tuple[str, ...]], tuple[str, ...]], tx: Transaction) -> None:
        (row,) = read_together(ShelfRow(name))
        if not isinstance(row, ShelfRow):
            tx.add(ShelfRow(name, names=change(())), on_failure=ConflictError())
            return
        changed = ShelfRow(name, names=change(row.names))
        tx.put(changed, condition=ShelfRow.names == row.names, on_failure=ConflictError())

    def _columns(self, flag_notice: FlagNotice) -> dict[str, Any]:
        return {
            "document": flag_notice,
            "flag_id": flag_notice.flag_id,
            "told_at": flag_notice.told_at,
            "incident": None if flag_notice.incident is None else flag_notice.incident.value,
            "incident_at": flag_notice.incident_at,
        }


def _shelves(subscription: Subscription) -> tuple[str, ...]:
    return (f"department:{subscription.department}", *(f"item:{item}" for item in subscription.items))


def _line(subscription_id: str, number: int) -> str:
    return f"line:{subscription_id}:{number}"


def _subscription_row(subscription: Subscription) -> SubscriptionRow:
    return SubscriptionRow(f"subscription:{subscription.subscription_id}", document=subscription)
