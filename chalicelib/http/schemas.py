"""The base classes of queries and answers; bodies, and the types of their fields, are in ``chalicelib.validation``."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

LONGEST_PAGE = 100


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
