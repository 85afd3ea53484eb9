"""What bodies, queries and answers are made of; bodies take JSON types as they are and no unknown field."""

from datetime import date
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

LONGEST_PAGE = 100

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
"""One line of text: a name, a document number."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
"""Free text."""

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
"""A code that machines read."""

Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]
"""A day in Asia/Shanghai, within the years that can be counted with."""

Instant = AwareDatetime
"""An instant; one without an offset is refused."""


class Body(BaseModel):
    """A request's body: strict JSON types, and no field that is not named."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True, allow_inf_nan=False)


class Query(BaseModel):
    """A request's query: every parameter optional, none twice, none unknown; an empty one is as good as absent."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class PageQuery(Query):
    """A query for a page of a list."""

    limit: Annotated[int, Field(ge=1, le=LONGEST_PAGE)] = 20
    cursor: Annotated[str, Field(max_length=2000)] | None = None


class Shape(BaseModel):
    """An answer's body, or a part of one; it may be built from a domain value that has the same names."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True, from_attributes=True)


class Page(Shape):
    """A page of a list; answers derive from it with ``items`` of their own type."""

    next_cursor: str | None
