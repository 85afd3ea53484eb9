"""Which days are working days, according to the loaded editions."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import date, timedelta

from chalicelib.workdays.model.limits import DayReason, Edition, Notice, is_weekend

WEEK_SOURCE = "《国务院关于职工工作时间的规定》第7条"


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """The working days of all loaded editions; a year without one is assumed to be Monday to Friday.

    An assumption is for planning only: any date that depends on it is provisional (see ``Due``). If the notice of the
    next year reaches back into December, the later notice prevails. Raises ``ValueError`` for two editions of one
    year.
    """

    editions: tuple[Edition, ...]
    _holidays: dict[date, tuple[str, Notice]] = field(init=False, repr=False, default_factory=dict)
    _make_up_days: dict[date, tuple[str, Notice]] = field(init=False, repr=False, default_factory=dict)
    _years: frozenset[int] = field(init=False, repr=False)
    _working_days: dict[int, tuple[date, ...]] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Merge the editions once, so that each query is one look-up."""
        years = [edition.year for edition in self.editions]
        if len(set(years)) != len(years):
            message = f"there are two editions of one year among {sorted(years)}"
            raise ValueError(message)
        object.__setattr__(self, "_years", frozenset(years))
        for edition in sorted(self.editions, key=lambda edition: edition.year):
            for day, name in edition.holidays.items():
                self._make_up_days.pop(day, None)
                self._holidays[day] = (name, edition.notice)
            for day, name in edition.make_up_days.items():
                self._holidays.pop(day, None)
                self._make_up_days[day] = (name, edition.notice)

    def is_working(self, day: date) -> bool:
        """Whether this is a working day; an assumption if the year is not announced."""
        return day in self._make_up_days or (day not in self._holidays and not is_weekend(day))

    def is_announced(self, day: date) -> bool:
        """Whether the edition of the day's year is loaded."""
        return day.year in self._years

    def is_announced_throughout(self, first: date, last: date) -> bool:
        """Whether every year from the first day to the last is announced."""
        return self._years.issuperset(range(first.year, last.year + 1))

    def reason(self, day: date) -> DayReason:
        """Why this is a working day or not, by the calendar alone."""
        if day in self._make_up_days:
            return DayReason.MAKE_UP_DAY
        if day in self._holidays:
            return DayReason.HOLIDAY
        if not self.is_announced(day):
            return DayReason.UNANNOUNCED_YEAR
        return DayReason.WEEKEND if is_weekend(day) else DayReason.WORKING_DAY

    def holiday_name(self, day: date) -> str | None:
        """The festival that a day off or a make-up working day belongs to, or ``None``."""
        named = self._make_up_days.get(day) or self._holidays.get(day)
        return named[0] if named else None

    def day_source(self, day: date) -> str:
        """The source that decides the day: the year's notice, the working week, or that there is no notice yet."""
        named = self._make_up_days.get(day) or self._holidays.get(day)
        if named:
            return named[1].citation
        if not self.is_announced(day):
            return f"{day.year}年的节假日安排尚未载入，暂按周一至周五推算"
        return WEEK_SOURCE

    def working_days(self, year: int) -> tuple[date, ...]:
        """Return the year's working days in order; computed on first use and cached."""
        if year not in self._working_days:
            ordinals = range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1)
            days = map(date.fromordinal, ordinals)
            self._working_days[year] = tuple(day for day in days if self.is_working(day))
        return self._working_days[year]

    def working_days_within(self, first: date, last: date) -> int:
        """How many working days there are from the first day to the last, both included."""
        return sum(
            bisect_right(days, last) - bisect_left(days, first)
            for days in map(self.working_days, range(first.year, last.year + 1))
        )

    def working_day_after(self, day: date, number: int) -> date:
        """Return the ``number``-th working day after a day, which is not counted itself; ``number`` is at least 1."""
        if number < 1:
            message = f"there is no working day number {number} after a day"
            raise ValueError(message)
        year = day.year
        days = self.working_days(year)
        place = bisect_right(days, day) + number - 1
        while place >= len(days):
            place -= len(days)
            year += 1
            days = self.working_days(year)
        return days[place]

    def working_day_from(self, day: date) -> date:
        """Return the day itself if it is a working day, or else the next one."""
        return self.working_day_after(day - timedelta(days=1), 1)
