"""Every table of the service, as its rows define it, in the form in which DynamoDB takes a definition."""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from pynamodb.attributes import Attribute
from pynamodb.indexes import GlobalSecondaryIndex

import chalicelib
from chalicelib.dynamo.model import Row


def create(client: Any) -> None:  # noqa: ANN401 - botocore builds its clients at run time
    """Create every table, empty, with a client of DynamoDB."""
    for definition in definitions().values():
        client.create_table(**definition)


@cache
def definitions() -> dict[str, dict[str, Any]]:
    """What the rows of each table say together: several kinds may share one table and add indexes to it."""
    for module in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
        if "table" in module.name.split("."):
            importlib.import_module(module.name)
    found: dict[str, dict[str, Any]] = {}
    for row in kinds_of_rows():
        attributes, indexes = row.get_attributes(), _indexes(row)
        table = found.setdefault(
            row.Meta.table_name,
            {
                "TableName": row.Meta.table_name,
                "KeySchema": _keys(attributes),
                "AttributeDefinitions": [],
                "BillingMode": "PAY_PER_REQUEST",
            },
        )
        for keyed in (attributes, *(index.Meta.attributes for index in indexes)):
            _add(table["AttributeDefinitions"], "AttributeName", _types(keyed))
        if indexes:
            _add(table.setdefault("GlobalSecondaryIndexes", []), "IndexName", map(_index, indexes))
    return found


def kinds_of_rows(parent: type[Row] = Row) -> Iterator[type[Any]]:
    """Every class of rows; a test may make some of its own, and they are in no table of the service."""
    for kind in parent.__subclasses__():
        if kind.__module__.startswith("chalicelib.") and hasattr(kind, "Meta") and hasattr(kind.Meta, "table_name"):
            yield kind
        yield from kinds_of_rows(kind)


def _indexes(row: type[Row]) -> list[GlobalSecondaryIndex[Any]]:
    members = [getattr(row, name) for name in dir(row)]
    return [member for member in members if isinstance(member, GlobalSecondaryIndex)]


def _index(index: GlobalSecondaryIndex[Any]) -> dict[str, Any]:
    projection = {"ProjectionType": index.Meta.projection.projection_type}
    if index.Meta.projection.non_key_attributes:
        projection["NonKeyAttributes"] = index.Meta.projection.non_key_attributes
    return {
        "IndexName": index.Meta.index_name,
        "KeySchema": _keys(index.Meta.attributes),
        "Projection": projection,
    }


def _keys(attributes: dict[str, Attribute[Any]]) -> list[dict[str, str]]:
    """The parts of the key, partition first."""
    partition = [one.attr_name for one in attributes.values() if one.is_hash_key]
    sort = [one.attr_name for one in attributes.values() if one.is_range_key]
    return [
        *({"AttributeName": name, "KeyType": "HASH"} for name in partition),
        *({"AttributeName": name, "KeyType": "RANGE"} for name in sort),
    ]


def _types(attributes: dict[str, Attribute[Any]]) -> Iterator[dict[str, str]]:
    for one in attributes.values():
        if one.is_hash_key or one.is_range_key:
            yield {"AttributeName": one.attr_name, "AttributeType": one.attr_type}


def _add(known: list[dict[str, Any]], name: str, more: Iterable[dict[str, Any]]) -> None:
    """Add what is not known yet by its name."""
    for one in more:
        if one[name] not in [other[name] for other in known]:
            known.append(one)
