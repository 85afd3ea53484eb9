"""Atomic writes across stores, and batches of reads across tables."""

import functools
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeAlias, TypeVar

from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action

from chalicelib.dynamo.model import Row, code_of, connection
from chalicelib.errors import DomainError, ErrorCode

P = ParamSpec("P")
R = TypeVar("R")

ConditionExpression: TypeAlias = Mapping[str, Any]
"""A condition as sent to DynamoDB: its expression, with names and values."""

MOST_WRITES = 100
"""How many writes DynamoDB accepts in one transaction."""

MOST_READS = 100
"""How many rows DynamoDB reads in one batch."""

ATTEMPTS = 6
"""How often a step is retried from its reads before ``BUSY`` is raised."""


class ConflictError(Exception):
    """Something that the step read has changed before it wrote: read and decide again."""


class Transaction:
    """A list of writes that happen together or not at all (at most ``MOST_WRITES``).

    Each write says what a failure of its condition means: a ``DomainError`` is reported to the caller,
    ``ConflictError`` makes ``retry_on_conflict`` read and decide again.
    """

    def __init__(self) -> None:
        """Start without writes."""
        self._checks: list[tuple[dict[str, Any], Exception]] = []
        self._deletes: list[tuple[dict[str, Any], Exception]] = []
        self._puts: list[tuple[dict[str, Any], Exception]] = []
        self._updates: list[tuple[dict[str, Any], Exception]] = []

    def add(self, row: Row, *, on_failure: Exception) -> None:
        """Write a row that must not exist yet."""
        written = {"TableName": row.Meta.table_name, "Item": row.serialize(), **_absent(type(row))}
        self._puts.append((written, on_failure))

    def put(self, row: Row, *, condition: Condition, on_failure: Exception) -> None:
        """Write a whole row if the condition holds for the stored one."""
        written = {"TableName": row.Meta.table_name, "Item": row.serialize(), **serialize(condition)}
        self._puts.append((written, on_failure))

    def overwrite(self, row: Row) -> None:
        """Write a row whatever is stored: one that changes only with another, whose condition holds for both."""
        # It has no condition that could fail, so this error is never raised.
        self._puts.append(({"TableName": row.Meta.table_name, "Item": row.serialize()}, ConflictError()))

    def change(self, row: Row, *, actions: Sequence[Action], condition: Condition, on_failure: Exception) -> None:
        """Change some attributes of a row if the condition holds."""
        self._updates.append(
            (row.get_update_kwargs_from_instance(actions=list(actions), condition=condition), on_failure),
        )

    def increase(self, row: Row, *, actions: Sequence[Action]) -> None:
        """Add to numbers of a row, whatever their values and whether or not the row exists."""
        # It has no condition that could fail, so this error is never raised.
        self._updates.append((row.get_update_kwargs_from_instance(actions=list(actions)), ConflictError()))

    def remove(self, row: Row, *, condition: Condition, on_failure: Exception) -> None:
        """Delete a row if the condition holds."""
        self._deletes.append((row.get_delete_kwargs_from_instance(condition=condition), on_failure))

    def discard(self, row: Row) -> None:
        """Delete a row, if there is one: one that is kept only for another, whose condition holds for both."""
        # It has no condition that could fail, so this error is never raised.
        self._deletes.append((row.get_delete_kwargs_from_instance(), ConflictError()))

    def require(self, row: Row, *, condition: Condition | ConditionExpression, on_failure: Exception) -> None:
        """Make the whole transaction fail unless the condition holds for a row that it does not write."""
        expression = serialize(condition) if isinstance(condition, Condition) else condition
        checked = {"TableName": row.Meta.table_name, "Key": row.key(), **expression}
        self._checks.append((checked, on_failure))

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (self._checks or self._deletes or self._puts or self._updates)

    def commit(self, *, attempts: int = ATTEMPTS) -> None:
        """Write everything in one round trip; raises the ``on_failure`` of the first failed condition.

        ``BUSY`` if other transactions were in flight with the same rows at each of some attempts.
        ``TOO_MUCH_AT_ONCE`` if there are too many writes; then nothing is written. PynamoDB sends checks, deletes,
        puts and updates in that order, whatever the order of the calls (pynamodb/PynamoDB#1284), so the returned
        reasons are matched to the writes in the same order. A conflict with another transaction in flight is not a
        failed condition and is retried with jitter (pynamodb/PynamoDB#1264).
        """
        writes = [*self._checks, *self._deletes, *self._puts, *self._updates]
        if len(writes) > MOST_WRITES:
            raise DomainError(ErrorCode.TOO_MUCH_AT_ONCE)
        for attempt in range(attempts):
            try:
                self._write()
            except TransactWriteError as error:
                reasons = error.cancellation_reasons
                for reason, (_, on_failure) in zip(reasons, writes, strict=False):
                    if reason is not None and reason.code == "ConditionalCheckFailed":
                        raise on_failure from error
                is_conflict = any(reason is not None and reason.code == "TransactionConflict" for reason in reasons)
                if not (is_conflict or code_of(error) == "TransactionInProgressException"):
                    raise
                if attempt + 1 == attempts:
                    raise DomainError(ErrorCode.BUSY) from error
                time.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 - jitter guards no secret
            else:
                return

    def _write(self) -> None:
        connection().transact_write_items(
            condition_check_items=[written for written, _ in self._checks],
            delete_items=[written for written, _ in self._deletes],
            put_items=[written for written, _ in self._puts],
            update_items=[written for written, _ in self._updates],
        )


def serialize(condition: Condition) -> ConditionExpression:
    """Return a condition as sent to DynamoDB; a frequent one may be cached and passed to ``require``."""
    names: dict[str, str] = {}
    values: dict[str, Any] = {}
    expression: dict[str, Any] = {"ConditionExpression": condition.serialize(names, values)}
    if names:
        expression["ExpressionAttributeNames"] = {placeholder: name for name, placeholder in names.items()}
    if values:
        expression["ExpressionAttributeValues"] = values
    return expression


@functools.cache
def _absent(kind: type[Row]) -> ConditionExpression:
    """Return the condition that a row does not exist, cached because building it costs more than sending it."""
    return serialize(Path(kind.key_names()[0]).does_not_exist())


@contextmanager
def transaction() -> Iterator[Transaction]:
    """Collect writes and commit them at the end of the block; an exception inside the block writes nothing."""
    tx = Transaction()
    yield tx
    if not tx.is_empty:
        tx.commit()


def retry_on_conflict(step: Callable[P, R]) -> Callable[P, R]:
    """Retry a step from its reads on ``ConflictError``; ``BUSY`` after too many attempts.

    The step must do all the reads it depends on itself.
    """

    @functools.wraps(step)
    def repeated(*args: P.args, **kwargs: P.kwargs) -> R:
        for attempt in range(ATTEMPTS):
            try:
                return step(*args, **kwargs)
            except ConflictError:
                time.sleep(random.uniform(0, 0.005 * 2**attempt))  # noqa: S311 - jitter guards no secret
        raise DomainError(ErrorCode.BUSY)

    return repeated


def read_together(*wanted: Row, only: Mapping[type[Row], Sequence[str]] | None = None) -> list[Row | None]:
    """Read rows of any tables by their keys, strongly consistent, in the order given: a round trip a hundred.

    ``wanted`` are rows with only their keys. Missing rows are ``None``. ``only`` names the attributes, among them the
    key, that are wanted of a kind of row. Keys that DynamoDB left unprocessed (throttling) are requested again;
    ``UNAVAILABLE`` if they never arrive.
    """
    if not wanted:
        return []
    found = _found(wanted, {kind.Meta.table_name: names for kind, names in (only or {}).items()})
    return [None if (item := found.get(_place(row))) is None else type(row).from_raw_data(item) for row in wanted]


def existing(*wanted: Row) -> list[bool]:
    """Return for each row of one table whether it exists, reading only keys, otherwise like ``read_together``."""
    found = _found(wanted, {row.Meta.table_name: row.key_names() for row in wanted})
    return [_place(row) in found for row in wanted]


Place: TypeAlias = tuple[str, ...]
"""A table and the values of a key in it."""


def _place(row: Row) -> Place:
    return row.Meta.table_name, *(value for part in row.key().values() for value in part.values())


def _found(wanted: Sequence[Row], only: Mapping[str, Sequence[str]]) -> dict[Place, dict[str, Any]]:
    """Read the rows that exist; ``only`` limits which attributes of a table are read."""
    distinct = {_place(row): row for row in wanted}
    rows = list(distinct.values())
    found: dict[Place, dict[str, Any]] = {}
    for first in range(0, len(rows), MOST_READS):
        found |= _found_at_once(rows[first : first + MOST_READS], only)
    return found


def _projection(names: Sequence[str]) -> dict[str, Any]:
    return {
        "ProjectionExpression": ", ".join(f"#{place}" for place in range(len(names))),
        "ExpressionAttributeNames": {f"#{place}": name for place, name in enumerate(names)},
    }


def _found_at_once(wanted: Sequence[Row], only: Mapping[str, Sequence[str]]) -> dict[Place, dict[str, Any]]:
    projections = {table: _projection(attributes) for table, attributes in only.items()}
    pending: dict[str, dict[str, Any]] = {}
    names: dict[str, tuple[str, ...]] = {}
    for row in wanted:
        name = row.Meta.table_name
        names[name] = row.key_names()
        table = pending.setdefault(name, {"Keys": [], "ConsistentRead": True, **projections.get(name, {})})
        table["Keys"].append(row.key())
    found: dict[Place, dict[str, Any]] = {}
    for attempt in range(ATTEMPTS):
        answer = connection().dispatch("BatchGetItem", {"RequestItems": pending})
        for name, items in answer["Responses"].items():
            for item in items:
                found[name, *(value for key in names[name] for value in item[key].values())] = item
        pending = answer.get("UnprocessedKeys") or {}
        if not pending:
            break
        time.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 - jitter guards no secret
    else:
        raise DomainError(ErrorCode.UNAVAILABLE)
    return found
