"""Many messages over channels that fail one time in five: each is sent once, or waits for a person to look."""

import heapq
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, cast

from chalicelib.alerts.services.webhooks import EarlyError
from chalicelib.dynamo.transaction import ConflictError, Transaction
from chalicelib.messages.model.channels import Handed, Letter, Result
from chalicelib.messages.model.contacts import REACHING, Contact, ContactPoint, ContactSource, Reach
from chalicelib.messages.model.messages import Channel, Delivery, Message
from chalicelib.messages.rules.sending import QuietHours
from chalicelib.messages.services.sending import Sending
from chalicelib.messages.store.contacts import KeptContact
from chalicelib.subjects.model.subjects import SubjectKey
from tests import depth
from tests.services.messaging import ANA, AT, a_message

if TYPE_CHECKING:
    from chalicelib.messages.store.contacts import ContactStore
    from chalicelib.messages.store.messages import MessageStore

RECEIVES = 5
"""How often SQS brings a message before it sets it aside."""

HIDDEN = timedelta(minutes=6)
"""How long a message that failed is hidden."""


class DeathError(Exception):
    """The job died."""


@dataclass
class Unreliable:
    """A carrier of which every fifth attempt fails in one of its ways."""

    ways: tuple[str, ...]
    chance: random.Random
    taken: list[str] = field(default_factory=list)

    def hand_over(self, letter: Letter, *, last_call: Callable[[], None] = lambda: None) -> Handed:
        way = self.chance.choice(self.ways) if self.chance.random() < 0.2 else ""
        match way:
            case "down":
                return Handed(result=Result.AGAIN, reason="UNREACHABLE")
            case "dies before":
                raise DeathError
        last_call()
        match way:
            case "refuses":
                return Handed(result=Result.REFUSED, reason="410")
            case "lost before":
                return Handed(result=Result.UNKNOWN, reason="LINE_LOST")
        self.taken.append(letter.name)
        match way:
            case "answers nothing":
                return Handed(result=Result.AGAIN, reason="UNREACHABLE")
            case "lost after":
                return Handed(result=Result.UNKNOWN, reason="LINE_LOST")
            case "dies after":
                raise DeathError
        return Handed(result=Result.SENT)


class MemoryMessages:
    """Messages in memory: what stores do is tested elsewhere, and 10,000 of them would take moto an hour."""

    def __init__(self) -> None:
        self.kept: dict[str, Message] = {}

    def load(self, _recipient: SubjectKey, message_id: str) -> Message:
        return self.kept[message_id]

    def save_deliveries(self, before: Message, deliveries: Sequence[Delivery], _tx: Transaction) -> Message:
        if self.kept[before.message_id].deliveries != before.deliveries:
            raise ConflictError
        self.kept[before.message_id] = after = replace(before, deliveries=tuple(deliveries))
        return after

    def hand_over(self, _message: Message, _name: str, _tx: Transaction) -> None:
        """Nothing finds it here."""


class MemoryContacts:
    """People who all have a phone and a mailbox."""

    def find(self, subject: SubjectKey) -> KeptContact:
        points = tuple(
            ContactPoint(
                channel=channel,
                masked="",
                digest="",
                source=ContactSource.GIVEN,
                confirmed_at=AT,
                version=1,
                consented_at=AT,
            )
            for channel in REACHING
        )
        return KeptContact(contact=Contact(subject=subject, points=points))

    def open(self, _kept: KeptContact) -> Reach:
        return Reach(confirmed={Channel.SMS: "+8613800138000", Channel.EMAIL: "ana@example.com"})


@dataclass
class Queue:
    """A queue that keeps what it is sent."""

    sent: list[tuple[timedelta, str]] = field(default_factory=list)

    def send(self, message: str, *, name: str, after: timedelta = timedelta(0)) -> None:
        assert name
        self.sent.append((after, message))

    def send_all(self, messages: Mapping[str, str]) -> None:
        for name, message in messages.items():
            self.send(message, name=name)


def aside_by(order: str) -> set[tuple[Channel, str]]:
    """Return what an order that is set aside was for."""
    said = json.loads(order)
    channels = (Channel(said["channel"]),) if "channel" in said else REACHING
    return {(channel, said["message_id"]) for channel in channels}


def bring(sending: Sending, queue: Queue, *, at: datetime) -> Iterator[str]:
    """Bring every order as SQS does, some of them twice, until none is left; yields what SQS itself sets aside."""
    chance, number = random.Random(1), count()
    waiting: list[tuple[datetime, int, str, int]] = []

    def take() -> None:
        for after, order in queue.sent:
            for _ in range(2 if chance.random() < 0.1 else 1):
                heapq.heappush(waiting, (at + after, next(number), order, 1))
        queue.sent.clear()

    take()
    while waiting:
        due, _, order, receives = heapq.heappop(waiting)
        at = max(at, due)
        said = json.loads(order)
        channel = Channel(said["channel"]) if "channel" in said else None
        try:
            sending.send(said["message_id"], ANA, at=at, channel=channel, attempt=said.get("attempt", 0))
        except (DeathError, EarlyError):
            if receives == RECEIVES:
                yield order
            else:
                heapq.heappush(waiting, (at + HIDDEN, next(number), order, receives + 1))
        take()


@depth.goes("messages", usually=300, deep=10_000)
def test_each_is_sent_once_or_set_aside(messages: int) -> None:
    sms = Unreliable(("down", "dies before", "refuses", "answers nothing", "dies after"), random.Random(2))
    mail = Unreliable(("down", "dies before", "refuses", "lost before", "lost after", "dies after"), random.Random(3))
    store, queue, dead_letters = MemoryMessages(), Queue(), Queue()
    sending = Sending(
        cast("MessageStore", store),
        cast("ContactStore", MemoryContacts()),
        carriers=lambda: {Channel.SMS: sms, Channel.EMAIL: mail},
        offered=REACHING,
        quiet=lambda _at: QuietHours(22, 7),
        in_force=lambda _authority, _at: True,
        portal="https://portal.example",
        queue=queue,
        dead_letters=dead_letters,
    )
    store.kept = {one.message_id: one for one in (a_message(number) for number in range(messages))}
    orders = [*store.kept.values(), *store.kept.values()]
    random.Random(4).shuffle(orders)
    for message in orders:
        sending.order(message)

    set_aside = list(bring(sending, queue, at=AT))

    aside = {each for order in (*set_aside, *(order for _, order in dead_letters.sent)) for each in aside_by(order)}
    # The gateway knows a repetition by its name; a mail server does not.
    told = {
        Channel.SMS: Counter({name.rpartition("-")[0] for name in sms.taken}),
        Channel.EMAIL: Counter(name.rpartition("-")[0] for name in mail.taken),
    }
    assert len(sms.taken) > messages
    for channel in REACHING:
        assert max(told[channel].values()) == 1
        assert set(store.kept) - set(told[channel]) <= {name for each, name in aside if each is channel}
        assert len(told[channel]) > messages * 0.8
    assert not [
        delivery
        for message in store.kept.values()
        for delivery in message.deliveries
        if delivery.is_pending and (delivery.channel, message.message_id) not in aside
    ]
