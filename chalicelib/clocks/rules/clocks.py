"""Starting, pausing, extending and stopping clocks, their light, and their next milestone."""

import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.clocks.model import NOT_WARNED, Clock, ClockKind, ClockPause, Extension, Light
from chalicelib.workdays.model.calendar import Calendar
from chalicelib.workdays.model.limits import DayCount, Limit, Pause, YellowRule, day_of
from chalicelib.workdays.rules.due_dates import USUAL_YELLOW, due, explanation, start_of_day, yellow_from

ONE_SECOND = timedelta(seconds=1)
ONE_DAY = timedelta(days=1)
FIRST_WARNING_AFTER = timedelta(minutes=30)
"""How long the warnings of a day wait after midnight: what passes at midnight is told before them."""
WARNINGS_SPREAD_OVER = timedelta(hours=6, minutes=45)
"""Over how long they are spread: the last leaves at 07:15, so that all have arrived when offices open."""


def id_of(kind: ClockKind, suffix: str) -> str:
    """Return the id of a clock among its owner's; ``suffix`` distinguishes several of one kind, blank for the first."""
    return f"{kind}.{suffix}" if suffix else kind.value


def start(  # noqa: PLR0913 - a duty has this many sides, and each is named at the call
    kind: ClockKind,
    limit: Limit,
    *,
    owner: str,
    department: str,
    responsible: str,
    pack: str,
    started_at: datetime,
    calendar: Calendar,
    yellow: YellowRule = USUAL_YELLOW,
    about: str = "",
    level: int = 0,
    suffix: str = "",
    item: str = "",
    recheck_at: datetime | None = None,
) -> Clock:
    """Return a clock that runs from ``started_at``; ``suffix`` as in ``id_of``."""
    end = due(limit, started_at=started_at, calendar=calendar)
    return Clock(
        owner=owner,
        clock_id=id_of(kind, suffix),
        kind=kind,
        department=department,
        responsible=responsible,
        limit=limit,
        pack=pack,
        started_at=started_at,
        due_at=end.at,
        due_on=end.on,
        provisional=end.provisional,
        yellow_at=yellow_from(limit, started_at=started_at, calendar=calendar, rule=yellow),
        about=about,
        level=level,
        item=item,
        recheck_at=recheck_at,
    )


def with_pause(clock: Clock, pause: ClockPause) -> Clock:
    """Pause a clock; no effect during another pause or on a stopped clock.

    Milestones reached before the sweep came are marked, because the sweep skips paused clocks.
    """
    if not clock.is_running:
        return clock
    clock = marked(clock, at=pause.started_at)
    return replace(clock, pauses=(*clock.pauses, pause), rev=clock.rev + 1)


def resume(clock: Clock, *, at: datetime, calendar: Calendar, yellow: YellowRule = USUAL_YELLOW) -> Clock:
    """Resume a clock, counting from the next day; recorded milestones stay only if they are still in the past."""
    if clock.open_pause is None or clock.stopped_at is not None:
        return clock
    pauses = _ended(clock, at=at)
    return _untold(_counted(replace(clock, pauses=pauses, rev=clock.rev + 1), calendar=calendar, yellow=yellow), at=at)


def restart(
    clock: Clock, *, started_at: datetime, at: datetime, calendar: Calendar, yellow: YellowRule = USUAL_YELLOW
) -> Clock:
    """Let a clock count from another instant: what it waited for has come sooner than it had to (送达)."""
    again = replace(clock, started_at=started_at, rev=clock.rev + 1)
    return _untold(_counted(again, calendar=calendar, yellow=yellow), at=at)


def with_extension(
    clock: Clock, by: Limit, *, at: datetime, calendar: Calendar, yellow: YellowRule = USUAL_YELLOW
) -> Clock:
    """Give a clock its one extension (行政许可法第42条)."""
    longer = replace(clock, extension=Extension(by=by, granted_at=at), rev=clock.rev + 1)
    return _untold(_counted(longer, calendar=calendar, yellow=yellow), at=at)


def stop(clock: Clock, *, at: datetime) -> Clock:
    """Stop a clock: the duty is done or no longer exists; milestones reached before the sweep came are marked."""
    if clock.stopped_at is not None:
        return clock
    pauses = _ended(clock, at=at)
    return replace(marked(clock, at=at), recheck_at=None, pauses=pauses, stopped_at=at, rev=clock.rev + 1)


def as_of(clock: Clock, *, at: datetime, calendar: Calendar, yellow: YellowRule = USUAL_YELLOW) -> Clock | None:
    """Return the clock as of an instant, ``None`` if it had not started.

    Uses only instants that the clock stores, so any past moment can be reconstructed.
    """
    if clock.started_at > at:
        return None
    past = replace(
        clock,
        pauses=tuple(
            replace(pause, ended_at=None) if pause.ended_at is not None and pause.ended_at > at else pause
            for pause in clock.pauses
            if pause.started_at <= at
        ),
        extension=clock.extension if clock.extension is not None and clock.extension.granted_at <= at else None,
        warned_at=clock.warned_at if clock.warned_at is not None and clock.warned_at <= at else None,
        passed_at=clock.passed_at if clock.passed_at is not None and clock.passed_at <= at else None,
        stopped_at=clock.stopped_at if clock.stopped_at is not None and clock.stopped_at <= at else None,
    )
    return _counted(past, calendar=calendar, yellow=yellow)


def light(clock: Clock, *, at: datetime) -> Light:
    """Return the light at an instant, for a clock as of that instant.

    The due day itself is still in time, to its last second in Shanghai. A stopped clock shows whether it stopped in
    time; one that was late before it was paused stays RED. A pause longer than the applicant was told is YELLOW
    (R4.10).
    """
    if clock.stopped_at is not None:
        return Light.RED if clock.is_late(clock.stopped_at) else Light.GREEN
    if clock.provisional:
        return Light.WHITE
    if clock.is_late(at):
        return Light.RED
    pause = clock.open_pause
    if pause is not None:
        return Light.YELLOW if day_of(at) > pause.expected_until else Light.GREY
    return Light.YELLOW if at >= clock.yellow_at else Light.GREEN


def next_at(clock: Clock) -> datetime | None:
    """Return when the sweep must check the clock next; ``None`` removes it from the index.

    A warning that is due at midnight is told later in the night, each owner's at a time of its own: a city's warnings
    would otherwise all come in the same second, before what has passed. The light does not wait for it. A provisional
    date waits for the edition of its year, which recalculates it (R4.5).
    """
    if clock.stopped_at is None and clock.recheck_at is not None:
        return clock.recheck_at
    following = _next_milestone(clock)
    return _spread(clock) if following is not None and following == clock.yellow_at else following


def _next_milestone(clock: Clock) -> datetime | None:
    if clock.stopped_at is not None or clock.provisional or clock.open_pause is not None or clock.passed_at is not None:
        return None
    if clock.warned_at is None and clock.kind not in NOT_WARNED:
        return clock.yellow_at
    return clock.due_at + ONE_SECOND


def _spread(clock: Clock) -> datetime:
    """Return when a warning is told: within the night after its midnight, unless less than a day is left by then."""
    is_midnight = start_of_day(day_of(clock.yellow_at)) == clock.yellow_at
    if not is_midnight or clock.due_at + ONE_SECOND < clock.yellow_at + ONE_DAY:
        return clock.yellow_at
    share = zlib.crc32(clock.owner.encode()) % int(WARNINGS_SPREAD_OVER.total_seconds())
    return clock.yellow_at + FIRST_WARNING_AFTER + timedelta(seconds=share)


def recount(clock: Clock, *, at: datetime, calendar: Calendar, yellow: YellowRule = USUAL_YELLOW) -> Clock:
    """Recalculate the dates with the current calendar (R4.5)."""
    again = replace(clock, rev=clock.rev + 1)
    return _untold(_counted(again, calendar=calendar, yellow=yellow), at=at)


def has_moved(before: Clock, after: Clock) -> bool:
    """Whether the recalculation changed a date, or made it final."""
    was = (before.due_at, before.yellow_at, before.provisional)
    return was != (after.due_at, after.yellow_at, after.provisional)


def move_on(clock: Clock, *, at: datetime) -> Clock:
    """Return the clock with every milestone up to ``at`` marked: a late sweep marks both at once."""
    return replace(marked(clock, at=at), rev=clock.rev + 1)


def _ended(clock: Clock, *, at: datetime) -> tuple[ClockPause, ...]:
    """End an open pause, at its start if the ending machine's clock lags behind the starting one's."""
    return tuple(
        replace(pause, ended_at=max(at, pause.started_at)) if pause.ended_at is None else pause
        for pause in clock.pauses
    )


def marked(clock: Clock, *, at: datetime) -> Clock:
    """Return the clock with every milestone up to ``at`` marked, and otherwise as it is."""
    if clock.recheck_at is not None:
        return clock
    following = _next_milestone(clock)
    while following is not None and following <= at:
        is_over = following > clock.due_at
        clock = replace(clock, passed_at=following) if is_over else replace(clock, warned_at=following)
        following = _next_milestone(clock)
    return clock


def with_pause_ended(clock: Clock, *, at: datetime, calendar: Calendar, yellow: YellowRule = USUAL_YELLOW) -> Clock:
    """Return the clock with its dates if an open pause ended at ``at``, to match ``days_counted``."""
    return _counted(clock, calendar=calendar, yellow=yellow, at=at)


def days_counted(clock: Clock, *, calendar: Calendar, at: datetime) -> tuple[DayCount, ...]:
    """Return the answer to "why this date", one line per day, including the extension."""
    days = explanation(
        _limit_in_one(clock),
        started_at=clock.started_at,
        calendar=calendar,
        pauses=_pauses(clock),
        at=at,
    )
    if clock.extension is None or clock.extension.by.unit is clock.limit.unit:
        return days
    first = due(clock.limit, started_at=clock.started_at, calendar=calendar, pauses=_pauses(clock), at=at)
    more = explanation(clock.extension.by, started_at=first.at, calendar=calendar, pauses=_pauses(clock), at=at)
    return (*days, *more[1:])


def _counted(clock: Clock, *, calendar: Calendar, yellow: YellowRule, at: datetime | None = None) -> Clock:
    """Recalculate the due date; an open pause gives the dates as if it ended at its start, or at ``at``."""
    moment = (at or clock.open_pause.started_at) if clock.open_pause is not None else None
    limit = _limit_in_one(clock)
    pauses = _pauses(clock)
    end = due(limit, started_at=clock.started_at, calendar=calendar, pauses=pauses, at=moment)
    turns = yellow_from(limit, started_at=clock.started_at, calendar=calendar, pauses=pauses, at=moment, rule=yellow)
    if clock.extension is not None and clock.extension.by.unit is not clock.limit.unit:
        first, limit = end, clock.extension.by
        end = due(limit, started_at=first.at, calendar=calendar, pauses=pauses, at=moment)
        turns = yellow_from(limit, started_at=first.at, calendar=calendar, pauses=pauses, at=moment, rule=yellow)
        end = replace(end, provisional=end.provisional or first.provisional)
    return replace(clock, due_at=end.at, due_on=end.on, provisional=end.provisional, yellow_at=turns)


def _limit_in_one(clock: Clock) -> Limit:
    """Return limit and extension as one if they have the same unit, so that no day is counted twice."""
    extension = clock.extension
    if extension is None or extension.by.unit is not clock.limit.unit:
        return clock.limit
    return replace(
        clock.limit,
        value=clock.limit.value + extension.by.value,
        basis=f"{clock.limit.basis}；{extension.by.basis}",
    )


def _pauses(clock: Clock) -> Sequence[Pause]:
    return [Pause(started_at=pause.started_at, ended_at=pause.ended_at, basis=pause.basis) for pause in clock.pauses]


def _untold(clock: Clock, *, at: datetime) -> Clock:
    """Take back milestones that the new dates put into the future, so that they are recorded again when reached.

    During a pause the moment at which it started decides.
    """
    at = min(at, clock.open_pause.started_at) if clock.open_pause is not None else at
    warned = clock.warned_at if clock.yellow_at <= at else None
    passed = clock.passed_at if clock.due_at < at else None
    is_taken_back = (warned, passed) != (clock.warned_at, clock.passed_at)
    return replace(clock, warned_at=warned, passed_at=passed, round=clock.round + is_taken_back)
