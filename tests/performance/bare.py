"""The same wire calls made with bare botocore, and the tables put back as they were in between."""

import time
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import botocore.session
from botocore import xform_name

from tests.tables import definitions
from tests.wire import Parameters, Wire, WireCall, watched

BATCH = 25
"""Items that one BatchWriteItem takes."""

KEYS_OF_WRITE = {"Put": "Item", "Update": "Key", "Delete": "Key"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item is: its table and its key as botocore takes it."""

    table: str
    key: tuple[tuple[str, str, str], ...]

    @classmethod
    def of(cls, table: str, attributes: Mapping[str, Mapping[str, str]]) -> "Place":
        """Find the key among an item's attributes."""
        names = [str(part["AttributeName"]) for part in definitions()[table]["KeySchema"]]
        return cls(table, tuple((name, *next(iter(attributes[name].items()))) for name in names))

    @property
    def as_key(self) -> dict[str, dict[str, str]]:
        """The key as it is sent."""
        return {name: {kind: value} for name, kind, value in self.key}


@dataclass(slots=True)
class Rehearsal:
    """What one request sends, and what stood before in every place that it writes to."""

    calls: Sequence[WireCall] = ()
    before: dict[Place, Mapping[str, Any] | None] = field(default_factory=dict)


class Bare:
    """A botocore client with its defaults, as anybody would make one."""

    def __init__(self) -> None:
        # Typed as anything: botocore builds a client's methods at run time.
        self.client: Any = botocore.session.get_session().create_client("dynamodb", region_name="cn-north-1")

    def rehearse(self, request: Callable[[], object]) -> Rehearsal:
        """Make a request once, note what it sends, and put everything back."""
        rehearsal = Rehearsal()

        def note(operation: str, parameters: Parameters) -> None:
            for place in places_written(operation, parameters):
                if place not in rehearsal.before:
                    found = self.client.get_item(TableName=place.table, Key=place.as_key, ConsistentRead=True)
                    rehearsal.before[place] = found.get("Item")

        with watched(Wire(before=note)) as wire:
            request()
        rehearsal.calls = tuple(wire.calls)
        self.put_back(rehearsal)
        return rehearsal

    def put_back(self, rehearsal: Rehearsal) -> None:
        """Undo what a request has written."""
        requests = [
            (
                place.table,
                {"DeleteRequest": {"Key": place.as_key}} if item is None else {"PutRequest": {"Item": item}},
            )
            for place, item in rehearsal.before.items()
        ]
        for start in range(0, len(requests), BATCH):
            batch: dict[str, list[Any]] = {}
            for table, request in requests[start : start + BATCH]:
                batch.setdefault(table, []).append(request)
            self.client.batch_write_item(RequestItems=batch)

    def replay(self, rehearsal: Rehearsal) -> float:
        """Send what the request sent; returns the seconds of this process's CPU that it took."""
        sent = [(xform_name(call.operation), with_bytes(call.parameters)) for call in rehearsal.calls]
        began = time.process_time()
        for method, parameters in sent:
            getattr(self.client, method)(**parameters)
        return time.process_time() - began


def with_bytes(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a copy with the bytes that the service sends in base64; botocore writes a fresh request token into it."""
    if isinstance(value, Mapping):
        return {
            name: b64decode(inner) if name == "B" and isinstance(inner, str) else with_bytes(inner)
            for name, inner in value.items()
        }
    return [with_bytes(inner) for inner in value] if isinstance(value, list) else value


def places_written(operation: str, parameters: Parameters) -> Iterator[Place]:
    """Every place that a call writes to."""
    if operation == "TransactWriteItems":
        for item in parameters["TransactItems"]:
            for name, write in item.items():
                if name in KEYS_OF_WRITE:
                    yield Place.of(write["TableName"], write[KEYS_OF_WRITE[name]])
    elif operation in {"PutItem", "UpdateItem", "DeleteItem"}:
        yield Place.of(parameters["TableName"], parameters.get("Item") or parameters["Key"])
