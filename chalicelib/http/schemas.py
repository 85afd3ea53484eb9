"""The base classes of queries and responses; request bodies and field types are in ``chalicelib.validation``."""

from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Annotated, Any, Self, TypeVar

from pydantic import AfterValidator, AliasPath, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from chalicelib.validation import Day, Instant

LONGEST_PAGE = 100

T = TypeVar("T", bound=Any)

BlankAsNull = Annotated[str | None, BeforeValidator(lambda value: value or None)]
"""Text that is blank in the domain and null in the API."""


def _case_no(value: object) -> object:
    from chalicelib.cases.rules.case_numbers import case_no_as_typed  # noqa: PLC0415 - most requests have none

    return case_no_as_typed(value) if isinstance(value, str) else value


def _code(value: object) -> object:
    from chalicelib.cases.rules.case_numbers import code_as_typed  # noqa: PLC0415 - as above

    return code_as_typed(value) if isinstance(value, str) else value


CaseNoAsTyped = BeforeValidator(_case_no)
CodeAsTyped = BeforeValidator(_code)
"""Case numbers and codes of ours in a query or a body may be written as people type them."""


class Query(BaseModel):
    """A request's query: no parameter repeated, none unknown, and none empty unless its type takes the empty text."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class PageQuery(Query):
    """A query for a page of a list."""

    limit: Annotated[int, Field(ge=1, le=LONGEST_PAGE)] = 20
    cursor: Annotated[str, Field(min_length=1, max_length=2000)] | None = None


def _in_order(last: T, info: ValidationInfo) -> T:
    """Refuse a range that ends before it begins."""
    first = info.data.get("first")
    if first is not None and last is not None and last < first:
        code = "range_reversed"
        raise PydanticCustomError(code, "The range ends before it begins.")
    return last


FirstDay = Annotated[Day | None, Field(alias="from")]
LastDay = Annotated[Day | None, AfterValidator(_in_order), Field(alias="to")]
FirstInstant = Annotated[Instant | None, Field(alias="from")]
LastInstant = Annotated[Instant | None, AfterValidator(_in_order), Field(alias="to")]
"""The two ends of a range in a query, both inclusive; the fields are named ``first`` and ``last``."""


class ResponseBody(BaseModel):
    """A response or a part of one, filled from a domain value; fields with another name declare an alias."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True, from_attributes=True)

    @classmethod
    def of(cls, value: object, **others: object) -> Self:
        """Fill the response from a domain value, with ``others`` replacing attributes of the same names.

        Raises ``TypeError`` for a name that no field uses: a typo must not reveal what it was meant to replace.
        """
        needed = _attributes_of(cls)
        if not others.keys() <= needed:
            message = f"no field of {cls.__name__} is read from {sorted(others.keys() - needed)}"
            raise TypeError(message)
        own = {name: getattr(value, name) for name in needed if name not in others}
        return cls.model_validate(SimpleNamespace(**own, **others))


@cache
def _attributes_of(model: type[BaseModel]) -> frozenset[str]:
    """Return the attributes of the domain value that the fields are read from."""
    return frozenset(
        str(alias.path[0]) if isinstance(alias := field.validation_alias, AliasPath) else str(alias or name)
        for name, field in model.model_fields.items()
    )


class PageResponse(ResponseBody):
    """A page of a list; subclasses add ``items`` of their own type."""

    if TYPE_CHECKING:
        items: Any
    next_cursor: str | None
