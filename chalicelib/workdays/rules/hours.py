"""Working hours (办公时间): whether offices are open at an instant, and for how long between two instants."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from typing import NamedTuple

from chalicelib.workdays.model.calendar import Calendar
from chalicelib.workdays.model.limits import ONE_DAY, SHANGHAI, Pause, Stop, day_of


class Span(NamedTuple):
    """A span of time, including its start and excluding its end."""

    start: datetime
    end: datetime


def is_open(at: datetime, calendar: Calendar, stretches: Sequence[tuple[str, str]]) -> bool:
    """Whether offices are open: the first second of a stretch counts, the second at its end does not.

    ``stretches`` are ``HH:MM`` in Shanghai, as in rule packs; a make-up Saturday is a working day like any other.
    """
    day = day_of(at)
    return calendar.is_working(day) and any(start <= at < end for start, end in _stretches_on(day, stretches))


def open_spans(
    since: datetime, calendar: Calendar, stretches: Sequence[tuple[str, str]], *, stops: Sequence[Stop] = ()
) -> Iterator[Span]:
    """Yield when offices are open from an instant on, in order and without end, less the stretches of pauses.

    Raises ``ValueError`` without office hours, which would never come.
    """
    if not stretches:
        message = "working hours need office hours"
        raise ValueError(message)
    day = day_of(since)
    while True:
        if calendar.is_working(day):
            for span in _stretches_on(day, stretches):
                opened = Span(max(span.start, since), span.end)
                parts = _without(opened, [Span(stop.since, stop.until) for stop in stops])
                yield from (part for part in parts if part.start < part.end)
        day += ONE_DAY


def working_minutes(
    span: Span, calendar: Calendar, stretches: Sequence[tuple[str, str]], *, pauses: Iterable[Pause] = ()
) -> int:
    """Return the whole minutes in which offices worked within a span, without pauses; 0 if the span runs backwards.

    Seconds are added up over all days, and the remainder below a minute is dropped once. An open pause takes out
    everything from its start; overlapping pauses take the same time out once.
    """
    seconds = sum(
        _seconds_in(part, calendar, stretches)
        for part in _without(span, [Span(pause.started_at, pause.ended_at or span.end) for pause in pauses])
    )
    return seconds // 60


def _without(span: Span, taken_out: Sequence[Span]) -> list[Span]:
    """Return what is left of a span, in order."""
    left = []
    start = span.start
    for gap in sorted(taken_out):
        left.append(Span(start, min(gap.start, span.end)))
        start = max(start, gap.end)
    return [*left, Span(start, span.end)]


def _seconds_in(span: Span, calendar: Calendar, stretches: Sequence[tuple[str, str]]) -> int:
    """Add up the first and the last day separately, and multiply the days between."""
    if span.end <= span.start:
        return 0
    first, last = day_of(span.start), day_of(span.end)
    seconds = sum(
        max(0, int((min(end, span.end) - max(start, span.start)).total_seconds()))
        for day in sorted({first, last})
        if calendar.is_working(day)
        for start, end in _stretches_on(day, stretches)
    )
    if (last - first).days > 1:
        whole = sum(int((end - start).total_seconds()) for start, end in _stretches_on(first, stretches))
        seconds += whole * calendar.working_days_within(first + ONE_DAY, last - ONE_DAY)
    return seconds


def _stretches_on(day: date, stretches: Sequence[tuple[str, str]]) -> list[Span]:
    return [Span(_on(day, start), _on(day, end)) for start, end in stretches]


def _on(day: date, text: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(text), SHANGHAI).astimezone(UTC)
