"""Loading and saving ratings, and counting the raters of a device."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from pynamodb.expressions.condition import Condition

from chalicelib.clock import SHANGHAI
from chalicelib.dynamo.transaction import ConflictError, Transaction, read_together
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.feedback.model.ratings import Rating, RatingFilter, owner_of
from chalicelib.feedback.table.ratings import DeviceRow, RatingRow
from chalicelib.timeline.events import ChainHead, NewEvent
from chalicelib.timeline.store import Timeline

DEVICE_KEPT = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """Who rated from one device on one day, by digests; ``rev`` is the condition of every change."""

    name: str
    day: date
    raters: frozenset[str] = frozenset()
    rev: int = 0


class RatingStore:
    """All ratings."""

    row = RatingRow

    def __init__(self, timeline: Timeline) -> None:
        """Know where the events go."""
        self._timeline = timeline

    def load(self, rating_id: str) -> Rating:
        """Return a rating, strongly consistent; ``NOT_FOUND`` if there is none by that name."""
        found = self.first(rating_id)
        if found is None:
            raise DomainError(ErrorCode.NOT_FOUND)
        return found

    def first(self, *rating_ids: str) -> Rating | None:
        """Return the first rating that is there by any of these names, strongly consistent, in one read."""
        rows = read_together(*(RatingRow(owner_of(name)) for name in rating_ids))
        return next((_rating_of(row) for row in rows if isinstance(row, RatingRow)), None)

    def add(self, rating: Rating, facts: Sequence[NewEvent], *, at: datetime, tx: Transaction) -> Rating:
        """Put a new rating and its first event; ``ConflictError`` if the handling has been rated meanwhile."""
        head = self._timeline.append(facts, owner=rating.owner, head=ChainHead(), at=at, tx=tx)
        made = replace(rating, version=1, head=head)
        tx.add(_row_of(made), on_failure=ConflictError())
        return made

    def save(
        self, before: Rating, after: Rating, facts: Sequence[NewEvent], *, at: datetime, tx: Transaction
    ) -> Rating:
        """Put what became of a rating, with its events; ``ConflictError`` if ``before`` is no more."""
        head = self._timeline.append(facts, owner=before.owner, head=before.head, at=at, tx=tx)
        made = replace(after, version=before.version + 1, head=head)
        tx.put(_row_of(made), condition=RatingRow.head_hash == before.head.hash, on_failure=ConflictError())
        return made

    def of_department(
        self, department: str, sought: RatingFilter, *, limit: int, after: Mapping[str, Any] | None
    ) -> tuple[tuple[Rating, ...], dict[str, dict[str, Any]] | None]:
        """Return a page of the ratings of a department's handlings, newest day first, and where the next one begins."""
        rows = RatingRow.by_department.query(
            department,
            scan_index_forward=False,
            limit=limit,
            filter_condition=_wanted(sought),
            last_evaluated_key=None if after is None else dict(after),
        )
        return tuple(_rating_of(row) for row in rows), rows.last_evaluated_key

    def device(self, name: str, *, day: date) -> Device:
        """Return who rated from a device on a day, strongly consistent."""
        try:
            row = DeviceRow.get(f"device:{name}", consistent_read=True)
        except DeviceRow.DoesNotExist:
            return Device(name=name, day=day)
        return Device(name=name, day=day, raters=frozenset(row.raters), rev=int(row.rev))

    def count(self, device: Device, rater: str, tx: Transaction) -> None:
        """Put one more rater of a device; ``ConflictError`` if somebody else rated from it meanwhile."""
        if rater in device.raters:
            return
        ends = datetime(device.day.year, device.day.month, device.day.day, tzinfo=SHANGHAI) + DEVICE_KEPT
        row = DeviceRow(
            f"device:{device.name}",
            rev=device.rev + 1,
            raters=tuple(sorted((*device.raters, rater))),
            expires=int(ends.timestamp()),
        )
        if device.rev:
            tx.put(row, condition=DeviceRow.rev == device.rev, on_failure=ConflictError())
        else:
            tx.add(row, on_failure=ConflictError())


def _wanted(sought: RatingFilter) -> Condition | None:
    level = None if sought.level is None else RatingRow.level == sought.level
    if sought.is_suspicious is None:
        return level
    marked = RatingRow.is_suspicious == sought.is_suspicious
    return marked if level is None else level & marked


def _rating_of(row: RatingRow) -> Rating:
    rating: Rating = row.document
    return replace(rating, version=int(row.version), head=ChainHead(int(row.head_seq), row.head_hash))


def _row_of(rating: Rating) -> RatingRow:
    return RatingRow(
        rating.owner,
        version=rating.version,
        head_seq=rating.head.seq,
        head_hash=rating.head.hash,
        department=rating.department,
        listed_at=f"{rating.day.isoformat()}#{rating.rating_id}",
        level=rating.level,
        is_suspicious=bool(rating.suspicious),
        document=rating,
    )
