"""Calculating time limits (民法典第200至204条, 行政许可法第45条、第82条).

Every function here is pure: the same limit, start, calendar and pauses give the same result. Instants are aware and
returned in UTC; days are those of Asia/Shanghai.

A pause (期间扣除) takes out the days after the one on which it starts, up to and including the one on which it ends.
The day on which it starts counts, even if it was the last one of the limit. Where pauses overlap, each day is taken
out once.

An open pause is treated as if it ended at ``at``, the time of the query: the result is the earliest possible end, and
omitting ``at`` raises ``ValueError``, because no correct date could be given. A pause that has not begun by ``at``
takes nothing out.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile

from chalicelib.workdays.model.calendar import Calendar
from chalicelib.workdays.model.limits import (
    ONE_DAY,
    SHANGHAI,
    DayCount,
    DayReason,
    Due,
    Limit,
    Pause,
    Span,
    Stop,
    Unit,
    YellowRule,
    day_of,
    excluded_days,
    stopped_times,
)
from chalicelib.workdays.rules.hours import open_spans

ONE_HOUR = timedelta(hours=1)
ONE_SECOND = timedelta(seconds=1)
START_SOURCE = "《民法典》第201条第1款"
HOURS_SOURCE = "《民法典》第201条第2款"
OFFICE_HOURS_SOURCE = "《民法典》第201条第2款、第203条第2款"
CALENDAR_DAY_SOURCE = "《民法典》第200条"
MOVED_SOURCE = "《民法典》第203条第1款"
USUAL_YELLOW = YellowRule(share_percent=20, least_working_days=1)


def due(
    limit: Limit,
    *,
    started_at: datetime,
    calendar: Calendar,
    pauses: Sequence[Pause] = (),
    at: datetime | None = None,
) -> Due:
    """Return when the limit ends; a start at any hour of a day gives the same due day, except in hours.

    The start day is not counted (民法典第201条); the due day is in time to its last second, 23:59:59 (第203条).
    Working days (工作日) follow the calendar. Calendar days and months end on the corresponding day or the month's
    last one (第202条); if that is a rest day, the next working day is the last day (第203条). Hours run from the
    instant of the start (第201条第2款), and a pause postpones their end by its length. Working hours do the same while
    offices are open (第203条第2款): what comes in at night or on a rest day runs from the next opening.

    ``Due.provisional`` never depends on pauses: it only says that an unannounced year was involved.
    """
    started_on = day_of(started_at)
    if limit.unit is Unit.HOURS:
        end = _after_hours(limit.value, started_at=started_at, pauses=pauses, at=at)
        return Due(at=end, on=day_of(end), provisional=False)
    if limit.unit is Unit.WORKING_HOURS:
        end = _after_working_hours(limit.value, limit, started_at=started_at, calendar=calendar, pauses=pauses, at=at)
        is_known = calendar.is_announced_throughout(started_on, day_of(end))
        return Due(at=end, on=day_of(end), provisional=not is_known)
    spans = taken_days(limit, started_on=started_on, calendar=calendar, pauses=pauses, at=at)
    on = last_day(limit, started_on=started_on, calendar=calendar, spans=spans)
    touched_from = started_on + ONE_DAY
    if limit.unit is not Unit.WORKING_DAYS:
        touched_from = counted_day(length_of(limit, started_on=started_on), started_on=started_on, spans=spans)
    return Due(
        at=start_of_day(on + ONE_DAY) - ONE_SECOND,
        on=on,
        provisional=not calendar.is_announced_throughout(touched_from, on),
    )


def yellow_from(
    limit: Limit,
    *,
    started_at: datetime,
    calendar: Calendar,
    pauses: Sequence[Pause] = (),
    at: datetime | None = None,
    rule: YellowRule = USUAL_YELLOW,
) -> datetime:
    """Return the instant from which the light is yellow (黄灯), in UTC; it is never before the start.

    In days it is 00:00 in Asia/Shanghai of the k-th last counted day, where k is the share of the limit rounded down,
    but at least the rule's minimum number of days and at most the limit. So 3 working days turn yellow on the due day,
    and 20 on the fourth last working day. Calendar days and months do the same with calendar days. Hours turn yellow
    when the share of them, rounded down but at least one hour, is left; working hours do so too.
    """
    started_on = day_of(started_at)
    length = length_of(limit, started_on=started_on)
    share = length * rule.share_percent // 100
    left = length - min(length, max(1, share))
    if limit.unit is Unit.HOURS:
        return _after_hours(left, started_at=started_at, pauses=pauses, at=at)
    if limit.unit is Unit.WORKING_HOURS:
        return _after_working_hours(left, limit, started_at=started_at, calendar=calendar, pauses=pauses, at=at)
    number = length + 1 - min(length, max(1, share, rule.least_working_days))
    spans = taken_days(limit, started_on=started_on, calendar=calendar, pauses=pauses, at=at)
    if limit.unit is Unit.WORKING_DAYS:
        return start_of_day(counted_working_day(number, started_on=started_on, calendar=calendar, spans=spans))
    if number < length:
        return start_of_day(counted_day(number, started_on=started_on, spans=spans))
    return start_of_day(last_day(limit, started_on=started_on, calendar=calendar, spans=spans))


def working_day_after(day: date, n: int, calendar: Calendar) -> date:
    """Return the n-th working day after a day, which is not counted itself; n is at least 1."""
    return calendar.working_day_after(day, n)


def start_of_day(day: date) -> datetime:
    """Return 00:00 of the day in Asia/Shanghai, in UTC."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def length_of(limit: Limit, *, started_on: date) -> int:
    """Return the length of a limit in days (or hours); months run to the corresponding day or the month's end."""
    if limit.unit is not Unit.MONTHS:
        return limit.value
    months = started_on.year * 12 + started_on.month - 1 + limit.value
    end_of_month = _first_of(months + 1) - ONE_DAY
    corresponding = end_of_month.replace(day=min(started_on.day, end_of_month.day))
    return (corresponding - started_on).days


def taken_days(
    limit: Limit, *, started_on: date, calendar: Calendar, pauses: Sequence[Pause], at: datetime | None
) -> tuple[Span, ...]:
    """Return the days that pauses take from a limit in days or months, in order and without overlaps.

    The day on which a pause starts still counts, unless it is the last one: what could not be finished on that day then
    has the next day that counts after the pause, because a pause must not end a time that it only holds (R4.8).
    """
    spans = excluded_days(pauses, after=started_on, at=at)
    while spans:
        on = last_day(limit, started_on=started_on, calendar=calendar, spans=spans)
        if all(span.first != on + ONE_DAY for span in spans):
            break
        spans = tuple(span._replace(first=on) if span.first == on + ONE_DAY else span for span in spans)
    return spans


def last_day(limit: Limit, *, started_on: date, calendar: Calendar, spans: Sequence[Span]) -> date:
    """Return the due day of a limit in days or months; a limit in calendar time does not end on a rest day."""
    length = length_of(limit, started_on=started_on)
    if limit.unit is Unit.WORKING_DAYS:
        return counted_working_day(length, started_on=started_on, calendar=calendar, spans=spans)
    day = calendar.working_day_from(counted_day(length, started_on=started_on, spans=spans))
    for span in spans:
        if span.first <= day <= span.last:
            day = calendar.working_day_from(span.last + ONE_DAY)
    return day


def counted_working_day(number: int, *, started_on: date, calendar: Calendar, spans: Sequence[Span]) -> date:
    """Return the day of working day ``number`` in the count."""
    day = calendar.working_day_after(started_on, number)
    for span in spans:
        if span.first > day:
            break
        lost = calendar.working_days_within(span.first, span.last)
        if lost:
            day = calendar.working_day_after(day, lost)
    return day


def counted_day(number: int, *, started_on: date, spans: Sequence[Span]) -> date:
    """Return the day of calendar day ``number`` in the count."""
    day = started_on + timedelta(days=number)
    for span in spans:
        if span.first > day:
            break
        day += span.last - span.first + ONE_DAY
    return day


def _after_hours(hours: int, *, started_at: datetime, pauses: Sequence[Pause], at: datetime | None) -> datetime:
    end = started_at.astimezone(UTC) + timedelta(hours=hours)
    for stop in stopped_times(pauses, after=started_at, at=at):
        if stop.since >= end:
            break
        end += stop.until - stop.since
    return end


def _after_working_hours(
    hours: int,
    limit: Limit,
    *,
    started_at: datetime,
    calendar: Calendar,
    pauses: Sequence[Pause],
    at: datetime | None,
) -> datetime:
    """Return the instant after so many hours in which offices are open; the start itself after none."""
    left = hours * ONE_HOUR
    stops = stopped_times(pauses, after=started_at, at=at)
    spans = open_spans(started_at, calendar, limit.office_hours, stops=stops)
    end = started_at.astimezone(UTC)
    while left:
        span = next(spans)
        taken = min(left, span.end - span.start)
        end, left = span.start + taken, left - taken
    return end


def explanation(
    limit: Limit,
    *,
    started_at: datetime,
    calendar: Calendar,
    pauses: Sequence[Pause] = (),
    at: datetime | None = None,
) -> tuple[DayCount, ...]:
    """Return one line per day from the start day to the due day, both included; the due day always counts.

    Arguments and the meaning of an open pause are those of ``due``. In working and calendar days the last number is
    the value of the limit, in months the number of its days. In hours it is the value too, and a day counts if any
    part of it did.
    """
    on = due(limit, started_at=started_at, calendar=calendar, pauses=pauses, at=at).on
    stops = stopped_times(pauses, after=started_at, at=at)
    if limit.unit is Unit.HOURS:
        return tuple(_hours_by_day(limit, started_at=started_at, on=on, stops=stops))
    if limit.unit is Unit.WORKING_HOURS:
        return tuple(_working_hours_by_day(limit, started_at=started_at, on=on, calendar=calendar, stops=stops))
    started_on = day_of(started_at)
    start = DayCount(day=started_on, counted=False, number=None, reason=DayReason.START_DAY, source=START_SOURCE)
    spans = taken_days(limit, started_on=started_on, calendar=calendar, pauses=pauses, at=at)
    if limit.unit is Unit.WORKING_DAYS:
        return (start, *_working_days(started_on, on=on, calendar=calendar, spans=spans))
    length = length_of(limit, started_on=started_on)
    return (start, *_calendar_days(length, days=_days_after(started_on, on), calendar=calendar, spans=spans))


def _first_of(months: int) -> date:
    """Return the first day of a month, which is given as months since year 0."""
    return date(months // 12, months % 12 + 1, 1)


def _working_days(started_on: date, *, on: date, calendar: Calendar, spans: Sequence[Span]) -> Iterator[DayCount]:
    number = 0
    for day in _days_after(started_on, on):
        if paused := _paused(day, spans):
            yield paused
            continue
        counted = calendar.is_working(day)
        number += counted
        yield DayCount(
            day=day,
            counted=counted,
            number=number if counted else None,
            reason=calendar.reason(day),
            source=calendar.day_source(day),
            holiday=calendar.holiday_name(day),
        )


def _calendar_days(
    length: int, *, days: Sequence[date], calendar: Calendar, spans: Sequence[Span]
) -> Iterator[DayCount]:
    number = 0
    for day in days:
        if paused := _paused(day, spans):
            yield paused
        elif number + 1 == length and day != days[-1]:
            yield DayCount(
                day=day,
                counted=False,
                number=None,
                reason=DayReason.MOVED_OFF_REST_DAY,
                source=f"{MOVED_SOURCE}；{calendar.day_source(day)}",
                holiday=calendar.holiday_name(day),
            )
        else:
            number += 1
            yield DayCount(
                day=day, counted=True, number=number, reason=DayReason.CALENDAR_DAY, source=CALENDAR_DAY_SOURCE
            )


def _hours_by_day(limit: Limit, *, started_at: datetime, on: date, stops: Sequence[Stop]) -> Iterator[DayCount]:
    run_before = timedelta()
    for day in _days_after(day_of(started_at) - ONE_DAY, on):
        until = start_of_day(day + ONE_DAY)
        stopped = sum((min(stop.until, until) - min(stop.since, until) for stop in stops), timedelta())
        run = min(until - started_at.astimezone(UTC) - stopped, limit.value * ONE_HOUR)
        counted = run > run_before or day == on
        if counted:
            yield DayCount(
                day=day, counted=True, number=run // ONE_HOUR, reason=DayReason.HOURS_RUN, source=HOURS_SOURCE
            )
        else:
            yield _paused_by(next(stop.pause for stop in stops if stop.until >= until), day)
        run_before = run


def _working_hours_by_day(
    limit: Limit, *, started_at: datetime, on: date, calendar: Calendar, stops: Sequence[Stop]
) -> Iterator[DayCount]:
    """Yield a line for each day: how many office hours had passed by its end, or why it had none for this limit."""
    opened: dict[date, timedelta] = {}
    spans = open_spans(started_at, calendar, limit.office_hours, stops=stops)
    for span in takewhile(lambda span: day_of(span.start) <= on, spans):
        opened[day_of(span.start)] = opened.get(day_of(span.start), timedelta()) + (span.end - span.start)
    hours = "、".join(f"{opens}至{closes}" for opens, closes in limit.office_hours)
    run = timedelta()
    for day in _days_after(day_of(started_at) - ONE_DAY, on):
        if day in opened:
            run = min(run + opened[day], limit.value * ONE_HOUR)
            source = f"{OFFICE_HOURS_SOURCE}；办公时间{hours}"
            yield DayCount(day=day, counted=True, number=run // ONE_HOUR, reason=DayReason.OFFICE_HOURS, source=source)
        elif not calendar.is_working(day):
            yield DayCount(
                day=day,
                counted=False,
                number=None,
                reason=calendar.reason(day),
                source=calendar.day_source(day),
                holiday=calendar.holiday_name(day),
            )
        elif pause := next((stop.pause for stop in stops if _touches(stop, day)), None):
            yield _paused_by(pause, day)
        else:
            yield DayCount(
                day=day,
                counted=False,
                number=None,
                reason=DayReason.OFFICE_CLOSED,
                source=f"{OFFICE_HOURS_SOURCE}；办公时间{hours}",
            )


def _touches(stop: Stop, day: date) -> bool:
    return stop.since < start_of_day(day + ONE_DAY) and start_of_day(day) < stop.until


def _paused(day: date, spans: Sequence[Span]) -> DayCount | None:
    for span in spans:
        if span.first <= day <= span.last:
            return _paused_by(span.pause, day)
    return None


def _paused_by(pause: Pause, day: date) -> DayCount:
    source = pause.basis or f"自{day_of(pause.started_at)}起暂停计算"
    return DayCount(day=day, counted=False, number=None, reason=DayReason.PAUSED, source=source)


def _days_after(day: date, last: date) -> tuple[date, ...]:
    return tuple(map(date.fromordinal, range(day.toordinal() + 1, last.toordinal() + 1)))
