"""Cases by the hundred thousand, each as the service itself would store it, made from one that it did store."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from chalicelib.clocks.model import Clock, ClockKind
from chalicelib.clocks.store import ClockStore
from chalicelib.clocks.table import ClockRow
from chalicelib.container import container
from chalicelib.dynamo.transaction import Transaction
from chalicelib.timeline.table import EventRow
from infra.local.seeding import resident_of
from tests.builders import NOON, an_identity
from tests.cloud import turn_clock
from tests.performance.bare import Bare, Place
from tests.performance.crowd import add_items
from tests.performance.house import ANSWERS
from tests.services.case_office import Applicant
from tests.tables import definitions

RED: Final = datetime(2026, 10, 8, 16, 0, tzinfo=UTC)
"""The second after the promised limit of a case filed on Monday 28 September: three working days, past the holidays."""

BYTES: Final = "bytes as hexadecimal"

AT_ONCE: Final = 10_000
"""Cases that are made ready in one go, so that no list holds everything."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A case as it is stored: its number, its rows by their tables, its events, and its clock of the promised limit."""

    case_no: str
    rows: Mapping[str, tuple[str, ...]]
    events: tuple[str, ...]
    clock: Clock


def number_of(place: int) -> str:
    """Return the number of a made case: as long as a real one, and nobody's."""
    return f"M{place:016}"


def owner_of(place: int) -> str:
    """Return the owner of a made case's clock and events."""
    return f"case:{number_of(place)}"


def add_cases(pattern: Pattern, numbers: range, *, events: bool = False) -> None:
    """Store cases, each with one clock that was warned of and passes at ``RED``; with the events of its filing, too."""
    for first in range(numbers.start, numbers.stop, AT_ONCE):
        some = range(first, min(first + AT_ONCE, numbers.stop))
        for table, rows in pattern.rows.items():
            add_items(table, _renamed(rows, pattern.case_no, some))
        add_items(ClockRow.Meta.table_name, (stored(_clock(pattern, place)) for place in some))
        if events:
            add_items(EventRow.Meta.table_name, _renamed(pattern.events, pattern.case_no, some))


def a_pattern() -> Pattern:
    """File a case as an applicant would, and take it as the pattern for others; it is stopped itself."""
    turn_clock(NOON)
    applicant = Applicant(identity=an_identity(number=resident_of(1))).enrol()
    case = applicant.promise(applicant.draft(answers=ANSWERS)).case
    client = Bare().client
    found = {
        table: tuple(_text(item) for item in items_of(table) if case.case_no in str(Place.of(table, item).key))
        for table in definitions()
    }
    del found[ClockRow.Meta.table_name]
    events = found.pop(EventRow.Meta.table_name)
    clocks = container().clocks.of_owner(case.owner)
    for clock in clocks:
        client.delete_item(
            TableName=ClockRow.Meta.table_name,
            Key={"owner": {"S": clock.owner}, "clock_id": {"S": clock.clock_id}},
        )
    (promised,) = (clock for clock in clocks if clock.kind is ClockKind.HANDLING_PROMISED)
    warned = replace(promised, warned_at=promised.yellow_at, rev=promised.rev + 1)
    return Pattern(case.case_no, {table: rows for table, rows in found.items() if rows}, events, warned)


def items_of(table: str, **asked: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - as botocore's clients have it
    """Read all items of a table."""
    for page in pages_of(table, **asked):
        yield from page["Items"]


def pages_of(table: str, **asked: Any) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401 - as botocore's clients have it
    """Scan a table, or an index of it, page by page."""
    client = _client(os.environ["AWS_ACCESS_KEY_ID"])
    yield from client.get_paginator("scan").paginate(TableName=table, ConsistentRead="IndexName" not in asked, **asked)


@cache
def _client(_key: str) -> Any:  # noqa: ANN401 - as botocore's clients have it
    """Return the client of a house, which is known by its key: making one costs more than a scan."""
    return Bare().client


def stored(clock: Clock) -> dict[str, Any]:
    """Return the item that the service would store for a new clock."""
    caught = _Caught()
    ClockStore().add(clock, caught)
    return caught.item


class _Caught(Transaction):
    """A transaction of one write that never leaves."""

    item: dict[str, Any]

    def add(self, row: Any, *, on_failure: Exception) -> None:  # noqa: ANN401, ARG002 - as a transaction has it
        self.item = row.serialize()


def _clock(pattern: Pattern, place: int) -> Clock:
    return replace(pattern.clock, owner=owner_of(place))


def _renamed(texts: Iterable[str], case_no: str, numbers: range) -> Iterator[dict[str, Any]]:
    for place in numbers:
        for text in texts:
            yield json.loads(text.replace(case_no, number_of(place)), object_hook=_with_bytes)


def _text(item: Mapping[str, Any]) -> str:
    """Return an item as JSON; what is packed in it stays as it is, whatever it says of the case."""
    return json.dumps(item, default=lambda packed: {BYTES: packed.hex()})


def _with_bytes(value: dict[str, Any]) -> Any:  # noqa: ANN401 - as JSON has it
    return bytes.fromhex(value[BYTES]) if BYTES in value else value
