"""What all tables share: one connection, instants that sort as text, and domain values kept whole as JSON."""

from collections.abc import Callable
from datetime import datetime
from functools import cache, cached_property
from typing import Any, TypeVar

from pydantic import TypeAdapter
from pynamodb.attributes import Attribute
from pynamodb.connection import Connection
from pynamodb.connection.table import TableConnection
from pynamodb.constants import STRING
from pynamodb.models import Model

from chalicelib.clock import instant_from, instant_text
from chalicelib.settings import settings

T = TypeVar("T")


@cache
def connection() -> Connection:
    """Return the one connection that every table and transaction uses: a client each would cost its start-up each."""
    return Connection(
        region=settings().region,
        connect_timeout_seconds=2,
        read_timeout_seconds=5,
        max_retry_attempts=2,
        max_pool_connections=10,
    )


class Row(Model):
    """A row of one of the service's tables; every table module derives its rows from this."""

    @classmethod
    def _get_connection(cls) -> TableConnection:
        known = cls._connection
        table = super()._get_connection()
        if table is not known:
            table.connection = _sharing(table)
        return table


def _sharing(table: TableConnection) -> Connection:
    shared = connection()
    meta_table = table.get_meta_table()
    if meta_table.table_name not in shared._tables:  # noqa: SLF001 - PynamoDB offers no question, only a refusal
        shared.add_meta_table(meta_table)
    return shared


class InstantAttribute(Attribute[datetime]):
    """An aware instant as RFC 3339 text in UTC, so that it sorts and can be read by people."""

    attr_type = STRING

    def serialize(self, value: datetime) -> str:
        """Write whole seconds in UTC."""
        return instant_text(value)

    def deserialize(self, value: str) -> datetime:
        """Read it back as an aware instant."""
        return instant_from(value)


class DocumentAttribute(Attribute[T]):
    """A frozen domain value kept whole as JSON text: typed on both sides, and one attribute on the wire.

    ``kind`` is given as a function so that the adapter, whose building costs milliseconds, waits for the first use.
    """

    attr_type = STRING

    def __init__(self, kind: Callable[[], Any], **options: Any) -> None:  # noqa: ANN401 - PynamoDB's own options
        """Keep the way to the type; build nothing yet."""
        super().__init__(**options)
        self._kind = kind

    @cached_property
    def _adapter(self) -> TypeAdapter[T]:
        return TypeAdapter(self._kind())

    def serialize(self, value: T) -> str:
        """Write the value as JSON."""
        return self._adapter.dump_json(value).decode()

    def deserialize(self, value: str) -> T:
        """Read it back; a text of another shape is an error, never a guess."""
        return self._adapter.validate_json(value)
