"""The town of ``tests.api.world`` on AWS's own engine, put back as it was whenever enough has been tried on it."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from botocore.session import get_session

from chalicelib.documents.store.bucket import DocumentBucket
from tests import tables
from tests.api import world
from tests.api.examples import Example, examples
from tests.api.world import TODAY, build_town
from tests.cloud import turn_clock
from tests.conftest import NetworkShutError
from tests.performance.house import bare_house

Item = dict[str, Any]
AT_ONCE = 25
"""DynamoDB takes that many items in one batch."""


class Town:
    """One good request for every route, and everything that stands in the tables for them."""

    def __init__(self, known: dict[str, Example], engine: Any) -> None:  # noqa: ANN401 - botocore types no clients
        self.known = known
        self._engine = engine
        self._keys = {
            name: [key["AttributeName"] for key in definition["KeySchema"]]
            for name, definition in tables.definitions().items()
        }
        self._kept = {name: self._items(name) for name in self._keys}

    def rewind(self) -> None:
        """Put back what was changed, and take away what was added."""
        for name, kept in self._kept.items():
            now = self._items(name)
            put = [{"PutRequest": {"Item": item}} for key, item in kept.items() if now.get(key) != item]
            delete = [
                {"DeleteRequest": {"Key": {each: item[each] for each in self._keys[name]}}}
                for key, item in now.items()
                if key not in kept
            ]
            changes = [*put, *delete]
            for start in range(0, len(changes), AT_ONCE):
                self._write({name: changes[start : start + AT_ONCE]})
        turn_clock(TODAY)

    def _items(self, table: str) -> dict[str, Item]:
        pages = self._engine.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
        return {self._key(table, item): item for page in pages for item in page["Items"]}

    def _key(self, table: str, item: Item) -> str:
        return json.dumps([item[name] for name in self._keys[table]], default=repr)

    def _write(self, changes: dict[str, list[Item]]) -> None:
        while changes:
            changes = self._engine.batch_write_item(RequestItems=changes)["UnprocessedItems"]


@contextmanager
def town_on(endpoint: str) -> Iterator[Town]:
    """Build the town on an engine, and let it stand until the block ends; no name leads beyond this machine.

    So its one document has no content, and neither have copies of it: there is no bucket.
    """
    resolve = socket.getaddrinfo

    def look_up(*asked: Any, **more: Any) -> Any:  # noqa: ANN401 - as the standard library has it
        try:
            return resolve(*asked, **more)
        except NetworkShutError:
            raise socket.gaierror from None

    no_content = mock.patch.object(world, "put", return_value="null")
    no_copies = mock.patch.object(DocumentBucket, "copy", return_value="null")
    with bare_house(endpoint), mock.patch.object(socket, "getaddrinfo", look_up), no_content, no_copies:
        known = examples(build_town())
        turn_clock(TODAY)
        yield Town(known, get_session().create_client("dynamodb", region_name="cn-north-1"))
