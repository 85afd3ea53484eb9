"""What bodies and answers about objections, repairs and reversals have in common."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field, StringConstraints

from chalicelib.api.edge import Code, PageQuery, Shape
from chalicelib.remedies.redress.model import Undone

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
