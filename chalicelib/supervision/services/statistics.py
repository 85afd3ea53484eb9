"""Counting events, and the figures of departments, each separately and in the configured order."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from chalicelib.clock import SHANGHAI, day_in_shanghai
from chalicelib.clocks.model import ClockKind
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.policy import Caller, Role, require
from chalicelib.rulepacks.model.pack import RulePack
from chalicelib.supervision.model.outages import LONGEST, Duty, Outage
from chalicelib.supervision.model.statistics import (
    BY_THE_SECOND,
    Contribution,
    DayFigures,
    Figures,
    Measure,
    MeasureFigures,
)
from chalicelib.supervision.rules.statistics import BEGINNING, Needed, completed, contribution, counts, law_of, needed
from chalicelib.supervision.services.outages import Outages
from chalicelib.supervision.store.statistics import StatisticsStore
from chalicelib.timeline.events import Event
from chalicelib.timeline.store import Timeline
from chalicelib.workdays.model.calendars import Calendars
from chalicelib.workdays.rules.due_dates import start_of_day

READERS = (Role.SUPERVISOR, Role.HEAD, Role.MONITOR, Role.INSPECTOR)
READERS_OF_MEASURES = (*READERS, Role.CREDIT_OFFICER)
OF_ALL = frozenset({Role.MONITOR, Role.INSPECTOR})
"""Roles that see every department."""

MOST_DAYS = 400
ONE_DAY = timedelta(days=1)


class Detail(StrEnum):
    """How fine figures are asked for."""

    DAY = "day"
    ITEM = "item"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which figures: one department or all, one item or all, from one day in Shanghai to another, both included.

    ``as_of`` is the last second that counts for what was received, accepted and decided. Without ``detail`` by item,
    each day is one for all items.
    """

    first: date
    last: date
    as_of: datetime
    department: str | None = None
    item_code: str | None = None
    detail: Detail = Detail.DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedOfMeasures:
    """Which figures of measures: one department's flags or all, one measure of the list or all."""

    first: date
    last: date
    department: str | None = None
    measure_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The figures of one department; ``completion`` holds only what is available as of an instant.

    ``completed`` there are those of the cases filed in these days that have been decided by then.

    ``days`` are in order; the days that hold what outages excuse follow those that were counted.
    """

    department: str
    days: tuple[DayFigures, ...]
    completion: Figures


class Statistics:
    """The figures of all departments."""

    def __init__(  # noqa: PLR0913 - built once, in the container, where each is named
        self,
        store: StatisticsStore,
        timeline: Timeline,
        calendars: Calendars,
        outages: Outages,
        *,
        pack: Callable[[str, datetime], RulePack],
        usual: str,
        departments: Sequence[str],
    ) -> None:
        """``usual`` is the rule pack of what belongs to no case, ``departments`` the configured ones, in order."""
        self._store = store
        self._timeline = timeline
        self._calendars = calendars
        self._outages = outages
        self._pack = pack
        self._usual = usual
        self._departments = tuple(departments)

    def on_events(self, events: Sequence[Event], _at: datetime) -> None:
        """Count events. Idempotent, and independent of the order of events."""
        counted = [event for event in events if counts(event)]
        before = self._before(counted)
        self._store.add(*(self._contribution(event, before[event.id]) for event in counted))

    def _before(self, events: Sequence[Event]) -> dict[str, Sequence[Event]]:
        """Return, by the ids of events, as much of the chains before them as they need to be counted."""
        needs = {event.id: needed(event) for event in events}
        chains = {
            owner: self._timeline.events(owner)
            for owner in dict.fromkeys(event.owner for event in events if needs[event.id] is Needed.CHAIN)
        }
        begun = {event.owner for event in events if needs[event.id] is Needed.BEGINNING} - chains.keys()
        chains |= self._timeline.beginnings(begun, length=BEGINNING)
        return {event.id: [each for each in chains.get(event.owner, ()) if each.seq < event.seq] for event in events}

    def _contribution(self, event: Event, before: Sequence[Event]) -> Contribution:
        code, at = law_of(event, before)
        return contribution(event, before, calendar=self._calendars.at(at), pack=self._pack(code or self._usual, at))

    def figures(self, asked: Asked, *, by: Caller, at: datetime) -> tuple[Told, ...]:
        """Return the figures of the caller's own department, or of every one for roles that see all.

        What an outage on record at ``at`` excuses is reported as such, whenever it was recorded (R4.17). ``FORBIDDEN``
        for another department; ``INVALID_QUERY`` for an unknown one, and for days in the wrong order or more than 400.
        """
        _require_days(asked.first, asked.last)
        seen = self._seen_by(by, asked.department, READERS)
        outages = self._outages.between(start_of_day(asked.first) - LONGEST, start_of_day(asked.last) + ONE_DAY, at=at)
        return tuple(self._of(department, asked, outages=outages, at=at) for department in seen)

    def open_cases(self, department: str) -> int:
        """Return how many of a department's cases are still to be decided now."""
        return self._store.open_cases(department)

    def measures(self, asked: AskedOfMeasures, *, by: Caller) -> tuple[MeasureFigures, ...]:
        """Return the figures of the measures of flags (R2.16), by edition and measure in the order of the list.

        A measure is included if anything happened to its flags in those days, or if any is in force now. Same errors
        as ``figures``.
        """
        _require_days(asked.first, asked.last)
        sums: dict[tuple[str, str], Figures] = {}
        for department in self._seen_by(by, asked.department, READERS_OF_MEASURES):
            for one in self._store.measures(department, asked.first, asked.last):
                key = (one.edition, one.measure_code)
                sums[key] = sums.get(key, Figures()) + one.figures
        return tuple(
            MeasureFigures(edition=edition, measure_code=code, figures=figures)
            for (edition, code), figures in sorted(sums.items(), key=lambda each: _place(*each[0]))
            if asked.measure_code in {None, code} and any(figures.counts.values())
        )

    def _seen_by(self, by: Caller, department: str | None, readers: Collection[Role]) -> tuple[str, ...]:
        if by.roles & OF_ALL:
            if department is None:
                return self._departments
            if department not in self._departments:
                fault = FieldError(
                    pointer="/department", detail="没有这个部门。", english="There is no such department."
                )
                raise DomainError(ErrorCode.INVALID_QUERY, faults=(fault,))
            return (department,)
        own = department or by.department
        if own is None:
            raise DomainError(ErrorCode.FORBIDDEN)
        require(by, roles=readers, department=own)
        return (own,)

    def _of(self, department: str, asked: Asked, *, outages: Sequence[Outage], at: datetime) -> Told:
        days = self._days(department, asked)
        today = day_in_shanghai(asked.as_of)
        known = [(each.day, each.figures) for each in days if each.day < today]
        if asked.first <= today <= asked.last:
            until = self._until(asked, [each for each in days if each.day == today], department=department)
            known.extend((today, figures) for figures in until)
        whole = sum((figures for _, figures in known), Figures())
        exact = {name: n for name, n in whole.counts.items() if name in BY_THE_SECOND}
        exact[Measure.COMPLETED] = sum(
            n for day, figures in known for filed, n in completed(day, figures).items() if filed >= asked.first
        )
        excused = self._excused(department, asked, outages=outages, at=at)
        return Told(department=department, days=(*days, *excused), completion=Figures(counts=exact))

    def _days(self, department: str, asked: Asked) -> tuple[DayFigures, ...]:
        if asked.detail is Detail.DAY and asked.item_code is None:
            return self._store.days(department, asked.first, asked.last)
        items = self._store.items(department, asked.first, asked.last)
        return tuple(each for each in items if _is_asked(each, asked))

    def _until(self, asked: Asked, days: Iterable[DayFigures], *, department: str) -> Iterator[Figures]:
        """Yield what belongs to the day of an instant up to its second: the hours that are over, and this one."""
        hour = asked.as_of.astimezone(SHANGHAI).hour
        for day in days:
            yield from (Figures(counts=counts) for of_hour, counts in day.by_hour.items() if of_hour < hour)
        yield Figures(counts=self._store.running_hour(department, asked.as_of, item_code=asked.item_code))

    def _excused(
        self, department: str, asked: Asked, *, outages: Sequence[Outage], at: datetime
    ) -> tuple[DayFigures, ...]:
        """Return the late decisions of these days that are excused; reads nothing if there was no outage."""
        if not outages:
            return ()
        since = min(outage.window.starts_at for outage in outages)
        found = []
        for each in self._store.late(department, since, start_of_day(asked.last) + ONE_DAY):
            duty = Duty(
                department=department,
                kind=ClockKind.HANDLING_PROMISED,
                due_at=each.late.due_at,
                done_at=each.late.done_at,
            )
            one = DayFigures(
                department=department,
                item_code=each.item_code,
                day=day_in_shanghai(each.late.done_at),
                figures=Figures(counts={Measure.LATE_AGAIN_EXCUSED if each.late.is_again else Measure.LATE_EXCUSED: 1}),
            )
            is_within = asked.first <= one.day <= asked.last and _is_asked(one, asked)
            if is_within and self._outages.excuse(duty, outages, at=at) is not None:
                found.append(one)
        return tuple(found)


def _is_asked(each: DayFigures, asked: Asked) -> bool:
    return asked.item_code in {None, each.item_code}


def _require_days(first: date, last: date) -> None:
    if last < first or last - first >= MOST_DAYS * ONE_DAY:
        fault = FieldError(
            pointer="/to",
            detail=f"起止日期须先后相承，且不超过{MOST_DAYS}日。",
            english=f"The last day must not be before the first, and there are {MOST_DAYS} days at the most.",
        )
        raise DomainError(ErrorCode.INVALID_QUERY, faults=(fault,))


def _place(edition: str, code: str) -> tuple[str, int, str]:
    """Return the sort key of a measure: editions by name, rows of a list by number, the ninth before the tenth."""
    return edition, len(code), code
