"""HTTP route for an officer's worklist: the cases of the own department, what is late first."""

from datetime import date
from typing import Annotated

from pydantic import StringConstraints

from chalicelib.api.supervision.routes.board import WatchResponse, watch_at
from chalicelib.api.supervision.routes.overview import BoardCaseResponse, DueDayResponse, board_case
from chalicelib.clock import day_in_shanghai
from chalicelib.clocks.model import ClockKind, Light
from chalicelib.container import container
from chalicelib.http.routes import Answer, Call, Code, Day, Line, PageQuery, PageResponse, Query, ResponseBody, Routes
from chalicelib.supervision.services.board import DUE_FIRST, WORKERS, Filter

routes = Routes("handling")

A_LIGHT = f"({'|'.join(Light)})"


class WorklistQuery(PageQuery):
    """Filters for the worklist; ``light`` is one or several with commas between them, all of them by default.

    ``officer`` is a staff id, or ``officer`` for what nobody has in hand yet. ``due_on`` is what is due on a
    day, whatever its light.
    """

    light: Annotated[str, StringConstraints(pattern=f"^{A_LIGHT}(,{A_LIGHT}){{0,4}}$")] | None = None
    kind: ClockKind | None = None
    officer: Line | None = None
    item: Code | None = None
    due_on: Day | None = None


class WorklistResponse(PageResponse):
    """A page of cases and other matters, what is late first, each once with the duty that comes first."""

    watch: WatchResponse

    items: list[BoardCaseResponse]


class WorklistDaysQuery(Query):
    """Filters for the month of a day, in Shanghai; by default this month."""

    day: Day | None = None
    officer: Line | None = None
    item: Code | None = None


class WorklistDaysResponse(ResponseBody):
    """How much is due on each day of a month; ``today`` is the day in Shanghai."""

    today: date
    days: tuple[DueDayResponse, ...]


@routes.get(
    "/v1/worklist",
    summary="What one's own department has to do, what is late first",
    roles=WORKERS,
    query=WorklistQuery,
    answer=WorklistResponse,
)
def worklist(call: Call[None]) -> Answer[WorklistResponse]:
    """List what the caller's department has to do."""
    query: WorklistQuery = call.query
    wanted = Filter(kind=query.kind, officer=query.officer, item=query.item, due_on=query.due_on)
    lights = [Light(one) for one in query.light.split(",")] if query.light else DUE_FIRST
    page = container().overview.worklist(
        wanted, lights=lights, by=call.caller, at=call.at, limit=query.limit, after=call.position
    )
    excused = container().outages.excused([one.clock for one in page.items], at=call.at)
    body = WorklistResponse(
        watch=watch_at(call.at),
        items=[board_case(one, excused=excused, at=call.at) for one in page.items],
        next_cursor=call.next_cursor(page.after),
    )
    return Answer(body=body)


@routes.get(
    "/v1/worklist/days",
    summary="How much of it is due on each day of a month",
    roles=WORKERS,
    query=WorklistDaysQuery,
    answer=WorklistDaysResponse,
)
def due_by_day(call: Call[None]) -> Answer[WorklistDaysResponse]:
    """Count what is due by day; a case counts once on each day on which something of it is due."""
    query: WorklistDaysQuery = call.query
    today = day_in_shanghai(call.at)
    found = container().overview.month(query.day or today, officer=query.officer, item=query.item, by=call.caller)
    body = WorklistDaysResponse(today=today, days=tuple(DueDayResponse.of(each) for each in found))
    return Answer(body=body)
