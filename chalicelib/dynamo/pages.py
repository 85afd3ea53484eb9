"""Pages of filtered lists, and of lists that follow one another: each reads no more than so much.

A page may be short, or empty, although another one follows: a list ends where ``after`` is None, and nowhere else.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from pynamodb.expressions.condition import Condition
from pynamodb.indexes import Index

from chalicelib.dynamo.model import Page, Position, Row
from chalicelib.errors import DomainError, ErrorCode

R = TypeVar("R", bound=Row)
T = TypeVar("T")

LOOKED_AT: Final = 500
"""How many rows a page looks at if only some match; one page of DynamoDB (1 MB) holds about as many."""

MOST_LISTS: Final = 10
"""How many queries a page of lists that follow one another makes."""


def page_of_matching(  # noqa: PLR0913 - what a query takes, each named
    index: Index[R],
    key: str,
    read: Callable[[R], T],
    *,
    limit: int,
    after: Position | None,
    matches: Condition | None,
    within: Condition | None = None,
    newest_first: bool = True,
) -> Page[T]:
    """Return a page of the rows of a partition that match: one query, over at most ``LOOKED_AT`` rows.

    PynamoDB's own limit would go on reading until enough rows match.
    """
    rows = index.query(
        key,
        within,
        matches,
        scan_index_forward=not newest_first,
        page_size=limit if matches is None else max(limit, LOOKED_AT),
        last_evaluated_key=after,
    )
    page = next(rows.page_iter)
    found, following = page["Items"], page.get("LastEvaluatedKey")
    if len(found) > limit:
        found = found[:limit]
        following = {name: found[-1][name] for name in _key_names(index)}
    return Page(tuple(read(index._model.from_raw_data(item)) for item in found), following)  # noqa: SLF001 - PynamoDB gives an index's table no public place


def page_of_lists(
    names: Sequence[str],
    page: Callable[[str, int, Position | None], Page[T]],
    *,
    limit: int,
    after: Position | None,
) -> Page[T]:
    """Return a page of several lists that follow one another, from at most ``MOST_LISTS`` pages of single lists.

    ``page`` returns one of a named list: how many at most, and where it begins. ``INVALID_CURSOR`` if the list at which
    a page ended is none of them any more.
    """
    place: dict[str, Any] = dict(after or {"list": names[0] if names else None, "key": None})
    if after is not None and place["list"] not in names:
        raise DomainError(ErrorCode.INVALID_CURSOR)
    left = [] if not names else list(names[names.index(place["list"]) :])
    found: list[T] = []
    for _ in range(MOST_LISTS):
        if not left or len(found) >= limit:
            break
        items, following = page(left[0], limit - len(found), place["key"])
        found.extend(items)
        if following is None:
            left.pop(0)
        place = {"key": following}
    return Page(tuple(found), {**place, "list": left[0]} if left else None)


def _key_names(index: Index[Any]) -> set[str]:
    return {*index._model.key_names(), *(part["AttributeName"] for part in index._get_schema()["key_schema"])}  # noqa: SLF001 - as above
