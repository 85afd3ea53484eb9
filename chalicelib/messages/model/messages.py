"""Messages (消息): what people are told of what happened to them, and whose turn it is (轮到谁办)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from chalicelib.subjects.model.subjects import SubjectKey


class Party(StrEnum):
    """Who must act next in a matter (等谁办理): the person told, the office, or nobody any more."""

    YOU = "you"
    OFFICE = "office"
    NOBODY = "nobody"


class Act(StrEnum):
    """What a person is asked to do (请您办理)."""

    HAND_IN = "hand_in"
    CORRECT = "correct"
    STATE = "state"
    RECTIFY = "rectify"
    ANSWER_FLAG = "answer_flag"


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a message asks of whom it tells, and the last day for it; None where the law sets none."""

    act: Act
    until: date | None = None


class Channel(StrEnum):
    """The way in which a message was told (送达渠道)."""

    PORTAL = "portal"
    SMS = "sms"
    EMAIL = "email"


class DeliveryState(StrEnum):
    """What became of a message on one channel."""

    WAITING = "waiting"
    HANDING_OVER = "handing_over"
    """An attempt is under way, or the job died within it."""
    SENT = "sent"
    """The server or the gateway has taken it."""
    RECEIVED = "received"
    """The gateway says that it has arrived."""
    FAILED = "failed"
    NOT_SENT = "not_sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What became of a message on one channel, since when; ``proof`` is its name with the gateway (回执).

    ``attempts`` are those that ended, ``next_at`` is when the next one may be made; ``sent_at`` is when it was taken,
    ``reason`` a status or a word of ours that says why it was not. ``agreed``: the person had agreed to the channel, so
    that its arrival there is service (电子送达).
    """

    channel: Channel
    state: DeliveryState
    at: datetime
    proof: str = ""
    attempts: int = 0
    next_at: datetime | None = None
    sent_at: datetime | None = None
    reason: str = ""
    agreed: bool = False

    @property
    def is_pending(self) -> bool:
        """Whether something may still be sent."""
        return self.state in {DeliveryState.WAITING, DeliveryState.HANDING_OVER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to one person, made from one event.

    ``message_id`` follows from the event and the recipient, and sorts by when the event was recorded and by its place.
    ``owner`` and ``seq`` name the event. ``kind`` names the template, and ``facts`` fill it in: numbers of cases, names
    of items, dates as ISO 8601; never a person's name, number or words. ``link`` is the page of the portal where it
    goes on, from the portal's root. ``told_agent`` says that whoever acts for the person was told the same event.
    ``authority`` is the one on which an agent is told, blank for the person's own matters.
    ``read_at`` and ``deliveries`` have columns of their own and are not part of the stored document.
    """

    message_id: str
    recipient: SubjectKey
    kind: str
    owner: str
    seq: int
    event: str
    made_at: datetime
    link: str
    facts: Mapping[str, str] = field(default_factory=dict)
    needs: Needs | None = None
    told_agent: bool = False
    authority: str = ""
    read_at: Annotated[datetime | None, Field(exclude=True)] = None
    deliveries: Annotated[tuple[Delivery, ...], Field(exclude=True)] = ()

    def on(self, channel: Channel) -> Delivery | None:
        """Return what became of it on a channel; ``None`` before anything was tried."""
        return next((one for one in self.deliveries if one.channel is channel), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Whose turn it is in one person's matter, as of one of its events: for what, and until when.

    ``seq`` is the event's place; a later event of the same timeline replaces the turn, an earlier one never does.
    ``title`` and ``number`` name the matter in a list, ``item_code`` its item, by which it may have another name;
    ``message_id`` is the message that told the person, if one did.
    ``authority`` is as in the message: the turn of an agent ends with it, whatever becomes of the matter.
    """

    recipient: SubjectKey
    owner: str
    seq: int
    party: Party
    link: str
    act: Act | None = None
    until: date | None = None
    title: str = ""
    item_code: str = ""
    number: str = ""
    message_id: str = ""
    authority: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """How many of a person's messages they have not read (未读)."""

    unread: int = 0
