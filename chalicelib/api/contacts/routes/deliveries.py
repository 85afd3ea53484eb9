"""HTTP routes for what became of messages: the gateway's receipts (状态报告), and what the desk sees of a case."""

from collections.abc import Sequence
from typing import Literal

from chalicelib.api.cases.schemas.reading import ReadingQuery
from chalicelib.api.messages.routes import DeliveryResponse, InBothLanguages
from chalicelib.cases.model.case import Case
from chalicelib.cases.services.materials.documents import OFFICE
from chalicelib.container import container
from chalicelib.errors import ErrorCode
from chalicelib.http.routes import Answer, Call, Code, Instant, Line, RequestBody, ResponseBody, Routes
from chalicelib.messages.model.messages import Message
from chalicelib.messages.rules.messages import words_of
from chalicelib.messages.store.telling import templates
from chalicelib.timeline.events import Event

routes = Routes("contact")


class ReceiptRequest(RequestBody):
    """What became of an SMS: ``id`` is the ``webhook-id`` of its order, ``reason`` the network's code for a failure."""

    id: Line
    state: Literal["delivered", "failed"]
    at: Instant
    reason: Code | None = None


class ReceiptResponse(ResponseBody):
    """The ``webhook-id`` of the order that the receipt was for."""

    id: str


class CaseMessageResponse(ResponseBody):
    """A message about a case: to whom, whether it was read, and what became of it on each channel."""

    id: str
    kind: str
    to: Literal["subject", "agent"]
    title: InBothLanguages
    made_at: Instant
    read_at: Instant | None
    deliveries: list[DeliveryResponse]


class CaseMessagesResponse(ResponseBody):
    """What the people concerned were told of a case, newest first; they are few, so there are no pages."""

    items: list[CaseMessageResponse]
    next_cursor: None = None


@routes.post(
    "/v1/sms-receipts",
    public=True,
    signed=True,
    body=ReceiptRequest,
    answer=ReceiptResponse,
    summary="What became of an SMS, by the gateway that took it",
)
def receive(call: Call[ReceiptRequest]) -> Answer[ReceiptResponse]:
    """Take the gateway's word; a receipt that comes again, or of nothing that is known, changes nothing.

    A gateway goes on sending what is refused, and its word on a code that was sent concerns nobody.
    """
    said = call.body
    container().messages.receive(said.id, said.state, reason=said.reason or "", at=said.at, now=call.at)
    return Answer(body=ReceiptResponse(id=said.id))


@routes.get(
    "/v1/cases/{case_no}/messages",
    roles=OFFICE,
    query=ReadingQuery,
    answer=CaseMessagesResponse,
    summary="What the people concerned were told of a case, and what became of it",
    errors=(ErrorCode.PURPOSE_REQUIRED,),
)
def of_case(call: Call[None]) -> Answer[CaseMessagesResponse]:
    """List the messages that follow from the case's own events."""
    case, reading = container().case_queries.timeline(
        call.path["case_no"], by=call.caller, at=call.at, purpose=call.query.purpose
    )
    return Answer(body=CaseMessagesResponse(items=told_of(case, reading.events)))


def told_of(case: Case, events: Sequence[Event]) -> list[CaseMessageResponse]:
    """Return what the people concerned were told of a case that the caller may see, newest first."""
    found = container().messages.of_case(case, events)
    return [message_response(one, is_agents=one.recipient != case.subject) for one in found]


def message_response(message: Message, *, is_agents: bool) -> CaseMessageResponse:
    """Build the response for a message about a case: its title alone, and what became of it."""
    zh, en = (words_of(message, templates()[message.kind], language) for language in ("zh", "en"))
    return CaseMessageResponse(
        id=message.message_id,
        kind=message.kind,
        to="agent" if is_agents else "subject",
        title=InBothLanguages(zh=zh.title, en=en.title),
        made_at=message.made_at,
        read_at=message.read_at,
        deliveries=[DeliveryResponse.model_validate(one) for one in message.deliveries],
    )
