"""Every call that the service makes to AWS, seen from outside: recorded, counted, weighed, or interrupted."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, TypeAlias

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


@contextmanager
def watched(wire: Wire) -> Iterator[Wire]:
    """Watch the service's one connection, from any thread, until the block ends."""
    shared: Any = connection()
    send = shared._make_api_call

    def seen(operation: str, parameters: dict[str, Any]) -> Any:  # noqa: ANN401 - botocore's own answer
        sent = deepcopy(parameters)
        wire.before(operation, sent)
        answer = send(operation, parameters)
        wire.calls.append(WireCall(operation=operation, parameters=sent, answer=answer))
        wire.after(operation, sent)
        return answer

    shared._make_api_call = seen
    try:
        yield wire
    finally:
        del shared._make_api_call
