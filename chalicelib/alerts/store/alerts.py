"""Loading and saving alerts."""

from collections.abc import Iterable

from chalicelib.alerts.model.alerts import Alert
from chalicelib.alerts.table.alerts import AlertRow
from chalicelib.dynamo.model import Page, Position, page_of
from chalicelib.dynamo.transaction import ConflictError, Transaction, existing, read_together
from chalicelib.errors import DomainError, ErrorCode


class AlertStore:
    """All alerts."""

    def find(self, alert_id: str) -> Alert | None:
        """Return an alert, strongly consistent, or ``None``."""
        try:
            return AlertRow.get(alert_id, consistent_read=True).document
        except AlertRow.DoesNotExist:
            return None

    def several(self, alert_ids: Iterable[str]) -> dict[str, Alert]:
        """Return those of these alerts that exist, by their ids: one round trip for a hundred."""
        rows = read_together(*(AlertRow(alert_id) for alert_id in alert_ids))
        return {row.pk: row.document for row in rows if isinstance(row, AlertRow)}

    def existing(self, alert_ids: Iterable[str]) -> tuple[str, ...]:
        """Return those of these ids that are taken, reading nothing but keys."""
        asked = tuple(alert_ids)
        there = existing(*(AlertRow(alert_id) for alert_id in asked))
        return tuple(alert_id for alert_id, is_there in zip(asked, there, strict=True) if is_there)

    def get(self, alert_id: str) -> Alert:
        """Return an alert; ``NOT_FOUND`` if there is none."""
        alert = self.find(alert_id)
        if alert is None:
            raise DomainError(ErrorCode.NOT_FOUND)
        return alert

    def add(self, alert: Alert, tx: Transaction) -> None:
        """Save a new alert. Raises ``ConflictError`` if it exists already."""
        tx.add(_row_of(alert), on_failure=ConflictError())

    def save(self, before: Alert, after: Alert, tx: Transaction) -> None:
        """Save the new version. Raises ``ConflictError`` if the stored version has changed."""
        tx.put(_row_of(after), condition=AlertRow.document == before, on_failure=ConflictError())

    def inbox(self, recipient: str, state: str, *, limit: int, after: Position | None) -> Page[Alert]:
        """Return a page of the alerts in an inbox that are in one state, oldest first."""
        rows = AlertRow.inbox.query(f"{recipient}#{state}", limit=limit, last_evaluated_key=after)
        return page_of(rows, _alert_of)


def _alert_of(row: AlertRow) -> Alert:
    alert: Alert = row.document
    return alert


def _row_of(alert: Alert) -> AlertRow:
    return AlertRow(
        alert.alert_id,
        recipient_state=f"{alert.inbox}#{alert.state}",
        raised_at=alert.raised_at,
        state=alert.state,
        document=alert,
    )
