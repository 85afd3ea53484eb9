"""The store of ratings, and of the raters per device."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pynamodb.expressions.condition import Condition

from chalicelib.clock import SHANGHAI
from chalicelib.dynamo.model import Page, Position
from chalicelib.dynamo.pages import page_of_matching
from chalicelib.dynamo.transaction import ConflictError, Transaction, read_together
from chalicelib.feedback.model.ratings import Rating, RatingFilter, owner_of
from chalicelib.feedback.table.ratings import DeviceRow, RatingRow
from chalicelib.timeline.repository import Repository

DEVICE_KEPT = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """The raters on one device on one day, by digests; every change is conditional on ``rev``."""

    name: str
    day: date
    raters: frozenset[str] = frozenset()
    rev: int = 0


class RatingStore(Repository[Rating]):
    """All ratings."""

    kind = "rating"
    row = RatingRow

    def first(self, *rating_ids: str) -> Rating | None:
        """Return the first rating that exists under one of these ids, in one strongly consistent read."""
        rows = read_together(*(RatingRow(owner_of(name)) for name in rating_ids))
        return next((self.from_row(row) for row in rows if isinstance(row, RatingRow)), None)

    def of_department(
        self, department: str, sought: RatingFilter, *, limit: int, after: Position | None
    ) -> Page[Rating]:
        """Return a page of a department's ratings, newest day first."""
        return page_of_matching(
            RatingRow.by_department, department, self.from_row, limit=limit, after=after, matches=_wanted(sought)
        )

    def device(self, name: str, *, day: date) -> Device:
        """Return the raters on a device on a day, strongly consistent."""
        try:
            row = DeviceRow.get(f"device:{name}", consistent_read=True)
        except DeviceRow.DoesNotExist:
            return Device(name=name, day=day)
        return Device(name=name, day=day, raters=frozenset(row.raters), rev=int(row.rev))

    def count(self, device: Device, rater: str, tx: Transaction) -> None:
        """Add a rater to a device. Raises ``ConflictError`` if somebody else rated from it in the meantime."""
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

    def _columns(self, rating: Rating) -> dict[str, Any]:
        return {
            "document": rating,
            "department": rating.department,
            "listed_at": f"{rating.day.isoformat()}#{rating.rating_id}",
            "level": rating.level,
            "is_suspicious": bool(rating.suspicious),
        }


def _wanted(sought: RatingFilter) -> Condition | None:
    level = None if sought.level is None else RatingRow.level == sought.level
    if sought.is_suspicious is None:
        return level
    marked = RatingRow.is_suspicious == sought.is_suspicious
    return marked if level is None else level & marked
