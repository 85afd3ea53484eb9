"""HTTP route for an officer's worklist: the open clocks of the own department, by due day."""

from chalicelib.api.supervision.routes.board import BoardResponse, board_answer
from chalicelib.clocks.model import ClockKind, Light
from chalicelib.container import container
from chalicelib.http.routes import Answer, Call, Code, Line, PageQuery, Routes
from chalicelib.supervision.services.board import WORKERS, Filter

routes = Routes("handling")


class WorklistQuery(PageQuery):
    """Filters for the worklist; by default clocks that are overdue or nearly due."""

    light: Light | None = None
    kind: ClockKind | None = None
    officer: Line | None = None
    item: Code | None = None


@routes.get(
    "/v1/worklist",
    summary="What one's own department has to do, oldest due first",
    roles=WORKERS,
    query=WorklistQuery,
    answer=BoardResponse,
)
def worklist(call: Call[None]) -> Answer[BoardResponse]:
    """List the open clocks of the caller's department."""
    query: WorklistQuery = call.query
    wanted = Filter(light=query.light, kind=query.kind, officer=query.officer, item=query.item)
    shown, following = container().supervision.worklist(
        wanted, by=call.caller, at=call.at, limit=query.limit, after=call.position
    )
    return board_answer(call, shown, following)
