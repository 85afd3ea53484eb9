"""The base of all tables: one connection, instants that sort as text, and domain values stored as JSON."""

import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import datetime
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Self, TypeAlias, TypeVar

from pynamodb.attributes import Attribute
from pynamodb.connection import Connection
from pynamodb.connection.table import TableConnection
from pynamodb.constants import (
    ATTR_DEFINITIONS,
    ATTR_NAME,
    BINARY,
    GLOBAL_SECONDARY_INDEXES,
    INDEX_NAME,
    NULL,
    STRING,
)
from pynamodb.exceptions import AttributeNullError, PynamoDBException
from pynamodb.models import Model
from pynamodb.pagination import ResultIterator

from chalicelib.clock import instant_from, instant_text
from chalicelib.dynamo.connection import QuickConnection
from chalicelib.settings import settings

if TYPE_CHECKING:
    from pydantic import TypeAdapter

R = TypeVar("R", bound=Model)
T = TypeVar("T")

Position: TypeAlias = dict[str, Any]
"""Where a page begins: the key of the row before it."""


class Page(NamedTuple, Generic[T]):
    """A page of a list; ``after`` is where the next page begins, ``None`` at the end."""

    items: tuple[T, ...]
    after: Position | None


def page_of(rows: ResultIterator[R], read: Callable[[R], T]) -> Page[T]:
    """Read a page from a query with a limit."""
    return Page(tuple(read(row) for row in rows), rows.last_evaluated_key)


CONNECT_SECONDS = 2
READ_SECONDS = 5
"""How long a caller is let wait for the store before a call is tried again."""


@cache
def connection() -> Connection:
    """Return the one connection shared by every table and transaction, so that only one client has to be created."""
    return QuickConnection(
        region=settings().region,
        connect_timeout_seconds=CONNECT_SECONDS,
        read_timeout_seconds=READ_SECONDS,
        max_retry_attempts=2,
        max_pool_connections=10,
    )


def code_of(error: PynamoDBException) -> str | None:
    """Return DynamoDB's own code for a failure, None if no answer came.

    PynamoDB's ``cause_response_code`` fails on a timeout, whose ``response`` is None.
    """
    response: Any = getattr(error.cause, "response", None)
    return response["Error"]["Code"] if response else None


class Row(Model):
    """A row of one of the service's tables; every table module derives its rows from this.

    Each attribute is one value under its own name, or absent (``None``), with a constant default if any. PynamoDB's
    support for nested maps, other names and computed defaults is therefore left out below: it is most of the CPU time
    that PynamoDB adds to a call.
    """

    @classmethod
    def key_names(cls) -> tuple[str, ...]:
        """Return the names of the key's attributes, partition first."""
        return tuple(name for name, _ in _key_parts(cls))

    def key(self) -> dict[str, dict[str, Any]]:
        """Return the key as sent to DynamoDB."""
        values = self.attribute_values
        return {name: {part.attr_type: part.serialize(values[name])} for name, part in _key_parts(type(self))}

    def _set_defaults(self, _user_instantiated: bool = True) -> None:  # noqa: FBT001, FBT002 - as PynamoDB calls it
        self.attribute_values.update(_defaults(type(self)))

    def _set_attributes(self, **attributes: Any) -> None:  # noqa: ANN401 - of as many types as there are attributes
        if unknown := attributes.keys() - self.get_attributes().keys():
            message = f"{type(self).__name__} has no {', '.join(sorted(unknown))}"
            raise ValueError(message)
        self.attribute_values.update(attributes)

    def _container_serialize(self, null_check: bool = True) -> dict[str, dict[str, Any]]:  # noqa: FBT001, FBT002 - as above
        values = self.attribute_values
        written: dict[str, dict[str, Any]] = {}
        for name, attribute in self.get_attributes().items():
            value = values.get(name)
            if value is not None:
                written[name] = {attribute.attr_type: attribute.serialize(value)}
            elif null_check and not attribute.null:
                raise AttributeNullError(name)
        return written

    @classmethod
    def from_raw_data(cls, data: dict[str, Any]) -> Self:
        """Return the row of an item; raises ``TypeError`` for a value that is not of its attribute's type."""
        # PynamoDB would ask for nested and polymorphic classes first, which takes as long again.
        row = cls.__new__(cls)
        row._container_deserialize(data)  # noqa: SLF001 - its own
        return row

    def _container_deserialize(self, attribute_values: dict[str, dict[str, Any]]) -> None:
        values = self.attribute_values = dict(_defaults(type(self)))
        for name, attribute in self.get_attributes().items():
            stored = attribute_values.get(name)
            if stored and NULL not in stored:
                values[name] = attribute.deserialize(attribute.get_value(stored))

    @classmethod
    def _get_connection(cls) -> TableConnection:
        table = super()._get_connection()
        if table.connection is not connection():
            table.connection = _sharing(table)
        return table


@cache
def _key_parts(kind: type[Row]) -> tuple[tuple[str, Attribute[Any]], ...]:
    """Return the key attributes of a row class, partition first."""
    known = kind.get_attributes()
    return tuple((name, known[name]) for name in (kind._hash_keyname, kind._range_keyname) if name)  # noqa: SLF001 - PynamoDB gives the names no public place


@cache
def _defaults(kind: type[Row]) -> dict[str, Any]:
    return {name: one.default for name, one in kind.get_attributes().items() if one.default is not None}


def _sharing(table: TableConnection) -> Connection:
    """Register a table's keys and indexes with the shared connection.

    A table may hold rows of several classes, each of which knows only its own.
    """
    shared = connection()
    own = table.get_meta_table()
    known = shared._tables.setdefault(own.table_name, own)  # noqa: SLF001 - PynamoDB would refuse a second class
    for part, name in ((ATTR_DEFINITIONS, ATTR_NAME), (GLOBAL_SECONDARY_INDEXES, INDEX_NAME)):
        there = {each[name] for each in known.data[part]}
        known.data[part].extend(each for each in own.data[part] if each[name] not in there)
    return shared


class InstantAttribute(Attribute[datetime]):
    """An aware instant as RFC 3339 text in UTC, which sorts and is readable."""

    attr_type = STRING

    def serialize(self, value: datetime) -> str:
        """Write whole seconds in UTC."""
        return instant_text(value)

    def deserialize(self, value: str) -> datetime:
        """Read an aware instant."""
        return instant_from(value)


class DocumentAttribute(Attribute[T]):
    """A frozen domain value stored whole as JSON text: typed in code, and a single attribute in the table.

    Fields that hold their default are left out, which is a fifth of a new case: defaults belong to the stored form.
    ``kind`` is a function, so that the adapter, which takes milliseconds to build, is built on first use.
    """

    attr_type = STRING

    def __init__(self, kind: Callable[[], Any], **options: Any) -> None:  # noqa: ANN401 - PynamoDB's own options
        """Store the function; build nothing yet."""
        super().__init__(**options)
        self._kind = kind

    @cached_property
    def _adapter(self) -> "TypeAdapter[T]":
        from pydantic import TypeAdapter  # noqa: PLC0415 - importing it waits for the first use too

        return TypeAdapter(self._kind())

    def serialize(self, value: T) -> str:
        """Write the value as JSON."""
        return self._adapter.dump_json(value, exclude_defaults=True).decode()

    def deserialize(self, value: str) -> T:
        """Read the value; text of another form is an error, never a guess."""
        return self._adapter.validate_json(value)


class BytesAttribute(Attribute[bytes]):
    """Bytes, in base64 as they are on the wire: botocore passes values on as they are (``infra/awsdata``)."""

    attr_type = BINARY

    def serialize(self, value: bytes) -> str:
        """Write base64."""
        return b64encode(value).decode()

    def deserialize(self, value: str) -> bytes:
        """Read base64."""
        return b64decode(value)


def packed(text: str) -> str:
    """Compress a text, in base64: long texts in Chinese and JSON take half, and each kilobyte of a row is paid for."""
    return b64encode(zlib.compress(text.encode())).decode()


def unpacked(value: str) -> str:
    """Return a text that was packed; raises ``zlib.error`` or ``ValueError`` for anything else."""
    return zlib.decompress(b64decode(value)).decode()


class PackedAttribute(Attribute[str]):
    """Text stored compressed."""

    attr_type = BINARY

    def serialize(self, value: str) -> str:
        """Compress the text."""
        return packed(value)

    def deserialize(self, value: str) -> str:
        """Read the text; damaged bytes are an error."""
        return unpacked(value)


class PackedDocumentAttribute(DocumentAttribute[T]):
    """A document as in ``DocumentAttribute``, stored compressed."""

    attr_type = BINARY

    def serialize(self, value: T) -> str:
        """Write the value as compressed JSON."""
        return packed(super().serialize(value))

    def deserialize(self, value: str) -> T:
        """Read the value; anything else is an error, never a guess."""
        return super().deserialize(unpacked(value))
