"""HTTP route for statistics of measures (惩戒措施统计): flags set, flags overturned, and after how long."""

from datetime import date
from typing import Annotated

from pydantic import ConfigDict, Field

from chalicelib.clock import day_in_shanghai
from chalicelib.http.routes import Answer, Call, Code, Day, Query, Routes, Shape
from chalicelib.supervision.model.statistics import Because, Figures, Measure
from chalicelib.supervision.rules.measure_statistics import average_of
from chalicelib.supervision.services.statistics import READERS_OF_MEASURES, AskedOfMeasures
from chalicelib.wiring import services

routes = Routes("supervision")


class MeasuresQuery(Query):
    """Filters: by default today's figures; ``department`` is the office that proposed the flags."""

    department: Code | None = None
    measure: Code | None = None
    first: Annotated[Day | None, Field(alias="from")] = None
    last: Annotated[Day | None, Field(alias="to")] = None


class OverturnedShape(Shape):
    """Flags overturned, days in total, and the average to one decimal place, null if there were none."""

    flags: int
    days: int
    average_days: str | None


class FlagFiguresShape(Shape):
    """Flags set and overturned, by which remedy; ``in_force`` is the number in force now.

    Expiry is not overturning, and a flag that was lifted before it took effect was never set.
    A flag paused by an objection still counts as in force, a suspended one does not.
    """

    set: int
    overturned: OverturnedShape
    overturned_by: dict[Because, OverturnedShape]
    in_force: int


class MeasureFiguresShape(Shape):
    """The figures of one measure of an edition; ``measure`` is its name there."""

    edition: str
    measure_code: str
    measure: str | None
    figures: FlagFiguresShape


class MeasureStatisticsShape(Shape):
    """The measures by edition in the order of the list, and their total."""

    model_config = ConfigDict(serialize_by_alias=True)

    first: Annotated[date, Field(serialization_alias="from")]
    last: Annotated[date, Field(serialization_alias="to")]
    measures: tuple[MeasureFiguresShape, ...]
    total: FlagFiguresShape


@routes.get(
    "/v1/supervision/measures",
    summary="The figures of measures between two days: flags set, overturned, and days to overturn",
    roles=READERS_OF_MEASURES,
    query=MeasuresQuery,
    answer=MeasureStatisticsShape,
)
def measures(call: Call[None]) -> Answer[MeasureStatisticsShape]:
    """Return the figures of each measure."""
    query: MeasuresQuery = call.query
    last = query.last or day_in_shanghai(call.at)
    asked = AskedOfMeasures(
        first=query.first or last, last=last, department=query.department, measure_code=query.measure
    )
    told = services().statistics.measures(asked, by=call.caller)
    names = {
        (each.edition, measure.code): measure.measure
        for each in services().lists.current()
        for measure in each.measures
    }
    body = MeasureStatisticsShape(
        first=asked.first,
        last=asked.last,
        measures=tuple(
            MeasureFiguresShape.of(
                one, measure=names.get((one.edition, one.measure_code)), figures=_figures(one.figures)
            )
            for one in told
        ),
        total=_figures(sum((one.figures for one in told), Figures())),
    )
    return Answer(body=body)


def _figures(sums: Figures) -> FlagFiguresShape:
    flags, days = sums.by(Measure.FLAG_OVERTURNED), sums.by(Measure.DAYS_TO_OVERTURN)
    return FlagFiguresShape(
        set=sums.of(Measure.FLAG_SET),
        overturned=_overturned(sum(flags.values()), sum(days.values())),
        overturned_by={way: _overturned(flags.get(way, 0), days.get(way, 0)) for way in Because},
        in_force=sums.of(Measure.FLAG_IN_FORCE),
    )


def _overturned(flags: int, days: int) -> OverturnedShape:
    return OverturnedShape(flags=flags, days=days, average_days=average_of(days, flags))
