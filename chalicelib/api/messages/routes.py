"""HTTP routes for one's own messages, and for whose turn it is (消息、轮到谁办)."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from chalicelib.container import container
from chalicelib.errors import ErrorCode
from chalicelib.http.routes import Answer, Call, PageQuery, PageResponse, ResponseBody, Routes
from chalicelib.http.schemas import BlankAsNull
from chalicelib.messages.model.messages import Act, Channel, DeliveryState, Message, Party, Turn
from chalicelib.messages.rules.messages import words_of
from chalicelib.messages.store.telling import templates
from chalicelib.policy import FOR_THEMSELVES

routes = Routes("messages")


class InBothLanguages(ResponseBody):
    """Words in Chinese and English."""

    zh: str
    en: str


class NeedsResponse(ResponseBody):
    """What is asked of the person, the last day for it if there is one, and whether it can still be done."""

    act: Act
    until: date | None
    open: bool


class DeliveryResponse(ResponseBody):
    """What became of a message on one channel, and when; ``reason`` says why it was not sent or did not arrive."""

    channel: Channel
    state: DeliveryState
    at: datetime
    sent_at: datetime | None
    reason: BlankAsNull


class MessageResponse(ResponseBody):
    """A message; ``link`` is the page of the portal where it goes on, from the portal's root."""

    id: str
    kind: str
    title: InBothLanguages
    text: InBothLanguages
    made_at: datetime
    link: str
    needs: NeedsResponse | None
    told_agent: bool
    read_at: datetime | None
    deliveries: list[DeliveryResponse]


class MessagePageResponse(PageResponse):
    """A page of one's own messages, newest first."""

    items: list[MessageResponse]


class UnreadResponse(ResponseBody):
    """How many messages are unread."""

    unread: int


class TurnResponse(ResponseBody):
    """Whose turn it is in one matter, for what and until when; ``open`` is false once the last day has passed."""

    owner: str
    party: Party
    act: Act | None
    until: date | None
    open: bool
    item: Annotated[str, Field(validation_alias="title")]
    item_code: str
    number: str
    link: str


class TurnsResponse(ResponseBody):
    """The matters in which something is asked of the person come first, by their last day; then those of offices."""

    items: list[TurnResponse]


@routes.get(
    "/v1/messages",
    summary="One's own messages",
    roles=FOR_THEMSELVES,
    query=PageQuery,
    answer=MessagePageResponse,
    errors=(ErrorCode.NOT_FOUND, ErrorCode.INSUFFICIENT_IDENTITY),
)
def messages(call: Call[None]) -> Answer[MessagePageResponse]:
    """List what one was told, newest first; what is asked in a message is open until it is done or its day is past."""
    found = container().messages.page(by=call.caller, limit=call.query.limit, after=call.position)
    waiting = container().messages.your_turns(by=call.caller, at=call.at) if found.items else ()
    items = [_shown(message, waiting) for message in found.items]
    return Answer(body=MessagePageResponse(items=items, next_cursor=call.next_cursor(found.after)))


@routes.get(
    "/v1/messages/unread",
    summary="How many of one's own messages are unread",
    roles=FOR_THEMSELVES,
    answer=UnreadResponse,
    errors=(ErrorCode.NOT_FOUND, ErrorCode.INSUFFICIENT_IDENTITY),
)
def unread(call: Call[None]) -> Answer[UnreadResponse]:
    """Return the number; one small read."""
    return Answer(body=UnreadResponse(unread=container().messages.inbox(by=call.caller).unread))


@routes.post(
    "/v1/messages/{message_id}/reading",
    summary="Say that one has read a message",
    roles=FOR_THEMSELVES,
    answer=MessageResponse,
    errors=(ErrorCode.NOT_FOUND, ErrorCode.INSUFFICIENT_IDENTITY),
)
def read(call: Call[None]) -> Answer[MessageResponse]:
    """Mark a message as read; what it asks stays open. Idempotent.

    A time that runs from the reading has a message of its own, which from then on is the one that asks; so what is open
    is looked at first.
    """
    waiting = container().messages.your_turns(by=call.caller, at=call.at)
    message = container().messages.read(call.path["message_id"], by=call.caller, at=call.at)
    return Answer(body=_shown(message, waiting))


@routes.get(
    "/v1/turns",
    summary="Whose turn it is in each of one's own matters",
    roles=FOR_THEMSELVES,
    answer=TurnsResponse,
    errors=(ErrorCode.NOT_FOUND, ErrorCode.INSUFFICIENT_IDENTITY),
)
def turns(call: Call[None]) -> Answer[TurnsResponse]:
    """List the matters in which the person or an office must act next; those that are over are left out."""
    items = [
        TurnResponse.of(turn, open=is_open) for turn, is_open in container().messages.turns(by=call.caller, at=call.at)
    ]
    return Answer(body=TurnsResponse(items=items))


def _shown(message: Message, waiting: Collection[Turn]) -> MessageResponse:
    template = templates()[message.kind]
    zh, en = (words_of(message, template, language) for language in ("zh", "en"))
    needs = message.needs
    is_open = any(turn.message_id == message.message_id for turn in waiting)
    return MessageResponse(
        id=message.message_id,
        kind=message.kind,
        title=InBothLanguages(zh=zh.title, en=en.title),
        text=InBothLanguages(zh=zh.text, en=en.text),
        made_at=message.made_at,
        link=message.link,
        needs=None if needs is None else NeedsResponse(act=needs.act, until=needs.until, open=is_open),
        told_agent=message.told_agent,
        read_at=message.read_at,
        deliveries=[DeliveryResponse.model_validate(one) for one in message.deliveries],
    )
