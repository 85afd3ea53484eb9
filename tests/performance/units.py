"""Write units as AWS counts them, from what each write leaves in a table and its indexes.

A write costs a unit for each kilobyte or part of one of the larger of the item before and after, twice that in a
transaction. An index costs a unit for each kilobyte of what it holds of the item, twice if the item's place in it
changes, and nothing if all that it holds stays. DynamoDB Local counts four for a kilobyte in a transaction instead.
"""

import base64
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from typing import Any, TypeAlias

from tests.performance.bare import KEYS_OF_WRITE, Bare, Place
from tests.tables import definitions
from tests.wire import Parameters, Wire, watched

KILOBYTE = 1024
IN_A_TRANSACTION = 2

Item: TypeAlias = Mapping[str, Any]


@dataclass(slots=True)
class Bill:
    """What was written: units by table (``cases``) or index (``cases.by_subject``)."""

    units: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.units.values())

    def __str__(self) -> str:
        """All of them, then the parts, the largest first."""
        return f"{self.total}: {', '.join(f'{name} {count}' for name, count in self.units.most_common() if count)}"


@contextmanager
def billed(bill: Bill) -> Iterator[Bill]:
    """Add up whatever is written until the block ends, one write after the other."""
    bare = Bare()
    stored: dict[Place, Item | None] = {}

    def look(place: Place) -> Item | None:
        found: Item | None = bare.client.get_item(TableName=place.table, Key=place.as_key, ConsistentRead=True).get(
            "Item"
        )
        return found

    def before(operation: str, parameters: Parameters) -> None:
        stored.clear()
        stored.update((place, look(place)) for place, _ in _places(operation, parameters))

    def after(operation: str, parameters: Parameters) -> None:
        times = IN_A_TRANSACTION if operation == "TransactWriteItems" else 1
        for place, is_checked in _places(operation, parameters):
            then, now = stored[place], look(place)
            name = _short(place.table)
            bill.units[name] += times * max(_units(then), _units(now), 1)
            if not is_checked:
                bill.units.update({f"{name}.{index}": units for index, units in _of_indexes(place.table, then, now)})

    with watched(Wire(before=before, after=after)):
        yield bill


def size(item: Item) -> int:
    """Return the bytes of an item as DynamoDB counts them: names and values in UTF-8."""
    return sum(len(name.encode()) + _bytes(*next(iter(value.items()))) for name, value in item.items())


def _bytes(kind: str, value: Any) -> int:  # noqa: ANN401 - any of DynamoDB's types
    if kind == "S":
        return len(value.encode())
    if kind == "N":
        return ceil(len(value.strip("-").replace(".", "")) / 2) + 1
    if kind == "B":
        return len(value) if isinstance(value, bytes) else len(base64.b64decode(value))
    if kind in {"BOOL", "NULL"}:
        return 1
    message = f"no table has attributes of type {kind}"
    raise ValueError(message)


def _units(item: Item | None) -> int:
    return 0 if item is None else ceil(size(item) / KILOBYTE)


def _places(operation: str, parameters: Parameters) -> Iterator[tuple[Place, bool]]:
    """Every place that a call writes to, and whether it is only looked at."""
    if operation == "TransactWriteItems":
        for item in parameters["TransactItems"]:
            for name, write in item.items():
                yield Place.of(write["TableName"], write[KEYS_OF_WRITE.get(name, "Key")]), name not in KEYS_OF_WRITE
    elif operation in {"PutItem", "UpdateItem", "DeleteItem"}:
        yield Place.of(parameters["TableName"], parameters.get("Item") or parameters["Key"]), False
    elif operation == "BatchWriteItem":
        for table, requests in parameters["RequestItems"].items():
            for request in requests:
                put = request.get("PutRequest")
                yield Place.of(table, request["DeleteRequest"]["Key"] if put is None else put["Item"]), False


def _of_indexes(table: str, then: Item | None, now: Item | None) -> Iterator[tuple[str, int]]:
    definition = definitions()[table]
    keys = {part["AttributeName"] for part in definition["KeySchema"]}
    for index in definition.get("GlobalSecondaryIndexes", ()):
        own = {part["AttributeName"] for part in index["KeySchema"]}
        projection = index["Projection"]
        kept = None if projection["ProjectionType"] == "ALL" else {*keys, *own, *projection.get("NonKeyAttributes", ())}
        was, is_now = (_held(item, own, kept) for item in (then, now))
        if was == is_now:
            continue
        is_moved = was is not None and is_now is not None and any(was[name] != is_now[name] for name in own)
        yield index["IndexName"], _units(was) + _units(is_now) if is_moved else max(_units(was), _units(is_now))


def _held(item: Item | None, own: set[str], kept: set[str] | None) -> Item | None:
    """Return what an index holds of an item; ``None`` if the item is not in it."""
    if item is None or not own <= item.keys():
        return None
    return item if kept is None else {name: value for name, value in item.items() if name in kept}


def _short(table: str) -> str:
    return table.rpartition("-")[2]
