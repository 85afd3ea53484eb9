"""Time limits (期限), pauses (期间扣除) and calculated due dates.

Plain parts are named tuples, which a cold start defines ten times faster than data classes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from typing import NamedTuple

# A fixed offset: China has had no summer time since 1991, and so no time zone database need be loaded.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")

ONE_DAY = timedelta(days=1)
DECEMBER = 12


class Unit(StrEnum):
    """The unit of a limit (期限单位); each rule has its own, there is no default for the service.

    Hours run round the clock; working hours (办公小时) only while offices are open (民法典第203条第2款).
    """

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    HOURS = "hours"
    WORKING_HOURS = "working_hours"
    MONTHS = "months"


class DayReason(StrEnum):
    """Why a day counts towards a limit, or why it does not."""

    START_DAY = "start_day"
    WORKING_DAY = "working_day"
    MAKE_UP_DAY = "make_up_day"
    CALENDAR_DAY = "calendar_day"
    HOURS_RUN = "hours_run"
    OFFICE_HOURS = "office_hours"
    OFFICE_CLOSED = "office_closed"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    PAUSED = "paused"
    MOVED_OFF_REST_DAY = "moved_off_rest_day"
    UNANNOUNCED_YEAR = "unannounced_year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A time limit (期限): at least 1 of its unit, and the article that sets it.

    ``office_hours`` are when offices are open on a working day (办公时间), as ``HH:MM`` in Shanghai; a limit in working
    hours has those of its rule pack once its clock has started. Raises ``TypeError`` without a unit, and ``ValueError``
    for a value below 1 or a blank basis.
    """

    value: int
    unit: Unit
    basis: str
    office_hours: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        """Refuse a limit that cannot be calculated or justified."""
        unit: object = self.unit
        if not isinstance(unit, Unit):
            message = f"a limit needs a unit, not {unit!r}"
            raise TypeError(message)
        if self.value < 1:
            message = f"a limit is at least 1 {self.unit}, not {self.value}"
            raise ValueError(message)
        if not self.basis.strip():
            message = "a limit needs its legal basis"
            raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Time that does not count (期间扣除, 行政许可法第45条); ongoing while ``ended_at`` is ``None``.

    ``basis`` is the article of its ground, shown beside each day that it takes out of the count. Raises ``ValueError``
    for an instant without an offset and for an end before the start.
    """

    started_at: datetime
    ended_at: datetime | None = None
    basis: str = ""

    def __post_init__(self) -> None:
        """Refuse a pause that ends before it starts."""
        day_of(self.started_at)
        if self.ended_at is None:
            return
        day_of(self.ended_at)
        if self.ended_at < self.started_at:
            message = f"a pause from {self.started_at} cannot end at {self.ended_at}"
            raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """When a limit ends (届满).

    ``at`` is the last second that is still in time, in UTC; one second later is late.
    ``on`` is its day in Asia/Shanghai.
    ``provisional`` says that the count touched a year whose working days are not announced yet.
    """

    at: datetime
    on: date
    provisional: bool


class YellowRule(NamedTuple):
    """When the light turns yellow (黄灯): a share of the limit in whole per cent, but at least this many days."""

    share_percent: int
    least_working_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """One line of the answer to "why this date" (期限计算说明).

    ``number`` is the day's number in the count, from 1, and ``None`` if it does not count. For a limit in hours it is
    how many hours have passed by the end of that day, in working hours those in which offices were open. ``holiday``
    names the festival that a day off or a make-up working day belongs to.
    """

    day: date
    counted: bool
    number: int | None
    reason: DayReason
    source: str
    holiday: str | None = None


class Notice(NamedTuple):
    """The State Council's yearly notice (节假日安排的通知); ``number`` (文号) is ``None`` if uncertain."""

    title: str
    number: str | None
    issued_on: date

    @property
    def citation(self) -> str:
        """The notice's citation."""
        number = f"{self.number}，" if self.number else ""
        return f"《{self.title}》（{number}{self.issued_on.isoformat()}）"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One year's working calendar (工作日历): the days off and the make-up working days (调休上班), by festival.

    A notice may reach back into the December before its year, as that of 2023 did. ``number`` counts the editions of a
    year: 0 is packaged with the code, 1 the first that somebody loaded. Raises ``ValueError`` for a day outside that
    range, for a make-up day on a weekday, and for a day that is both.
    """

    year: int
    notice: Notice
    holidays: Mapping[date, str]
    make_up_days: Mapping[date, str]
    number: int = 0

    def __post_init__(self) -> None:
        """Refuse an edition that contradicts itself."""
        for day in (*self.holidays, *self.make_up_days):
            if day.year != self.year and (day.year, day.month) != (self.year - 1, DECEMBER):
                message = f"{day} does not belong to the edition of {self.year}"
                raise ValueError(message)
        for day in self.make_up_days:
            if not is_weekend(day) or day in self.holidays:
                message = f"{day} cannot be a make-up working day"
                raise ValueError(message)


def is_weekend(day: date) -> bool:
    """Whether a day is a Saturday or a Sunday (周休息日, 国务院关于职工工作时间的规定第7条)."""
    return day.weekday() > 4  # noqa: PLR2004 - Monday is 0, so Friday is 4


def day_of(instant: datetime) -> date:
    """Return the day in Asia/Shanghai; raises ``ValueError`` for an instant without an offset from UTC."""
    if instant.tzinfo is None:
        message = "an instant needs an offset from UTC"
        raise ValueError(message)
    return instant.astimezone(SHANGHAI).date()


class Span(NamedTuple):
    """Days that a pause takes out of the count, both ends included; spans never overlap."""

    first: date
    last: date
    pause: Pause


class Stop(NamedTuple):
    """A stretch in which a pause stops hours from counting; stops never overlap."""

    since: datetime
    until: datetime
    pause: Pause


def excluded_days(pauses: Sequence[Pause], *, after: date, at: datetime | None) -> tuple[Span, ...]:
    """Return the days after ``after`` that the pauses take out, in order and without overlaps."""
    spans: list[Span] = []
    counted_until = after
    for pause, ended_at in _ended(pauses, at=at):
        first = max(day_of(pause.started_at), counted_until) + ONE_DAY
        last = day_of(ended_at)
        if first <= last:
            spans.append(Span(first=first, last=last, pause=pause))
            counted_until = last
    return tuple(spans)


def stopped_times(pauses: Sequence[Pause], *, after: datetime, at: datetime | None) -> tuple[Stop, ...]:
    """Return the stretches after ``after`` in which hours do not count, in order and without overlaps."""
    stops: list[Stop] = []
    run_until = after
    for pause, ended_at in _ended(pauses, at=at):
        since = max(pause.started_at, run_until)
        if since < ended_at:
            stops.append(Stop(since=since, until=ended_at, pause=pause))
            run_until = ended_at
    return tuple(stops)


def _ended(pauses: Sequence[Pause], *, at: datetime | None) -> Iterator[tuple[Pause, datetime]]:
    for pause in sorted(pauses, key=lambda pause: pause.started_at):
        ended_at = pause.ended_at or at
        if ended_at is None:
            message = "counting with an open pause needs the moment of asking"
            raise ValueError(message)
        yield pause, ended_at
