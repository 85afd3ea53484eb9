"""The sums of figures: each event once, few rows, and the same answers however they are split."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.clock import day_in_shanghai
from chalicelib.dynamo.transaction import Transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.supervision.model.statistics import ALL_ITEMS, Contribution, Figures, FlagStep, Late, Measure, Span
from chalicelib.supervision.rules.statistics import figures_of
from chalicelib.supervision.store.statistics import SHARDS, StatisticsStore
from chalicelib.supervision.table.statistics import StatisticsRow
from tests.wire import Wire, watched

pytestmark = pytest.mark.usefixtures("cloud")

DAY = date(2026, 10, 12)
MORNING = datetime(2026, 10, 12, 1, 0, tzinfo=UTC)
"""Nine o'clock in Shanghai."""


def one_of(
    number: int,
    *,
    at: datetime = MORNING,
    item: str = "a",
    minutes: int | None = None,
    measure: Measure = Measure.RECEIVED,
) -> Contribution:
    return Contribution(
        event_id=f"case:{number}/1",
        department="traffic",
        item_code=item,
        day=day_in_shanghai(at),
        at=at,
        counts={measure: 1},
        minutes={} if minutes is None else {Span.HANDLING: minutes},
    )


def of_the_day(store: StatisticsStore) -> Figures:
    return sum((one.figures for one in store.days("traffic", DAY, DAY)), Figures())


def by_items(store: StatisticsStore) -> dict[str, Figures]:
    found: dict[str, Figures] = {}
    for one in store.items("traffic", DAY, DAY):
        found[one.item_code] = found.get(one.item_code, Figures()) + one.figures
    return found


def whole_of(many: Sequence[Contribution]) -> Figures:
    return sum((figures_of(one) for one in many), Figures())


def test_a_batch_is_added_up_before_it_is_written_and_each_of_its_events_once() -> None:
    store = StatisticsStore()
    many = [one_of(number, item="ab"[number % 2]) for number in range(40)]

    with watched(Wire()) as wire:
        store.add(*many, *many[:5])
    store.add(*many[10:], one_of(40))

    (written,) = wire.calls
    sums = [each["Update"] for each in written.parameters["TransactItems"] if "Update" in each]
    # The department's and two items' sums of the day, and of the minute.
    assert (len(written.parameters["TransactItems"]), len(sums)) == (46, 6)
    assert of_the_day(store) == whole_of([*many, one_of(40)])
    assert {item: figures.of(Measure.RECEIVED) for item, figures in by_items(store).items()} == {"a": 21, "b": 20}
    assert {one.item_code for one in store.days("traffic", DAY, DAY)} == {ALL_ITEMS}


def test_what_does_not_fit_into_a_transaction_is_split() -> None:
    store = StatisticsStore()
    many = [
        Contribution(
            event_id=f"case:{number}/9",
            department="traffic",
            item_code=str(number),
            day=DAY,
            at=MORNING,
            counts={Measure.DECIDED: 1, Measure.LATE: 1},
            minutes={Span.HANDLING: 60 + number},
            late=Late(due_at=MORNING - timedelta(days=1), done_at=MORNING),
            flag=FlagStep(department="traffic", edition="2024", measure_code=str(number), counts={"x": 1}, in_force=1),
        )
        for number in range(50)
    ]

    with watched(Wire()) as wire:
        store.add(*many)

    sizes = [len(c.parameters["TransactItems"]) for c in wire.calls if c.operation == "TransactWriteItems"]
    assert len(sizes) == 4
    assert max(sizes) <= 100
    assert of_the_day(store) == whole_of(many)
    assert len(store.late("traffic", MORNING - timedelta(days=2), MORNING)) == 50
    assert len(store.measures("traffic", DAY, DAY)) == 100


def test_the_longest_is_written_only_if_it_is_not_known_to_be_stored() -> None:
    store = StatisticsStore()

    for number, minutes in enumerate([30, 20, 40]):
        with watched(Wire()) as wire:
            store.add(one_of(number, minutes=minutes, measure=Measure.DECIDED))
        written = wire.operations.count("UpdateItem")
        assert written == (0 if minutes == 20 else 2)
    StatisticsStore().add(one_of(3, minutes=35, measure=Measure.DECIDED))

    assert of_the_day(store).longest == {Span.HANDLING: 40}
    assert by_items(store)["a"].longest == {Span.HANDLING: 40}


def test_what_is_known_of_the_longest_is_forgotten_before_it_grows_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.supervision.store.statistics.MOST_KNOWN", 2)
    store = StatisticsStore()

    store.add(one_of(1, minutes=9, item="a"), one_of(2, minutes=8, item="b"), one_of(3, minutes=7, item="c"))
    store.add(one_of(4, minutes=5, item="a"))

    assert of_the_day(store).longest == {Span.HANDLING: 9}
    assert {item: figures.longest[Span.HANDLING] for item, figures in by_items(store).items()} == {
        "a": 9,
        "b": 8,
        "c": 7,
    }


def meeting(monkeypatch: pytest.MonkeyPatch, times: int) -> list[int]:
    """Let the next transactions meet others in their rows; return how often each was tried."""
    met: list[int] = []
    commit = Transaction.commit

    def commit_later(tx: Transaction, *, attempts: int = 6) -> None:
        met.append(attempts)
        if len(met) <= times:
            raise DomainError(ErrorCode.BUSY)
        commit(tx, attempts=attempts)

    monkeypatch.setattr(Transaction, "commit", commit_later)
    return met


def test_who_meets_another_writes_into_the_next_row_and_stays_there(monkeypatch: pytest.MonkeyPatch) -> None:
    store = StatisticsStore()
    store.add(one_of(1))

    met = meeting(monkeypatch, 1)
    store.add(one_of(2))
    store.add(one_of(3))

    assert met == [1, 1, 1]
    rows = {row.sk: row.numbers["received"] for row in StatisticsRow.query("traffic")}
    assert rows == {"2026-10-12#0": 1, "2026-10-12#1": 2}
    assert of_the_day(store).of(Measure.RECEIVED) == 3
    assert [one.by_hour for one in store.days("traffic", DAY, DAY)] == [{9: {"received": 3}}]
    assert store.running_hour("traffic", MORNING) == {"received": 3}


def test_who_meets_others_everywhere_waits_at_last_and_then_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    met = meeting(monkeypatch, SHARDS + 1)

    with pytest.raises(DomainError) as refused:
        StatisticsStore().add(one_of(1))

    assert refused.value.code is ErrorCode.BUSY
    assert met == [*[1] * SHARDS, 6]


def test_what_came_in_an_hour_is_told_up_to_each_second_of_it() -> None:
    store, dice = StatisticsStore(), random.Random(20261012)
    # Two seconds before midnight in Shanghai, at midnight, a minute, an hour and a day later.
    begin = datetime(2026, 10, 11, 15, 59, 58, tzinfo=UTC)
    after = [0, 1, 2, 3, 61, 62, 3_601, 3_602, 3_661, 3_662, 40_000, 86_401, 86_402]
    moments = [begin + timedelta(seconds=dice.choice(after)) for _ in range(60)]
    many = [one_of(number, at=at, item=dice.choice("ab")) for number, at in enumerate(moments)]
    dice.shuffle(many)
    store.add(*many[:25])
    store.add(*many[20:])

    for at in sorted({moment + timedelta(seconds=late) for moment in moments for late in (-1, 0, 1)}):
        hour = [
            one for one in many if one.at <= at and one.at.replace(minute=0, second=0) == at.replace(minute=0, second=0)
        ]
        assert store.running_hour("traffic", at) == ({"received": len(hour)} if hour else {})
        for item in "ab":
            own = sum(one.item_code == item for one in hour)
            assert store.running_hour("traffic", at, item_code=item).get("received", 0) == own


def test_the_figures_of_a_month_are_a_row_a_day_however_many_items_there_are() -> None:
    store = StatisticsStore()
    for day in range(3):
        store.add(*(one_of(1_000 * day + n, at=MORNING + timedelta(days=day), item=str(n)) for n in range(70)))

    with watched(Wire()) as wire:
        found = store.days("traffic", DAY, DAY + timedelta(days=2))

    assert [call.answer["Count"] for call in wire.calls] == [3]
    assert [one.figures.of(Measure.RECEIVED) for one in found] == [70, 70, 70]
