"""Clocks by the hundred thousand, and what a sweep reads of them when none of them is due."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import botocore.session
from botocore.config import Config

from app import sweep
from chalicelib.clocks.model import Clock, ClockKind
from chalicelib.clocks.rules.clocks import move_on, start
from chalicelib.clocks.store import ClockStore
from chalicelib.clocks.table import ClockRow
from chalicelib.container import container
from chalicelib.dynamo.transaction import transaction
from chalicelib.workdays.model.limits import Limit, Unit
from tests.cloud import Client, Reply
from tests.performance.bare import BATCH, with_bytes
from tests.wire import Parameters, Wire, watched

THREADS = 4
BATCHES_AT_ONCE = 40
"""Batches that a thread is given at a time, so that no list holds everything."""


ONE_IN = 10
"""Which part of the crowd is late."""


def red_page(client: Client, token: str, *, filters: str = "") -> tuple[Wire, Reply]:
    """Ask for a page of a hundred red clocks of a department and return what was sent, and the answer."""
    event = client.event("GET", f"/v1/supervision/clocks?department=traffic&light=red&limit=100{filters}", token=token)
    with watched(Wire()) as wire:
        reply = client.send(event)
    return wire, reply


def queries_of_clocks(wire: Wire) -> int:
    """Count the queries of the clocks' table, or of an index of it."""
    table = ClockRow.Meta.table_name
    return sum(call.operation == "Query" and call.parameters["TableName"] == table for call in wire.calls)


def add_clocks(first: int, last: int) -> None:
    """Store open clocks by number, each as the service itself would store it.

    One in ten is late, and was told so; nothing falls due for days.
    """
    add_items(ClockRow.Meta.table_name, _items(first, last))


def add_items(table: str, items: Iterator[dict[str, Any]]) -> None:
    """Write items into a table, many at once, and never hold all of them."""
    # What the service itself has serialised needs no second look, and looking is most of the work.
    unchecked = Config(parameter_validation=False)
    client: Any = botocore.session.get_session().create_client("dynamodb", region_name="cn-north-1", config=unchecked)

    def send(batch: list[dict[str, Any]]) -> None:
        requests = [{"PutRequest": {"Item": with_bytes(item)}} for item in batch]
        left = client.batch_write_item(RequestItems={table: requests})["UnprocessedItems"]
        while left:
            left = client.batch_write_item(RequestItems=left)["UnprocessedItems"]

    with ThreadPoolExecutor(THREADS) as pool:
        waiting: list[list[dict[str, Any]]] = []
        for batch in _batches(items):
            waiting.append(batch)
            if len(waiting) == THREADS * BATCHES_AT_ONCE:
                list(pool.map(send, waiting))
                waiting.clear()
        list(pool.map(send, waiting))


def idle_sweep() -> Wire:
    """Run the sweep's own handler and return what it sent."""
    event = {"detail": {}, "detail-type": "Scheduled Event", "source": "aws.events", "resources": []}
    with watched(Wire()) as wire:
        sweep({**event, "version": "0", "id": "1", "account": "", "time": "", "region": ""}, _context())
    return wire


def _context() -> Any:  # noqa: ANN401 - Lambda's own, of which only this is used
    return SimpleNamespace(aws_request_id="sweep")


def _items(first: int, last: int) -> Iterator[dict[str, Any]]:
    """The stored form of clocks, made from two: only owner and shard differ."""
    now = container().clock.now()
    coming = json.dumps(_item("case:PATTERN", now + timedelta(days=1), now))
    late = json.dumps(_item("case:PATTERN", now - timedelta(days=90), now))
    shards = [_item(f"case:{number}", now, now)["shard"] for number in range(64)]
    for number in range(first, last):
        pattern = late if number % ONE_IN == 0 else coming
        item: dict[str, Any] = json.loads(pattern.replace("case:PATTERN", f"case:CROWD{number:012}"))
        yield {**item, "shard": shards[number % len(shards)]}


def _item(owner: str, started_at: datetime, now: datetime) -> dict[str, Any]:
    clock = start(
        ClockKind.HANDLING_STATUTORY,
        Limit(value=15, unit=Unit.WORKING_DAYS, basis="《行政许可法》第42条"),
        owner=owner,
        department="traffic",
        responsible="officer",
        pack="corrects-first",
        started_at=started_at,
        calendar=container().calendars.current(),
        item="plate-replacement",
    )
    return _stored(move_on(clock, at=now))


class _CaughtError(Exception):
    """A write that does not go out, for its item was all that was wanted."""


def _stored(clock: Clock) -> dict[str, Any]:
    """The item that the service would store for a clock."""
    caught: list[dict[str, Any]] = []

    def catch(_operation: str, parameters: Parameters) -> None:
        caught.extend(one["Put"]["Item"] for one in parameters["TransactItems"])
        raise _CaughtError

    with watched(Wire(before=catch)), suppress(_CaughtError), transaction() as tx:
        ClockStore().add(clock, tx)
    return caught[0]


def _batches(items: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for item in items:
        batch.append(item)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
