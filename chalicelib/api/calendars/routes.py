"""HTTP routes for editions of the working calendar."""

from typing import Any

from chalicelib.api.calendars.schemas import (
    CalendarEditionRequest,
    CalendarListResponse,
    CalendarResponse,
    LoadCalendarQuery,
    LoadCalendarResponse,
    MovedDueDateResponse,
    ProvisionalDueDatePageResponse,
    ProvisionalDueDateResponse,
)
from chalicelib.calendars.model import Place
from chalicelib.calendars.services.calendars import EDITORS, WAITING_FOR_IT
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.http.as_of import AsOfQuery, moment_in
from chalicelib.http.routes import Answer, Call, PageQuery, Routes

routes = Routes("calendars")


@routes.put(
    "/v1/calendars/{year}",
    summary="Load an edition of a year's working calendar, or see what it would move",
    roles=EDITORS,
    query=LoadCalendarQuery,
    body=CalendarEditionRequest,
    answer=LoadCalendarResponse,
    takes_version=True,
    errors=(ErrorCode.PRECONDITION_REQUIRED, ErrorCode.EDITION_NOT_ACCEPTABLE),
)
def load(call: Call[CalendarEditionRequest]) -> Answer[LoadCalendarResponse]:
    """Load an edition; with ``dry_run=true`` only return which open due dates would move."""
    editions, query, body, year = container().calendar_editions, call.query, call.body, int(call.path["year"])
    after = _place(call.position)
    if body.year not in {None, year}:
        fault = FieldError(pointer="/year", detail="与地址中的年度不一致。", english="Not the year of the address.")
        raise DomainError(ErrorCode.EDITION_NOT_ACCEPTABLE, faults=(fault,))
    edition = editions.proposed(
        year, body.notice.notice(), body.holidays, body.make_up_days, by=call.caller, at=call.at
    )
    if query.dry_run:
        seen = editions.preview(edition, by=call.caller, at=call.at, limit=query.limit, after=after)
        return Answer(
            body=LoadCalendarResponse(
                year=year,
                dry_run=True,
                edition=None,
                version=None,
                recount=None,
                looked_at=seen.looked_at,
                items=[
                    MovedDueDateResponse.of(
                        moving.clock,
                        would_be_due_on=moving.would_be and moving.would_be.due_on,
                        would_be_provisional=moving.would_be is not None and moving.would_be.provisional,
                        light=moving.light,
                        would_be_light=moving.would_be_light,
                    )
                    for moving in seen.movings
                ],
                next_cursor=call.next_cursor(_position(seen.after)),
            )
        )
    loaded = editions.load(edition, by=call.caller, version=call.sent_version, at=call.at)
    return Answer(
        body=LoadCalendarResponse.of(
            loaded,
            dry_run=False,
            edition=loaded.edition.number,
            looked_at=loaded.recount.looked_at if loaded.recount else 0,
            items=[],
            next_cursor=None,
        ),
        version=loaded.version or None,
    )


@routes.get(
    "/v1/calendars",
    summary="The working calendar of every year, as it counted at a moment",
    public=True,
    query=AsOfQuery,
    answer=CalendarListResponse,
)
def calendars(call: Call[None]) -> Answer[CalendarListResponse]:
    """List the years with their edition at that moment, oldest first."""
    found = container().calendar_editions.years(at=moment_in(call), now=call.at)
    return Answer(body=CalendarListResponse(items=[CalendarResponse.model_validate(each) for each in found]))


@routes.get(
    "/v1/calendars/{year}",
    summary="A year's working calendar, its editions, and how far the last recount has come",
    public=True,
    query=AsOfQuery,
    answer=CalendarResponse,
)
def calendar(call: Call[None]) -> Answer[CalendarResponse]:
    """Return a year; ``NOT_FOUND`` without an edition."""
    found = container().calendar_editions.year(int(call.path["year"]), at=moment_in(call), now=call.at)
    return Answer(body=CalendarResponse.model_validate(found), version=found.version or None)


@routes.get(
    "/v1/calendars/{year}/provisional",
    summary="Open due dates that wait for a year's edition",
    roles=WAITING_FOR_IT,
    query=PageQuery,
    answer=ProvisionalDueDatePageResponse,
)
def provisional(call: Call[None]) -> Answer[ProvisionalDueDatePageResponse]:
    """List the provisional due dates of all departments, earliest first."""
    found, after = container().calendar_editions.waiting(
        int(call.path["year"]), by=call.caller, at=call.at, limit=call.query.limit, after=call.position
    )
    return Answer(
        body=ProvisionalDueDatePageResponse(
            items=[ProvisionalDueDateResponse.model_validate(clock) for clock in found],
            next_cursor=call.next_cursor(after),
        )
    )


def _place(position: Any) -> Place | None:  # noqa: ANN401 - a sealed position is whatever a list put in
    return None if position is None else Place(position["board"], position["key"])


def _position(place: Place | None) -> dict[str, Any] | None:
    return None if place is None else {"board": place.board, "key": place.key}
