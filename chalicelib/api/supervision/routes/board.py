"""The board, alerts and heartbeats over HTTP."""

from datetime import date, datetime
from typing import Literal

from chalicelib.api.cases.schemas.cases import white_because
from chalicelib.api.supervision.schemas import RECIPIENTS, AlertShape, alert_shape, case_no_of
from chalicelib.clocks.model import ClockKind, Light
from chalicelib.clocks.rules.indexes import binds_person
from chalicelib.errors import ErrorCode
from chalicelib.http.routes import Answer, Body, Call, Code, Day, Line, Page, PageQuery, Routes, Shape, Text
from chalicelib.policy import Role
from chalicelib.supervision.services.board import WATCHERS, Filter, Shown
from chalicelib.wiring import services
from chalicelib.workdays.model.limits import Unit

routes = Routes("supervision")


class BoardQuery(PageQuery):
    """Which clocks, by any of these; ``officer`` is whom the clock names as responsible.

    Without a light, what is late or nearly so.
    """

    department: Code | None = None
    light: Light | None = None
    kind: ClockKind | None = None
    officer: Line | None = None
    item: Code | None = None


class LimitShape(Shape):
    """A time limit with its unit and article."""

    value: int
    unit: Unit
    basis: str


class BoardClock(Shape):
    """An open clock; ``owner`` is what its timeline is kept under, ``case_no`` is there if that is a case.

    ``white_because`` is why nobody can judge it.
    ``excused_by`` is the outage that excuses it: its light stays as it is, for a light blames nobody.
    """

    owner: str
    case_no: str | None
    clock_id: str
    kind: ClockKind
    department: str
    responsible: str
    limit: LimitShape
    started_at: datetime
    due_at: datetime
    due_on: date
    provisional: bool
    light: Light
    white_because: ErrorCode | None
    excused_by: str | None
    binds: Literal["office", "person"]
    item_code: str | None
    paused_until: date | None


class WatchShape(Shape):
    """Since when every sweep has come in time and seen everything, and the last that did; null before the first."""

    complete_since: datetime | None
    last_sweep_at: datetime | None
    lag_seconds: int | None


class Board(Page):
    """Open clocks, oldest due first, and since when none can have been overlooked."""

    watch: WatchShape

    items: list[BoardClock]


class AlertQuery(PageQuery):
    """Which alerts: those still open, those answered, or those whose milestone was taken back."""

    state: Literal["open", "acknowledged", "withdrawn"] = "open"


class Alerts(Page):
    """Alerts, oldest first."""

    items: list[AlertShape]


class AcknowledgementBody(Body):
    """Why it is late, which the applicant will read, and when it is expected."""

    reason: Text
    expected_on: Day


class HeartbeatQuery(PageQuery):
    """How many heartbeats; there is one page, of the newest."""


class ShardSeen(Shape):
    """What a sweep saw in one shard."""

    shard: int
    due: int
    moved: int
    failed: int
    lag_seconds: int
    complete: bool = True


class Heartbeat(Shape):
    """What one sweep saw, and when."""

    at: datetime
    complete: bool = True
    shards: list[ShardSeen]


class Heartbeats(Page):
    """The last sweeps, newest first, and since when they have seen everything."""

    watch: WatchShape

    items: list[Heartbeat]


@routes.get(
    "/v1/supervision/clocks",
    summary="Open clocks: the overdue and the near-due, oldest due first",
    roles=WATCHERS,
    query=BoardQuery,
    answer=Board,
)
def board(call: Call[None]) -> Answer[Board]:
    """List open clocks of a department."""
    query: BoardQuery = call.query
    wanted = Filter(
        department=query.department, light=query.light, kind=query.kind, officer=query.officer, item=query.item
    )
    shown, following = services().supervision.board(
        wanted, by=call.caller, at=call.at, limit=query.limit, after=call.position
    )
    excused = services().outages.excused([each.clock for each in shown], at=call.at)
    items = [clock_shape(each, excused.get((each.clock.owner, each.clock.clock_id))) for each in shown]
    return Answer(body=Board(items=items, watch=watch_shape(call.at), next_cursor=call.next_cursor(following)))


@routes.get(
    "/v1/supervision/alerts",
    summary="The caller's own alerts",
    roles=RECIPIENTS,
    query=AlertQuery,
    answer=Alerts,
)
def alerts(call: Call[None]) -> Answer[Alerts]:
    """List the caller's alerts."""
    query: AlertQuery = call.query
    found, following = services().alerts.inbox(call.caller, state=query.state, limit=query.limit, after=call.position)
    return Answer(body=Alerts(items=[alert_shape(alert) for alert in found], next_cursor=call.next_cursor(following)))


@routes.post(
    "/v1/supervision/alerts/{alert_id}/acknowledgement",
    summary="Answer an alert with a reason, which the applicant sees",
    roles=RECIPIENTS,
    body=AcknowledgementBody,
    answer=AlertShape,
)
def acknowledge(call: Call[AcknowledgementBody]) -> Answer[AlertShape]:
    """Take the answer to an alert."""
    answered = services().alerts.acknowledge(
        call.path["alert_id"],
        reason=call.body.reason,
        expected_on=call.body.expected_on,
        by=call.caller,
        at=call.at,
    )
    return Answer(body=alert_shape(answered))


@routes.get(
    "/v1/supervision/heartbeats",
    summary="The last sweeps, and what each saw",
    roles=(*WATCHERS, Role.INSPECTOR),
    query=HeartbeatQuery,
    answer=Heartbeats,
)
def heartbeats(call: Call[None]) -> Answer[Heartbeats]:
    """List the newest heartbeats."""
    beats = services().supervision.heartbeats(by=call.caller, limit=call.query.limit)
    items = [Heartbeat.model_validate(beat) for beat in beats]
    return Answer(body=Heartbeats(items=items, watch=watch_shape(call.at), next_cursor=None))


def watch_shape(at: datetime) -> WatchShape:
    """Say since when nothing can have been overlooked."""
    watch = services().supervision.watch(at=at)
    if watch is None:
        return WatchShape(complete_since=None, last_sweep_at=None, lag_seconds=None)
    return WatchShape.model_validate(watch)


def clock_shape(shown: Shown, excused_by: str | None) -> BoardClock:
    """Show an open clock with the light that it shows now."""
    clock = shown.clock
    return BoardClock(
        owner=clock.owner,
        case_no=case_no_of(clock.owner),
        clock_id=clock.clock_id,
        kind=clock.kind,
        department=clock.department,
        responsible=clock.responsible,
        limit=LimitShape.model_validate(clock.limit),
        started_at=clock.started_at,
        due_at=clock.due_at,
        due_on=clock.due_on,
        provisional=clock.provisional,
        light=shown.light,
        white_because=white_because(shown.light),
        excused_by=excused_by,
        binds="person" if binds_person(clock) else "office",
        item_code=clock.item or None,
        paused_until=None if clock.open_pause is None else clock.open_pause.expected_until,
    )
