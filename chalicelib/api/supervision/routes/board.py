"""HTTP routes for the board, alerts and heartbeats."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from chalicelib.api.cases.schemas.cases import white_because
from chalicelib.api.supervision.schemas import ANSWERERS, RECIPIENTS, AlertResponse, OwnersCaseNo, alert_response
from chalicelib.clocks.model import Clock, ClockKind, Light
from chalicelib.clocks.rules.indexes import binds_person
from chalicelib.container import container
from chalicelib.errors import ErrorCode
from chalicelib.http.routes import (
    Answer,
    Call,
    Code,
    Day,
    Line,
    PageQuery,
    PageResponse,
    RequestBody,
    ResponseBody,
    Routes,
    Text,
)
from chalicelib.http.schemas import BlankAsNull
from chalicelib.policy import Role
from chalicelib.supervision.services.board import WATCHERS, Filter, Shown
from chalicelib.workdays.model.limits import Unit

routes = Routes("supervision")


class BoardQuery(PageQuery):
    """Filters for the board; ``officer`` is the clock's responsible officer.

    By default clocks that are overdue or nearly due.
    """

    department: Code | None = None
    light: Light | None = None
    kind: ClockKind | None = None
    officer: Line | None = None
    item: Code | None = None


class BoardLimitResponse(ResponseBody):
    """A time limit with its unit and legal basis."""

    value: int
    unit: Unit
    basis: str


class BoardClockResponse(ResponseBody):
    """An open clock; ``owner`` is the timeline's owner, ``case_no`` is null if that is not a case.

    ``white_because`` says why the light is white.
    ``excused_by`` is the outage that excuses it; the light stays as it is, for a light blames nobody.
    """

    owner: str
    case_no: OwnersCaseNo
    clock_id: str
    kind: ClockKind
    department: str
    responsible: str
    limit: BoardLimitResponse
    started_at: datetime
    due_at: datetime
    due_on: date
    provisional: bool
    light: Light
    white_because: ErrorCode | None
    excused_by: str | None
    binds: Literal["office", "person"]
    item_code: Annotated[BlankAsNull, Field(validation_alias="item")]
    paused_until: date | None


class WatchResponse(ResponseBody):
    """Since when nothing due has waited for more than three minutes, and the last sweep to see so; null before one.

    ``told_until`` is until when every event has been told to alerts, figures and people, null while that is not known;
    ``untold_seconds`` is how long ago that was, 0 while it is no more than three minutes. ``complete_since`` is null,
    too, while not everything has been told.
    """

    complete_since: datetime | None
    last_sweep_at: datetime | None
    lag_seconds: int | None
    told_until: datetime | None
    untold_seconds: int | None


class BoardResponse(PageResponse):
    """A page of open clocks, earliest due first, and since when none can have been missed."""

    watch: WatchResponse

    items: list[BoardClockResponse]


class AlertsQuery(PageQuery):
    """Filter: alerts that are open, acknowledged, or withdrawn."""

    state: Literal["open", "acknowledged", "withdrawn"] = "open"


class AlertPageResponse(PageResponse):
    """A page of alerts, oldest first."""

    items: list[AlertResponse]


class AlertAcknowledgementRequest(RequestBody):
    """The reason for the delay, which the applicant sees, and the expected date."""

    reason: Text
    expected_on: Day


class HeartbeatsQuery(PageQuery):
    """The number of heartbeats; there is only one page, of the newest."""


class ShardSweepResponse(ResponseBody):
    """The result of a sweep in one shard; ``due`` is 1 until a worker has reported, however much is due."""

    shard: int
    due: int
    moved: int
    failed: int
    lag_seconds: int
    complete: bool = True


class HeartbeatResponse(ResponseBody):
    """The result of one sweep."""

    at: datetime
    complete: bool = True
    shards: list[ShardSweepResponse]


class HeartbeatPageResponse(PageResponse):
    """The last sweeps, newest first, and since when all were complete."""

    watch: WatchResponse

    items: list[HeartbeatResponse]


@routes.get(
    "/v1/supervision/clocks",
    summary="Open clocks: the overdue and the near-due, oldest due first",
    roles=WATCHERS,
    query=BoardQuery,
    answer=BoardResponse,
)
def board(call: Call[None]) -> Answer[BoardResponse]:
    """List the open clocks of departments."""
    query: BoardQuery = call.query
    wanted = Filter(
        department=query.department, light=query.light, kind=query.kind, officer=query.officer, item=query.item
    )
    shown, following = container().supervision.board(
        wanted, by=call.caller, at=call.at, limit=query.limit, after=call.position
    )
    return board_answer(call, shown, following)


@routes.get(
    "/v1/supervision/alerts",
    summary="The caller's own alerts",
    roles=RECIPIENTS,
    query=AlertsQuery,
    answer=AlertPageResponse,
)
def alerts(call: Call[None]) -> Answer[AlertPageResponse]:
    """List the caller's alerts."""
    query: AlertsQuery = call.query
    found, following = container().alerts.inbox(call.caller, state=query.state, limit=query.limit, after=call.position)
    return Answer(
        body=AlertPageResponse(
            items=[alert_response(alert) for alert in found], next_cursor=call.next_cursor(following)
        )
    )


@routes.post(
    "/v1/supervision/alerts/{alert_id}/acknowledgement",
    summary="Answer an alert with a reason, which the applicant sees",
    roles=ANSWERERS,
    body=AlertAcknowledgementRequest,
    answer=AlertResponse,
    errors=(ErrorCode.ALREADY_ACKNOWLEDGED,),
)
def acknowledge(call: Call[AlertAcknowledgementRequest]) -> Answer[AlertResponse]:
    """Acknowledge an alert."""
    answered = container().alerts.acknowledge(
        call.path["alert_id"],
        reason=call.body.reason,
        expected_on=call.body.expected_on,
        by=call.caller,
        at=call.at,
    )
    return Answer(body=alert_response(answered))


@routes.get(
    "/v1/supervision/heartbeats",
    summary="The last sweeps, and what each saw",
    roles=(*WATCHERS, Role.INSPECTOR),
    query=HeartbeatsQuery,
    answer=HeartbeatPageResponse,
)
def heartbeats(call: Call[None]) -> Answer[HeartbeatPageResponse]:
    """List the newest heartbeats."""
    beats = container().supervision.heartbeats(by=call.caller, limit=call.query.limit)
    items = [HeartbeatResponse.model_validate(beat) for beat in beats]
    return Answer(body=HeartbeatPageResponse(items=items, watch=watch_at(call.at), next_cursor=None))


def watch_at(at: datetime) -> WatchResponse:
    """Return since when nothing can have been missed."""
    return WatchResponse.model_validate(container().supervision.watch(at=at))


def board_answer(
    call: Call[None], shown: Sequence[Shown], following: Mapping[str, Any] | None
) -> Answer[BoardResponse]:
    """Answer with a page of open clocks, each with its current light and the outage that excuses it."""
    excused = container().outages.excused([each.clock for each in shown], at=call.at)
    items = [BoardClockResponse.of(each.clock, **of_clock(each.clock, each.light, excused=excused)) for each in shown]
    return Answer(body=BoardResponse(items=items, watch=watch_at(call.at), next_cursor=call.next_cursor(following)))


def of_clock(clock: Clock, light: Light, *, excused: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    """Return what is shown of a clock beside its own fields."""
    pause = clock.open_pause
    return {
        "light": light,
        "white_because": white_because(light),
        "excused_by": excused.get((clock.owner, clock.clock_id)),
        "binds": "person" if binds_person(clock) else "office",
        "paused_until": pause and pause.expected_until,
    }
