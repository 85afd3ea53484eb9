"""What the relay does together: few calls for many events, and the same in the end whatever happens in between."""

import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from secrets import token_hex

from chalicelib.clock import instant_text
from chalicelib.clocks.model import Clock, ClockKind
from chalicelib.clocks.store import ClockStore
from chalicelib.container import container
from chalicelib.dynamo.transaction import Transaction, transaction
from chalicelib.inspection.model import Mandate, Scope
from chalicelib.inspection.store import MandateStore
from chalicelib.policy import Caller, Role
from chalicelib.supervision.model.statistics import Figures, Measure, Span
from chalicelib.supervision.services.statistics import Asked
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event, Json, NewEvent
from chalicelib.timeline.listeners import tell
from chalicelib.timeline.table import EventRow
from chalicelib.workdays.model.limits import Limit, Unit
from infra.local.seeding import resident_of
from tests.builders import an_identity
from tests.depth import goes
from tests.performance.deaths import Attempt, dying_everywhere
from tests.performance.house import ANSWERS, Elsewhere
from tests.services.alerting import MORNING
from tests.services.case_office import Applicant
from tests.services.timelines import FRIDAY
from tests.wire import Wire, interrupted, watched

MANY = 100
MONITOR = Caller(sub="m", roles=frozenset({Role.MONITOR}), department="monitoring")
MANDATE = Mandate(
    mandate_id="",
    file_no="义纪查〔2026〕1号",
    basis="《监察法》第18条",
    scope=Scope(departments=("traffic",)),
    expires_on=date(2027, 1, 1),
    inspector="inspector",
    department="inspection",
    asked_at=FRIDAY,
)
"""The smallest that owns a timeline."""


def passed_clocks(number: int) -> list[Event]:
    """Clocks of as many owners, all passed, as a sweep leaves them; returns what it tells."""
    kept = MandateStore(container().timeline)
    names = [token_hex(8) for _ in range(number)]
    for first in range(0, number, 20):
        with transaction() as tx:
            for name in names[first : first + 20]:
                mandate = replace(MANDATE, mandate_id=name)
                started = a_clock(mandate.owner)
                passed, told = container().clocks.moved_on(started, at=MORNING)
                kept.add(mandate, told, at=MORNING, tx=tx)
                ClockStore().add(passed, tx)
    return [event for name in names for event in container().timeline.events(f"mandate:{name}")]


def a_clock(owner: str) -> Clock:
    """A promise to handle something within three working days from Friday on."""
    return container().clocks.start(
        ClockKind.HANDLING_PROMISED,
        Limit(value=3, unit=Unit.WORKING_DAYS, basis="《行政许可法》第42条"),
        owner=owner,
        department="traffic",
        responsible="officer",
        pack="corrects-first",
        started_at=FRIDAY,
        tx=Transaction(),
        item="plate-replacement",
    )


def raised_for(events: Sequence[Event]) -> list[Event]:
    """The alerts on the timelines of these events' owners."""
    owners = dict.fromkeys(event.owner for event in events)
    told = [event for owner in owners for event in container().timeline.events(owner)]
    return [event for event in told if event.kind == EventKind.ALERT_RAISED]


def require_one_alert_each(events: Sequence[Event]) -> None:
    """Each owner has one alert, whose acknowledgement has one clock, and a chain that holds."""
    owners = {event.owner for event in events}
    raised = raised_for(events)
    assert Counter(event.owner for event in raised) == dict.fromkeys(owners, 1)
    for event in raised:
        assert container().timeline.reading(event.owner).verified
        clocks = container().clocks.of_owner(event.owner)
        assert [clock.about for clock in clocks if clock.about] == [event.data["alert_id"]]


def test_a_hundred_passed_clocks_of_as_many_owners_raise_their_alerts_in_a_few_calls(elsewhere: Elsewhere) -> None:
    events = passed_clocks(MANY)

    with watched(Wire()) as wire:
        container().alerts.on_events(events, MORNING)
    raised = raised_for(events)
    elsewhere.told.clear()
    with watched(Wire()) as pushes:
        container().alerts.on_events(raised, MORNING)

    # The clocks; the alerts that there are already, and the ends of the timelines; four writes an alert.
    assert wire.operations == ["BatchGetItem", "BatchGetItem", "BatchGetItem", *["TransactWriteItems"] * 4]
    # Whether a clock has stopped meanwhile, for all of them together.
    assert pushes.operations == ["BatchGetItem"]
    assert Counter(said["MessageAttributes"]["name"]["StringValue"] for _, said in elsewhere.told) == dict.fromkeys(
        [event.id for event in raised], 1
    )
    require_one_alert_each(events)


def test_a_passed_clock_costs_nothing_where_it_is_nobodys(elsewhere: Elsewhere) -> None:  # noqa: ARG001 - the engine
    case = Applicant(identity=an_identity(number=resident_of(1))).enrol()
    owner = case.promise(case.draft(answers=ANSWERS)).case.owner
    (signed, *_) = container().timeline.events(owner)
    # Of a case that is overdue its applicant is told; to everybody else a clock of it is nothing.
    others = {name: listener for name, listener in container().listeners.items() if name not in {"alerts", "messages"}}
    passed = [replace(event, owner=owner) for event in passed_clocks(1)]

    with watched(Wire()) as wire:
        tell(others, [replace(signed, occurred_at="2026-01-01T00:00:00Z"), *passed], now=lambda: MORNING)

    assert wire.operations == []


def test_what_cannot_be_written_together_is_written_one_by_one(elsewhere: Elsewhere) -> None:  # noqa: ARG001 - the engine
    events = passed_clocks(3)

    def something_else_happens() -> None:
        """The timeline of one of the three goes on between the reads and the write."""
        looked = NewEvent(kind=EventKind.MANDATE_AUDITED, occurred_at=MORNING, actor="staff:i", department="inspection")
        with transaction() as tx:
            container().timeline.append([looked], owner=events[0].owner, at=MORNING, tx=tx)

    with watched(interrupted("TransactWriteItems", something_else_happens)):
        container().alerts.on_events(events, MORNING)

    require_one_alert_each(events)


def test_an_event_of_nobody_stops_none_of_the_others(elsewhere: Elsewhere) -> None:  # noqa: ARG001 - the engine
    events = passed_clocks(3)
    stray = replace(events[0], owner="case:none")

    untold = tell({"alerts": container().alerts}, [events[0], stray, *events[1:]], now=lambda: MORNING)

    assert [(each.event.owner, each.listener) for each in untold] == [("case:none", "alerts")]
    require_one_alert_each(events)


@goes("rounds", usually=3, deep=100)
def test_batches_that_overlap_and_come_twice_and_out_of_order_raise_each_alert_once(
    rounds: int,
    elsewhere: Elsewhere,  # noqa: ARG001 - the engine
) -> None:
    dice = random.Random(20261126)
    for _ in range(rounds):
        events = passed_clocks(12)
        batches = [dice.sample(events, k=8) for _ in range(6)] + [events]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda batch: container().alerts.on_events(batch, MORNING), batches))
        require_one_alert_each(events)


def test_a_relay_that_dies_at_any_call_of_a_batch_raises_each_alert_once(elsewhere: Elsewhere) -> None:
    def prepare(_: int) -> tuple[Attempt, Callable[[], None]]:
        events = passed_clocks(2)
        return lambda: container().alerts.on_events(events, MORNING), lambda: require_one_alert_each(events)

    # The clocks; which alerts there are; the ends of the timelines; the transaction.
    dying_everywhere(prepare, elsewhere, calls=4)


def test_pushes_are_ordered_ten_a_call_and_all_again_if_one_was_not_taken(elsewhere: Elsewhere) -> None:
    def prepare(_: int) -> tuple[Attempt, Callable[[], None]]:
        events = passed_clocks(1)
        container().alerts.on_events(events, MORNING)
        (raised,) = raised_for(events)
        many = [replace(raised, seq=number) for number in range(1, 13)]
        elsewhere.told.clear()

        def look() -> None:
            names = {said["MessageAttributes"]["name"]["StringValue"] for _, said in elsewhere.told}
            assert names == {event.id for event in many}

        return lambda: container().alerts.on_events(many, MORNING), look

    # Whether the clock has stopped; ten of them, and two more.
    dying_everywhere(prepare, elsewhere, calls=3)


@goes("rounds", usually=2, deep=50)
def test_people_are_told_once_of_what_overlapping_batches_bring(rounds: int, elsewhere: Elsewhere) -> None:
    dice = random.Random(20261127)
    for number in range(1, rounds + 1):
        applicant = Applicant(identity=an_identity(number=resident_of(number))).enrol()
        case = applicant.promise(applicant.draft(answers=ANSWERS)).case
        first = container().timeline.events(case.owner)[0]
        kinds = [EventKind.CORRECTION_ASKED, EventKind.CASE_DECIDED, EventKind.CASE_REOPENED]
        data = {"outcome": "refused"}
        events = [replace(first, seq=seq, kind=kinds[seq % 3].value, data=data) for seq in range(100, 140)]
        batches = [*(dice.sample(events, k=25) for _ in range(6)), events]
        elsewhere.told.clear()

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda batch: container().messages.on_events(batch, MORNING), batches))

        messages = container().message_store.page(case.subject, limit=100, after=None).items
        assert [message.seq for message in messages] == list(range(139, 99, -1))
        assert container().message_store.inbox(case.subject).unread == 40
        (turn,) = container().message_store.turns(case.subject)
        assert turn.seq == 139
        names = {said["MessageAttributes"]["name"]["StringValue"] for _, said in elsewhere.told}
        assert names == {message.message_id for message in messages}


def test_a_relay_that_dies_at_any_call_counts_a_batch_once(elsewhere: Elsewhere) -> None:
    monday = datetime(2026, 6, 22, 1, 0, tzinfo=UTC)

    def prepare(number: int) -> tuple[Attempt, Callable[[], None]]:
        day = monday + timedelta(weeks=number)
        owners = [f"case:{number}-{each}" for each in range(3)]
        chains = [a_case(owner, day) for owner in owners]
        batch = [event for chain in chains for event in chain]
        for event in batch:
            columns = {name: getattr(event, name) for name in ("kind", "occurred_at", "recorded_at", "actor")}
            EventRow(event.owner, event.seq, **columns, department="traffic", data=json.dumps(event.data)).save()

        def look() -> None:
            asked = Asked(first=day.date(), last=day.date(), as_of=day + timedelta(hours=9))
            (told,) = [
                one for one in container().statistics.figures(asked, by=MONITOR, at=day) if one.department == "traffic"
            ]
            whole = sum((each.figures for each in told.days), Figures())
            counts = {Measure.RECEIVED: 3, Measure.ACCEPTED: 3, Measure.DECIDED: 3}
            assert {measure: whole.of(measure) for measure in counts} == counts
            assert {measure: told.completion.of(measure) for measure in counts} == counts
            assert whole.longest == {Span.HANDLING: 60}

        return lambda: container().statistics.on_events(batch, day), look

    # Three chains; the longest durations of department and item; the transaction.
    dying_everywhere(prepare, elsewhere, calls=6)


def a_case(owner: str, at: datetime) -> list[Event]:
    """A certificate case that is filed, accepted and decided within two hours."""
    told: list[tuple[EventKind, int, dict[str, Json]]] = [
        (EventKind.CASE_FILED, 0, {"way": "certificate", "item_code": "a", "pack": "corrects-first"}),
        (EventKind.CASE_SEEN, 30, {}),
        (EventKind.CASE_ACCEPTED, 60, {}),
        (EventKind.CASE_DECIDED, 120, {"clocks_stopped": []}),
    ]
    return [
        Event(
            owner=owner,
            seq=seq,
            kind=kind,
            occurred_at=instant_text(at + minutes * timedelta(minutes=1)),
            recorded_at=instant_text(at + minutes * timedelta(minutes=1)),
            actor="service:filing",
            department="traffic",
            data=data,
            prev_hash="",
            hash="",
        )
        for seq, (kind, minutes, data) in enumerate(told, start=1)
    ]
