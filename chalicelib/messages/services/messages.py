"""Telling people what happened, from the events of all timelines, and showing them what they were told."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.cases.model.case import Case
from chalicelib.cases.rules.receipts import NOTICES
from chalicelib.clock import day_in_shanghai
from chalicelib.dynamo.model import Page, Position
from chalicelib.dynamo.transaction import ConflictError, transaction
from chalicelib.messages.model.messages import Channel, DeliveryState, Inbox, Message, Party, Turn
from chalicelib.messages.model.telling import Matter, Rule
from chalicelib.messages.rules import messages as rules
from chalicelib.messages.services.matters import Matters
from chalicelib.messages.services.sending import Sending
from chalicelib.messages.store.messages import MessageStore
from chalicelib.messages.store.telling import rules_of
from chalicelib.policy import FOR_THEMSELVES, Caller, require
from chalicelib.rulepacks.model.pack import ProofSource
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.events import Event

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.cases.services.receipts import Receipts


class Messages:
    """The messages of all people."""

    def __init__(
        self, store: MessageStore, matters: Matters, sending: Sending, *, receipts: "Callable[[], Receipts]"
    ) -> None:
        """Find recipients in ``matters``, and order from ``sending`` that each message be told on its channels.

        ``receipts`` take proofs that a notice has arrived, from which a time of the person's runs.
        """
        self._receipts = receipts
        self._store = store
        self._matters = matters
        self._sending = sending

    def on_event(self, event: Event, at: datetime) -> None:
        """Tell each person whom an event concerns, and keep whose turn it is.

        Idempotent, and the order of events does not matter. The order to send goes out every time, because the first
        attempt may have died before it; it names the same message.
        """
        holding = rules.rules_that_hold(rules_of(event.kind), event)
        matter = self._matters.of(event, at=at) if holding else None
        if matter is None:
            return
        for message, turn in _told(event, holding, matter):
            # The turn comes first: a message that asks for something whose turn is missing would say that it is over.
            if turn is not None:
                self._store.set_turn(turn)
            self._store.add(message)
            self._sending.order(message)

    def on_events(self, events: Sequence[Event], at: datetime) -> None:
        """Do what ``on_event`` does for many events: cases are read, and messages saved and ordered, together."""
        holding = [(event, held) for event in events if (held := rules.rules_that_hold(rules_of(event.kind), event))]
        cases = self._matters.cases(event for event, _ in holding)
        told = [
            one
            for event, held in holding
            if (matter := self._matters.of(event, at=at, cases=cases)) is not None
            for one in _told(event, held, matter)
        ]
        self._store.add_together(told)
        self._sending.order_all(message for message, _ in told)

    def page(self, *, by: Caller, limit: int, after: Position | None) -> Page[Message]:
        """Return a page of the caller's own messages, newest first."""
        return self._store.page(_own(by), limit=limit, after=after)

    def of_case(self, case: Case, events: Sequence[Event]) -> tuple[Message, ...]:
        """Return the messages that follow from a case's own events, newest first: one read for a hundred of them.

        Their ids follow from the events, so no index is needed; the reader has been let at the case before.
        """
        agent = () if case.agent is None else (case.agent.subject,)
        wanted = [
            (recipient, rules.message_id_of(event, recipient))
            for event in events
            if rules_of(event.kind)
            for recipient in (case.subject, *agent)
        ]
        found = self._store.several(wanted)
        return tuple(sorted(found, key=lambda message: message.message_id, reverse=True))

    def inbox(self, *, by: Caller) -> Inbox:
        """Return how many of the caller's own messages are unread, in one small read."""
        return self._store.inbox(_own(by))

    def turns(self, *, by: Caller, at: datetime) -> tuple[tuple[Turn, bool], ...]:
        """Return the caller's own matters in which somebody must act, and whether that can still be done.

        What the caller can do comes first, by its last day; then everything else, by its last day.
        """
        turns = self._turns(by=by, at=at)
        yours = rules.in_order(turns, on=day_in_shanghai(at))
        rest = rules.by_last_day(turn for turn in turns if turn.party is not Party.NOBODY and turn not in yours)
        return (*((turn, True) for turn in yours), *((turn, turn.party is Party.OFFICE) for turn in rest))

    def your_turns(self, *, by: Caller, at: datetime) -> tuple[Turn, ...]:
        """Return what the caller is asked to do and still can, the first last day first."""
        return rules.in_order(self._turns(by=by, at=at), on=day_in_shanghai(at))

    def _turns(self, *, by: Caller, at: datetime) -> tuple[Turn, ...]:
        """Return the caller's turns, those as an agent while the authority is in force: its last day has no event."""
        turns = self._store.turns(_own(by))
        standing = self._matters.in_force({turn.authority for turn in turns if turn.authority}, at=at)
        return tuple(turn for turn in turns if not turn.authority or turn.authority in standing)

    def read(self, message_id: str, *, by: Caller, at: datetime) -> Message:
        """Save that the caller has read one of their own messages; ``NOT_FOUND`` for any other. Idempotent.

        Reading proves that a notice has arrived; that is recorded first, so that no death in between loses it.
        """
        subject = _own(by)
        message = self._store.load(subject, message_id)
        if message.read_at is not None:
            return message
        self.prove(message, ProofSource.PORTAL, received_at=at, at=at)
        try:
            with transaction() as tx:
                return self._store.mark_read(message, at=at, tx=tx)
        except ConflictError:
            # Read in another window meanwhile.
            return self._store.load(subject, message_id)

    def receive(self, name: str, said: str, *, reason: str, at: datetime, now: datetime) -> None:
        """Take a receipt of the SMS gateway (状态报告): ``said`` is ``delivered`` or ``failed``. Idempotent.

        That an SMS has arrived proves a notice only where the person had agreed to the channel (行政处罚法第61条).
        """
        message = self._sending.receive(name, said, reason=reason, at=at, now=now)
        delivery = message and message.on(Channel.SMS)
        if message and delivery and delivery.state is DeliveryState.RECEIVED and delivery.agreed:
            self.prove(message, ProofSource.GATEWAY, received_at=delivery.at, at=now)

    def prove(self, message: Message, source: ProofSource, *, received_at: datetime, at: datetime) -> bool:
        """Record that a message has arrived if it is a notice that starts a time; return whether it started one."""
        notice = NOTICES.get(message.event)
        if notice is None:
            return False
        return self._receipts().prove(
            message.owner.partition(":")[2],
            notice,
            source,
            reached=message.recipient,
            told_at=message.made_at,
            received_at=received_at,
            at=at,
        )


def _own(by: Caller) -> SubjectKey:
    """Return whose messages the caller may see: their own alone, as themselves or as an agent."""
    subject = by.own_subject()
    require(by, roles=FOR_THEMSELVES, subjects=(subject,))
    return subject


def _told(event: Event, holding: Sequence[Rule], matter: Matter) -> Iterator[tuple[Message, Turn | None]]:
    """Yield the messages that follow from an event, and whose turn it is after it."""
    for recipient, rule in rules.told(holding, matter):
        message = rules.message_of(event, rule, matter, recipient)
        yield message, rules.turn_of(event, rule, matter, message)
