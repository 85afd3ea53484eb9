"""Adding events to the figures, once each, and reading the figures."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import TypeAlias

from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Path

from chalicelib.clock import SHANGHAI, day_in_shanghai, instant_from, instant_text
from chalicelib.dynamo.model import code_of
from chalicelib.dynamo.transaction import ATTEMPTS, MOST_WRITES, Transaction, existing
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.supervision.model.statistics import (
    ALL_ITEMS,
    Contribution,
    DayFigures,
    Figures,
    Late,
    LateDecision,
    Measure,
    MeasureFigures,
    Span,
    is_by_the_second,
)
from chalicelib.supervision.rules.quantiles import bucket
from chalicelib.supervision.table.statistics import StatisticsRow

MARK = "event"
LONGEST = "longest"
ITEMS = "items"
LATE = "late"
AGAIN = "again"
MEASURES = "measures"
IN_FORCE = "in_force"
OPEN = "open"
END = "\uffff"
"""Sorts after everything else that a key holds."""

SHARDS = 8
"""Into how many rows a sum is split at most: a writer that meets another in a row goes on to the next, and stays."""

MOST_KNOWN = 10_000
"""Of how many longest durations a process remembers that they are stored."""

Key: TypeAlias = tuple[str, str]
Numbers: TypeAlias = dict[str, int]


class CountedError(Exception):
    """One of the events has been counted already."""


class StatisticsStore:
    """All figures: they are only ever added to."""

    def __init__(self) -> None:
        """Write into the first row of each sum, as long as nobody else does."""
        self._shard = 0
        self._longest: dict[tuple[Key, Span], int] = {}

    def add(self, *many: Contribution) -> None:
        """Add the contributions of events, together with marks that they are counted. Idempotent.

        As many as fit into a transaction are added up first, so that each of its rows is written once.
        """
        for some in _fitting({one.event_id: one for one in many}.values()):
            self._keep_longest(some)
            self._add(some)

    def _keep_longest(self, some: Iterable[Contribution]) -> None:
        """Write the longest durations before anything is marked as counted.

        They have rows of their own, which no transaction holds. A greater value is never overwritten, so repeating a
        write changes nothing, and one that is known to be stored needs none.
        """
        longest: dict[tuple[Key, Span], int] = {}
        for one in some:
            for span, value in one.minutes.items():
                for key in _days_of(one):
                    longest[key, span] = max(value, longest.get((key, span), 0))
        for place, value in longest.items():
            if self._longest.get(place, -1) >= value:
                continue
            (pk, sk), span = place
            _raise_to((pk, f"{sk}#{LONGEST}"), f"{LONGEST}~{span}", value)
            if len(self._longest) >= MOST_KNOWN:
                self._longest.clear()
            self._longest[place] = value

    def _add(self, some: Sequence[Contribution]) -> None:
        """Add contributions that fit into one transaction; those that are counted already are left out."""
        for attempt in range(SHARDS + ATTEMPTS):
            try:
                _transaction_of(some, shard=self._shard).commit(attempts=1 if attempt < SHARDS else ATTEMPTS)
            except CountedError:
                counted = existing(*(_mark_of(one) for one in some))
                some = [one for one, is_counted in zip(some, counted, strict=True) if not is_counted]
            except DomainError as error:
                if error.code is not ErrorCode.BUSY or attempt >= SHARDS:
                    raise
                self._shard = (self._shard + 1) % SHARDS
            else:
                return
            if not some:
                return
        raise DomainError(ErrorCode.BUSY)

    def days(self, department: str, first: date, last: date) -> tuple[DayFigures, ...]:
        """Return the figures of a department by day, from the first day to the last, in order."""
        return _days_in(StatisticsRow.query(department, _between(first, last)), department=department)

    def items(self, department: str, first: date, last: date) -> tuple[DayFigures, ...]:
        """Return the figures of a department by day and item, from the first day to the last, in order."""
        return _days_in(StatisticsRow.query(f"{ITEMS}@{department}", _between(first, last)), department=department)

    def open_cases(self, department: str) -> int:
        """Return how many of a department's cases are still to be decided now."""
        rows = StatisticsRow.query(department, StatisticsRow.sk.startswith(f"{OPEN}#"))
        return sum(row.numbers.get(Measure.OPEN, 0) for row in rows)

    def running_hour(self, department: str, at: datetime, *, item_code: str | None = None) -> dict[str, int]:
        """Return what a department, or one of its items, received, accepted and decided in the hour of an instant.

        The instant's own second counts, what came after it does not.
        """
        hour, minute, second = _time_of(at).split(":")
        day = day_in_shanghai(at).isoformat()
        pk = f"{department}@{day}" if item_code is None else f"{ITEMS}@{department}@{day}#{item_code}"
        until = StatisticsRow.sk.between(f"{hour}:00", f"{hour}:{minute}#{END}")
        counts: dict[str, int] = {}
        for row in StatisticsRow.query(pk, until):
            last = second if row.sk.startswith(f"{hour}:{minute}#") else END
            for name, n in row.numbers.items():
                measure, _, of_second = name.partition("@")
                if of_second <= last:
                    counts[measure] = counts.get(measure, 0) + n
        return counts

    def late(self, department: str, since: datetime, until: datetime) -> tuple[LateDecision, ...]:
        """Return the late decisions of a department that were due between two instants, oldest due first."""
        after = until + timedelta(seconds=1)
        rows = StatisticsRow.query(
            f"{LATE}@{department}", StatisticsRow.sk.between(instant_text(since), instant_text(after))
        )
        found = []
        for row in rows:
            due_at, done_at, item_code, _event, *again = row.sk.split("#")
            late = Late(due_at=instant_from(due_at), done_at=instant_from(done_at), is_again=again == [AGAIN])
            found.append(LateDecision(department=department, item_code=item_code, late=late))
        return tuple(found)

    def measures(self, department: str, first: date, last: date) -> tuple[MeasureFigures, ...]:
        """Return what these days added to the measures of a department's flags, and how many are in force now."""
        found = []
        for wanted in (_between(first, last), StatisticsRow.sk.startswith(f"{IN_FORCE}#")):
            for row in StatisticsRow.query(f"{MEASURES}@{department}", wanted):
                _, edition, code, _ = row.sk.split("#")
                found.append(MeasureFigures(edition=edition, measure_code=code, figures=_figures(row.numbers)))
        return tuple(found)


def _days_of(one: Contribution) -> tuple[Key, Key]:
    """Return the sums of a contribution's day: of its department, and of its item."""
    day = one.day.isoformat()
    return (one.department, day), (f"{ITEMS}@{one.department}", f"{day}#{one.item_code}")


def _minutes_of(one: Contribution) -> tuple[Key, Key]:
    """Return the sums of a contribution's minute: of its department, and of its item."""
    day, minute = one.day.isoformat(), _time_of(one.at)[:5]
    return (f"{one.department}@{day}", minute), (f"{ITEMS}@{one.department}@{day}#{one.item_code}", minute)


def _sums_of(one: Contribution) -> Iterator[tuple[Key, Numbers]]:
    """Yield what a contribution adds to which sums.

    What is told as of any instant is kept by hours within the day's sums, and by seconds within those of its minute.
    """
    hour, _, second = _time_of(one.at).split(":")
    exact = {name: n for name, n in one.counts.items() if is_by_the_second(name)}
    spans = {f"{span}~{bucket(value)}": 1 for span, value in one.minutes.items()}
    for key in _days_of(one):
        yield key, {**one.counts, **spans, **{f"{name}@{hour}": n for name, n in exact.items()}}
    yield (one.department, OPEN), {Measure.OPEN: one.counts.get(Measure.OPEN, 0)}
    for key in _minutes_of(one):
        yield key, {f"{name}@{second}": n for name, n in exact.items()}
    if one.flag is not None:
        pk, measure = f"{MEASURES}@{one.flag.department}", f"{one.flag.edition}#{one.flag.measure_code}"
        yield (pk, f"{one.day.isoformat()}#{measure}"), dict(one.flag.counts)
        yield (pk, f"{IN_FORCE}#{measure}"), {Measure.FLAG_IN_FORCE: one.flag.in_force}


def _fitting(many: Collection[Contribution]) -> Iterator[list[Contribution]]:
    """Split contributions into what fits into one transaction each; those of one item share most of their rows."""
    some: list[Contribution] = []
    rows: set[Key] = set()
    marks = 0
    for one in sorted(many, key=lambda one: (one.department, one.item_code, one.at)):
        own_rows, own_marks = {key for key, numbers in _sums_of(one) if numbers}, 1 + (one.late is not None)
        if some and len(rows | own_rows) + marks + own_marks > MOST_WRITES:
            yield some
            some, rows, marks = [], set(), 0
        some.append(one)
        rows |= own_rows
        marks += own_marks
    if some:
        yield some


def _transaction_of(some: Iterable[Contribution], *, shard: int) -> Transaction:
    """Return the one write of some contributions: their marks, their late decisions, and each sum once."""
    tx = Transaction()
    sums: dict[Key, Numbers] = {}
    for one in some:
        tx.add(_mark_of(one), on_failure=CountedError())
        if one.late is not None:
            tx.add(StatisticsRow(f"{LATE}@{one.department}", _late_key(one, one.late)), on_failure=CountedError())
        for key, numbers in _sums_of(one):
            whole = sums.setdefault(key, {})
            for name, n in numbers.items():
                whole[name] = whole.get(name, 0) + n
    for (pk, sk), whole in sums.items():
        if actions := [Path([name]).add(n) for name, n in sorted(whole.items()) if n]:
            tx.increase(StatisticsRow(pk, f"{sk}#{shard}"), actions=actions)
    return tx


def _mark_of(one: Contribution) -> StatisticsRow:
    return StatisticsRow(f"{MARK}:{one.event_id}", MARK)


def _late_key(one: Contribution, late: Late) -> str:
    key = f"{instant_text(late.due_at)}#{instant_text(late.done_at)}#{one.item_code}#{one.event_id}"
    return f"{key}#{AGAIN}" if late.is_again else key


def _raise_to(key: Key, name: str, value: int) -> None:
    """Write a number unless the stored one is as great."""
    path = Path([name])
    try:
        StatisticsRow(*key).update([path.set(value)], condition=path.does_not_exist() | (path < value))
    except UpdateError as error:
        if code_of(error) != "ConditionalCheckFailedException":
            raise


def _time_of(at: datetime) -> str:
    """Return the time of day in Shanghai as ``HH:MM:SS``."""
    return at.astimezone(SHANGHAI).strftime("%H:%M:%S")


def _between(first: date, last: date) -> Condition:
    condition: Condition = StatisticsRow.sk.between(f"{first.isoformat()}#", f"{last.isoformat()}#{END}")
    return condition


def _days_in(rows: Iterable[StatisticsRow], *, department: str) -> tuple[DayFigures, ...]:
    """Add up the rows into which the sums of each day, or of each day and item, are split."""
    sums: dict[tuple[str, str], Numbers] = {}
    for row in rows:
        day, *item_code, _shard = row.sk.split("#")
        whole = sums.setdefault((day, item_code[0] if item_code else ALL_ITEMS), {})
        for name, n in row.numbers.items():
            whole[name] = whole.get(name, 0) + n
    return tuple(
        DayFigures(
            department=department,
            item_code=item_code,
            day=date.fromisoformat(day),
            figures=_figures(numbers),
            by_hour=_by_hour(numbers),
        )
        for (day, item_code), numbers in sums.items()
    )


def _by_hour(numbers: Numbers) -> dict[int, Numbers]:
    hours: dict[int, Numbers] = {}
    for name, n in numbers.items():
        measure, is_of_hour, hour = name.partition("@")
        if is_of_hour:
            hours.setdefault(int(hour), {})[measure] = n
    return hours


def _figures(numbers: Numbers) -> Figures:
    buckets: dict[Span, dict[int, int]] = {}
    longest: dict[Span, int] = {}
    counts: dict[str, int] = {}
    for name, n in numbers.items():
        if "@" in name:
            continue
        first, is_nested, second = name.partition("~")
        if not is_nested:
            counts[name] = n
        elif first == LONGEST:
            longest[Span(second)] = n
        else:
            buckets.setdefault(Span(first), {})[int(second)] = n
    return Figures(counts=counts, buckets=buckets, longest=longest)
