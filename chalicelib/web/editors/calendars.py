"""The calendar editor's pages: every year's edition, and loading the next one after seeing which due dates move."""

import re
from calendar import Calendar
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from chalicelib.api.calendars import routes
from chalicelib.api.calendars.schemas import CalendarResponse, ProvisionalDueDatePageResponse
from chalicelib.calendars.services.calendars import EDITORS
from chalicelib.clock import day_in_shanghai, instant_text
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.web.core import pages
from chalicelib.web.core.forms import DOCUMENT_FILE, at_fault
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page, PageRequest, Redirect
from chalicelib.web.editors.drafts import (
    Slip,
    UnreadableError,
    at_document,
    digest_of,
    document_in,
    has_document,
    is_to_publish,
    look,
    with_look,
)
from chalicelib.workdays.model.limits import is_weekend

DAY: Final = r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
LINE: Final = re.compile(rf"\s*{DAY}\s*(?:(?:至|到|~|\uff5e|—|–|to)\s*{DAY})?[\s:,\uff1a\uff0c]*(.*?)\s*")
"""A line of days: one, or from one to another, and the festival."""

LONGEST: Final = 31
"""Days that one line may span: no festival is longer, so a longer one is a slip of the pen."""

DAYS: Final = ("holidays", "make_up_days")

DECEMBER: Final = 12


class DayKind(StrEnum):
    """What a day is in a calendar, and how an editor marks it; ``PLAIN`` goes by the day of the week."""

    HOLIDAY = "holiday"
    MAKE_UP = "make_up"
    WORK = "work"
    REST = "rest"
    PLAIN = "plain"


MARKS: Final = (DayKind.HOLIDAY, DayKind.MAKE_UP, DayKind.PLAIN)
"""As what days can be marked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDay:
    """A day of a calendar: what it is, and of which festival, if of any."""

    day: date
    kind: DayKind
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month as it hangs on a wall: weeks from Monday to Sunday; ``None`` is a day of another month."""

    year: int
    month: int
    weeks: tuple[tuple[CalendarDay | None, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedDay:
    """A day that is something else in another edition."""

    before: CalendarDay
    after: CalendarDay


@pages.get("/calendars", roles=EDITORS)
def list_years(visit: PageRequest) -> Page:
    """List every year with the edition that counts, and the next one, which may be missing still."""
    found = visit.get(routes.calendars)
    coming = day_in_shanghai(visit.at).year + 1
    missing = coming if all(one.year != coming for one in found.items) else None
    return Page(template="calendars.html", facts={"found": found, "missing": missing})


@pages.get("/calendars/{year}", roles=EDITORS)
def read_year(visit: PageRequest) -> Page:
    """Show a year's edition with all that were loaded, what waits for one, and the form for the next."""
    query = {"limit": "20"} | ({"cursor": visit.query["cursor"]} if visit.query.get("cursor") else {})
    waiting = visit.get(routes.provisional, query=query)
    standing = _standing(visit)
    days = {name: "\n".join(lines_of(getattr(standing, name))) if standing else "" for name in DAYS}
    return _drawn(visit, standing, waiting, days | {name: visit.sent(name) for name in DAYS if name in visit.form})


def _drawn(
    visit: PageRequest,
    standing: CalendarResponse | None,
    waiting: ProvisionalDueDatePageResponse,
    days: Mapping[str, str],
) -> Page:
    facts = {
        "year": visit.path["year"],
        "standing": standing,
        "waiting": waiting,
        "days": days,
        "months": _months(int(visit.path["year"]), days),
        "marks": MARKS,
        "ticked": frozenset(visit.form.get("days", ())),
        "done": visit.query.get("done"),
    }
    return Page(template="calendar.html", facts=facts)


@pages.post("/calendars/{year}", roles=EDITORS, form="/calendars/{year}")
def load(visit: PageRequest) -> Page | Redirect:
    """Say which due dates an edition would move, and load it once somebody has seen that."""
    page = read_year(visit)
    try:
        if visit.sent("act") == "mark":
            return _marked(page, visit)
        body = _body_of(visit)
        digest = digest_of(visit.path["year"], body)
        if not is_to_publish(visit, digest):
            seen = with_look(page, visit, look(visit, routes.load, body), digest)
            return replace(seen, facts={**seen.facts, "changed": _changed_by(page, body)})
        visit.do(routes.load, body=body, version=visit.version() if visit.sent("version") else None)
    except UnreadableError as error:
        return at_fault(page, **{error.field: text(error.text, visit.language, **error.blanks)})
    except DomainError as refusal:
        where = _in_file if has_document(visit) else _where
        return at_document(page, refusal, visit, where=where, otherwise="")
    return Redirect(to=f"calendars/{visit.path['year']}", query={"done": "loaded"})


@pages.get("/calendars/{year}/comparison", roles=EDITORS)
def compare(visit: PageRequest) -> Page:
    """Compare two editions of a year in words: the last with the one before it, unless others are chosen."""
    standing = visit.get(routes.calendar)
    loaded = {one.edition: one.loaded_at for one in standing.editions}
    if not loaded:
        raise DomainError(ErrorCode.NOT_FOUND)
    first = min(loaded.values()) - timedelta(seconds=1)
    moments = {**loaded}
    with suppress(DomainError):
        moments = {visit.get(routes.calendar, query={"at": instant_text(first)}).edition: first, **loaded}
    numbers = sorted(moments)
    chosen = [_number(visit.query.get(name), numbers, place) for name, place in (("one", -2), ("other", -1))]
    before, after = (visit.get(routes.calendar, query={"at": instant_text(moments[number])}) for number in chosen)
    facts = {
        "year": visit.path["year"],
        "numbers": numbers,
        "before": before,
        "after": after,
        "changed": list(changed_days(_kinds(before), _kinds(after))),
    }
    return Page(template="calendar_comparison.html", facts=facts)


def changed_days(before: Mapping[date, CalendarDay], after: Mapping[date, CalendarDay]) -> Iterator[ChangedDay]:
    """Go through the days that two editions say differently of."""
    for day in sorted({*before, *after}):
        one, other = before.get(day) or _plain(day), after.get(day) or _plain(day)
        if one != other:
            yield ChangedDay(before=one, after=other)


def lines_of(days: Mapping[date, str]) -> Iterator[str]:
    """Write days as people read them: a line for each stretch of one festival."""
    stretch: list[date] = []
    for day, name in sorted(days.items()):
        if stretch and (day - stretch[-1] != timedelta(days=1) or days[stretch[-1]] != name):
            yield _line(stretch, days[stretch[-1]])
            stretch = []
        stretch.append(day)
    if stretch:
        yield _line(stretch, days[stretch[-1]])


def days_in(lines: str, field: str) -> dict[str, str]:
    """Return the days that were written, each with its festival; ``UnreadableError`` names the line that is none."""
    days: dict[str, str] = {}
    for number, line in enumerate(lines.splitlines(), start=1):
        if not line.strip():
            continue
        found = LINE.fullmatch(line)
        first, last = (None, None) if found is None else (_day(found.groups()[:3]), _day(found.groups()[3:6]))
        if found is None or first is None or (found[4] and last is None):
            raise UnreadableError(Slip.LINE, field=field, number=number, line=line.strip()[:40])
        span = ((last or first) - first).days + 1
        if not 1 <= span <= LONGEST:
            raise UnreadableError(Slip.SPAN, field=field, number=number, most=LONGEST)
        for day in (first + timedelta(days=each) for each in range(span)):
            if day.isoformat() in days:
                raise UnreadableError(Slip.TWICE, field=field, number=number, day=day.isoformat())
            days[day.isoformat()] = found[7]
    return days


def _number(sent: str | None, numbers: list[int], place: int) -> int:
    """Return the edition that was asked for, or the one at a place; ``NOT_FOUND`` for one that there is not."""
    number = numbers[max(place, -len(numbers))] if sent is None else int(sent) if sent.isdecimal() else -1
    if number not in numbers:
        raise DomainError(ErrorCode.NOT_FOUND)
    return number


def _kinds(edition: CalendarResponse) -> dict[date, CalendarDay]:
    return _marked_days(edition.holidays, edition.make_up_days)


def _marked_days(holidays: Mapping[date, str], make_up_days: Mapping[date, str]) -> dict[date, CalendarDay]:
    """Return the days that are not what their weekday says."""
    off = {day: CalendarDay(day=day, kind=DayKind.HOLIDAY, name=name) for day, name in holidays.items()}
    return off | {day: CalendarDay(day=day, kind=DayKind.MAKE_UP, name=name) for day, name in make_up_days.items()}


def _plain(day: date) -> CalendarDay:
    return CalendarDay(day=day, kind=DayKind.REST if is_weekend(day) else DayKind.WORK)


def _written_days(days: Mapping[str, str]) -> dict[date, CalendarDay]:
    """Return the days that stand in the form; none of a field that cannot be read, of which the form says so."""
    read: dict[str, dict[date, str]] = {name: {} for name in DAYS}
    for name in DAYS:
        with suppress(UnreadableError):
            read[name] = {date.fromisoformat(day): said for day, said in days_in(days[name], name).items()}
    return _marked_days(read["holidays"], read["make_up_days"])


def _months(year: int, days: Mapping[str, str]) -> list[Month]:
    """Return the twelve months, and before them the December in which a year's first holiday may begin."""
    known, weeks = _written_days(days), Calendar()
    return [
        Month(
            year=each,
            month=month,
            weeks=tuple(
                tuple(known.get(day) or _plain(day) if day.month == month else None for day in week)
                for week in weeks.monthdatescalendar(each, month)
            ),
        )
        for each, month in ((year - 1, DECEMBER), *((year, month) for month in range(1, DECEMBER + 1)))
    ]


def _marked(page: Page, visit: PageRequest) -> Page:
    """Draw the form again with the chosen days marked; what is missing is said at its field."""
    mark, name = visit.sent("mark"), visit.sent("festival")
    days = _ticked(page, visit)
    wrong = {} if days else {"days": text("calendar_choose_days", visit.language)}
    if mark not in MARKS:
        wrong["mark"] = text("calendar_choose_mark", visit.language)
    if mark in {DayKind.HOLIDAY, DayKind.MAKE_UP} and not name:
        wrong["festival"] = text("calendar_name_festival", visit.language)
    if wrong:
        return at_fault(page, **wrong)
    written = {
        field: {day: said for day, said in days_in(visit.sent(field), field).items() if day not in days}
        for field in DAYS
    }
    if mark != DayKind.PLAIN:
        written["holidays" if mark == DayKind.HOLIDAY else "make_up_days"] |= dict.fromkeys(days, name)
    lines = {
        field: "\n".join(lines_of({date.fromisoformat(day): said for day, said in found.items()}))
        for field, found in written.items()
    }
    drawn = {"days": lines, "months": _months(int(visit.path["year"]), lines), "ticked": (), "is_marked": True}
    return replace(page, facts={**page.facts, **drawn})


def _ticked(page: Page, visit: PageRequest) -> list[str]:
    """Return the days that were ticked, of those that the months offer."""
    months: list[Month] = page.fact("months", list)
    offered = {one.day.isoformat() for month in months for week in month.weeks for one in week if one is not None}
    return [day for day in visit.form.get("days", ()) if day in offered]


def _changed_by(page: Page, body: Mapping[str, Any]) -> list[ChangedDay]:
    """Return the days that an edition would change against the one that counts, or against plain weeks."""
    standing = page.facts["standing"]
    read = [{date.fromisoformat(day): said for day, said in body[name].items()} for name in DAYS]
    before = _kinds(standing) if isinstance(standing, CalendarResponse) else {}
    return list(changed_days(before, _marked_days(*read)))


def _standing(visit: PageRequest) -> CalendarResponse | None:
    """Return a year as it stands; ``None`` where it has no edition yet."""
    try:
        return visit.get(routes.calendar)
    except DomainError as refusal:
        if refusal.code is not ErrorCode.NOT_FOUND:
            raise
        return None


def _body_of(visit: PageRequest) -> dict[str, Any]:
    """Return the edition: a document where one was handed in, else what the form says."""
    if has_document(visit):
        return document_in(visit)
    notice = {"title": visit.sent("title"), "number": visit.sent("number") or None}
    return {
        "notice": notice | {"issued_on": visit.sent("issued_on")},
        **{name: days_in(visit.sent(name), name) for name in DAYS},
    }


def _in_file(pointer: str) -> tuple[str, str]:
    """Return the field of the file, and the place in it."""
    return DOCUMENT_FILE, pointer


def _where(pointer: str) -> tuple[str, str]:
    """Return the field that a place in the route's body stands for, and the day within it."""
    first, _, rest = pointer.lstrip("/").partition("/")
    if first == "notice":
        return rest or "title", ""
    return (first, rest) if first in DAYS else ("", "")


def _line(stretch: list[date], name: str) -> str:
    first, last = stretch[0].isoformat(), stretch[-1].isoformat()
    return f"{first} {name}" if first == last else f"{first} 至 {last} {name}"


def _day(parts: tuple[str | None, ...]) -> date | None:
    if None in parts:
        return None
    try:
        return date(*(int(part or "") for part in parts))
    except ValueError:
        return None
