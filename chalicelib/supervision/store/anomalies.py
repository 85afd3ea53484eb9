"""Loading and saving anomalies."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pynamodb.exceptions import PutError
from pynamodb.expressions.condition import Condition

from chalicelib.dynamo.model import Page, Position, code_of
from chalicelib.dynamo.pages import page_of_matching
from chalicelib.supervision.model.anomalies import Anomaly, AnomalyKind
from chalicelib.supervision.table.anomalies import AnomalyRow
from chalicelib.workdays.rules.due_dates import start_of_day

ONE_SECOND = timedelta(seconds=1)
ONE_DAY = timedelta(days=1)
FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2199, 12, 31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Filter for anomalies; ``found_from`` and ``found_to`` are days in Shanghai, both included."""

    department: str | None = None
    kind: AnomalyKind | None = None
    officer: str | None = None
    found_from: date | None = None
    found_to: date | None = None


class AnomalyStore:
    """All anomalies: they are added and read, never changed or deleted."""

    def add(self, anomaly: Anomaly) -> None:
        """Save an anomaly. Idempotent: an existing one stays as it is."""
        try:
            _row_of(anomaly).save(AnomalyRow.pk.does_not_exist())
        except PutError as error:
            if code_of(error) != "ConditionalCheckFailedException":
                raise

    def page(self, wanted: Wanted, *, limit: int, after: Position | None) -> Page[Anomaly]:
        """Return a page of matching anomalies, through the index that leaves the fewest rows to filter out."""
        first, last = wanted.found_from or FIRST_DAY, wanted.found_to or LAST_DAY
        if first > last:
            return Page((), None)
        index: Any = AnomalyRow.everywhere
        name = "all"
        if wanted.officer is not None:
            index, name = AnomalyRow.by_officer, wanted.officer
        elif wanted.department is not None:
            index, name = AnomalyRow.by_department, wanted.department
        days = AnomalyRow.found_at.between(start_of_day(first), start_of_day(last + ONE_DAY) - ONE_SECOND)
        return page_of_matching(
            index, name, _anomaly_of, limit=limit, after=after, matches=_others(wanted), within=days
        )


def _others(wanted: Wanted) -> Condition | None:
    """Return the condition for what the chosen index does not cover."""
    conditions = []
    if wanted.kind is not None:
        conditions.append(AnomalyRow.kind == wanted.kind.value)
    if wanted.officer is not None and wanted.department is not None:
        conditions.append(AnomalyRow.department == wanted.department)
    chosen: Condition | None = None
    for condition in conditions:
        chosen = condition if chosen is None else chosen & condition
    return chosen


def _anomaly_of(row: AnomalyRow) -> Anomaly:
    anomaly: Anomaly = row.document
    return anomaly


def _row_of(anomaly: Anomaly) -> AnomalyRow:
    return AnomalyRow(
        anomaly.signal_id,
        department=anomaly.department,
        officer=anomaly.officer or None,
        kind=anomaly.kind.value,
        found_at=anomaly.found_at,
        document=anomaly,
    )
