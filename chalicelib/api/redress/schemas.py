"""What the requests and responses for objections, repairs and revocations have in common."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

from chalicelib.container import container
from chalicelib.http.routes import Code, PageQuery, ResponseBody
from chalicelib.redress.model import AffectedCase, HowAffected, Reopening, Repair, Revocation
from chalicelib.redress.rules import reopening

EntryName = Annotated[
    str,
    StringConstraints(
        pattern=r"^(?:(?:flag|repair):[0-9a-f]{16,64}|[A-Za-z0-9._-]{1,64}/[A-Za-z0-9._-]{1,64})$", max_length=140
    ),
    Field(json_schema_extra={"examples": ["market/r-1"]}),
]
"""An entry by its name in credit responses: ``<source>/<record id>`` or ``flag:<flag id>``."""

RecordName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}/[A-Za-z0-9._-]{1,64}$"),
    Field(json_schema_extra={"examples": ["market/r-1"]}),
]
"""A record by its name in credit responses: ``<source>/<record id>``."""

EntrysName = Annotated[str, BeforeValidator(str)]
"""The name of an entry, written out from its parts."""


class RedressQuery(PageQuery):
    """Filter: applicants see their own, staff their department's, the monitoring office any."""

    department: Code | None = None


class UndoneEntryResponse(ResponseBody):
    """An entry that was undone, and its former severity (a record) or state (a flag)."""

    entry: str
    was: str


class RemainderResponse(ResponseBody):
    """What was too much to undo at once: how much was left, how much of it is undone, and since when all of it is.

    None of it has any effect on the subject of the document from the decision on.
    """

    left: int
    undone: int
    finished_at: datetime | None


def remainder_shape(matter: Repair | Revocation) -> RemainderResponse | None:
    """Build the response for what a matter left to be undone in steps, or None."""
    left = container().remainders.of(matter.subject, organ=matter.organ, number=matter.document_no)
    return None if left is None else RemainderResponse.model_validate(left)


class AffectedCaseResponse(ResponseBody):
    """A case that relied on what was overturned, in which way, and where it stands now (R8.4)."""

    case_no: str
    item_code: str
    how: HowAffected
    met_at: datetime
    reopening: Reopening


def touched_shapes(touched: Iterable[AffectedCase], *, since: datetime) -> list[AffectedCaseResponse]:
    """Build the responses for affected cases; ``since`` is when the entry was overturned."""
    return [
        AffectedCaseResponse.of(one, reopening=reopening(container().impact.case(one), since=since)) for one in touched
    ]
