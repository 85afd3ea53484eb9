"""The connection to DynamoDB: PynamoDB's, without what costs time and serves nobody here.

What is left out is worth a third of the CPU time of a call: a user agent put together anew for every request, endpoint
rules evaluated for every call, and the walk through requests and answers that are JSON as they stand.
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
"""Answers that hold items and no instants, so that only binary values would have to be turned into something else."""


class PlainSerializer(JSONSerializer):
    """Writes requests as they stand, binary values in base64; one that holds anything else goes botocore's own way."""

    def serialize_to_request(self, parameters: Mapping[str, Any], operation_model: OperationModel) -> dict[str, Any]:
        """Return the request, its body in one piece."""
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
    """Reads items as they stand; an answer that holds binary values goes botocore's own way."""

    def _handle_json_body(self, raw_body: bytes, shape: Shape) -> Any:  # noqa: ANN401 - as botocore has it
        if shape.name in PLAIN and b'"B"' not in raw_body and b'"BS"' not in raw_body:
            return self._parse_body_as_json(raw_body)  # type: ignore[attr-defined]  # not in botocore's stubs
        return super()._handle_json_body(raw_body, shape)  # type: ignore[misc]  # likewise


class PlainParserFactory(ResponseParserFactory):
    """Gives every call whose answer is JSON the same parser."""

    def __init__(self) -> None:
        """Make the one parser."""
        super().__init__()
        self._plain = PlainParser()

    def create_parser(self, protocol_name: str) -> ResponseParser:
        """Return the parser of a protocol."""
        return self._plain if protocol_name == "json" else super().create_parser(protocol_name)


class QuickConnection(Connection):
    """PynamoDB's connection on the service's own session."""

    @property
    def session(self) -> Session:
        """Return the session; PynamoDB lays its own settings over the default ones given here."""
        shared = session()
        shared.register_component("response_parser_factory", PlainParserFactory())
        return shared

    @property
    def client(self) -> "BotocoreBaseClientPrivate":
        """Return the one client of all threads; a session takes a loader and parsers, but no serializer."""
        client = super().client
        if not isinstance(client._serializer, PlainSerializer):  # type: ignore[attr-defined]  # noqa: SLF001
            client._serializer = PlainSerializer()  # type: ignore[attr-defined]  # noqa: SLF001
        return client
