"""Clocks by the hundred thousand, and what a sweep reads of them when none of them is due."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from app import sweep
from chalicelib.clock import real_now
from chalicelib.clocks.model import ClockKind
from chalicelib.clocks.rules import started
from chalicelib.clocks.store import _row_of
from chalicelib.clocks.table import ClockRow
from chalicelib.wiring import services
from chalicelib.workdays.model import Limit, Unit
from tests.performance.bare import BATCH, Bare
from tests.performance.wire import Wire, watched

THREADS = 4
BATCHES_AT_ONCE = 40
"""Batches that a thread is given at a time, so that no list holds everything."""


def add_clocks(bare: Bare, first: int, last: int) -> None:
    """Store open clocks by number, none of them due for days, each as the service itself would store it."""
    table = ClockRow.Meta.table_name

    def send(batch: list[dict[str, Any]]) -> None:
        requests = [{"PutRequest": {"Item": item}} for item in batch]
        left = bare.client.batch_write_item(RequestItems={table: requests})["UnprocessedItems"]
        while left:
            left = bare.client.batch_write_item(RequestItems=left)["UnprocessedItems"]

    with ThreadPoolExecutor(THREADS) as pool:
        waiting: list[list[dict[str, Any]]] = []
        for batch in _batches(_items(first, last)):
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
    """The stored form of clocks, made from one: only owner, shard and instants differ."""
    now = real_now().replace(microsecond=0)
    pattern = json.dumps(_item("case:PATTERN", now))
    shards = [_item(f"case:{number}", now)["shard"] for number in range(64)]
    for number in range(first, last):
        item: dict[str, Any] = json.loads(pattern.replace("case:PATTERN", f"case:CROWD{number:012}"))
        yield {**item, "shard": shards[number % len(shards)]}


def _item(owner: str, now: datetime) -> dict[str, Any]:
    clock = started(
        ClockKind.HANDLING_STATUTORY,
        Limit(value=15, unit=Unit.WORKING_DAYS, basis="《行政许可法》第42条"),
        owner=owner,
        department="traffic",
        responsible="officer",
        pack="corrects-first",
        started_at=now + timedelta(days=1),
        calendar=services().calendars.current(),
    )
    item: dict[str, Any] = _row_of(clock).serialize()
    return item


def _batches(items: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for item in items:
        batch.append(item)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
