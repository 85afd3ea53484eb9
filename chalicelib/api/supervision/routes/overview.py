"""HTTP routes for the board at one look: counts by department, and the cases behind each of them."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from chalicelib.api.supervision.routes.board import BoardClockResponse, WatchResponse, of_clock, watch_at
from chalicelib.api.supervision.routes.statistics import ShareResponse, figures_response, share
from chalicelib.clock import day_in_shanghai
from chalicelib.clocks.model import Light
from chalicelib.container import container
from chalicelib.http.routes import Answer, Call, Code, Day, Line, PageQuery, PageResponse, Query, ResponseBody, Routes
from chalicelib.policy import Role
from chalicelib.supervision.model.overview import BoardCase, Show, Wanted
from chalicelib.supervision.model.statistics import Figures, Measure
from chalicelib.supervision.services.board import WATCHERS
from chalicelib.supervision.services.overview import DAYS_BACK, DepartmentOverview

routes = Routes("supervision")


class OverviewQuery(Query):
    """Which department; by default every one that the caller supervises."""

    department: Code | None = None


class CountResponse(ResponseBody):
    """How many cases; ``is_more`` where not all were looked at, so that there may be more."""

    number: int
    is_more: bool


class DueDayResponse(ResponseBody):
    """How many cases are due on a working day; null where none of that day was looked at."""

    day: date
    cases: CountResponse | None


class DayOverviewResponse(ResponseBody):
    """What was done on a day; ``late`` are decisions that were late."""

    day: date
    received: int
    decided: int
    late: int


class DepartmentOverviewResponse(ResponseBody):
    """One department now.

    ``open`` are cases that are still to be decided, ``open_yesterday`` how many there were when yesterday ended;
    ``late`` counts cases and other matters, ``late_today`` those that are late since midnight. ``near``, ``paused``,
    ``unassigned`` and ``due`` are of the open ones; ``due`` has the working days from today on. ``completion`` and
    ``on_time`` are those of ``days``, the last thirty, today among them.
    """

    department: str
    open: int
    open_yesterday: int
    late: CountResponse
    late_today: CountResponse
    near: CountResponse
    paused: CountResponse
    unassigned: CountResponse
    due: tuple[DueDayResponse, ...]
    completion: ShareResponse
    on_time: ShareResponse
    days: tuple[DayOverviewResponse, ...]


class OverviewResponse(ResponseBody):
    """The departments in the order of the settings, as of ``at``, and since when nothing can have been missed."""

    at: datetime
    watch: WatchResponse
    departments: tuple[DepartmentOverviewResponse, ...]


class BoardCasesQuery(PageQuery):
    """Which cases: late ones by default; ``due_on`` goes with ``show=due``."""

    show: Show = Show.LATE
    department: Code | None = None
    officer: Line | None = None
    item: Code | None = None
    due_on: Day | None = None


class LateAnswerResponse(ResponseBody):
    """The newest reason given for a delay, which the applicant reads, and until when the case is expected."""

    reason: str
    expected_on: date


class AskedResponse(ResponseBody):
    """Who has been asked why, and has not answered: a role in a department; ``alert_id`` if it is the caller."""

    role: Role
    department: str
    alert_id: str | None


class BoardCaseResponse(BoardClockResponse):
    """A case with the duty of it that is due first.

    ``applicant`` is the masked name; it and ``item_name`` are null where the duty is about something else than a case.
    ``step`` names the step of handling that is due, null where it is another duty.
    ``days_late`` are days since the due day, null if it is not late; ``version`` is the case's, which steps name.
    """

    item_name: str | None
    step: str | None
    applicant: str | None
    version: int | None
    days_late: int | None
    answer: LateAnswerResponse | None
    asked: AskedResponse | None


class BoardCasesResponse(PageResponse):
    """The cases that are due first, over all departments; ``is_more`` if others follow.

    There is a next page only of the late cases of one department.
    """

    at: datetime
    is_more: bool
    items: list[BoardCaseResponse]


@routes.get(
    "/v1/supervision/overview",
    summary="The board at one look: what is open, late, near, paused and unassigned, by department",
    roles=WATCHERS,
    query=OverviewQuery,
    answer=OverviewResponse,
)
def overview(call: Call[None]) -> Answer[OverviewResponse]:
    """Return the counts of departments."""
    found = container().overview.departments(call.query.department, by=call.caller, at=call.at)
    body = OverviewResponse(
        at=call.at, watch=watch_at(call.at), departments=tuple(_department(one, at=call.at) for one in found)
    )
    return Answer(body=body)


@routes.get(
    "/v1/supervision/cases",
    summary="The cases behind a count of the board, those that are due first on top",
    roles=WATCHERS,
    query=BoardCasesQuery,
    answer=BoardCasesResponse,
)
def cases(call: Call[None]) -> Answer[BoardCasesResponse]:
    """List the cases of the board."""
    query: BoardCasesQuery = call.query
    wanted = Wanted(
        show=query.show,
        department=query.department,
        officer=query.officer,
        item=query.item,
        due_on=(query.due_on or day_in_shanghai(call.at)) if query.show is Show.DUE else None,
    )
    page, is_more = container().overview.cases(
        wanted, by=call.caller, at=call.at, limit=query.limit, after=call.position
    )
    excused = container().outages.excused([each.clock for each in page.items], at=call.at)
    body = BoardCasesResponse(
        at=call.at,
        is_more=is_more,
        items=[board_case(each, excused=excused, at=call.at) for each in page.items],
        next_cursor=call.next_cursor(page.after),
    )
    return Answer(body=body)


def _department(one: DepartmentOverview, *, at: datetime) -> DepartmentOverviewResponse:
    today = day_in_shanghai(at)
    by_day = {today - timedelta(days=back): Figures() for back in reversed(range(DAYS_BACK))}
    for each in one.told.days:
        by_day[each.day] += each.figures
    done, all_days = one.told.completion, sum(by_day.values(), Figures())
    return DepartmentOverviewResponse.of(
        one.counts,
        department=one.department,
        open=one.open_cases,
        open_yesterday=one.open_cases - by_day[today].of(Measure.OPEN),
        completion=share(done.of(Measure.COMPLETED), done.of(Measure.RECEIVED)),
        on_time=figures_response(all_days).on_time,
        days=tuple(
            DayOverviewResponse(
                day=day,
                received=figures.of(Measure.RECEIVED),
                decided=figures.of(Measure.DECIDED),
                late=figures.of(Measure.LATE),
            )
            for day, figures in by_day.items()
        ),
    )


def board_case(one: BoardCase, *, excused: Mapping[tuple[str, str], str], at: datetime) -> BoardCaseResponse:
    """Return what is shown of a case and the duty of it that is due first."""
    clock, asked = one.clock, one.asked
    role, _, department = asked.recipient.partition(".") if asked else ("", "", "")
    return BoardCaseResponse.of(
        clock,
        **of_clock(clock, one.light, excused=excused),
        item_name=one.card and one.card.item_name,
        step=one.step or None,
        applicant=one.card and one.card.applicant_name,
        version=one.card and one.card.version,
        days_late=(day_in_shanghai(at) - clock.due_on).days if one.light is Light.RED else None,
        answer=one.answer,
        asked=AskedResponse(role=Role(role), department=department, alert_id=asked.alert_id if one.is_own else None)
        if asked
        else None,
    )
