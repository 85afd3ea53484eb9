"""What was left out of the way to DynamoDB is not missed."""

import json
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError
from botocore.parsers import JSONParser
from pynamodb.attributes import BinaryAttribute, ListAttribute, MapAttribute

from chalicelib.aws import AWS_DATA
from chalicelib.dynamo.connection import QuickConnection
from chalicelib.dynamo.model import BytesAttribute, connection
from infra.awsdata.build import built
from tests.performance.bare import with_bytes
from tests.tables import definitions, kinds_of_rows

ITEM = {"pk": {"S": "a"}, "n": {"N": "1.50"}, "none": {"NULL": True}, "yes": {"BOOL": True}, "text": {"S": '"B"：文字'}}
SEALED = {**ITEM, "sealed": {"B": "AP8="}}


def test_the_data_for_botocore_is_what_its_pinned_version_gives() -> None:
    stored = {
        path.relative_to(AWS_DATA).as_posix(): path.read_text(encoding="utf-8")
        for path in Path(AWS_DATA).rglob("*")
        if path.is_file()
    }

    assert stored == dict(built()), "run python -m infra.awsdata.build"


@pytest.mark.parametrize("region", ["cn-north-1", "cn-northwest-1", "eu-central-1"])
def test_the_endpoint_is_the_one_that_botocore_finds_by_its_rules(region: str) -> None:
    ours = QuickConnection(region=region).client
    usual = botocore.session.get_session().create_client("dynamodb", region_name=region)

    assert ours.meta.endpoint_url == usual.meta.endpoint_url


def test_what_pynamodb_sets_for_the_client_still_holds() -> None:
    config: Any = connection().client.meta.config

    assert (config.connect_timeout, config.read_timeout, config.max_pool_connections) == (2, 5, 10)
    assert config.retries == {"total_max_attempts": 3, "mode": "standard"}
    assert config.user_agent == "xinnuo"


def test_what_is_sent_is_what_botocore_sends() -> None:
    table, key = "xinnuo-test-cases", {"pk": {"S": "a"}}
    written = {
        "TableName": table,
        "ConditionExpression": "#0 = :0",
        "ExpressionAttributeNames": {"#0": "n"},
        "ExpressionAttributeValues": {":0": {"B": "AP8="}, ":1": {"L": [{"M": {"b": {"B": "eA=="}}}]}},
    }
    asked: dict[str, dict[str, Any]] = {
        "TransactWriteItems": {
            "TransactItems": [
                {"ConditionCheck": {**written, "Key": key}},
                {"Put": {**written, "Item": SEALED}},
                {"Update": {**written, "Key": key, "UpdateExpression": "SET #0 = :1"}},
            ],
            "ClientRequestToken": "once",
        },
        "PutItem": {**written, "Item": SEALED},
        "UpdateItem": {**written, "Key": key, "UpdateExpression": "SET #0 = :1"},
        "BatchGetItem": {"RequestItems": {table: {"Keys": [key], "ConsistentRead": True}}},
        "BatchWriteItem": {"RequestItems": {table: [{"PutRequest": {"Item": SEALED}}]}},
        "Query": {"TableName": table, "ExclusiveStartKey": key, "ExpressionAttributeValues": {":0": {"B": "AP8="}}},
    }
    usual = _usual_client()

    for operation, parameters in asked.items():
        ours = _body_of(connection().client, operation, parameters)
        assert ours == _body_of(usual, operation, with_bytes(parameters)), operation


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("item", [ITEM, SEALED], ids=["plain", "with bytes"])
def test_rows_are_read_as_botocore_reads_them_but_for_bytes(item: dict[str, Any]) -> None:
    usual = _usual_client()
    table = next(name for name in definitions() if name.endswith("-cases"))
    usual.put_item(TableName=table, Item=with_bytes(item))
    key = {"pk": {"S": "a"}}
    asked: dict[str, dict[str, Any]] = {
        "Query": {
            "TableName": table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": "a"}},
            "ReturnConsumedCapacity": "INDEXES",
        },
        "GetItem": {"TableName": table, "Key": key, "ReturnConsumedCapacity": "TOTAL"},
        "BatchGetItem": {
            "RequestItems": {table: {"Keys": [key, {"pk": {"S": "nobody"}}]}},
            "ReturnConsumedCapacity": "TOTAL",
        },
    }

    read = {}
    for operation, parameters in asked.items():
        ours = connection().dispatch(operation, dict(parameters))
        theirs = getattr(usual, botocore.xform_name(operation))(**parameters)
        assert ours.pop("ResponseMetadata").keys() == theirs.pop("ResponseMetadata").keys()
        assert with_bytes(ours) == theirs
        read[operation] = ours

    whole = {**item, "n": {"N": "1.5"}}
    assert read["Query"]["Items"] == [whole]
    assert read["GetItem"]["Item"] == whole
    assert read["BatchGetItem"]["Responses"] == {table: [whole]}


@pytest.mark.usefixtures("elsewhere")
def test_a_refused_transaction_gives_the_reasons_that_botocore_gives() -> None:
    usual = _usual_client()
    table = next(name for name in definitions() if name.endswith("-cases"))
    checked = {"TableName": table, "Key": {"pk": {"S": "nobody"}}, "ConditionExpression": "attribute_exists(pk)"}
    asked = {"TransactItems": [{"ConditionCheck": checked}, {"Put": {"TableName": table, "Item": ITEM}}]}

    said = []
    for client in (connection().client, usual):
        with pytest.raises(ClientError) as refused:
            client._make_api_call("TransactWriteItems", dict(asked))  # noqa: SLF001 - what every call comes to
        answer: dict[str, Any] = {**refused.value.response}
        said.append({name: answer[name] for name in ("Error", "Message", "CancellationReasons")})

    assert said[0] == said[1]
    assert [reason["Code"] for reason in said[0]["CancellationReasons"]] == ["ConditionalCheckFailed", "None"]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b'{"Items": [{"pk": {"S": "cut o'),
        (200, b"{}"),
        (400, b'{"__type": "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException", "message": "no table"}'),
        (503, b"<html>unavailable</html>"),
    ],
    ids=["damaged", "empty", "refused", "not from DynamoDB"],
)
@pytest.mark.parametrize("operation", ["BatchGetItem", "GetItem", "Query"])
def test_what_holds_no_rows_is_read_as_botocore_reads_it(operation: str, status: int, body: bytes) -> None:
    response = {"status_code": status, "headers": {"x-amzn-RequestId": "R1"}, "body": body}
    clients: tuple[Any, Any] = (connection().client, _usual_client())

    ours, theirs = (client.meta.service_model.operation_model(operation).output_shape for client in clients)

    assert JSONParser().parse(response, ours) == JSONParser().parse(response, theirs)


def test_every_row_is_flat_as_rows_are_read_and_written() -> None:
    definitions()
    kinds = list(kinds_of_rows())

    odd = [
        f"{kind.__name__}.{name}"
        for kind in kinds
        for name, attribute in kind.get_attributes().items()
        if isinstance(attribute, BinaryAttribute | ListAttribute | MapAttribute)
        or attribute.attr_name != name
        or callable(attribute.default)
        or attribute.default_for_new is not None
    ]

    assert kinds
    assert odd == []


def test_bytes_are_kept_in_few_rows() -> None:
    definitions()

    sealed = [
        f"{kind.__name__}.{name}"
        for kind in kinds_of_rows()
        for name, attribute in kind.get_attributes().items()
        if isinstance(attribute, BytesAttribute)
    ]

    assert set(sealed) == {"SubjectRow.identity", "SessionRow.sealed", "ContactRow.sealed", "PhoneRow.sealed"}


def _usual_client() -> Any:  # noqa: ANN401 - botocore builds its clients at run time
    return botocore.session.get_session().create_client("dynamodb", region_name="cn-north-1")


def _body_of(client: Any, operation: str, parameters: dict[str, Any]) -> Any:  # noqa: ANN401 - as above, and any JSON
    """Return what would be sent, and send nothing."""
    sent: list[Any] = []

    def caught(params: dict[str, Any], **_: object) -> tuple[AWSResponse, dict[str, Any]]:
        sent.append(json.loads(params["body"]))
        return AWSResponse("", 200, HTTPHeaders(), None), {}

    client.meta.events.register_first("before-call.dynamodb", caught)
    try:
        client._make_api_call(operation, dict(parameters))  # noqa: SLF001 - what every call comes to
    finally:
        client.meta.events.unregister("before-call.dynamodb", caught)
    return sent.pop()
