"""AWS's own engine for tests of races, load and capacity, with the project's tables on it."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from pynamodb.constants import PAY_PER_REQUEST_BILLING_MODE

import chalicelib
from chalicelib.rows import Row, connection
from infra.engine import running


@pytest.fixture(scope="session")
def engine() -> Iterator[str]:
    """The endpoint URL of an empty DynamoDB Local that lives as long as the test run."""
    with running() as endpoint:
        yield endpoint


@pytest.fixture
def tables(engine: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every table of the service, empty, on the engine, with the service connected to it; gives their names."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "cn-north-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", engine)
    _forget_client()
    definitions = _definitions()
    for name, definition in definitions.items():
        connection().create_table(name, billing_mode=PAY_PER_REQUEST_BILLING_MODE, **definition)
    yield list(definitions)
    for name in definitions:
        connection().delete_table(name)
    _forget_client()


def _forget_client() -> None:
    """Let the next call make a client anew, from the environment of that moment."""
    connection()._client = None
    connection()._local.session = None


def _definitions() -> dict[str, dict[str, Any]]:
    """What the models of each table say together: several kinds of row may share one table and add indexes to it."""
    for module in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
        if module.name.endswith(".table"):
            importlib.import_module(module.name)
    definitions: dict[str, dict[str, Any]] = {}
    for row in _kinds_of(Row):
        schema: dict[str, Any] = {**row._get_schema()}
        definition = definitions.setdefault(row.Meta.table_name, {"key_schema": schema["key_schema"]})
        for part, name in (
            ("attribute_definitions", "AttributeName"),
            ("global_secondary_indexes", "index_name"),
            ("local_secondary_indexes", "index_name"),
        ):
            known = definition.setdefault(part, [])
            known.extend(one for one in schema[part] if one[name] not in [other[name] for other in known])
    return definitions


def _kinds_of(parent: type[Row]) -> Iterator[type[Row]]:
    """Every row class that says which table it is in."""
    for kind in parent.__subclasses__():
        if hasattr(kind, "Meta") and hasattr(kind.Meta, "table_name"):
            yield kind
        yield from _kinds_of(kind)
