"""HTTP routes for webhooks: endpoints of departments' own systems."""

from datetime import datetime
from typing import Annotated

from pydantic import AliasPath, Field

from chalicelib.alerts.model.webhooks import Delivery, DeliveryState, Topic, Webhook
from chalicelib.alerts.rules.webhooks import OLD_SECRET_SIGNS_FOR
from chalicelib.alerts.services.webhooks import KEEPERS
from chalicelib.container import container
from chalicelib.errors import ErrorCode
from chalicelib.http.routes import Answer, Call, PageQuery, PageResponse, RequestBody, ResponseBody, Routes
from chalicelib.http.schemas import BlankAsNull

routes = Routes("webhooks")

Url = Annotated[str, Field(min_length=8, max_length=1000, pattern=r"^https?://[!-~]+$")]


class WebhookRequest(RequestBody):
    """The endpoint's address, and its topics."""

    url: Url
    events: Annotated[list[Topic], Field(min_length=1, max_length=20)]


class WebhooksQuery(PageQuery):
    """The page of endpoints."""


class DeliveriesQuery(PageQuery):
    """Filter: deliveries that are pending, delivered or dead."""

    state: DeliveryState = DeliveryState.PENDING


class WebhookResponse(ResponseBody):
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


class WebhookPageResponse(PageResponse):
    """A page of endpoints, oldest first."""

    items: list[WebhookResponse]


class DeliveryResponse(ResponseBody):
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


class DeliveryPageResponse(PageResponse):
    """A page of deliveries, oldest first."""

    items: list[DeliveryResponse]


@routes.post(
    "/v1/webhooks",
    roles=KEEPERS,
    body=WebhookRequest,
    answer=WebhookResponse,
    status=201,
    creates=True,
    summary="Register an endpoint of the department's own system for events; the answer shows its secret once",
    errors=(ErrorCode.NOT_FOUND, ErrorCode.ADDRESS_NOT_ALLOWED),
)
def subscribe(call: Call[WebhookRequest]) -> Answer[WebhookResponse]:
    """Register an endpoint."""
    webhooks = container().webhooks
    made, was_there = webhooks.subscribe(
        call.body.url, tuple(call.body.events), by=call.caller, at=call.at, idempotency_key=call.idempotency_key
    )
    return Answer(body=_response(made, secret=webhooks.secret(made)), replayed=was_there)


@routes.get(
    "/v1/webhooks",
    roles=KEEPERS,
    query=WebhooksQuery,
    answer=WebhookPageResponse,
    summary="The department's endpoints",
)
def page(call: Call[None]) -> Answer[WebhookPageResponse]:
    """List the department's endpoints, without secrets."""
    found, following = container().webhooks.page(call.caller, limit=call.query.limit, after=call.position)
    return Answer(
        body=WebhookPageResponse(items=[_response(each) for each in found], next_cursor=call.next_cursor(following))
    )


@routes.get("/v1/webhooks/{webhook_id}", roles=KEEPERS, answer=WebhookResponse, summary="One endpoint")
def read(call: Call[None]) -> Answer[WebhookResponse]:
    """Return an endpoint, without its secret."""
    return Answer(body=_response(container().webhooks.get(call.path["webhook_id"], by=call.caller)))


@routes.delete("/v1/webhooks/{webhook_id}", roles=KEEPERS, answer=WebhookResponse, summary="Remove an endpoint")
def end(call: Call[None]) -> Answer[WebhookResponse]:
    """End an endpoint."""
    return Answer(body=_response(container().webhooks.end(call.path["webhook_id"], by=call.caller, at=call.at)))


@routes.post(
    "/v1/webhooks/{webhook_id}/rotation",
    roles=KEEPERS,
    answer=WebhookResponse,
    summary="Make a new secret; for 24 hours the old one signs as well",
)
def rotate(call: Call[None]) -> Answer[WebhookResponse]:
    """Rotate the secret."""
    webhooks = container().webhooks
    rotated = webhooks.rotate(call.path["webhook_id"], by=call.caller, at=call.at)
    return Answer(body=_response(rotated, secret=webhooks.secret(rotated)))


@routes.get(
    "/v1/webhooks/{webhook_id}/deliveries",
    roles=KEEPERS,
    query=DeliveriesQuery,
    answer=DeliveryPageResponse,
    summary="An endpoint's deliveries and their outcomes",
)
def deliveries(call: Call[None]) -> Answer[DeliveryPageResponse]:
    """List deliveries in one state."""
    query: DeliveriesQuery = call.query
    found, following = container().webhooks.deliveries(
        call.path["webhook_id"], query.state, by=call.caller, limit=query.limit, after=call.position
    )
    return Answer(
        body=DeliveryPageResponse(items=[_told(each) for each in found], next_cursor=call.next_cursor(following))
    )


@routes.post(
    "/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/replay",
    roles=KEEPERS,
    answer=DeliveryResponse,
    summary="Deliver it again under the same id",
)
def replay(call: Call[None]) -> Answer[DeliveryResponse]:
    """Deliver again what was delivered or given up, under the same id."""
    again = container().webhooks.replay(call.path["webhook_id"], call.path["delivery_id"], by=call.caller, at=call.at)
    return Answer(body=_told(again))


def _response(webhook: Webhook, *, secret: str | None = None) -> WebhookResponse:
    old_secret_until = None if webhook.rotated_at is None else webhook.rotated_at + OLD_SECRET_SIGNS_FOR
    return WebhookResponse.of(webhook, old_secret_until=old_secret_until, secret=secret)


def _told(delivery: Delivery) -> DeliveryResponse:
    is_pending = delivery.state is DeliveryState.PENDING
    return DeliveryResponse.of(delivery, next_at=delivery.next_at if is_pending else None)
