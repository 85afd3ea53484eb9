"""The stream of the timelines, and how Lambda reads it: batches, partial failures, retries, dead letters."""

import json
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any, Final, TypeAlias

from botocore.awsrequest import AWSResponse

from chalicelib.jobs.dispatch_events import dispatch_events
from chalicelib.timeline.table import EventRow
from tests.performance.load.faults import OnTheWay, Sent

Record: TypeAlias = dict[str, Any]
"""A record of the stream, as Lambda hands it over."""

IN_A_BATCH: Final = 100
ATTEMPTS: Final = 21
"""Deliveries of a record before it is a dead letter, as ``MaximumRetryAttempts`` of the template has it."""


def record_of(item: Mapping[str, Any], number: int) -> Record:
    """Return the record of a new event from its stored item."""
    return {"eventName": "INSERT", "dynamodb": {"SequenceNumber": str(number), "NewImage": dict(item)}}


@dataclass(slots=True)
class Stream(OnTheWay):
    """Keeps each new event that was committed, once, in that order, whether or not its writer heard of it."""

    records: list[Record] = field(default_factory=list)
    _seen: set[tuple[str, str]] = field(default_factory=set)

    def after(self, operation: str, sent: Sent, answer: AWSResponse) -> None:
        if operation == "TransactWriteItems" and answer.status_code == HTTPStatus.OK:
            for write in json.loads(sent)["TransactItems"]:
                put = write.get("Put")
                if put is not None and put["TableName"] == EventRow.Meta.table_name:
                    self._add(put["Item"])

    def _add(self, item: Mapping[str, Any]) -> None:
        name = (item["owner"]["S"], item["seq"]["N"])
        if name not in self._seen:
            self._seen.add(name)
            self.records.append(record_of(item, len(self.records) + 1))


def tell(records: Iterable[Record]) -> list[str]:
    """Hand a batch to the relay; return the sequence numbers of what failed."""
    answer = dispatch_events(records, SimpleNamespace(aws_request_id="stream"))
    return [failed["itemIdentifier"] for failed in answer["batchItemFailures"]]


@dataclass(slots=True)
class Reader:
    """Reads a stream as Lambda's mapping does, but worse: batches of any size, out of order, some records twice."""

    stream: Stream
    dice: random.Random
    share_twice: float = 0.2
    dead: list[Record] = field(default_factory=list)
    _read: int = 0

    def read_all(self) -> None:
        """Tell everything that is in the stream, and what that brings about, until nothing is left."""
        while self._read < len(self.stream.records):
            new = self.stream.records[self._read :]
            self._read += len(new)
            again = [
                record for record in self.stream.records[: self._read] if self.dice.random() < self.share_twice / 4
            ]
            wanted = [*new, *(record for record in new if self.dice.random() < self.share_twice), *again]
            self.dice.shuffle(wanted)
            self.tell_all(wanted)

    def tell_all(self, records: Sequence[Record], *, tell: Callable[[Sequence[Record]], list[str]] = tell) -> None:
        """Tell records in batches; a record that fails too often is a dead letter."""
        waiting = [(record, 1) for record in records]
        while waiting:
            size = self.dice.randint(1, IN_A_BATCH)
            batch, waiting = waiting[:size], waiting[size:]
            failed = tell([record for record, _ in batch])
            if not failed:
                continue
            # Lambda goes on from the first that failed: whatever comes after it is told again.
            first = next(place for place, (record, _) in enumerate(batch) if _number(record) in failed)
            record, attempts = batch[first]
            rest = batch[first + 1 :]
            if attempts == ATTEMPTS:
                self.dead.append(record)
            else:
                rest = [(record, attempts + 1), *rest]
            waiting = [*rest, *waiting]


def _number(record: Record) -> str:
    return str(record["dynamodb"]["SequenceNumber"])


def poison(number: int) -> Record:
    """Return an event that nobody can take: it tells of a clock that is not there."""
    values = {
        "owner": f"case:POISON{number}",
        "kind": "clock:passed",
        "occurred_at": "2026-10-08T16:00:00Z",
        "recorded_at": "2026-10-08T16:00:00Z",
        "actor": "service:sweep",
        "department": "traffic",
        "data": json.dumps({"clock_id": "handling_promised"}),
        "prev_hash": "0" * 64,
        "hash": "0" * 64,
    }
    item = {name: {"S": value} for name, value in values.items()}
    return record_of({**item, "seq": {"N": "1"}}, 1_000_000 + number)
