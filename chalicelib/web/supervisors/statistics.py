"""The figures of departments and of measures, each as a sentence, a chart and a table, and as files to take away."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from chalicelib.api.supervision.routes import ageing, measure_statistics, statistics_export
from chalicelib.api.supervision.routes import statistics as api_statistics
from chalicelib.api.supervision.routes.statistics import (
    HandlingTimeBandResponse,
    PartFiguresResponse,
    StatisticsResponse,
    figures_response,
    share,
)
from chalicelib.errors import DomainError
from chalicelib.policy import ALL_DEPARTMENTS, Role
from chalicelib.settings import settings
from chalicelib.supervision.model.statistics import Figures
from chalicelib.supervision.services.board import WATCHERS
from chalicelib.supervision.services.statistics import READERS_OF_MEASURES
from chalicelib.web.core import pages
from chalicelib.web.core.charts import beside, stacked
from chalicelib.web.core.forms import again
from chalicelib.web.core.request import Download, Page, PageRequest

OF_ALL: Final = ALL_DEPARTMENTS | {Role.INSPECTOR}
"""Roles that may choose a department."""

LATELY: Final = 30
"""How many days figures are shown of where none are named."""

DRAWING: Final = ("echarts", "charts")
"""The scripts that draw a page's charts anew, the library first."""


@pages.get("/board/statistics", roles=WATCHERS)
def statistics(visit: PageRequest) -> Page:
    """Show what departments did between two days, how fast and how well, and how long what is open has waited."""
    asked = _span(visit) | _asked(visit, "department")
    page = Page(template="statistics.html", facts={"asked": asked, "departments": _departments(visit)})
    try:
        told = visit.get(api_statistics.statistics, query=asked | {"by": "day"})
        waited = visit.get(ageing.ageing, query=_asked(visit, "department"))
    except DomainError as error:
        return again(page, error, visit)
    days, times, bands = _every_day(told), told.total.handling_times, waited.total.bands
    facts: dict[str, object] = {
        **page.facts,
        "told": told,
        "ageing": waited,
        "days": days,
        "by_day": beside([{"received": one.figures.received, "decided": one.figures.decided} for one in days.values()]),
        "by_rate": beside(
            [
                {"completion": one.completion.per_cent or 0, "on_time": one.figures.on_time.per_cent or 0}
                for one in days.values()
            ],
            whole=100,
        ),
        "by_time": beside([{"decided": one.decisions} for one in times]),
        "by_age": stacked([{what.value: number for what, number in band.waiting.items()} for band in bands]),
        "times": _from_to(times),
    }
    return Page(template=page.template, facts=facts, scripts=(*DRAWING, "moj"))


@pages.get("/board/statistics/export", roles=WATCHERS)
def export(visit: PageRequest) -> Download:
    """Answer the figures as a file for a spreadsheet."""
    file = visit.ask(statistics_export.export, query=_asked(visit, "from", "to", "department", "format"))
    return Download(text=file.text or "", headers=file.headers)


@pages.get("/board/measures", roles=READERS_OF_MEASURES)
def measures(visit: PageRequest) -> Page:
    """Show what became of the flags of each measure of the list: set, overturned by which way, and after how long."""
    asked = _span(visit) | _asked(visit, "department")
    page = Page(template="flag_figures.html", facts={"asked": asked, "departments": _departments(visit)})
    try:
        told = visit.get(measure_statistics.measures, query=asked)
    except DomainError as error:
        return again(page, error, visit)
    drawn = beside([{"set": one.figures.set, "overturned": one.figures.overturned.flags} for one in told.measures])
    return Page(
        template=page.template,
        facts={**page.facts, "told": told, "drawn": drawn},
        scripts=(*DRAWING, "moj") if told.measures else (),
    )


def _span(visit: PageRequest) -> dict[str, str]:
    """Return from which day to which figures are asked for: those that are named, or the last thirty."""
    named = _asked(visit, "from", "to")
    if named:
        return named
    return {"from": (visit.today - timedelta(days=LATELY - 1)).isoformat(), "to": visit.today.isoformat()}


def _every_day(told: StatisticsResponse) -> dict[date, PartFiguresResponse]:
    """Return the figures of each day of the span, those on which nothing was counted among them."""
    counted = {one.key: one for one in told.total.parts}
    nothing = PartFiguresResponse(key="", completion=share(0, 0), figures=figures_response(Figures()))
    days = [told.first + timedelta(days=number) for number in range((told.last - told.first).days + 1)]
    return {day: counted.get(day.isoformat(), nothing) for day in days}


def _asked(visit: PageRequest, *names: str) -> dict[str, str]:
    return {name: visit.query[name] for name in names if visit.query.get(name)}


def _departments(visit: PageRequest) -> tuple[str, ...]:
    """Return the departments to choose from; none for whoever sees one alone."""
    return tuple(settings().departments) if visit.caller.roles & OF_ALL else ()


def _from_to(times: Sequence[HandlingTimeBandResponse]) -> list[dict[str, int | None]]:
    """Return each band of handling time with the end of the one before it, in hours."""
    ends = [None if one.up_to is None else one.up_to // 60 for one in times]
    starts = (0, *(end for end in ends if end is not None))
    return [
        {"start": start, "end": end, "decisions": one.decisions}
        for start, end, one in zip(starts, ends, times, strict=True)
    ]
