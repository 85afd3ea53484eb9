"""Moto's DynamoDB without what costs tests most of their time, and tables that are put back as they stood.

Nothing is answered otherwise than moto answers it: calls reach it without a detour, what it copies to be safe from
changes is not changed, and where it looks at each item of a table, it looks at those that can be meant.
"""

import json
import pickle
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from copy import copy, deepcopy
from functools import cache
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any, TypeAlias, TypeVar, cast

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.handlers import BUILTIN_HANDLERS, REGISTER_LAST
from botocore.model import OperationModel, Shape
from botocore.parsers import JSONParser
from moto.core import models as moto_itself
from moto.core import responses
from moto.core.exceptions import ServiceException
from moto.core.model_instances import reset_model_data
from moto.core.models import DEFAULT_ACCOUNT_ID, botocore_stubber
from moto.core.responses import ActionResult
from moto.core.utils import camelcase_to_underscores
from moto.dynamodb import models
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models import table as models_of_tables
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler
from werkzeug.exceptions import HTTPException

from chalicelib import aws
from chalicelib.settings import settings
from tests import tables

T = TypeVar("T")
Place: TypeAlias = tuple[str, DynamoType, DynamoType | None]
"""A table's name and an item's key."""

OF_ITEMS = frozenset(
    {
        "BatchGetItem",
        "BatchWriteItem",
        "DeleteItem",
        "GetItem",
        "PutItem",
        "Query",
        "Scan",
        "TransactGetItems",
        "TransactWriteItems",
        "UpdateItem",
    }
)
"""Operations that leave tables as they are but for their items, and that moto answers in the service's spelling."""


# Calls.


def answer_at_once(model: OperationModel, params: dict[str, Any], **_: object) -> tuple[AWSResponse, Any] | None:
    """Hand a call to moto as it is, and its answer to botocore's parser.

    On the usual way botocore signs a request, which moto finds among the addresses of all its services and takes apart
    as a web server would: nine tenths of a call. What is asked and answered still passes through JSON.
    """
    if not botocore_stubber.enabled:
        return None
    asked = DynamoHandler()
    asked.region, asked.current_account = settings().region, DEFAULT_ACCOUNT_ID
    asked.headers = {"X-Amz-Target": params["headers"]["X-Amz-Target"], "Content-Type": "application/x-amz-json-1.0"}
    asked.querystring, asked.response_headers = {}, {}
    asked.body = asked.params = json.loads(params["body"], object_hook=_with_bytes)
    if model.name not in OF_ITEMS:
        _standing.forget()
    status, said = int(HTTPStatus.OK), cast("str | bytes", "")
    try:
        result = getattr(asked, camelcase_to_underscores(model.name))()
        if model.name in OF_ITEMS:
            members = {name: member for name, member in result.result.items() if member is not None}
            said = json.dumps(members, default=_written)
        else:
            status, _, said = asked.serialized(result)
    except ServiceException as refused:
        status, _, said = asked.serialized(ActionResult(refused))
    except HTTPException as refused:
        status, said = int(refused.code or HTTPStatus.INTERNAL_SERVER_ERROR), str(refused.description)
    answer = {"status_code": status, "headers": {}, "body": said.encode() if isinstance(said, str) else said}
    parsed = _parser.parse(answer, cast("Shape", model.output_shape))
    if status >= HTTPStatus.MULTIPLE_CHOICES:
        # What an error tells beside its code and message, as botocore reads it.
        shape = model.service_model.shape_for_error_code(parsed["Error"]["Code"])
        parsed |= {} if shape is None else _parser.parse(answer, shape)
    return AWSResponse("", status, HTTPHeaders(), None), parsed


def _with_bytes(value: dict[str, Any]) -> dict[str, Any]:
    """Read a binary value as moto keeps it; everything else stays as it is."""
    text = value.get("B")
    return {"B": b64decode(text)} if isinstance(text, str) and len(value) == 1 else value


def _written(value: object) -> Any:  # noqa: ANN401 - any JSON
    """Write what moto keeps of an item."""
    return b64encode(value).decode() if isinstance(value, bytes) else cast("DynamoType", value).to_json()


_parser = JSONParser()
# Asked last, so that a test sees each call before it is answered.
BUILTIN_HANDLERS.append(("before-call.dynamodb", answer_at_once, REGISTER_LAST))
# Only botocore asks here: an answer of each service to every method of HTTP was made ready for others before each test.
moto_itself.RESPONSES_METHODS = []
# Looked up anew for each call to another service, these names are a twentieth of its time.
responses.method_names_from_class = cache(responses.method_names_from_class)  # type: ignore[attr-defined] # moto's own


# Items: whatever changes an item puts another in its place.


def _put_item(table: Table, item_attrs: dict[str, Any], *args: Any, **more: Any) -> Item:  # noqa: ANN401 - as moto has it
    _standing.note(table, item_attrs)
    return _moto_put_item(table, item_attrs, *args, **more)


def _delete_item(table: Table, hash_key: DynamoType, range_key: DynamoType | None) -> Item | None:
    _standing.note_at(table, hash_key, range_key)
    return _moto_delete_item(table, hash_key, range_key)


def _update_item(backend: DynamoDBBackend, table_name: str, key: dict[str, Any], *args: Any, **more: Any) -> Item:  # noqa: ANN401 - as moto has it
    """Change a copy, so that what was there can be put back."""
    table = backend.get_table(table_name)
    place = _standing.note(table, key)
    before = place and _item_at(table, place)
    if place and before:
        _set_item(table, place, deepcopy(before))
    return _moto_update_item(backend, table_name, key, *args, **more)


def _transact_write_items(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    """Write all or nothing.

    Moto copies each table whole for each of its items. It may put back what it takes for the copy, which is the table
    itself by then, with the items as they were.
    """
    before: list[tuple[Table, Place, Item | None]] = []
    for (named,) in (operation.values() for operation in transact_items):
        table = backend.tables.get(named["TableName"])
        place = table and _standing.note(table, named.get("Key") or named["Item"])
        if table and place:
            before.append((table, place, _item_at(table, place)))
    try:
        _moto_transact_write_items(backend, transact_items)
    except Exception:
        for table, place, item in before:
            _set_item(table, place, item)
        raise


def _item_at(table: Table, place: Place) -> Item | None:
    _, partition, sort = place
    items: dict[DynamoType, Any] = table.items
    if sort is not None:
        items, partition = items.get(partition, {}), sort
    return items.get(partition)


def _set_item(table: Table, place: Place, item: Item | None) -> None:
    _, partition, sort = place
    items: dict[DynamoType, Any] = table.items
    if sort is not None:
        items, partition = items[partition], sort
    if item is None:
        items.pop(partition, None)
    else:
        items[partition] = item


def _query(table: Table, hash_key: DynamoType, *args: Any, **more: Any) -> Any:  # noqa: ANN401 - as moto has it
    """Look at one partition; an index is looked for among all items."""
    index_name = more.get("index_name") or args[6]
    if index_name is None and table.has_range_key:
        narrow = object.__new__(Table)  # type: ignore[type-abstract] # as moto has it
        narrow.__dict__ = {**table.__dict__, "items": {hash_key: table.items.get(hash_key, {})}}
        return _moto_query(narrow, hash_key, *args, **more)
    return _moto_query(table, hash_key, *args, **more)


def _all_items(table: Table) -> list[Item]:
    """Return all items by their keys, which are compared as what they hold."""
    partitions: list[dict[DynamoType, Item]] = _by_key(table.items) if table.has_range_key else [_flat(table)]
    return [item for partition in partitions for item in _by_key(partition)]


def _by_key(held: dict[DynamoType, T]) -> list[T]:
    return [held[key] for key in sorted(held, key=_cast_value)]


def _flat(table: Table) -> dict[DynamoType, Item]:
    """Return the items of a table that has no sort key, which moto keeps without partitions."""
    return cast("dict[DynamoType, Item]", table.items)


def _cast_value(value: DynamoType) -> Any:  # noqa: ANN401 - any JSON
    """Return what a value holds; nearly all hold a text."""
    return value.value if value.type == "S" else _moto_cast_value(value)


def _as_it_is(value: T) -> T:
    """Spare a copy of tables and items; whatever else is copied is copied."""
    if isinstance(value, Table | Item):
        return cast("T", value)
    return copy(value) if isinstance(value, list) and value and isinstance(value[0], Item) else deepcopy(value)


_moto_put_item, _moto_delete_item, _moto_query = Table.put_item, Table.delete_item, Table.query
_moto_update_item, _moto_transact_write_items = DynamoDBBackend.update_item, DynamoDBBackend.transact_write_items
_moto_cast_value: Callable[[DynamoType], Any] = DynamoType.cast_value.fget  # type: ignore[attr-defined] # of a property
QUICK: tuple[tuple[Any, str, Any], ...] = (
    (Table, "put_item", _put_item),
    (Table, "delete_item", _delete_item),
    (Table, "query", _query),
    (Table, "all_items", _all_items),
    (DynamoDBBackend, "update_item", _update_item),
    (DynamoDBBackend, "transact_write_items", _transact_write_items),
    (DynamoType, "cast_value", property(_cast_value)),
    (models, "copy", SimpleNamespace(deepcopy=_as_it_is)),
    (models_of_tables, "copy", SimpleNamespace(copy=copy, deepcopy=_as_it_is)),
)
"""What stands in the place of moto's own, by the class or module that holds it and its name there."""

MOTOS_OWN = tuple((owner, name, vars(owner)[name]) for owner, name, _ in QUICK)
for owner, name, quick in QUICK:
    setattr(owner, name, quick)
# Moto keeps each of its models for a dashboard; of values and items there are millions.
for each in (DynamoType, Item):
    each.__new__ = lambda cls, *_args, **_fields: object.__new__(cls)  # type: ignore[method-assign]


# Tables as they stood.


class _Standing:
    """Which kept tables stand now, and what was at each place that was written to since."""

    def __init__(self) -> None:
        self._kept: bytes | None = None
        self._tables: dict[str, Table] = {}
        self._before: dict[Place, Item | None] = {}

    def forget(self) -> None:
        """A table is about to be made, changed or taken away: what was kept has to be read anew."""
        self._kept = None

    def note(self, table: Table, attributes: dict[str, Any]) -> Place | None:
        """Something is about to be written where a key, or an item, belongs; return the place, None without a key."""
        if not attributes.keys() >= set(table.table_key_attrs):
            return None
        partition, *sort = (DynamoType(attributes[name]) for name in table.table_key_attrs)
        return self.note_at(table, partition, sort[0] if sort else None)

    def note_at(self, table: Table, partition: DynamoType, sort: DynamoType | None) -> Place:
        """Something is about to be written at a key; return the place."""
        place = (table.name, partition, sort)
        if place not in self._before:
            self._before[place] = _item_at(table, place)
        return place

    def put_back(self, kept: bytes) -> dict[str, Table]:
        """Return the tables that were kept: those that stand, without what was written since, or read anew."""
        if kept is self._kept:
            for place, item in self._before.items():
                _set_item(self._tables[place[0]], place, item)
            for table in self._tables.values():
                _drop_empty_partitions(table)
        else:
            self._kept, self._tables = kept, pickle.loads(kept)  # noqa: S301 - our own, and faster than a deep copy
        self._before = {}
        return self._tables


_standing = _Standing()


def kept_tables() -> bytes:
    """Return everything that stands in the tables now."""
    there = the_dynamodb().tables
    for table in there.values():
        _drop_empty_partitions(table)
    return pickle.dumps(there)


def put_tables_back(kept: bytes) -> None:
    """Let the tables hold what they held when they were kept."""
    reset_model_data()
    the_dynamodb().tables = _standing.put_back(kept)


def add_to_tables(kept: bytes) -> None:
    """Let the tables hold what they held when they were kept, beside what they hold already."""
    there = the_dynamodb().tables
    for name, told in pickle.loads(kept).items():  # noqa: S301 - our own
        for item in _items_of(told):
            place = _standing.note_at(there[name], item.hash_key, item.range_key)
            _set_item(there[name], place, item)


def empty_tables() -> None:
    """Let the tables hold nothing."""
    put_tables_back(_empty_tables())


@cache
def _empty_tables() -> bytes:
    """Have the tables created once a process: creating them takes thirty times as long as putting them back."""
    tables.create(aws.client("dynamodb"))
    return kept_tables()


def _items_of(table: Table) -> Iterator[Item]:
    for partition in table.items.values() if table.has_range_key else [_flat(table)]:
        yield from partition.values()


def _drop_empty_partitions(table: Table) -> None:
    """Moto makes one for each key that somebody asks for in vain."""
    if table.has_range_key:
        for key in [key for key, held in table.items.items() if not held]:
            del table.items[key]


def the_dynamodb() -> DynamoDBBackend:
    """Return moto's DynamoDB in the service's region."""
    return dynamodb_backends[DEFAULT_ACCOUNT_ID][settings().region]
