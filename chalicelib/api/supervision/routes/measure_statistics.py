"""HTTP route for statistics of measures (惩戒措施统计): flags set, flags overturned, and after how long."""

from datetime import date
from typing import Annotated

from pydantic import ConfigDict, Field

from chalicelib.clock import day_in_shanghai
from chalicelib.container import container
from chalicelib.http.routes import Answer, Call, Code, Query, ResponseBody, Routes
from chalicelib.http.schemas import FirstDay, LastDay
from chalicelib.supervision.model.statistics import Because, Figures, Measure
from chalicelib.supervision.rules.measure_statistics import average_of
from chalicelib.supervision.services.statistics import READERS_OF_MEASURES, AskedOfMeasures

routes = Routes("supervision")


class MeasureStatisticsQuery(Query):
    """Filters: by default today's figures; ``department`` is the office that proposed the flags."""

    department: Code | None = None
    measure: Code | None = None
    first: FirstDay = None
    last: LastDay = None


class OverturnedResponse(ResponseBody):
    """Flags overturned, days in total, and the average to one decimal place, null if there were none."""

    flags: int
    days: int
    average_days: str | None


class FlagFiguresResponse(ResponseBody):
    """Flags set and overturned, by which remedy; ``in_force`` is the number in force now.

    Expiry is not overturning, and a flag that was lifted before it took effect was never set.
    A flag paused by an objection still counts as in force, a suspended one does not.
    """

    set: int
    overturned: OverturnedResponse
    overturned_by: dict[Because, OverturnedResponse]
    in_force: int


class MeasureFiguresResponse(ResponseBody):
    """The figures of one measure of an edition; ``measure`` is its name there."""

    edition: str
    measure_code: str
    measure: str | None
    figures: FlagFiguresResponse


class MeasureStatisticsResponse(ResponseBody):
    """The measures by edition in the order of the list, and their total."""

    model_config = ConfigDict(serialize_by_alias=True)

    first: Annotated[date, Field(serialization_alias="from")]
    last: Annotated[date, Field(serialization_alias="to")]
    measures: tuple[MeasureFiguresResponse, ...]
    total: FlagFiguresResponse


@routes.get(
    "/v1/supervision/measures",
    summary="The figures of measures between two days: flags set, overturned, and days to overturn",
    roles=READERS_OF_MEASURES,
    query=MeasureStatisticsQuery,
    answer=MeasureStatisticsResponse,
)
def measures(call: Call[None]) -> Answer[MeasureStatisticsResponse]:
    """Return the figures of each measure."""
    query: MeasureStatisticsQuery = call.query
    last = query.last or day_in_shanghai(call.at)
    asked = AskedOfMeasures(
        first=query.first or last, last=last, department=query.department, measure_code=query.measure
    )
    told = container().statistics.measures(asked, by=call.caller)
    names = {
        (each.edition, measure.code): measure.measure
        for each in container().lists.current()
        for measure in each.measures
    }
    body = MeasureStatisticsResponse(
        first=asked.first,
        last=asked.last,
        measures=tuple(
            MeasureFiguresResponse.of(
                one, measure=names.get((one.edition, one.measure_code)), figures=_figures(one.figures)
            )
            for one in told
        ),
        total=_figures(sum((one.figures for one in told), Figures())),
    )
    return Answer(body=body)


def _figures(sums: Figures) -> FlagFiguresResponse:
    flags, days = sums.by(Measure.FLAG_OVERTURNED), sums.by(Measure.DAYS_TO_OVERTURN)
    return FlagFiguresResponse(
        set=sums.of(Measure.FLAG_SET),
        overturned=_overturned(sum(flags.values()), sum(days.values())),
        overturned_by={way: _overturned(flags.get(way, 0), days.get(way, 0)) for way in Because},
        in_force=sums.of(Measure.FLAG_IN_FORCE),
    )


def _overturned(flags: int, days: int) -> OverturnedResponse:
    return OverturnedResponse(flags=flags, days=days, average_days=average_of(days, flags))
