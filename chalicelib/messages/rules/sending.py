"""Whether and when a message goes out on a channel, and what each attempt makes of it (发送规则)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Final, NamedTuple

from chalicelib.alerts.rules.webhooks import BACK_OFF
from chalicelib.clock import SHANGHAI
from chalicelib.messages.model.channels import Handed, Result
from chalicelib.messages.model.contacts import Contact, ContactPoint
from chalicelib.messages.model.messages import Channel, Delivery, DeliveryState, Message, Party, Turn

NO_CONTACT: Final = "NO_CONTACT"
NO_CONSENT: Final = "NO_CONSENT"
CONSENT_WITHDRAWN: Final = "CONSENT_WITHDRAWN"
AUTHORITY_ENDED: Final = "AUTHORITY_ENDED"
NOT_ASKED_ANY_MORE: Final = "NOT_ASKED_ANY_MORE"
TEXT_INCOMPLETE: Final = "TEXT_INCOMPLETE"
OUTCOME_UNKNOWN: Final = "OUTCOME_UNKNOWN"
"""Why something was not sent, or nobody knows."""

RUNS_AT_MOST: Final = timedelta(minutes=3)
"""After so long an attempt that has not ended was cut short: no function runs longer."""


class QuietHours(NamedTuple):
    """The hours in Shanghai between which nobody is woken, from the first to before the last."""

    begins: int
    ends: int


def is_demanded(message: Message) -> bool:
    """Whether the law demands that the person be told, with or without consent: the message asks an act of them.

    Consent decides on everything else: being told how one's matter goes on is a service (PIPL 13).
    """
    return message.needs is not None


def reason_against(message: Message, contact: Contact, channel: Channel) -> str:
    """Return why a message does not go out on a channel; blank if it does."""
    point = contact.point(channel)
    if point is None:
        return NO_CONTACT
    if point.has_consent or is_demanded(message):
        return ""
    return NO_CONSENT if point.withdrawn_at is None else CONSENT_WITHDRAWN


def is_overtaken(message: Message, turn: Turn | None) -> bool:
    """Whether what a message asks has been done or is over by now, so that asking for it would mislead."""
    return turn is not None and turn.seq > message.seq and turn.party is not Party.YOU


def wake_at(message: Message, quiet: QuietHours, *, at: datetime) -> datetime | None:
    """Return the end of the quiet hours (免打扰时段) if a message waits for it; ``None`` if it goes out now.

    It does not wait where the last day for what it asks ends before then; one that is over already wakes nobody.
    """
    now = at.astimezone(SHANGHAI)
    if quiet.ends <= now.hour < quiet.begins:
        return None
    day = now.date() + timedelta(days=1 if now.hour >= quiet.begins else 0)
    until = None if message.needs is None else message.needs.until
    if until is not None and now.date() <= until < day:
        return None
    return datetime.combine(day, time(quiet.ends), SHANGHAI).astimezone(at.tzinfo)


def is_cut_short(delivery: Delivery, *, at: datetime) -> bool:
    """Whether the attempt that a delivery speaks of can no longer be under way."""
    return delivery.state is DeliveryState.HANDING_OVER and at >= delivery.at + RUNS_AT_MOST


def first(channel: Channel, *, at: datetime) -> Delivery:
    """Return the delivery of a message that nothing was tried with yet."""
    return Delivery(channel=channel, state=DeliveryState.WAITING, at=at)


def keep_back(delivery: Delivery, until: datetime, *, at: datetime) -> Delivery:
    """Return the delivery waiting for an instant."""
    return replace(delivery, state=DeliveryState.WAITING, at=at, next_at=until)


def hand_over(delivery: Delivery, name: str, point: ContactPoint, *, at: datetime) -> Delivery:
    """Return the delivery with an attempt at a contact under way, under the name by which a repetition is known."""
    return replace(
        delivery, state=DeliveryState.HANDING_OVER, at=at, proof=name, next_at=None, agreed=point.has_consent
    )


def leave_out(delivery: Delivery, reason: str, *, at: datetime) -> Delivery:
    """Return the delivery ended without anything sent."""
    return replace(delivery, state=DeliveryState.NOT_SENT, at=at, reason=reason, next_at=None)


def give_up(delivery: Delivery, reason: str, *, at: datetime) -> Delivery:
    """Return the delivery ended in failure: a person must look."""
    return replace(
        delivery, state=DeliveryState.FAILED, at=at, reason=reason, next_at=None, attempts=delivery.attempts + 1
    )


def settle(delivery: Delivery, handed: Handed, *, at: datetime) -> Delivery:
    """Return the delivery after an attempt; the failure of the last one ends it."""
    if handed.result is Result.SENT:
        return replace(
            delivery,
            state=DeliveryState.SENT,
            at=at,
            sent_at=at,
            reason="",
            next_at=None,
            attempts=delivery.attempts + 1,
        )
    if handed.result is Result.AGAIN and delivery.attempts < len(BACK_OFF):
        return replace(
            delivery,
            state=DeliveryState.WAITING,
            at=at,
            reason=handed.reason,
            next_at=at + BACK_OFF[delivery.attempts],
            attempts=delivery.attempts + 1,
        )
    return give_up(delivery, OUTCOME_UNKNOWN if handed.result is Result.UNKNOWN else handed.reason, at=at)


ARRIVED: Final[Mapping[str, DeliveryState]] = {
    "delivered": DeliveryState.RECEIVED,
    "failed": DeliveryState.FAILED,
}
"""What the gateway's receipts (状态报告) say."""


def with_receipt(delivery: Delivery, said: str, *, reason: str, at: datetime, now: datetime) -> Delivery:
    """Return the delivery after a receipt; the first one stands, for a long SMS has parts that fare differently.

    Of an attempt that ended here without an answer it is the first to say anything. ``at`` is the gateway's time, which
    counts only between the sending and now.
    """
    state = ARRIVED[said]
    if delivery.state is DeliveryState.RECEIVED or (
        delivery.state is DeliveryState.FAILED and delivery.sent_at is not None
    ):
        return delivery
    since = min(max(at, delivery.sent_at or delivery.at), now)
    attempts = delivery.attempts + (delivery.state is DeliveryState.HANDING_OVER)
    return replace(
        delivery,
        state=state,
        at=since,
        sent_at=delivery.sent_at or delivery.at,
        reason="" if state is DeliveryState.RECEIVED else reason,
        next_at=None,
        attempts=attempts,
    )
