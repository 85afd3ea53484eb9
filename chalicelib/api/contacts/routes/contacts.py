"""HTTP routes for how one is reached beside the portal (联系方式)."""

from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import StringConstraints

from chalicelib.container import container
from chalicelib.errors import ErrorCode
from chalicelib.http.routes import Answer, Call, Instant, Line, RequestBody, ResponseBody, Routes
from chalicelib.messages.model.contacts import REACHING, Contact, ContactSource
from chalicelib.messages.model.messages import Channel
from chalicelib.policy import FOR_THEMSELVES

routes = Routes("contact")

ChannelName: TypeAlias = Literal["sms", "email"]
"""``REACHING`` as values of JSON."""


class LanguageRequest(RequestBody):
    """The language in which one is told."""

    language: Literal["zh", "en"]


class ContactValueRequest(RequestBody):
    """A mobile number or an e-mail address, as people write it."""

    value: Line


class ContactCodeRequest(RequestBody):
    """The six digits that were sent."""

    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]


class ConsentRequest(RequestBody):
    """Whether one agrees to being told of one's matters on a channel; what the law demands is told without it."""

    consent: bool


class ChannelResponse(ResponseBody):
    """How one is reached on a channel; ``value`` is masked. ``asked`` waits for its code until ``asked_until``."""

    channel: ChannelName
    offered: bool
    value: str | None
    source: ContactSource | None
    confirmed_at: Instant | None
    consent: bool
    asked: str | None
    asked_until: Instant | None


class ContactResponse(ResponseBody):
    """How one is reached, and in which language."""

    language: Literal["zh", "en"]
    channels: list[ChannelResponse]


@routes.get(
    "/v1/contact",
    roles=FOR_THEMSELVES,
    answer=ContactResponse,
    summary="How one is reached beside the portal",
    errors=(ErrorCode.INSUFFICIENT_IDENTITY,),
)
def read(call: Call[None]) -> Answer[ContactResponse]:
    """Return one's own contacts, masked."""
    return _answer(container().contacts.of(call.caller.own_subject()), at=call.at)


@routes.put(
    "/v1/contact",
    roles=FOR_THEMSELVES,
    body=LanguageRequest,
    answer=ContactResponse,
    summary="Choose the language in which one is told",
    errors=(ErrorCode.INSUFFICIENT_IDENTITY,),
)
def choose(call: Call[LanguageRequest]) -> Answer[ContactResponse]:
    """Choose Chinese or English for SMS and e-mail."""
    return _answer(container().contacts.choose(call.body.language, by=call.caller), at=call.at)


@routes.put(
    "/v1/contact/{channel}",
    roles=FOR_THEMSELVES,
    body=ContactValueRequest,
    answer=ContactResponse,
    summary="Give a mobile number or an e-mail address, to which a code is sent",
    errors=(ErrorCode.INSUFFICIENT_IDENTITY,),
)
def give(call: Call[ContactValueRequest]) -> Answer[ContactResponse]:
    """Send a code to what is given; a value that the identity platform vouches for needs none."""
    contact = container().contacts.give(
        Channel(call.path["channel"]), call.body.value, language=call.language, by=call.caller, at=call.at
    )
    return _answer(contact, at=call.at)


@routes.post(
    "/v1/contact/{channel}/confirmation",
    roles=FOR_THEMSELVES,
    body=ContactCodeRequest,
    answer=ContactResponse,
    summary="Confirm a mobile number or an e-mail address by its code, and agree to being told there",
    errors=(ErrorCode.INSUFFICIENT_IDENTITY, ErrorCode.CONTACT_CODE_WRONG, ErrorCode.CONTACT_CODE_EXPIRED),
)
def confirm(call: Call[ContactCodeRequest]) -> Answer[ContactResponse]:
    """Confirm what was given last on the channel."""
    channel = Channel(call.path["channel"])
    return _answer(container().contacts.confirm(channel, call.body.code, by=call.caller, at=call.at), at=call.at)


@routes.put(
    "/v1/contact/{channel}/consent",
    roles=FOR_THEMSELVES,
    body=ConsentRequest,
    answer=ContactResponse,
    summary="Agree to a channel, or withdraw consent",
    errors=(ErrorCode.INSUFFICIENT_IDENTITY,),
)
def decide(call: Call[ConsentRequest]) -> Answer[ContactResponse]:
    """Give or withdraw consent from now on."""
    contacts, channel = container().contacts, Channel(call.path["channel"])
    decided = contacts.agree if call.body.consent else contacts.disagree
    return _answer(decided(channel, by=call.caller, at=call.at), at=call.at)


@routes.delete(
    "/v1/contact/{channel}",
    roles=FOR_THEMSELVES,
    answer=ContactResponse,
    summary="Take away a mobile number or an e-mail address",
    errors=(ErrorCode.INSUFFICIENT_IDENTITY,),
)
def remove(call: Call[None]) -> Answer[ContactResponse]:
    """Forget what is kept for a channel."""
    return _answer(container().contacts.remove(Channel(call.path["channel"]), by=call.caller), at=call.at)


def _answer(contact: Contact, *, at: datetime) -> Answer[ContactResponse]:
    channels = [_channel(contact, channel, at=at) for channel in REACHING]
    return Answer(body=ContactResponse(language=contact.language, channels=channels))


def _channel(contact: Contact, channel: Channel, *, at: datetime) -> ChannelResponse:
    point, asked = contact.point(channel), contact.asked_on(channel)
    is_open = asked is not None and at < asked.expires_at
    return ChannelResponse(
        channel="sms" if channel is Channel.SMS else "email",
        offered=channel in container().contacts.offered,
        value=None if point is None else point.masked,
        source=None if point is None else point.source,
        confirmed_at=None if point is None else point.confirmed_at,
        consent=point is not None and point.has_consent,
        asked=asked.masked if asked is not None and is_open else None,
        asked_until=asked.expires_at if asked is not None and is_open else None,
    )
