"""HTTP route for anomalies that suggest window dressing (疑点)."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from chalicelib.container import container
from chalicelib.http.routes import Answer, Call, Code, Line, PageQuery, PageResponse, ResponseBody, Routes
from chalicelib.http.schemas import FirstDay, LastDay
from chalicelib.supervision.model.anomalies import AnomalyKind
from chalicelib.supervision.services.anomalies import WATCHERS
from chalicelib.supervision.store.anomalies import Wanted

routes = Routes("supervision")


class AnomaliesQuery(PageQuery):
    """Filters: by department, kind, officer, and by the day it was found, both days inclusive."""

    department: Code | None = None
    kind: AnomalyKind | None = None
    officer: Line | None = None
    first: FirstDay = None
    last: LastDay = None


class AnomalyEvidenceResponse(ResponseBody):
    """An event behind an anomaly: when it happened and when it was recorded."""

    owner: str
    seq: int
    kind: str
    occurred_at: datetime
    recorded_at: datetime


class AnomalyResponse(ResponseBody):
    """Something for a person to look into; it accuses nobody and enters no statistics."""

    id: Annotated[str, Field(validation_alias="signal_id")]
    kind: AnomalyKind
    case_no: str
    department: str
    item_code: str
    officer: str
    found_at: datetime
    events: tuple[AnomalyEvidenceResponse, ...]


class AnomalyPageResponse(PageResponse):
    """A page of anomalies, newest first."""

    items: tuple[AnomalyResponse, ...]


@routes.get(
    "/v1/supervision/signals",
    summary="Signals of window dressing, with the events that they rest on, newest first",
    roles=WATCHERS,
    query=AnomaliesQuery,
    answer=AnomalyPageResponse,
)
def signals(call: Call[None]) -> Answer[AnomalyPageResponse]:
    """List anomalies, newest first."""
    query: AnomaliesQuery = call.query
    wanted = Wanted(
        department=query.department,
        kind=query.kind,
        officer=query.officer,
        found_from=query.first,
        found_to=query.last,
    )
    page = container().anomalies.page(wanted, by=call.caller, limit=query.limit, after=call.position)
    items = tuple(AnomalyResponse.model_validate(signal) for signal in page.items)
    return Answer(body=AnomalyPageResponse(items=items, next_cursor=call.next_cursor(page.after)))
