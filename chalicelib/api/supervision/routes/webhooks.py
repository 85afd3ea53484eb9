"""HTTP routes for webhooks: endpoints of departments' own systems."""

from datetime import datetime
from typing import Annotated

from pydantic import AliasPath, Field

from chalicelib.alerts.model.webhooks import Delivery, DeliveryState, Topic, Webhook
from chalicelib.alerts.rules.webhooks import OLD_SECRET_SIGNS_FOR
from chalicelib.alerts.services.webhooks import KEEPERS
from chalicelib.http.routes import Answer, Body, Call, Page, PageQuery, Routes, Shape
from chalicelib.http.schemas import BlankAsNull
from chalicelib.wiring import services

routes = Routes("webhooks")

Url = Annotated[str, Field(min_length=8, max_length=1000, pattern=r"^https?://[!-~]+$")]


class WebhookBody(Body):
    """The endpoint's address, and its topics."""

    url: Url
    events: Annotated[list[Topic], Field(min_length=1, max_length=20)]


class WebhooksQuery(PageQuery):
    """The page of endpoints."""


class DeliveriesQuery(PageQuery):
    """Filter: deliveries that are pending, delivered or dead."""

    state: DeliveryState = DeliveryState.PENDING


class WebhookShape(Shape):
    """An endpoint; ``secret`` is given only when it is created or rotated.

    ``state`` is ``active``, ``disabled`` (it answered 410 Gone) or ``ended``.
    """

    id: Annotated[str, Field(validation_alias="webhook_id")]
    department: str
    url: str
    events: Annotated[list[Topic], Field(validation_alias="topics")]
    state: str
    made_at: datetime
    old_secret_until: datetime | None
    secret: str | None


class WebhookPage(Page):
    """A page of endpoints, oldest first."""

    items: list[WebhookShape]


class DeliveryShape(Shape):
    """A delivery to an endpoint; ``id`` is the ``webhook-id`` of every attempt."""

    id: Annotated[str, Field(validation_alias="delivery_id")]
    event: Annotated[Topic, Field(validation_alias=AliasPath("notice", "topic"))]
    subject: Annotated[str, Field(validation_alias=AliasPath("notice", "subject"))]
    state: DeliveryState
    attempts: int
    replays: int
    outcome: BlankAsNull
    made_at: datetime
    next_at: datetime | None
    ended_at: datetime | None


class DeliveryPage(Page):
    """A page of deliveries, oldest first."""

    items: list[DeliveryShape]


@routes.post(
    "/v1/webhooks",
    roles=KEEPERS,
    body=WebhookBody,
    answer=WebhookShape,
    status=201,
    creates=True,
    summary="Have the department's own system told of events; the answer shows its secret once",
)
def subscribe(call: Call[WebhookBody]) -> Answer[WebhookShape]:
    """Register an endpoint."""
    webhooks = services().webhooks
    made, was_there = webhooks.subscribe(
        call.body.url, tuple(call.body.events), by=call.caller, at=call.at, idempotency_key=call.idempotency_key
    )
    return Answer(body=_shape(made, secret=webhooks.secret(made)), replayed=was_there)


@routes.get(
    "/v1/webhooks",
    roles=KEEPERS,
    query=WebhooksQuery,
    answer=WebhookPage,
    summary="The department's endpoints",
)
def page(call: Call[None]) -> Answer[WebhookPage]:
    """List the department's endpoints, without secrets."""
    found, following = services().webhooks.page(call.caller, limit=call.query.limit, after=call.position)
    return Answer(body=WebhookPage(items=[_shape(each) for each in found], next_cursor=call.next_cursor(following)))


@routes.get("/v1/webhooks/{webhook_id}", roles=KEEPERS, answer=WebhookShape, summary="One endpoint")
def read(call: Call[None]) -> Answer[WebhookShape]:
    """Return an endpoint, without its secret."""
    return Answer(body=_shape(services().webhooks.get(call.path["webhook_id"], by=call.caller)))


@routes.delete("/v1/webhooks/{webhook_id}", roles=KEEPERS, answer=WebhookShape, summary="Tell an endpoint nothing more")
def end(call: Call[None]) -> Answer[WebhookShape]:
    """End an endpoint."""
    return Answer(body=_shape(services().webhooks.end(call.path["webhook_id"], by=call.caller, at=call.at)))


@routes.post(
    "/v1/webhooks/{webhook_id}/rotation",
    roles=KEEPERS,
    answer=WebhookShape,
    summary="A new secret; for 24 hours the old one signs beside it",
)
def rotate(call: Call[None]) -> Answer[WebhookShape]:
    """Rotate the secret."""
    webhooks = services().webhooks
    rotated = webhooks.rotate(call.path["webhook_id"], by=call.caller, at=call.at)
    return Answer(body=_shape(rotated, secret=webhooks.secret(rotated)))


@routes.get(
    "/v1/webhooks/{webhook_id}/deliveries",
    roles=KEEPERS,
    query=DeliveriesQuery,
    answer=DeliveryPage,
    summary="What an endpoint was told, and what came of it",
)
def deliveries(call: Call[None]) -> Answer[DeliveryPage]:
    """List deliveries in one state."""
    query: DeliveriesQuery = call.query
    found, following = services().webhooks.deliveries(
        call.path["webhook_id"], query.state, by=call.caller, limit=query.limit, after=call.position
    )
    return Answer(body=DeliveryPage(items=[_told(each) for each in found], next_cursor=call.next_cursor(following)))


@routes.post(
    "/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/replay",
    roles=KEEPERS,
    answer=DeliveryShape,
    summary="Tell it again under the same id",
)
def replay(call: Call[None]) -> Answer[DeliveryShape]:
    """Deliver again what was delivered or given up, under the same id."""
    again = services().webhooks.replay(call.path["webhook_id"], call.path["delivery_id"], by=call.caller, at=call.at)
    return Answer(body=_told(again))


def _shape(webhook: Webhook, *, secret: str | None = None) -> WebhookShape:
    old_secret_until = None if webhook.rotated_at is None else webhook.rotated_at + OLD_SECRET_SIGNS_FOR
    return WebhookShape.of(webhook, old_secret_until=old_secret_until, secret=secret)


def _told(delivery: Delivery) -> DeliveryShape:
    is_pending = delivery.state is DeliveryState.PENDING
    return DeliveryShape.of(delivery, next_at=delivery.next_at if is_pending else None)
