"""PynamoDB's connection to DynamoDB, stripped of what this service does not need.

The session (``chalicelib.aws``) spares a user agent rebuilt for every request and endpoint rules evaluated for every
call; here rows that were read, which are plain JSON already, are spared a walk through each of their values.
"""

import json
from base64 import b64decode
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from botocore.parsers import JSONParser, ResponseParser, ResponseParserFactory
from botocore.session import Session
from pynamodb.connection import Connection

from chalicelib.aws import session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.model import Shape


OF_ROWS = frozenset({"BatchGetItemOutput", "GetItemOutput", "QueryOutput"})
"""The responses that hold rows."""


class RowsParser(JSONParser):
    """Reads rows as plain JSON, with the bytes of binary values; any other response is left to botocore."""

    def parse(self, response: "Mapping[str, Any]", shape: "Shape") -> Any:  # noqa: ANN401 - as botocore has it
        """Return the response with botocore's metadata."""
        body = response["body"]
        # An operation without an output has no shape, whatever the stubs say.
        has_rows = bool(shape and shape.name in OF_ROWS) and response["status_code"] == HTTPStatus.OK
        if has_rows and b'"BS"' not in body:
            with suppress(ValueError):  # a damaged body is botocore's to recognise, and to ask for again
                rows = json.loads(body, object_hook=_with_bytes if b'"B"' in body else None)
                return {**super().parse({**response, "body": b"{}"}, shape), **rows}
        return super().parse(response, shape)


def _with_bytes(value: dict[str, Any]) -> dict[str, Any]:
    """Decode a binary value; everything else stays as it is."""
    text = value.get("B")
    return {"B": b64decode(text)} if isinstance(text, str) else value


class RowsParserFactory(ResponseParserFactory):
    """Gives every call with a JSON response the same parser."""

    def __init__(self) -> None:
        """Create the one parser."""
        super().__init__()
        self._parser = RowsParser()

    def create_parser(self, protocol_name: str) -> ResponseParser:
        """Return the parser of a protocol."""
        return self._parser if protocol_name == "json" else super().create_parser(protocol_name)


class QuickConnection(Connection):
    """PynamoDB's connection on the service's own session."""

    @property
    def session(self) -> Session:
        """Return the session; PynamoDB puts its own settings on top of its defaults."""
        shared = session()
        shared.register_component("response_parser_factory", RowsParserFactory())
        return shared
