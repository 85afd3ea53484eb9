"""Loading and saving alerts."""

from dataclasses import dataclass
from typing import Any

from chalicelib.alerts.model.alerts import Alert
from chalicelib.alerts.table.alerts import AlertRow
from chalicelib.dynamo.transaction import ConflictError, Transaction
from chalicelib.errors import DomainError, ErrorCode


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxPage:
    """A page of somebody's alerts, oldest first; ``after`` is where the next one begins."""

    alerts: tuple[Alert, ...]
    after: dict[str, dict[str, Any]] | None


class AlertStore:
    """All alerts."""

    def find(self, alert_id: str) -> Alert | None:
        """Return an alert, strongly consistent, or ``None``."""
        try:
            return AlertRow.get(alert_id, consistent_read=True).document
        except AlertRow.DoesNotExist:
            return None

    def get(self, alert_id: str) -> Alert:
        """Return an alert; ``NOT_FOUND`` if there is none."""
        alert = self.find(alert_id)
        if alert is None:
            raise DomainError(ErrorCode.NOT_FOUND)
        return alert

    def add(self, alert: Alert, tx: Transaction) -> None:
        """Write an alert that must not be there yet."""
        tx.add(_row_of(alert), on_failure=ConflictError())

    def save(self, before: Alert, after: Alert, tx: Transaction) -> None:
        """Write what became of an alert, if it still is as it was read."""
        tx.put(_row_of(after), condition=AlertRow.document == before, on_failure=ConflictError())

    def inbox(self, recipient: str, state: str, *, limit: int, after: dict[str, dict[str, Any]] | None) -> InboxPage:
        """Return a page of a recipient's alerts in one state, oldest first."""
        rows = AlertRow.inbox.query(f"{recipient}#{state}", limit=limit, last_evaluated_key=after)
        return InboxPage(alerts=tuple(row.document for row in rows), after=rows.last_evaluated_key)


def _row_of(alert: Alert) -> AlertRow:
    return AlertRow(
        alert.alert_id,
        recipient_state=f"{alert.recipient}#{alert.state}",
        raised_at=alert.raised_at,
        state=alert.state,
        document=alert,
    )
