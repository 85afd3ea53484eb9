"""What goes wrong on the way to DynamoDB, put in where botocore sends: its own retries see all of it."""

import json
import os
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, TypeAlias

from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

from chalicelib.dynamo.model import connection

DIED: Final = 70
"""The exit code of a process that died at a call."""

Sent: TypeAlias = bytes
"""A call as it goes over the wire: the body of its request, which is JSON."""


class OnTheWay:
    """What may happen to a call: nothing, unless a class below says otherwise."""

    def before(self, _operation: str, _sent: Sent) -> AWSResponse | None:
        """See a call on its way out; an answer is given back instead of sending it."""
        return None

    def after(self, _operation: str, _sent: Sent, _answer: AWSResponse) -> None:
        """See a call that has had its effect; raising keeps its answer from the caller."""


_HAPPENING: Final[list[OnTheWay]] = []
"""All that happens now; a call is sent once, however many blocks there are one within the other."""


@contextmanager
def on_the_way(*happening: OnTheWay) -> Iterator[None]:
    """Let things happen to every call of the service's one connection to DynamoDB, until the block ends."""
    client = connection().client
    events: Any = client.meta.events
    session = client._endpoint.http_session  # noqa: SLF001 - botocore has no other way to send a request by itself

    def send(request: Any, event_name: str, **_: object) -> Any:  # noqa: ANN401 - botocore types no such hook
        operation = event_name.rpartition(".")[2]
        sent = bytes(request.body)
        for one in _HAPPENING:
            if (instead := one.before(operation, sent)) is not None:
                return instead
        answer: AWSResponse = session.send(request)
        for one in _HAPPENING:
            one.after(operation, sent, answer)
        return answer

    is_first = not _HAPPENING
    _HAPPENING.extend(happening)
    if is_first:
        events.register("before-send.dynamodb", send)
    try:
        yield
    finally:
        if is_first:
            events.unregister("before-send.dynamodb", send)
        del _HAPPENING[-len(happening) :]


@dataclass(slots=True)
class Counted(OnTheWay):
    """How many calls went out, by operation."""

    calls: dict[str, int] = field(default_factory=dict)

    @property
    def number(self) -> int:
        """How many calls there were."""
        return sum(self.calls.values())

    def before(self, operation: str, _sent: Sent) -> AWSResponse | None:
        self.calls[operation] = self.calls.get(operation, 0) + 1
        return None


@dataclass(slots=True)
class Recorded(OnTheWay):
    """Writes down the transactions that had their effect, one a line, up to a number of them."""

    path: Path
    most: int
    number: int = 0

    def after(self, operation: str, sent: Sent, answer: AWSResponse) -> None:
        if operation == "TransactWriteItems" and answer.status_code == HTTPStatus.OK and self.number < self.most:
            self.number += 1
            with self.path.open("ab") as stream:
                stream.write(sent + b"\n")


@dataclass(frozen=True, slots=True)
class Latency(OnTheWay):
    """Each call takes so many seconds more, as it does over a network."""

    seconds: float

    def before(self, _operation: str, _sent: Sent) -> AWSResponse | None:
        time.sleep(self.seconds)
        return None


@dataclass(slots=True)
class Death(OnTheWay):
    """The process dies at the call of that number, from 1: before it goes out, or when its effect is there unseen."""

    at_call: int
    is_after: bool
    passed: int = 0

    def before(self, _operation: str, _sent: Sent) -> AWSResponse | None:
        self.passed += 1
        if self.passed == self.at_call and not self.is_after:
            os._exit(DIED)
        return None

    def after(self, _operation: str, _sent: Sent, _answer: AWSResponse) -> None:
        if self.passed == self.at_call:
            os._exit(DIED)


THROTTLED: Final = "ProvisionedThroughputExceededException"
WRITES: Final = frozenset({"TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"})


@dataclass(slots=True)
class Trouble(OnTheWay):
    """Seeded trouble: a share of the calls is throttled, conflicts, fails within AWS, or loses its connection.

    A lost connection is lost before the call had its effect, or after. Batches of reads may come back in part.
    ``put_in`` counts what was put in, by its name.
    """

    dice: random.Random
    share: float
    put_in: dict[str, int] = field(default_factory=dict)

    def before(self, operation: str, sent: Sent) -> AWSResponse | None:
        if self.dice.random() >= self.share:
            return None
        kinds: list[Callable[[str, Sent], AWSResponse]] = [self._throttled, self._failed, self._unreached]
        if operation == "TransactWriteItems":
            kinds += [self._conflict, self._conflict]
        if operation == "BatchGetItem":
            kinds.append(self._nothing_yet)
        return self.dice.choice(kinds)(operation, sent)

    def after(self, operation: str, _sent: Sent, answer: AWSResponse) -> None:
        has_effect = operation in WRITES and answer.status_code == HTTPStatus.OK
        if has_effect and self.dice.random() < self.share:
            self.note("answer lost")
            raise ReadTimeoutError(endpoint_url=answer.url)

    def _throttled(self, operation: str, sent: Sent) -> AWSResponse:
        self.note("throttled")
        if operation != "TransactWriteItems":
            return _answer(HTTPStatus.BAD_REQUEST, {"__type": THROTTLED, "message": "too much"})
        return self._cancelled(sent, "ThrottlingError")

    def _conflict(self, _operation: str, sent: Sent) -> AWSResponse:
        self.note("conflict")
        return self._cancelled(sent, "TransactionConflict")

    def _cancelled(self, sent: Sent, code: str) -> AWSResponse:
        reasons: list[dict[str, str]] = [{"Code": "None"} for _ in json.loads(sent)["TransactItems"]]
        self.dice.choice(reasons)["Code"] = code
        message = f"Transaction cancelled [{', '.join(each['Code'] for each in reasons)}]"
        told = {"__type": "TransactionCanceledException", "Message": message, "CancellationReasons": reasons}
        return _answer(HTTPStatus.BAD_REQUEST, told)

    def _failed(self, _operation: str, _sent: Sent) -> AWSResponse:
        self.note("5XX")
        return _answer(
            self.dice.choice([HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE]),
            {"__type": "InternalServerError", "message": "try again"},
        )

    def _unreached(self, _operation: str, _sent: Sent) -> AWSResponse:
        self.note("not reached")
        raise ConnectTimeoutError(endpoint_url="dynamodb")

    def _nothing_yet(self, _operation: str, sent: Sent) -> AWSResponse:
        self.note("unprocessed")
        wanted = json.loads(sent)["RequestItems"]
        return _answer(HTTPStatus.OK, {"Responses": {table: [] for table in wanted}, "UnprocessedKeys": wanted})

    def note(self, what: str) -> None:
        """Count what was put in."""
        self.put_in[what] = self.put_in.get(what, 0) + 1


class _Body:
    """A body as urllib3 gives it."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> Iterator[bytes]:
        """Give all of it."""
        yield self._content


def _answer(status: HTTPStatus, told: Mapping[str, Any]) -> AWSResponse:
    headers: Any = HeadersDict({"content-type": "application/x-amz-json-1.0", "x-amzn-requestid": "made-up"})
    return AWSResponse("http://127.0.0.1/", status.value, headers, _Body(json.dumps(told).encode()))
