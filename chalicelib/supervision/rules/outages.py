"""What may be recorded as an outage, and what an outage excuses (R4.17; decision 0016)."""

from datetime import datetime

from chalicelib.clock import day_in_shanghai
from chalicelib.errors import FieldError
from chalicelib.supervision.model.outages import LONGEST, Duty, Outage, Window
from chalicelib.workdays.model.calendar import Calendar
from chalicelib.workdays.model.limits import Limit
from chalicelib.workdays.rules.due_dates import due, start_of_day


def faults_of(window: Window, *, at: datetime) -> tuple[FieldError, ...]:
    """Return everything that is wrong with an outage to be recorded; start and end may be the same instant."""
    faults = []
    if window.starts_at > at:
        faults.append(
            FieldError(
                pointer="/starts_at", detail="故障时段不能始于将来。", english="An outage cannot begin in the future."
            )
        )
    if window.ends_at is not None:
        faults.extend(faults_of_end(window.starts_at, window.ends_at, at=at))
    if not window.evidence:
        faults.append(FieldError(pointer="/evidence", detail="至少须有一份证据。", english="Evidence is missing."))
    return tuple(faults)


def faults_of_end(starts_at: datetime, ends_at: datetime, *, at: datetime) -> tuple[FieldError, ...]:
    """Return everything that is wrong with an end: before the start, in the future, or too late."""
    faults = []
    if ends_at < starts_at:
        faults.append(FieldError(pointer="/ends_at", detail="结束不能早于开始。", english="This is before the start."))
    if ends_at > at:
        faults.append(FieldError(pointer="/ends_at", detail="结束不能在将来。", english="This is yet to come."))
    if ends_at - starts_at > LONGEST:
        faults.append(
            FieldError(
                pointer="/ends_at", detail="一次登记最长31日。", english="One record covers 31 days at the most."
            )
        )
    return tuple(faults)


def end_of(outage: Outage, *, at: datetime) -> datetime:
    """Return when an outage ended as of an instant: an ongoing one lasts until then, up to the maximum."""
    return min(outage.window.ends_at or at, outage.window.starts_at + LONGEST)


def reaches(outage: Outage, duty: Duty, *, at: datetime) -> bool:
    """Whether an outage in force overlapped the last day of a duty, and had begun by its last second in time."""
    window = outage.window
    return (
        outage.withdrawn_at is None
        and (not window.departments or duty.department in window.departments)
        and (not window.kinds or duty.kind in window.kinds)
        and window.starts_at <= duty.due_at
        and start_of_day(day_in_shanghai(duty.due_at)) <= end_of(outage, at=at)
    )


def excuses(outage: Outage, duty: Duty, *, grace: Limit, calendar: Calendar, at: datetime) -> bool:
    """Whether an outage excuses that a duty was not done in time.

    It does if it overlapped the due day and had begun by the last second in time, and if the duty was done within
    ``grace`` after its end; what is not done yet is excused until then. A withdrawn outage excuses nothing, nor does
    one in other departments or for other kinds of clocks.
    """
    ends = due(grace, started_at=end_of(outage, at=at), calendar=calendar).at
    return reaches(outage, duty, at=at) and (duty.done_at or at) <= ends
