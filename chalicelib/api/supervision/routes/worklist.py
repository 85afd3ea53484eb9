"""HTTP route for an officer's worklist: the cases of the own department, what is late first."""

from typing import Annotated

from pydantic import StringConstraints

from chalicelib.api.supervision.routes.board import WatchResponse, watch_at
from chalicelib.api.supervision.routes.overview import BoardCaseResponse, board_case
from chalicelib.clocks.model import ClockKind, Light
from chalicelib.container import container
from chalicelib.http.routes import Answer, Call, Code, Line, PageQuery, PageResponse, Routes
from chalicelib.supervision.services.board import DUE_FIRST, WORKERS, Filter

routes = Routes("handling")

A_LIGHT = f"({'|'.join(Light)})"


class WorklistQuery(PageQuery):
    """Filters for the worklist; ``light`` is one or several with commas between them, all of them by default.

    ``officer`` is a staff id, or ``officer`` for what nobody has in hand yet.
    """

    light: Annotated[str, StringConstraints(pattern=f"^{A_LIGHT}(,{A_LIGHT}){{0,4}}$")] | None = None
    kind: ClockKind | None = None
    officer: Line | None = None
    item: Code | None = None


class WorklistResponse(PageResponse):
    """A page of cases and other matters, what is late first, each once with the duty that comes first."""

    watch: WatchResponse

    items: list[BoardCaseResponse]


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
    wanted = Filter(kind=query.kind, officer=query.officer, item=query.item)
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
