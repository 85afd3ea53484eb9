"""HTTP route for the figures of departments (效能统计)."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field

from chalicelib.clock import day_in_shanghai
from chalicelib.container import container
from chalicelib.http.routes import Answer, Call, Code, Instant, Query, ResponseBody, Routes
from chalicelib.http.schemas import FirstDay, LastDay
from chalicelib.supervision.model.statistics import DayFigures, Figures, Measure, Span
from chalicelib.supervision.rules.quantiles import quantile, up_to
from chalicelib.supervision.rules.statistics import completed, per_cent
from chalicelib.supervision.services.statistics import READERS, Asked, Detail, Told

routes = Routes("supervision")

BANDS = (60, 240, 480, 960, 1440, 2400)
"""The upper ends of the handling time bands in working minutes, from an hour to a 40-hour week."""


class Grouping(StrEnum):
    """How a department's figures are broken down."""

    TOTAL = "total"
    DAY = "day"
    ITEM = "item"


KEYS: dict[Grouping, Callable[[DayFigures], str]] = {
    Grouping.DAY: lambda one: one.day.isoformat(),
    Grouping.ITEM: lambda one: one.item_code,
}


class StatisticsQuery(Query):
    """Filters: by default today's figures; ``as_of`` is the moment at which completion is measured."""

    by: Grouping = Grouping.TOTAL

    department: Code | None = None
    item: Code | None = None
    first: FirstDay = None
    last: LastDay = None
    as_of: Instant | None = None


class ShareResponse(ResponseBody):
    """A share: the exact counts, and the percentage rounded half up, null if ``whole`` is 0."""

    part: int
    whole: int
    per_cent: int | None


class MinutesResponse(ResponseBody):
    """Times in minutes: median and P90 within 2 %, the longest exact; null if nothing was measured."""

    median: int | None
    p90: int | None
    longest: int | None


class FiguresResponse(ResponseBody):
    """Volume, speed and quality; speed is never reported without quality.

    ``on_time`` counts each case once, by its first decision: whatever is decided again stands beside it.
    """

    received: int
    accepted: int
    deemed_accepted: int
    not_accepted: int
    decided: int
    decided_again: int
    on_time: ShareResponse
    late: int
    late_excused: int
    late_again: int
    late_again_excused: int
    out_of_hours: ShareResponse
    on_promise: ShareResponse
    handling_minutes: MinutesResponse
    pauses: int
    returns: int
    reopened: int
    ratings: dict[str, int]
    ratings_suspicious: int
    alerts: dict[str, int]
    alerts_acknowledged: dict[str, int]
    acknowledgement_minutes: MinutesResponse
    cards_given: dict[str, int]
    cards_withdrawn: dict[str, int]
    complaints: dict[str, ShareResponse]
    flags_set: int
    flags_overturned: int
    late_entries: ShareResponse


class HandlingTimeBandResponse(ResponseBody):
    """The number of decisions in a band of handling time, up to ``up_to`` working minutes; the last is open-ended."""

    up_to: int | None
    decisions: int


class PartFiguresResponse(ResponseBody):
    """The figures of one day, or of one item (``-`` for what belongs to no item).

    ``completion`` is the share of the cases filed on that day, or of that item, that have been decided so far.
    """

    key: str
    completion: ShareResponse
    figures: FiguresResponse


class DepartmentFiguresResponse(ResponseBody):
    """One department; ``completion`` is the share of the cases filed in these days that were decided as of ``as_of``.

    ``handling_times`` is the distribution of handling times in working minutes, its bounds within 1 %.
    ``parts`` are given if days or items were asked for, always in their natural order.
    """

    department: str
    completion: ShareResponse
    figures: FiguresResponse
    handling_times: tuple[HandlingTimeBandResponse, ...]
    parts: tuple[PartFiguresResponse, ...] = ()


class StatisticsResponse(ResponseBody):
    """The departments in the order of the settings, and their total."""

    model_config = ConfigDict(serialize_by_alias=True)

    first: Annotated[date, Field(serialization_alias="from")]
    last: Annotated[date, Field(serialization_alias="to")]
    as_of: datetime
    departments: tuple[DepartmentFiguresResponse, ...]
    total: DepartmentFiguresResponse


@routes.get(
    "/v1/supervision/statistics",
    summary="The figures of departments between two days: what was done, how fast and how well",
    roles=READERS,
    query=StatisticsQuery,
    answer=StatisticsResponse,
)
def statistics(call: Call[None]) -> Answer[StatisticsResponse]:
    """Return the figures of departments."""
    query: StatisticsQuery = call.query
    as_of = query.as_of or call.at
    last = query.last or day_in_shanghai(call.at)
    asked = Asked(
        first=query.first or last,
        last=last,
        as_of=as_of,
        department=query.department,
        item_code=query.item,
        detail=Detail.ITEM if query.by is Grouping.ITEM else Detail.DAY,
    )
    told = container().statistics.figures(asked, by=call.caller, at=call.at)
    everything = Told(
        department="*",
        days=tuple(day for one in told for day in one.days),
        completion=sum((one.completion for one in told), Figures()),
    )
    body = StatisticsResponse(
        first=asked.first,
        last=asked.last,
        as_of=as_of,
        departments=tuple(_department(one, query.by, first=asked.first) for one in told),
        total=_department(everything, query.by, first=asked.first),
    )
    return Answer(body=body)


def _department(told: Told, by: Grouping, *, first: date) -> DepartmentFiguresResponse:
    done = told.completion
    sums = sum((day.figures for day in told.days), Figures())
    return DepartmentFiguresResponse(
        department=told.department,
        completion=share(done.of(Measure.COMPLETED), done.of(Measure.RECEIVED)),
        figures=figures_response(sums),
        handling_times=_times(sums),
        parts=_parts(told.days, by, first=first) if by in KEYS else (),
    )


def _times(sums: Figures) -> tuple[HandlingTimeBandResponse, ...]:
    buckets = sums.buckets.get(Span.HANDLING, {})
    upto = [up_to(buckets, minutes) for minutes in BANDS]
    each = [number - before for number, before in zip((*upto, sum(buckets.values())), (0, *upto), strict=True)]
    return tuple(
        HandlingTimeBandResponse(up_to=bound, decisions=one) for bound, one in zip((*BANDS, None), each, strict=True)
    )


def _parts(days: Iterable[DayFigures], by: Grouping, *, first: date) -> tuple[PartFiguresResponse, ...]:
    sums: dict[str, Figures] = {}
    done: Counter[str] = Counter()
    for one in days:
        key = KEYS[by](one)
        sums[key] = sums.get(key, Figures()) + one.figures
        for filed, n in completed(one.day, one.figures).items():
            if filed >= first:
                done[filed.isoformat() if by is Grouping.DAY else key] += n
    return tuple(
        PartFiguresResponse(
            key=key, completion=share(done[key], figures.of(Measure.RECEIVED)), figures=figures_response(figures)
        )
        for key, figures in sorted(sums.items())
    )


def figures_response(sums: Figures) -> FiguresResponse:
    """Build the response for summed figures."""
    decided = sums.of(Measure.DECIDED)
    late, excused = sums.of(Measure.LATE), sums.of(Measure.LATE_EXCUSED)
    complaints = sums.by(Measure.COMPLAINED)
    return FiguresResponse(
        received=sums.of(Measure.RECEIVED),
        accepted=sums.of(Measure.ACCEPTED),
        deemed_accepted=sums.of(Measure.DEEMED_ACCEPTED),
        not_accepted=sums.of(Measure.NOT_ACCEPTED),
        decided=decided,
        decided_again=sums.of(Measure.DECIDED_AGAIN),
        on_time=share(decided - late + excused, decided),
        late=late,
        late_excused=excused,
        late_again=sums.of(Measure.LATE_AGAIN),
        late_again_excused=sums.of(Measure.LATE_AGAIN_EXCUSED),
        out_of_hours=share(sums.of(Measure.OUT_OF_HOURS), sums.of(Measure.RECEIVED)),
        on_promise=share(sums.of(Measure.ON_PROMISE), sums.of(Measure.RECEIVED)),
        handling_minutes=_minutes(sums, Span.HANDLING),
        pauses=sums.of(Measure.PAUSED),
        returns=sums.of(Measure.RETURNED),
        reopened=sums.of(Measure.REOPENED),
        ratings=sums.by(Measure.RATED),
        ratings_suspicious=sums.of(Measure.RATED_SUSPICIOUSLY),
        alerts=sums.by(Measure.ALERTED),
        alerts_acknowledged=sums.by(Measure.ACKNOWLEDGED),
        acknowledgement_minutes=_minutes(sums, Span.ACKNOWLEDGEMENT),
        cards_given=sums.by(Measure.CARD_GIVEN),
        cards_withdrawn=sums.by(Measure.CARD_WITHDRAWN),
        complaints={name: share(n, sum(complaints.values())) for name, n in complaints.items()},
        flags_set=sums.of(Measure.FLAG_SET),
        flags_overturned=sums.of(Measure.FLAG_OVERTURNED),
        late_entries=share(sums.of(Measure.ENTERED_LATE), sums.of(Measure.ENTERED)),
    )


def share(part: int, whole: int) -> ShareResponse:
    """Return a share with its percentage."""
    return ShareResponse(part=part, whole=whole, per_cent=per_cent(part, whole))


def _minutes(sums: Figures, span: Span) -> MinutesResponse:
    buckets = sums.buckets.get(span, {})
    return MinutesResponse(median=quantile(buckets, 50), p90=quantile(buckets, 90), longest=sums.longest.get(span))
