"""HTTP routes for the age of open cases (在办件龄)."""

from datetime import datetime

from chalicelib.container import container
from chalicelib.http.routes import Answer, Call, Code, Query, ResponseBody, Routes
from chalicelib.supervision.rules.ageing import Waiting, together
from chalicelib.supervision.services.board import WATCHERS

routes = Routes("supervision")


class AgeingQuery(Query):
    """Which department's open cases; by default those of every department that the caller supervises."""

    department: Code | None = None


class AgeingBandResponse(ResponseBody):
    """Cases that have waited ``first`` to ``last`` days inclusive, by what they wait for; the last band has no end."""

    first: int
    last: int | None
    waiting: dict[Waiting, int]


class DepartmentAgeingResponse(ResponseBody):
    """One department's open cases; ``is_more`` if there are more than were counted, which were those due first."""

    department: str
    open: int
    oldest: int | None
    is_more: bool
    bands: tuple[AgeingBandResponse, ...]


class AgeingResponse(ResponseBody):
    """The departments in the order of the settings, and their total, as of ``at``."""

    at: datetime
    departments: tuple[DepartmentAgeingResponse, ...]
    total: DepartmentAgeingResponse


@routes.get(
    "/v1/supervision/ageing",
    summary="How long open cases have waited, to be accepted, to be decided, or for a pause to end",
    roles=WATCHERS,
    query=AgeingQuery,
    answer=AgeingResponse,
)
def ageing(call: Call[None]) -> Answer[AgeingResponse]:
    """Return how long open cases have waited, by department."""
    told = container().supervision.ageing(call.query.department, by=call.caller, at=call.at)
    body = AgeingResponse(
        at=call.at,
        departments=tuple(DepartmentAgeingResponse.model_validate(one) for one in told),
        total=DepartmentAgeingResponse.model_validate(together(told, department="*")),
    )
    return Answer(body=body)
