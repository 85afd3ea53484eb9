"""HTTP route to export the figures of departments: one line per department, day and item."""

import csv
import io
import json
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from chalicelib.api.supervision.routes.statistics import figures_response
from chalicelib.clock import day_in_shanghai
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.http.routes import Answer, Call, Code, Query, Routes
from chalicelib.http.schemas import FirstDay, LastDay
from chalicelib.supervision.model.statistics import Figures
from chalicelib.supervision.services.statistics import READERS, Asked, Detail, Told

routes = Routes("supervision")

MARK = "\ufeff"
"""The byte order mark, by which spreadsheets recognise UTF-8."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First characters of cells that a spreadsheet would evaluate as a formula."""

MOST_CHARACTERS = 4_000_000
"""Lambda's response limit is 6 MB; a larger file must be requested for fewer days or by department."""


class Format(StrEnum):
    """The format of the file."""

    CSV = "csv"
    JSONL = "jsonl"


class StatisticsExportQuery(Query):
    """Filters and format; by default today's figures."""

    format: Format = Format.CSV
    department: Code | None = None
    item: Code | None = None
    first: FirstDay = None
    last: LastDay = None


@routes.get(
    "/v1/supervision/statistics/export",
    summary="The figures of departments by day and item as CSV or JSON Lines",
    roles=READERS,
    query=StatisticsExportQuery,
    answer=None,
    files=("text/csv", "application/jsonl"),
)
def export(call: Call[None]) -> Answer[None]:
    """Return a file of figures; ``INVALID_QUERY`` if it would not fit into one response."""
    query: StatisticsExportQuery = call.query
    last = query.last or day_in_shanghai(call.at)
    asked = Asked(
        first=query.first or last,
        last=last,
        as_of=call.at,
        department=query.department,
        item_code=query.item,
        detail=Detail.ITEM,
    )
    told = container().statistics.figures(asked, by=call.caller, at=call.at)
    rows = [_row(key, figures) for key, figures in _by_day_and_item(told).items()]
    text = _csv(rows) if query.format is Format.CSV else _jsonl(rows)
    if len(text) > MOST_CHARACTERS:
        fault = FieldError(
            pointer="/from",
            detail="文件过大，请缩短日期范围或者按部门导出。",
            english="The file would be too large: ask for fewer days, or for one department.",
        )
        raise DomainError(ErrorCode.INVALID_QUERY, faults=(fault,))
    media = "text/csv" if query.format is Format.CSV else "application/jsonl"
    name = f"xinnuo-statistics-{asked.first}-{asked.last}.{query.format}"
    headers = {
        "Content-Type": f"{media}; charset=utf-8",
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    return Answer(body=None, text=text, headers=headers)


def _by_day_and_item(told: Sequence[Told]) -> dict[tuple[str, str, str], Figures]:
    """Return the sums by department, day and item; departments keep their order."""
    sums: dict[tuple[str, str, str], Figures] = {}
    for one in told:
        for each in sorted(one.days, key=lambda day: (day.day, day.item_code)):
            key = (each.department, each.day.isoformat(), each.item_code)
            sums[key] = sums.get(key, Figures()) + each.figures
    return sums


def _row(key: tuple[str, str, str], figures: Figures) -> dict[str, Any]:
    department, day, item = key
    return {"department": department, "day": day, "item": item, **figures_response(figures).model_dump(mode="json")}


def _jsonl(rows: Sequence[dict[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _csv(rows: Sequence[dict[str, Any]]) -> str:
    """Return a CSV table with a header row; counts by level share one cell, such as ``1=3 2=1``."""
    heading = list(_flat(_row(("", "", ""), Figures())))
    paper = io.StringIO()
    paper.write(MARK)
    table = csv.DictWriter(paper, heading)
    table.writeheader()
    for row in rows:
        table.writerow({name: cell(value) for name, value in _flat(row).items()})
    return paper.getvalue()


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """Flatten a row: shares and times become a column per part, counts by level one column."""
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict) and value.keys() & {"part", "median"}:
            flat.update({f"{name}.{part}": one for part, one in value.items()})
        elif isinstance(value, dict):
            levels = {level: one["part"] if isinstance(one, dict) else one for level, one in value.items()}
            flat[name] = " ".join(f"{level}={n}" for level, n in levels.items())
        else:
            flat[name] = value
    return flat


def cell(value: object) -> object:
    """Quote a value that a spreadsheet would evaluate as a formula."""
    return f"'{value}" if isinstance(value, str) and len(value) > 1 and value.startswith(FORMULA) else value
