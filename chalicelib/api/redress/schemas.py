"""What bodies and answers about objections, repairs and reversals have in common."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from chalicelib.http.routes import Code, PageQuery, Shape
from chalicelib.redress.model import AffectedCase, HowAffected, Reopening, Undone
from chalicelib.redress.rules import reopening
from chalicelib.wiring import services

EntryName = Annotated[
    str,
    StringConstraints(
        pattern=r"^(?:(?:flag|repair):[0-9a-f]{16,64}|[A-Za-z0-9._-]{1,64}/[A-Za-z0-9._-]{1,64})$", max_length=140
    ),
    Field(json_schema_extra={"examples": ["market/r-1"]}),
]
"""An entry by the name that checks and one's own credit give it: ``<source>/<record id>`` or ``flag:<flag id>``."""

Said = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
"""A text that may be empty."""


class MattersQuery(PageQuery):
    """Whose: people see their own; staff see their department's, and the monitoring office any."""

    department: Code | None = None


class UndoneShape(Shape):
    """An entry that was undone, and what it had been: a record's severity, a flag's state."""

    entry: str
    was: str


def undone_shapes(undone: Iterable[Undone]) -> list[UndoneShape]:
    """Show what was undone."""
    return [UndoneShape(entry=one.entry, was=one.was) for one in undone]


class TouchedShape(Shape):
    """A case that met what fell, how, and how it stands now (R8.4)."""

    case_no: str
    item_code: str
    how: HowAffected
    met_at: datetime
    reopening: Reopening


def touched_shapes(touched: Iterable[AffectedCase], *, since: datetime) -> list[TouchedShape]:
    """Show cases that met what was overturned at an instant, each as it stands now."""
    return [
        TouchedShape(
            case_no=one.case_no,
            item_code=one.item_code,
            how=one.how,
            met_at=one.met_at,
            reopening=reopening(services().touching.case(one), since=since),
        )
        for one in touched
    ]
