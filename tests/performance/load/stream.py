"""The stream of the timelines, and how Lambda reads it: batches, partial failures, retries, dead letters."""

import json
import random
from collections.abc import Iterable, Mapping, Sequence
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
    """Reads a stream as Lambda's mapping does, but worse: batches of any size, out of order, some records twice.

    ``queued`` is what went into queues and topics; what was set aside there is told again, too. ``dead`` is what was
    delivered in vain as often as the template allows.
    """

    stream: Stream
    queued: Sequence[tuple[str, Mapping[str, Any]]]
    dice: random.Random
    share_twice: float = 0.2
    dead: list[Record] = field(default_factory=list)
    _read: int = 0
    _taken: int = 0

    def read_all(self) -> None:
        """Tell everything that is in the stream or was set aside, and what that brings about, until nothing is left."""
        while self._read < len(self.stream.records) or self._taken < len(self.queued):
            new = self.stream.records[self._read :]
            self._read += len(new)
            again = [record for record in self.stream.records[: self._read] if self._is_twice(4)]
            self.tell_all(self._in_disorder([*new, *again]))
            aside = [asked for _, asked in self.queued[self._taken :] if is_set_aside(asked)]
            self._taken = len(self.queued)
            self.tell_all(self._in_disorder([_message_of(asked) for asked in aside]))

    def tell_all(self, records: Sequence[Record]) -> None:
        """Tell records in batches; a record that fails too often is a dead letter."""
        waiting = [(record, 1) for record in records]
        while waiting:
            size = self.dice.randint(1, IN_A_BATCH)
            batch, waiting = waiting[:size], waiting[size:]
            failed = tell([record for record, _ in batch])
            if not failed:
                continue
            # Lambda goes on from the first that failed: whatever comes after it is told again.
            first = next(place for place, (record, _) in enumerate(batch) if name_of(record) in failed)
            record, attempts = batch[first]
            rest = batch[first + 1 :]
            if attempts == ATTEMPTS:
                self.dead.append(record)
            else:
                rest = [(record, attempts + 1), *rest]
            waiting = [*rest, *waiting]

    def _in_disorder(self, records: Sequence[Record]) -> list[Record]:
        wanted = [*records, *(record for record in records if self._is_twice())]
        self.dice.shuffle(wanted)
        return wanted

    def _is_twice(self, seldom: int = 1) -> bool:
        return self.dice.random() < self.share_twice / seldom


def is_set_aside(asked: Mapping[str, Any]) -> bool:
    """Whether a message holds events that a listener could not take."""
    return bool(asked["MessageAttributes"]["name"]["StringValue"] == "untold")


def _message_of(asked: Mapping[str, Any]) -> Record:
    return {"eventSource": "aws:sqs", "messageId": str(id(asked)), "body": asked["MessageBody"]}


def name_of(record: Record) -> str:
    """Return the name by which Lambda is told that a record failed."""
    return str(record["messageId"] if "messageId" in record else record["dynamodb"]["SequenceNumber"])


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


def is_poison(record: Record) -> bool:
    """Whether a record, or an item, is of such an event."""
    return "case:POISON" in str(record)
