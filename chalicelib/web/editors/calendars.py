"""The calendar editor's pages: every year's edition, and loading the next one after seeing which due dates move."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final

from chalicelib.api.calendars import routes
from chalicelib.api.calendars.schemas import CalendarResponse
from chalicelib.calendars.services.calendars import EDITORS
from chalicelib.clock import day_in_shanghai
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.web.core import pages
from chalicelib.web.core.forms import at_fault
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

DAY: Final = r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
LINE: Final = re.compile(rf"\s*{DAY}\s*(?:(?:至|到|~|\uff5e|—|–|to)\s*{DAY})?[\s:,\uff1a\uff0c]*(.*?)\s*")
"""A line of days: one, or from one to another, and the festival."""

LONGEST: Final = 31
"""Days that one line may span: no festival is longer, so a longer one is a slip of the pen."""

DAYS: Final = ("holidays", "make_up_days")


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
    facts = {
        "year": visit.path["year"],
        "standing": standing,
        "waiting": waiting,
        "days": days,
        "done": visit.query.get("done"),
    }
    return Page(template="calendar.html", facts=facts)


@pages.post("/calendars/{year}", roles=EDITORS, form="/calendars/{year}")
def load(visit: PageRequest) -> Page | Redirect:
    """Say which due dates an edition would move, and load it once somebody has seen that."""
    page = read_year(visit)
    try:
        body = _body_of(visit)
        digest = digest_of(visit.path["year"], body)
        if not is_to_publish(visit, digest):
            return with_look(page, visit, look(visit, routes.load, body), digest)
        visit.do(routes.load, body=body, version=visit.version() if visit.sent("version") else None)
    except UnreadableError as error:
        return at_fault(page, **{error.field: text(error.text, visit.language, **error.blanks)})
    except DomainError as refusal:
        where = None if has_document(visit) else _where
        return at_document(page, refusal, visit, where=where, otherwise="")
    return Redirect(to=f"calendars/{visit.path['year']}", query={"done": "loaded"})


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
