"""Validity of editions, which calendar was in use when, and when an edition is overdue."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib.calendars.model import Loaded, Recount, RecountState, Year
from chalicelib.errors import FieldError
from chalicelib.rulepacks.model.pack import EditionDay
from chalicelib.workdays.model.calendar import Calendar
from chalicelib.workdays.model.limits import DECEMBER, Edition, Notice, is_weekend

if TYPE_CHECKING:
    from chalicelib.walks.model import Part, Place, Step

FIRST_YEAR = 2024
"""The first year with an edition packaged with the code."""

SETTLED_AFTER = timedelta(minutes=3)
"""When no process uses the old calendar any more: cache lifetime, longest function run and clock differences."""


def years_within_reach(today: date) -> range:
    """Return the years that an edition may be for: the State Council announces the next year and none later."""
    return range(FIRST_YEAR, today.year + 2)


def faults_of(
    year: int, notice: Notice, holidays: dict[date, str], make_up_days: dict[date, str], *, today: date
) -> tuple[FieldError, ...]:
    """Return everything that is wrong with an edition."""
    return tuple(_faults(year, notice, holidays, make_up_days, today=today))


def _faults(
    year: int, notice: Notice, holidays: dict[date, str], make_up_days: dict[date, str], *, today: date
) -> Iterator[FieldError]:
    if year not in years_within_reach(today):
        yield _fault(
            "/year", "EDITION_YEAR", "只能载入2024年至下一年度的工作日历。", "A year from 2024 to the next one."
        )
    if not notice.title.strip():
        yield _fault("/notice/title", "EDITION_BLANK", "请写明通知名称。", "Name the notice.")
    if not holidays:
        yield _fault("/holidays", "EDITION_EMPTY", "没有放假日。", "There is no day off.")
    for field, days in (("holidays", holidays), ("make_up_days", make_up_days)):
        yield from _faults_of_days(field, days, year=year)
    for day in sorted(make_up_days):
        pointer = f"/make_up_days/{day}"
        if day in holidays:
            yield _fault(pointer, "EDITION_BOTH", "同一天既放假又上班。", "The day is both off and worked.")
        if not is_weekend(day):
            yield _fault(pointer, "EDITION_WEEKDAY", "调休上班日应为周六或者周日。", "A make-up day is at a weekend.")


def _faults_of_days(field: str, days: dict[date, str], *, year: int) -> Iterator[FieldError]:
    for day, name in sorted(days.items()):
        pointer = f"/{field}/{day}"
        if day.year != year and (day.year, day.month) != (year - 1, DECEMBER):
            yield _fault(
                pointer,
                "EDITION_DAY",
                "不属于本年度，也不在上一年12月。",
                "Neither in the year nor in December before.",
            )
        if not name.strip():
            yield _fault(pointer, "EDITION_BLANK", "请写明节日名称。", "Name the festival.")


def _fault(pointer: str, code: str, detail: str, english: str) -> FieldError:
    return FieldError(pointer=pointer, code=code, detail=detail, english=english)


def is_same(one: Edition, other: Edition) -> bool:
    """Whether two editions have the same content, ignoring their numbers."""
    return replace(one, number=other.number) == other


def with_edition(year: Year, edition: Edition, *, by: str, at: datetime) -> Year:
    """Return the year with its next edition added."""
    numbered = replace(edition, number=len(year.editions) + 1)
    return replace(year, editions=(*year.editions, Loaded(edition=numbered, loaded_at=at, loaded_by=by)))


def editions_at(packaged: Sequence[Edition], years: Sequence[Year], *, at: datetime) -> tuple[Edition, ...]:
    """Return the edition of each year in use at an instant: the last one loaded by then, or the packaged one."""
    counting = {edition.year: edition for edition in packaged}
    for year in years:
        for loaded in year.editions:
            if loaded.loaded_at <= at:
                counting[year.year] = loaded.edition
    return tuple(counting[year] for year in sorted(counting))


def calendar_with(calendar: Calendar, edition: Edition) -> Calendar:
    """Return the calendar with this edition in place of the one for the same year."""
    return Calendar((*(each for each in calendar.editions if each.year != edition.year), edition))


def is_late(day: EditionDay, *, today: date) -> bool:
    """Whether next year's edition is overdue; on the day itself it is not."""
    return (today.month, today.day) > (day.month, day.day)


def recount_of(loaded: Loaded, parts: "Sequence[Part]") -> Recount:
    """Return how far the recalculation for an edition has come, given the parts of its walk; none before it begins."""
    return Recount(
        year=loaded.edition.year,
        number=loaded.edition.number,
        looked_at=sum(part.looked_at for part in parts),
        moved=sum(part.changed for part in parts),
        failed=sum(part.failed for part in parts),
        state=RecountState.DONE if parts and all(part.is_done for part in parts) else RecountState.RUNNING,
    )


def next_step(step: "Step", *, passage: int, key: "Place | None", loaded_at: datetime) -> "Step":
    """Return a step over a board with where it goes on; ``key`` is ``None`` at the end of the board.

    The second passage begins when nobody uses the old calendar any more, and only moves dates: everything was counted
    before.
    """
    if passage > 1:
        step = replace(step, looked_at=0)
    if key is not None:
        return replace(step, place={"passage": passage, "key": key})
    if passage == 1:
        return replace(step, place={"passage": 2}, not_before=loaded_at + SETTLED_AFTER)
    return replace(step, place=None)
