"""PynamoDB's connection to DynamoDB, stripped of what this service does not need.

This saves a third of the CPU time of a call: a user agent rebuilt for every request, endpoint rules evaluated for
every call, and conversions of requests and responses that are plain JSON already.
"""

import base64
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.model import OperationModel, Shape
from botocore.parsers import JSONParser, ResponseParser, ResponseParserFactory
from botocore.serialize import JSONSerializer
from botocore.session import Session
from pynamodb.connection import Connection

from chalicelib.aws import session

if TYPE_CHECKING:
    from pynamodb.connection._botocore_private import BotocoreBaseClientPrivate

PLAIN = frozenset(
    {
        "BatchGetItemOutput",
        "DeleteItemOutput",
        "GetItemOutput",
        "PutItemOutput",
        "QueryOutput",
        "TransactWriteItemsOutput",
        "UpdateItemOutput",
    }
)
"""Responses that hold items and no timestamps, so that only binary values would need conversion."""


class PlainSerializer(JSONSerializer):
    """Writes requests as plain JSON, binary values in base64; falls back to botocore for any other type."""

    def serialize_to_request(self, parameters: Mapping[str, Any], operation_model: OperationModel) -> dict[str, Any]:
        """Return the request with its whole body as JSON."""
        whole: dict[str, Any]
        try:
            body = json.dumps(parameters, default=_in_base64).encode()
        except TypeError:
            whole = super().serialize_to_request(parameters, operation_model)
        else:
            whole = {**super().serialize_to_request({}, operation_model), "body": body}
        return whole


def _in_base64(value: object) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(type(value).__name__)


class PlainParser(JSONParser):
    """Reads items as plain JSON; falls back to botocore for responses with binary values."""

    def _handle_json_body(self, raw_body: bytes, shape: Shape) -> Any:  # noqa: ANN401 - as botocore has it
        if shape.name in PLAIN and b'"B"' not in raw_body and b'"BS"' not in raw_body:
            return self._parse_body_as_json(raw_body)  # type: ignore[attr-defined]  # not in botocore's stubs
        return super()._handle_json_body(raw_body, shape)  # type: ignore[misc]  # likewise


class PlainParserFactory(ResponseParserFactory):
    """Gives every call with a JSON response the same parser."""

    def __init__(self) -> None:
        """Create the one parser."""
        super().__init__()
        self._plain = PlainParser()

    def create_parser(self, protocol_name: str) -> ResponseParser:
        """Return the parser of a protocol."""
        return self._plain if protocol_name == "json" else super().create_parser(protocol_name)


class QuickConnection(Connection):
    """PynamoDB's connection on the service's own session."""

    @property
    def session(self) -> Session:
        """Return the session; PynamoDB puts its own settings on top of its defaults."""
        shared = session()
        shared.register_component("response_parser_factory", PlainParserFactory())
        return shared

    @property
    def client(self) -> "BotocoreBaseClientPrivate":
        """Return the client shared by all threads; the serializer is set here because a session accepts none."""
        client = super().client
        if not isinstance(client._serializer, PlainSerializer):  # type: ignore[attr-defined]  # noqa: SLF001
            client._serializer = PlainSerializer()  # type: ignore[attr-defined]  # noqa: SLF001
        return client
