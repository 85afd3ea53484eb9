"""Adding events to the figures, once each, and reading the figures."""

from datetime import date, datetime, timedelta

from pynamodb.exceptions import UpdateError
from pynamodb.expressions.operand import Path

from chalicelib.clock import instant_from, instant_text
from chalicelib.dynamo.model import code_of
from chalicelib.dynamo.transaction import Transaction
from chalicelib.supervision.model.statistics import (
    BY_THE_SECOND,
    Contribution,
    DayFigures,
    Figures,
    FlagStep,
    Late,
    LateDecision,
    Measure,
    MeasureFigures,
    Span,
)
from chalicelib.supervision.rules.quantiles import bucket
from chalicelib.supervision.table.statistics import StatisticsRow

MARK = "event"
LONGEST = "longest"
LATE = "late"
AGAIN = "again"
IN_FORCE = "in_force"


class CountedError(Exception):
    """The event has been counted already."""


class StatisticsStore:
    """All figures: they are only ever added to."""

    def add(self, one: Contribution) -> None:
        """Add an event's contribution together with the mark that it is counted. Idempotent.

        The longest duration is written first: a greater value is never overwritten, so repeating it changes nothing.
        """
        row = (one.department, f"{one.day.isoformat()}#{one.item_code}")
        for span, value in one.minutes.items():
            _raise_to(row, f"{LONGEST}~{span}", value)
        added = {**one.counts, **{f"{span}~{bucket(value)}": 1 for span, value in one.minutes.items()}}
        tx = Transaction()
        tx.add(StatisticsRow(f"{MARK}:{one.event_id}", MARK), on_failure=CountedError())
        _add(row, added, tx)
        by_second = {name: n for name, n in one.counts.items() if name in BY_THE_SECOND}
        if by_second:
            _add(
                (f"{one.department}@{one.day.isoformat()}", f"{instant_text(one.at)}#{one.item_code}"),
                by_second,
                tx,
            )
        if one.late is not None:
            tx.add(StatisticsRow(_late_of(one.department), _late_key(one, one.late)), on_failure=CountedError())
        if one.flag is not None:
            _add_flag(one.flag, one.day, tx)
        try:
            tx.commit()
        except CountedError:
            return

    def days(self, department: str, first: date, last: date) -> tuple[DayFigures, ...]:
        """Return the figures of a department by day and item, from the first day to the last, in order."""
        rows = StatisticsRow.query(
            department, StatisticsRow.sk.between(f"{first.isoformat()}#", f"{last.isoformat()}#\uffff")
        )
        return tuple(
            DayFigures(
                department=department,
                day=date.fromisoformat(row.sk.partition("#")[0]),
                item_code=row.sk.partition("#")[2],
                figures=_figures(row.numbers),
            )
            for row in rows
        )

    def late(self, department: str, since: datetime, until: datetime) -> tuple[LateDecision, ...]:
        """Return the late decisions of a department that were due between two instants, oldest due first."""
        after = until + timedelta(seconds=1)
        rows = StatisticsRow.query(
            _late_of(department), StatisticsRow.sk.between(instant_text(since), instant_text(after))
        )
        found = []
        for row in rows:
            due_at, done_at, item_code, _event, *again = row.sk.split("#")
            late = Late(due_at=instant_from(due_at), done_at=instant_from(done_at), is_again=again == [AGAIN])
            found.append(LateDecision(department=department, item_code=item_code, late=late))
        return tuple(found)

    def measures(self, department: str, first: date, last: date) -> tuple[MeasureFigures, ...]:
        """Return what these days added to the measures of a department's flags, and how many are in force now."""
        of_days = StatisticsRow.sk.between(f"{first.isoformat()}#", f"{last.isoformat()}#\uffff")
        in_force = StatisticsRow.sk.startswith(f"{IN_FORCE}#")
        found = []
        for wanted in (of_days, in_force):
            for row in StatisticsRow.query(_measures_of(department), wanted):
                _, edition, code = row.sk.split("#")
                found.append(MeasureFigures(edition=edition, measure_code=code, figures=_figures(row.numbers)))
        return tuple(found)

    def day_until(self, department: str, day: date, at: datetime) -> tuple[DayFigures, ...]:
        """Return what was received, accepted and decided on a day up to an instant, including its second."""
        rows = StatisticsRow.query(f"{department}@{day.isoformat()}", StatisticsRow.sk < f"{instant_text(at)}#\uffff")
        return tuple(
            DayFigures(
                department=department, day=day, item_code=row.sk.partition("#")[2], figures=_figures(row.numbers)
            )
            for row in rows
        )


def _measures_of(department: str) -> str:
    return f"measures@{department}"


def _add_flag(step: FlagStep, day: date, tx: Transaction) -> None:
    pk, measure = _measures_of(step.department), f"{step.edition}#{step.measure_code}"
    _add((pk, f"{day.isoformat()}#{measure}"), dict(step.counts), tx)
    if step.in_force:
        _add((pk, f"{IN_FORCE}#{measure}"), {Measure.FLAG_IN_FORCE: step.in_force}, tx)


def _late_of(department: str) -> str:
    return f"{LATE}@{department}"


def _late_key(one: Contribution, late: Late) -> str:
    key = f"{instant_text(late.due_at)}#{instant_text(late.done_at)}#{one.item_code}#{one.event_id}"
    return f"{key}#{AGAIN}" if late.is_again else key


def _add(key: tuple[str, str], numbers: dict[str, int], tx: Transaction) -> None:
    if numbers:
        tx.increase(StatisticsRow(*key), actions=[Path([name]).add(n) for name, n in sorted(numbers.items())])


def _raise_to(key: tuple[str, str], name: str, value: int) -> None:
    """Write a number unless the stored one is as great."""
    path = Path([name])
    try:
        StatisticsRow(*key).update([path.set(value)], condition=path.does_not_exist() | (path < value))
    except UpdateError as error:
        if code_of(error) != "ConditionalCheckFailedException":
            raise


def _figures(numbers: dict[str, int]) -> Figures:
    buckets: dict[Span, dict[int, int]] = {}
    longest: dict[Span, int] = {}
    counts: dict[str, int] = {}
    for name, n in numbers.items():
        first, is_nested, second = name.partition("~")
        if not is_nested:
            counts[name] = n
        elif first == LONGEST:
            longest[Span(second)] = n
        else:
            buckets.setdefault(Span(first), {})[int(second)] = n
    return Figures(counts=counts, buckets=buckets, longest=longest)
