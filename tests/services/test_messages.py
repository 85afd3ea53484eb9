"""People are told of what happens to them, once each, whatever becomes of the stream of events."""

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, cast

import pytest

from chalicelib.cases.model.case import Case
from chalicelib.cases.model.case import Way as CaseWay
from chalicelib.cases.model.stages import Notice, Outcome
from chalicelib.cases.services.commands import Command
from chalicelib.catalogue.model.items import Material, Way
from chalicelib.catalogue.model.terms import WrittenLimit
from chalicelib.clocks.model import ClockKind
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.messages.model.messages import Act, Inbox, Message, Party, Turn
from chalicelib.messages.model.telling import Matter
from chalicelib.messages.services.messages import Messages
from chalicelib.policy import Caller, Role
from chalicelib.rulepacks.model.pack import ProofSource
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event
from chalicelib.workdays.model.limits import Unit
from tests.authorities import UNTIL, for_
from tests.builders import NOON, a_material, an_identity, an_item
from tests.channels import Channels
from tests.depth import goes
from tests.services.case_office import Applicant, a_paper, publish
from tests.services.test_consequences import OFFICER, a_granted_promise, an_act, verify
from tests.wire import Wire, watched

if TYPE_CHECKING:
    from chalicelib.messages.services.matters import Matters
    from chalicelib.messages.services.sending import Sending
    from chalicelib.messages.store.messages import MessageStore

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
    case = applicant.certify(applicant.draft(way=CaseWay.CERTIFICATE), "old-plate").case
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
    assert (turn.act, turn.number, turn.until) == (Act.CORRECT, case.case_no, date(2026, 10, 28))

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

    assert (turn.act, turn.until) == (Act.STATE, date(2026, 10, 12))
    assert container().messages.your_turns(by=applicant.caller, at=datetime(2026, 10, 12, 15, tzinfo=UTC)) == (turn,)
    assert container().messages.your_turns(by=applicant.caller, at=datetime(2026, 10, 12, 16, tzinfo=UTC)) == ()


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


def test_a_file_of_records_tells_which_of_them_bar() -> None:
    applicant, case = a_granted_promise()
    event = replace(
        container().timeline.events(case.owner)[0],
        kind=EventKind.RECORDS_IMPORTED.value,
        owner=f"credit:{case.subject}",
        data={"records": [{"record": f"court/r{each}"} for each in (1, 2, 3)], "bars": ["court/r1", "court/r3"]},
    )

    container().messages.on_event(event, LATER)

    (message,) = container().messages.page(by=applicant.caller, limit=1, after=None).items
    assert (message.kind, message.facts["number"]) == ("record_bars", "court/r1, court/r3")


def an_agents_promise(*, until: date) -> tuple[Applicant, str, Case]:
    """A promise by an agent that waits for its documents: who it is, the authority, and the case."""
    publish(an_item(proxy_allowed=True))
    agent = Applicant(role=Role.AGENT, identity=an_identity(number="330106198307270002", name="王代办")).enrol()
    principal = for_(Applicant().caller, agent.identity, ends_on=until)
    case = agent.promise(agent.draft(on_behalf_of=principal)).case
    event = replace(container().timeline.events(case.owner)[0], kind=EventKind.COMMITMENT_REFUSED.value)
    container().messages.on_event(event, LATER)
    return agent, principal.authority, case


def test_an_agents_turn_ends_with_the_authority() -> None:
    agent, authority, _ = an_agents_promise(until=UNTIL)
    (turn,) = container().messages.your_turns(by=agent.caller, at=LATER)
    (his,) = container().messages.your_turns(by=Applicant().caller, at=LATER)
    assert (turn.act, turn.authority, his.authority) == (Act.HAND_IN, authority, "")

    container().authorities.end(authority, by=Applicant().caller, at=LATER)

    assert container().messages.your_turns(by=agent.caller, at=LATER) == ()
    assert container().messages.turns(by=agent.caller, at=LATER) == ()
    assert container().messages.your_turns(by=Applicant().caller, at=LATER) == (his,)


def test_an_agents_turn_ends_with_the_last_day_of_the_authority() -> None:
    agent, _, _ = an_agents_promise(until=NOON.date())

    assert len(container().messages.your_turns(by=agent.caller, at=LATER)) == 1
    assert container().messages.your_turns(by=agent.caller, at=LATER + timedelta(days=1)) == ()


def a_hearing() -> tuple[Applicant, Case]:
    """A promise found untrue at noon: its notice is deemed received on 8 October, and three working days follow."""
    applicant, case = a_granted_promise()
    untrue = verify(case)
    tell(case.owner)
    return applicant, untrue


def the_notice(applicant: Applicant) -> str:
    found = container().messages.page(by=applicant.caller, limit=50, after=None).items
    return next(message.message_id for message in found if message.kind == "hearing_opened")


def last_day(case: Case) -> tuple[str, str]:
    """When the time to state one's case begins and ends, by its clock."""
    (clock,) = (clock for clock in container().clocks.of_owner(case.owner) if clock.kind is ClockKind.DEFENCE)
    return clock.started_at.isoformat(), clock.due_on.isoformat()


def test_the_time_to_state_ones_case_runs_from_when_the_notice_is_read() -> None:
    applicant, case = a_hearing()
    assert last_day(case) == ("2026-10-08T15:59:59+00:00", "2026-10-12")

    container().messages.read(the_notice(applicant), by=applicant.caller, at=LATER)

    after = container().cases.load(case.case_no)
    assert last_day(case) == ("2026-09-28T05:00:00+00:00", "2026-10-08")
    assert after.defence is not None
    assert after.defence.receipt is not None
    assert (after.defence.receipt.proof, after.defence.receipt.received_at) == ("portal_read", LATER)
    assert after.defence.until == datetime(2026, 10, 8, 15, 59, 59, tzinfo=UTC)
    event = container().timeline.events(case.owner)[-1]
    assert (event.kind, event.actor, event.data["notice"]) == ("case:notice_received", "service:portal", "hearing")
    assert container().timeline.reading(case.owner).verified
    tell(case.owner)
    (turn,) = container().messages.your_turns(by=applicant.caller, at=LATER)
    assert (turn.act, turn.until) == (Act.STATE, date(2026, 10, 8))


def test_a_notice_is_received_once_and_reading_it_again_moves_no_date() -> None:
    applicant, case = a_hearing()
    notice = the_notice(applicant)
    container().messages.read(notice, by=applicant.caller, at=LATER)
    message = container().message_store.load(case.subject, notice)

    assert not container().messages.prove(message, ProofSource.GATEWAY, received_at=NOON, at=LATER)

    assert last_day(case)[1] == "2026-10-08"
    assert len([each for each in container().timeline.events(case.owner) if each.kind == "case:notice_received"]) == 1


def test_a_receipt_of_the_gateway_starts_the_time_at_the_moment_that_it_names() -> None:
    applicant, case = a_hearing()
    message = container().message_store.load(case.subject, the_notice(applicant))
    arrived = NOON + timedelta(minutes=2)

    assert container().messages.prove(message, ProofSource.GATEWAY, received_at=arrived, at=LATER)

    assert last_day(case) == ("2026-09-28T04:02:00+00:00", "2026-10-08")


def test_a_receipt_dated_before_the_notice_counts_from_the_notice() -> None:
    applicant, case = a_hearing()
    message = container().message_store.load(case.subject, the_notice(applicant))

    container().messages.prove(message, ProofSource.GATEWAY, received_at=NOON - timedelta(days=3), at=LATER)

    assert last_day(case)[0] == "2026-09-28T04:00:00+00:00"


def test_a_proof_after_the_notice_was_deemed_received_is_recorded_and_moves_nothing() -> None:
    applicant, case = a_hearing()
    late = datetime(2026, 10, 9, 1, tzinfo=UTC)

    container().messages.read(the_notice(applicant), by=applicant.caller, at=late)

    after = container().cases.load(case.case_no)
    assert last_day(case) == ("2026-10-08T15:59:59+00:00", "2026-10-12")
    assert after.defence is not None
    assert after.defence.receipt is not None


def test_what_somebody_else_reads_proves_nothing() -> None:
    applicant, case = a_hearing()
    message = container().message_store.load(case.subject, the_notice(applicant))

    agents = replace(message, recipient=SubjectKey("k1.agent"))

    assert not container().messages.prove(agents, ProofSource.PORTAL, received_at=LATER, at=LATER)
    assert last_day(case)[1] == "2026-10-12"


def test_a_message_that_starts_no_time_is_simply_read() -> None:
    applicant, case = a_granted_promise()
    tell(case.owner)
    message = container().messages.page(by=applicant.caller, limit=1, after=None).items[0]

    assert not container().messages.prove(message, ProofSource.PORTAL, received_at=LATER, at=LATER)


def test_what_was_signed_for_at_the_counter_starts_the_time_too() -> None:
    _, case = a_hearing()
    signed = Command(case_no=case.case_no, by=OFFICER, at=LATER, version=case.version)

    done = container().receipts.record(signed, Notice.HEARING, proof="signed_at_counter", received_at=LATER).case

    assert done.defence is not None
    assert done.defence.until == datetime(2026, 10, 8, 15, 59, 59, tzinfo=UTC)
    with pytest.raises(DomainError, match=ErrorCode.STEP_NOT_ALLOWED.value):
        container().receipts.record(
            replace(signed, version=done.version), Notice.HEARING, proof="signed_at_counter", received_at=LATER
        )


def test_an_order_to_rectify_runs_from_its_receipt() -> None:
    applicant, case = a_hearing()
    case = container().consequences.state(an_act(case, by=applicant.caller), text="愿意整改。").case
    ordered = container().consequences.order_rectification(an_act(case), days=3, basis="第64条").case
    tell(case.owner)
    found = container().messages.page(by=applicant.caller, limit=50, after=None).items
    notice = next(message.message_id for message in found if message.kind == "rectification_ordered")

    container().messages.read(notice, by=applicant.caller, at=LATER)

    after = container().cases.load(case.case_no)
    assert ordered.rectification is not None
    assert ordered.rectification.due_at == datetime(2026, 10, 12, 15, 59, 59, tzinfo=UTC)
    assert after.rectification is not None
    assert after.rectification.due_at == datetime(2026, 10, 8, 15, 59, 59, tzinfo=UTC)


def test_a_demand_that_was_read_says_so_and_its_time_runs_from_then() -> None:
    applicant, case = a_correction()
    tell(case.owner)
    found = container().messages.page(by=applicant.caller, limit=50, after=None).items

    notice = next(message.message_id for message in found if message.kind == "correction_asked")
    container().messages.read(notice, by=applicant.caller, at=LATER)

    (asked,) = container().cases.load(case.case_no).corrections
    assert asked.receipt is not None
    assert asked.receipt.received_at == LATER


def test_events_told_twice_and_out_of_order_are_stored_once_and_counted_once() -> None:
    _, case = a_granted_promise()
    stored = container().timeline.events(case.owner)
    made = [_like(stored[0], seq=seq) for seq in range(100, 140)]
    twice = [*made, *made]
    random.Random(17).shuffle(twice)

    for event in twice:
        container().messages.on_event(event, LATER)

    messages = container().message_store.page(case.subject, limit=100, after=None).items
    assert [message.seq for message in messages] == list(range(139, 99, -1))
    assert container().message_store.inbox(case.subject) == Inbox(unread=40)
    (turn,) = container().message_store.turns(case.subject)
    assert (turn.seq, turn.party, turn.act) == (139, Party.OFFICE, None)


def test_events_told_in_batches_that_overlap_leave_what_they_leave_one_by_one(channels: Channels) -> None:
    _, case = a_granted_promise()
    stored = container().timeline.events(case.owner)
    made = [_like(stored[0], seq=seq) for seq in range(100, 140)]
    # The last ones first: the turns of all others are past by then.
    batches = [made[30:], made[:20], made[10:35], made]

    for batch in batches:
        container().messages.on_events(batch, LATER)

    messages = container().message_store.page(case.subject, limit=100, after=None).items
    assert [message.seq for message in messages] == list(range(139, 99, -1))
    assert container().message_store.inbox(case.subject) == Inbox(unread=40)
    (turn,) = container().message_store.turns(case.subject)
    assert (turn.seq, turn.party, turn.act) == (139, Party.OFFICE, None)
    names = {one.name for one in channels.deliveries.sent}
    assert names == {message.message_id for message in messages}


def test_a_batch_is_told_in_a_few_calls() -> None:
    _, case = a_granted_promise()
    stored = container().timeline.events(case.owner)
    made = [_like(stored[0], seq=seq) for seq in range(100, 160)]

    with watched(Wire()) as wire:
        container().messages.on_events([*made, *stored, replace(stored[1], owner="case:GONE")], LATER)

    # The cases; the one that is gone is looked for by itself; sixty-four messages.
    assert wire.operations == ["BatchGetItem", "BatchGetItem", "TransactWriteItems", "TransactWriteItems"]


def test_a_batch_of_nothing_that_is_told_to_anybody_costs_nothing() -> None:
    _, case = a_granted_promise()
    passed = replace(container().timeline.events(case.owner)[0], kind=EventKind.ALERT_RAISED.value)

    with watched(Wire()) as wire:
        container().messages.on_events([passed], LATER)

    assert wire.operations == []


@dataclass
class Memory:
    """A store, matters and a queue in memory: the real ones are tried above, and would take moto an hour."""

    messages: dict[str, Message] = field(default_factory=dict)
    added: Counter[str] = field(default_factory=Counter)
    standing: dict[str, Turn] = field(default_factory=dict)
    ordered: set[str] = field(default_factory=set)
    chance: random.Random = field(default_factory=lambda: random.Random(17))

    def add(self, message: Message) -> bool:
        # Whoever reads a message the moment that it is there is not told that what it asks is over.
        assert message.needs is None or self.standing[message.owner].seq >= message.seq
        is_new = message.message_id not in self.messages
        self.messages.setdefault(message.message_id, message)
        self.added[message.message_id] += is_new
        return is_new

    def set_turn(self, turn: Turn) -> bool:
        before = self.standing.get(turn.owner)
        if before is None or before.seq < turn.seq:
            self.standing[turn.owner] = turn
        return self.standing[turn.owner] is turn

    def of(self, event: Event, *, at: datetime) -> Matter:
        assert at == LATER
        number = event.owner.partition(":")[2]
        return Matter(parts={"subject": SubjectKey(f"k1.{number}")}, link=f"cases/{number}", number=number)

    def order(self, message: Message) -> None:
        if self.chance.random() < 0.2:
            raise ConnectionError
        self.ordered.add(message.message_id)


@goes("events", usually=1_000, deep=10_000)
def test_each_message_is_there_once_and_ordered_however_often_the_queue_fails(events: int) -> None:
    _, case = a_granted_promise()
    first = container().timeline.events(case.owner)[0]
    memory = Memory()
    relay = Messages(
        cast("MessageStore", memory),
        cast("Matters", memory),
        cast("Sending", memory),
        receipts=lambda: container().receipts,
    )
    made = [replace(_like(first, seq=1 + number // 200), owner=f"case:{number % 200}") for number in range(events)]
    left = [*made, *made]
    while left:
        memory.chance.shuffle(left)
        left = [event for event in left if not _is_told(relay, event)]

    assert len(memory.messages) == events
    assert set(memory.added.values()) == {1}
    assert memory.ordered == set(memory.messages)
    # An answer in part leaves the turn where it was.
    last = max(event.seq for event in made if event.kind != EventKind.CORRECTION_ANSWERED)
    assert {turn.seq for turn in memory.standing.values()} == {last}


def _is_told(relay: Messages, event: Event) -> bool:
    """Whether the relay took an event; one that it did not comes again, as the stream has it."""
    try:
        relay.on_event(event, LATER)
    except ConnectionError:
        return False
    return True


def _like(event: Event, *, seq: int) -> Event:
    kinds = [EventKind.CORRECTION_ASKED, EventKind.CORRECTION_ANSWERED, EventKind.CASE_DECIDED, EventKind.CASE_REOPENED]
    return replace(event, seq=seq, kind=kinds[seq % len(kinds)].value, data={"outcome": Outcome.REFUSED.value})


def test_what_is_brought_after_its_day_waits_for_the_applicant_until_all_of_it_has_come() -> None:
    within = WrittenLimit(value=5, unit=Unit.WORKING_DAYS, basis="第3条")
    papers = [
        Material(id=name, name=name, basis="第3条", ways=(Way.CERTIFICATE,), later=within) for name in ("plan", "lease")
    ]
    publish(an_item(materials=(a_material(), *papers)))
    applicant = Applicant().enrol()
    case = applicant.promise(applicant.draft(later=("plan", "lease"))).case
    late = datetime(2026, 10, 10, 16, tzinfo=UTC)
    container().clocks.sweep(at=late)

    def acts(*brought: str) -> list[Act | None]:
        for name in brought:
            container().commitment_withdrawal.hand_in(case.case_no, (a_paper(name),), by=applicant.caller, at=late)
        tell(case.owner)
        return [turn.act for turn in container().messages.your_turns(by=applicant.caller, at=late)]

    assert (acts(), acts("plan"), acts("lease")) == ([Act.HAND_IN], [Act.HAND_IN], [])
