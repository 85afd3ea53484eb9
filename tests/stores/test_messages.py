"""The store of messages: once each, in order, counted, and a turn that only goes forward."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from chalicelib.dynamo.transaction import ConflictError, transaction
from chalicelib.messages.model.messages import (
    Act,
    Channel,
    Delivery,
    DeliveryState,
    Inbox,
    Message,
    Needs,
    Party,
    Turn,
)
from chalicelib.messages.store.messages import MessageStore
from chalicelib.subjects.model.subjects import SubjectKey

pytestmark = pytest.mark.usefixtures("cloud")

SOMEBODY = SubjectKey("k1.aa")
AT = datetime(2026, 11, 26, 1, 12, tzinfo=UTC)
MESSAGE = Message(
    message_id="20261126T011200Z-01",
    recipient=SOMEBODY,
    kind="correction_asked",
    owner="case:C1",
    seq=4,
    event="case:correction_asked",
    made_at=AT,
    link="/cases/C1",
    facts={"item": "开办便利店", "number": "C1"},
    needs=Needs(act=Act.CORRECT, until=date(2026, 12, 3)),
)
TURN = Turn(recipient=SOMEBODY, owner="case:C1", seq=4, party=Party.YOU, link="/cases/C1", act=Act.CORRECT)


def test_a_message_told_twice_is_there_once_and_counted_once() -> None:
    store = MessageStore()

    assert store.add(MESSAGE)
    assert not store.add(MESSAGE)

    assert store.page(SOMEBODY, limit=9, after=None).items == (MESSAGE,)
    assert store.inbox(SOMEBODY) == Inbox(unread=1)


def test_a_read_message_is_counted_no_longer_and_is_read_only_once() -> None:
    store = MessageStore()
    store.add(MESSAGE)

    with transaction() as tx:
        store.mark_read(MESSAGE, at=AT, tx=tx)

    assert store.load(SOMEBODY, MESSAGE.message_id) == replace(MESSAGE, read_at=AT)
    with pytest.raises(ConflictError), transaction() as tx:
        store.mark_read(MESSAGE, at=AT, tx=tx)
    assert store.inbox(SOMEBODY) == Inbox(unread=0)


def test_a_turn_is_never_taken_back_by_an_earlier_event() -> None:
    store = MessageStore()
    answered = replace(TURN, seq=5, party=Party.OFFICE, act=None)

    assert store.set_turn(answered)
    assert not store.set_turn(TURN)

    assert store.turns(SOMEBODY) == (answered,)


def test_what_became_of_a_message_is_saved_on_what_was_read() -> None:
    store = MessageStore()
    store.add(MESSAGE)
    sent = Delivery(channel=Channel.SMS, state=DeliveryState.SENT, at=AT)
    received = Delivery(channel=Channel.SMS, state=DeliveryState.RECEIVED, at=AT, proof="gateway-1")

    with transaction() as tx:
        after = store.save_deliveries(MESSAGE, (sent,), tx)
    with transaction() as tx:
        store.save_deliveries(after, (received,), tx)

    assert store.load(SOMEBODY, MESSAGE.message_id).deliveries == (received,)
    with pytest.raises(ConflictError), transaction() as tx:
        store.save_deliveries(MESSAGE, (sent,), tx)
