"""Every call that the service makes to AWS, seen from outside: recorded, counted, weighed, or interrupted."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeAlias

from botocore.awsrequest import AWSResponse
from botocore.model import OperationModel

from chalicelib.dynamo.model import connection

READS = frozenset({"GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems"})

Parameters: TypeAlias = Mapping[str, Any]
Hook: TypeAlias = Callable[[str, Parameters], None]


def _let_pass(_operation: str, _parameters: Parameters) -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WireCall:
    """One round trip: the operation, what was sent as botocore took it, and what came back."""

    operation: str
    parameters: Parameters
    answer: Parameters

    @property
    def is_read(self) -> bool:
        """Whether it only reads."""
        return self.operation in READS

    @property
    def units(self) -> float:
        """Capacity units by the engine's own word, of all tables and indexes."""
        consumed = self.answer.get("ConsumedCapacity", [])
        each = consumed if isinstance(consumed, list) else [consumed]
        return float(sum(one.get("CapacityUnits", 0.0) for one in each))


@dataclass(slots=True)
class Wire:
    """What passed, in order; ``before`` sees a call on its way out, ``after`` when it has had its effect."""

    calls: list[WireCall] = field(default_factory=list)
    before: Hook = _let_pass
    after: Hook = _let_pass

    @property
    def operations(self) -> list[str]:
        """The names of the operations, in order."""
        return [call.operation for call in self.calls]

    @property
    def read_units(self) -> float:
        """Capacity units of all reads."""
        return sum(call.units for call in self.calls if call.is_read)

    @property
    def write_units(self) -> float:
        """Capacity units of all writes."""
        return sum(call.units for call in self.calls if not call.is_read)


def interrupted(operation: str, happens: Callable[[], object]) -> Wire:
    """Let something happen right before the first call of an operation goes out; it may make calls of its own."""
    seen: list[str] = []

    def before(called: str, _parameters: Parameters) -> None:
        if called == operation and not seen:
            seen.append(called)
            happens()

    return Wire(before=before)


@contextmanager
def watched(wire: Wire) -> Iterator[Wire]:
    """Watch the service's one connection to DynamoDB, from any thread, until the block ends.

    What ``before`` or ``after`` raises, the caller gets instead of the answer.
    """
    events, mark = connection().client.meta.events, f"seen by {id(wire)}"

    def is_asked(params: Parameters, context: dict[str, Any], **_: object) -> None:
        context[mark] = deepcopy(params)

    def leaves(model: OperationModel, context: dict[str, Any], **_: object) -> None:
        wire.before(model.name, context[mark])

    def is_back(
        http_response: AWSResponse, parsed: Parameters, model: OperationModel, context: dict[str, Any], **_: object
    ) -> None:
        if http_response.status_code < HTTPStatus.MULTIPLE_CHOICES:
            wire.calls.append(WireCall(operation=model.name, parameters=context[mark], answer=parsed))
            wire.after(model.name, context[mark])

    hooks: dict[str, Callable[..., None]] = {
        "provide-client-params": is_asked,
        "before-call": leaves,
        "after-call": is_back,
    }
    for name, hook in hooks.items():
        events.register(f"{name}.dynamodb", hook)
    try:
        yield wire
    finally:
        for name, hook in hooks.items():
            events.unregister(f"{name}.dynamodb", hook)
