"""An officer's worklist over HTTP: what the own department has to do, by due day."""

from chalicelib.api.supervision.routes.board import Board, clock_shape, watch_shape
from chalicelib.clocks.model import ClockKind, Light
from chalicelib.http.routes import Answer, Call, Code, Line, PageQuery, Routes
from chalicelib.supervision.services.board import WORKERS, Filter
from chalicelib.wiring import services

routes = Routes("handling")


class WorkQuery(PageQuery):
    """Which clocks of the own department, by any of these; without a light, what is late or nearly so."""

    light: Light | None = None
    kind: ClockKind | None = None
    officer: Line | None = None
    item: Code | None = None


@routes.get(
    "/v1/worklist",
    summary="What the own department has to do, oldest due first",
    roles=WORKERS,
    query=WorkQuery,
    answer=Board,
)
def worklist(call: Call[None]) -> Answer[Board]:
    """List open clocks of the caller's own department."""
    query: WorkQuery = call.query
    wanted = Filter(light=query.light, kind=query.kind, officer=query.officer, item=query.item)
    shown, following = services().supervision.worklist(
        wanted, by=call.caller, at=call.at, limit=query.limit, after=call.position
    )
    excused = services().outages.excused([each.clock for each in shown], at=call.at)
    items = [clock_shape(each, excused.get((each.clock.owner, each.clock.clock_id))) for each in shown]
    return Answer(body=Board(items=items, watch=watch_shape(call.at), next_cursor=call.next_cursor(following)))
