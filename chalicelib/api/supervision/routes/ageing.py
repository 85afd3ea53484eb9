"""How long open cases have waited, over HTTP (在办件龄)."""

from datetime import datetime

from chalicelib.http.routes import Answer, Call, Code, Query, Routes, Shape
from chalicelib.supervision.rules.ageing import Ageing, Waiting, together
from chalicelib.supervision.services.board import WATCHERS
from chalicelib.wiring import services

routes = Routes("supervision")


class AgeingQuery(Query):
    """Whose open cases; without a department, those of each that the caller watches."""

    department: Code | None = None


class BandShape(Shape):
    """Cases that have waited ``first`` to ``last`` days, both in, by what they wait for; the last band is open."""

    first: int
    last: int | None
    waiting: dict[Waiting, int]


class AgeingShape(Shape):
    """One department's open cases; ``is_more`` where there are more than were looked at, which were the first due."""

    department: str
    open: int
    oldest: int | None
    is_more: bool
    bands: tuple[BandShape, ...]


class AgeingsShape(Shape):
    """Departments in the town's own order, and all of them together, as they stand at ``at``."""

    at: datetime
    departments: tuple[AgeingShape, ...]
    total: AgeingShape


@routes.get(
    "/v1/supervision/ageing",
    summary="How long open cases have waited, to be accepted, to be decided, or for a pause to end",
    roles=WATCHERS,
    query=AgeingQuery,
    answer=AgeingsShape,
)
def ageing(call: Call[None]) -> Answer[AgeingsShape]:
    """Tell how old what is open is."""
    told = services().supervision.ageing(call.query.department, by=call.caller, at=call.at)
    body = AgeingsShape(
        at=call.at,
        departments=tuple(map(_shape, told)),
        total=_shape(together(told, department="*")),
    )
    return Answer(body=body)


def _shape(one: Ageing) -> AgeingShape:
    return AgeingShape.model_validate(one)
