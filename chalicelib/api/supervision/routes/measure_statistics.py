"""The figures of the measures of the list over HTTP (惩戒措施统计): what was set, overturned, and after how long."""

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
    """Which figures; without days, those of today; ``department`` is the office that proposed the flags."""

    department: Code | None = None
    measure: Code | None = None
    first: Annotated[Day | None, Field(alias="from")] = None
    last: Annotated[Day | None, Field(alias="to")] = None


class OverturnedShape(Shape):
    """How many flags were overturned, after how many days together, and on average to one place; absent of none."""

    flags: int
    days: int
    average_days: str | None


class FlagFiguresShape(Shape):
    """What became of flags: set, overturned and by which way; ``in_force`` is how many are in force now.

    An end by its own date overturns nothing; a flag that was lifted before it was in force was never set.
    A flag that an objection pauses is in force still, a suspended one is not.
    """

    set: int
    overturned: OverturnedShape
    overturned_by: dict[Because, OverturnedShape]
    in_force: int


class MeasureFiguresShape(Shape):
    """One measure as an edition of the list has it; ``measure`` is its name there."""

    edition: str
    measure_code: str
    measure: str | None
    figures: FlagFiguresShape


class MeasureStatisticsShape(Shape):
    """Measures by edition, in the order of the list, and all of them together."""

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
    """Tell what became of the flags of each measure."""
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
            MeasureFiguresShape(
                edition=one.edition,
                measure_code=one.measure_code,
                measure=names.get((one.edition, one.measure_code)),
                figures=_figures(one.figures),
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
