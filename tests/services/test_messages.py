"""People are told of what happens to them, once each, whatever becomes of the stream of events."""

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.cases.model.case import Case, Way
from chalicelib.cases.model.stages import Outcome
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.messages.model.messages import Act, Inbox, Message, Party
from chalicelib.policy import Caller
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event
from tests.builders import NOON
from tests.channels import Channels
from tests.depth import goes
from tests.services.case_office import Applicant, publish
from tests.services.test_consequences import OFFICER, a_granted_promise, an_act, verify

pytestmark = pytest.mark.usefixtures("cloud", "channels")

LATER = NOON + timedelta(hours=1)


def tell(*owners: str) -> None:
    """Let the relay pass on everything that these timelines hold."""
    for owner in owners:
        for event in container().timeline.events(owner):
            container().messages.on_event(event, LATER)


def told(caller: Caller) -> list[str]:
    """What somebody has been told, the newest first."""
    return [message.kind for message in container().messages.page(by=caller, limit=50, after=None).items]


def a_correction() -> tuple[Applicant, Case]:
    """A certificate case whose office asks for something that is missing."""
    publish()
    applicant = Applicant()
    case = applicant.certify(applicant.draft(way=Way.CERTIFICATE), "old-plate").case
    asked = container().acceptance.ask_correction(an_act(case), missing=("old-plate",), basis="第32条").case
    return applicant, asked


def test_a_case_from_filing_to_delivery_tells_its_applicant_at_each_step() -> None:
    applicant, case = a_granted_promise()
    tell(case.owner)

    kinds = told(applicant.caller)

    assert sorted(kinds) == ["accepted", "delivered", "granted_to_be_verified", "received"]
    assert container().messages.inbox(by=applicant.caller) == Inbox(unread=4)


def test_a_correction_waits_for_the_applicant_until_it_is_answered(channels: Channels) -> None:
    applicant, case = a_correction()
    tell(case.owner)
    (turn,) = container().messages.your_turns(by=applicant.caller, at=LATER)
    assert (turn.act, turn.number, turn.until) == (Act.CORRECT, case.case_no, None)

    container().acceptance.answer_correction(an_act(case, by=applicant.caller), 1, materials=(), text="补齐了。")
    tell(case.owner)

    assert container().messages.your_turns(by=applicant.caller, at=LATER) == ()
    ((turn, is_open),) = container().messages.turns(by=applicant.caller, at=LATER)
    assert (turn.party, is_open) == (Party.OFFICE, True)
    assert len({sent["message_id"] for sent in channels.deliveries.of("message_id")}) == 3


def test_a_hearing_waits_for_the_applicant_until_its_last_day() -> None:
    applicant, case = a_granted_promise()
    verify(case)
    tell(case.owner)

    (turn,) = container().messages.your_turns(by=applicant.caller, at=LATER)

    assert (turn.act, turn.until) == (Act.STATE, date(2026, 10, 8))
    assert container().messages.your_turns(by=applicant.caller, at=datetime(2026, 10, 8, 15, tzinfo=UTC)) == (turn,)
    assert container().messages.your_turns(by=applicant.caller, at=datetime(2026, 10, 8, 16, tzinfo=UTC)) == ()


def test_nobody_reads_what_another_was_told() -> None:
    applicant, case = a_granted_promise()
    tell(case.owner)
    message = container().messages.page(by=applicant.caller, limit=1, after=None).items[0]
    stranger = Applicant(identity=replace(applicant.identity, number="330782199003070005")).caller

    assert told(stranger) == []
    with pytest.raises(DomainError, match=ErrorCode.NOT_FOUND.value):
        container().messages.read(message.message_id, by=stranger, at=LATER)
    with pytest.raises(DomainError, match=ErrorCode.INSUFFICIENT_IDENTITY.value):
        container().messages.page(by=OFFICER, limit=1, after=None)


def test_a_message_is_read_once_and_stays_read() -> None:
    applicant, case = a_granted_promise()
    tell(case.owner)
    message = container().messages.page(by=applicant.caller, limit=1, after=None).items[0]

    first = container().messages.read(message.message_id, by=applicant.caller, at=LATER)
    again = container().messages.read(message.message_id, by=applicant.caller, at=LATER + timedelta(days=1))

    assert first.read_at == again.read_at == LATER
    assert container().messages.inbox(by=applicant.caller) == Inbox(unread=3)


def test_an_owner_that_was_deleted_since_concerns_nobody(channels: Channels) -> None:
    applicant, case = a_granted_promise()
    event = replace(container().timeline.events(case.owner)[0], owner="case:GONE")

    container().messages.on_event(event, LATER)

    assert told(applicant.caller) == []
    assert channels.deliveries.sent == []


@goes("events", usually=60, deep=10_000)
def test_events_told_twice_and_out_of_order_make_each_message_once(events: int) -> None:
    _, case = a_granted_promise()
    stored = container().timeline.events(case.owner)
    kinds = [EventKind.CORRECTION_ASKED, EventKind.CORRECTION_ANSWERED, EventKind.CASE_DECIDED, EventKind.CASE_REOPENED]
    made = [_like(stored[0], seq=seq, kind=kinds[seq % len(kinds)]) for seq in range(100, 100 + events)]
    twice = [*made, *made]
    random.Random(17).shuffle(twice)

    for event in twice:
        container().messages.on_event(event, LATER)

    messages = _all(case)
    assert Counter(message.seq for message in messages) == Counter(range(100, 100 + events))
    assert container().message_store.inbox(case.subject) == Inbox(unread=events)
    (turn,) = container().message_store.turns(case.subject)
    assert turn.seq == max(event.seq for event in made)


def _like(event: Event, *, seq: int, kind: EventKind) -> Event:
    return replace(event, seq=seq, kind=kind.value, data={"outcome": Outcome.REFUSED.value})


def _all(case: Case) -> list[Message]:
    found, after = [], None
    while True:
        page = container().message_store.page(case.subject, limit=100, after=after)
        found.extend(page.items)
        after = page.after
        if after is None:
            return found
