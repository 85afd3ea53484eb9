"""Loading and saving endpoints and deliveries."""

from typing import Any

from pynamodb.exceptions import PutError

from chalicelib.alerts.model.webhooks import Delivery, DeliveryState, Webhook
from chalicelib.alerts.table.webhooks import DeliveryRow, WebhookRow
from chalicelib.dynamo.model import code_of
from chalicelib.dynamo.transaction import ConflictError, Transaction
from chalicelib.errors import DomainError, ErrorCode

Position = dict[str, dict[str, Any]] | None
"""Where the next page begins."""


class WebhookStore:
    """All endpoints and their deliveries."""

    def find(self, webhook_id: str) -> Webhook | None:
        """Return an endpoint, strongly consistent, or ``None``."""
        try:
            return WebhookRow.get(f"webhook:{webhook_id}", consistent_read=True).document
        except WebhookRow.DoesNotExist:
            return None

    def add(self, webhook: Webhook, tx: Transaction) -> None:
        """Save a new endpoint. Raises ``ConflictError`` if it exists already."""
        tx.add(_endpoint(webhook), on_failure=ConflictError())

    def save(self, before: Webhook, after: Webhook, tx: Transaction) -> None:
        """Save the new version. Raises ``ConflictError`` if the stored version has changed."""
        tx.put(_endpoint(after), condition=WebhookRow.document == before, on_failure=ConflictError())

    def of_department(self, department: str, *, limit: int, after: Position) -> tuple[tuple[Webhook, ...], Position]:
        """Return a page of a department's endpoints, oldest first."""
        rows = WebhookRow.by_department.query(department, limit=limit, last_evaluated_key=after)
        return tuple(row.document for row in rows), rows.last_evaluated_key

    def delivery(self, delivery_id: str) -> Delivery:
        """Return a delivery, strongly consistent; ``NOT_FOUND`` if there is none."""
        try:
            return DeliveryRow.get(f"delivery:{delivery_id}", consistent_read=True).document
        except DeliveryRow.DoesNotExist:
            raise DomainError(ErrorCode.NOT_FOUND) from None

    def put_once(self, delivery: Delivery) -> None:
        """Save a new delivery; an existing one stays as it is."""
        try:
            _row(delivery).save(DeliveryRow.pk.does_not_exist())
        except PutError as error:
            if code_of(error) != "ConditionalCheckFailedException":
                raise

    def change(self, before: Delivery, after: Delivery, tx: Transaction) -> None:
        """Save the new version. Raises ``ConflictError`` if the stored version has changed."""
        tx.put(_row(after), condition=DeliveryRow.document == before, on_failure=ConflictError())

    def deliveries(
        self, webhook_id: str, state: DeliveryState, *, limit: int, after: Position
    ) -> tuple[tuple[Delivery, ...], Position]:
        """Return a page of an endpoint's deliveries in one state, oldest first."""
        rows = DeliveryRow.by_lane.query(f"{webhook_id}#{state}", limit=limit, last_evaluated_key=after)
        return tuple(row.document for row in rows), rows.last_evaluated_key


def _endpoint(webhook: Webhook) -> WebhookRow:
    return WebhookRow(
        f"webhook:{webhook.webhook_id}",
        department=webhook.department if webhook.ended_at is None else None,
        made_at=webhook.made_at,
        document=webhook,
    )


def _row(delivery: Delivery) -> DeliveryRow:
    return DeliveryRow(
        f"delivery:{delivery.delivery_id}",
        lane=f"{delivery.webhook_id}#{delivery.state}",
        made_at=delivery.made_at,
        document=delivery,
    )
