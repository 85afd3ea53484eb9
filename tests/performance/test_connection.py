"""What was left out of the way to DynamoDB is not missed."""

from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.parsers import JSONParser
from pynamodb.attributes import BinaryAttribute, ListAttribute, MapAttribute

from chalicelib.aws import AWS_DATA
from chalicelib.dynamo.connection import QuickConnection, RowsParser
from chalicelib.dynamo.model import connection
from infra.awsdata.build import built
from tests.tables import definitions, kinds_of_rows

ITEM = {"pk": {"S": "a"}, "n": {"N": "1.50"}, "none": {"NULL": True}, "yes": {"BOOL": True}, "text": {"S": '"B"：文字'}}


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


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("item", [ITEM, {**ITEM, "sealed": {"B": b"\x00\xff"}}], ids=["plain", "with bytes"])
def test_rows_are_read_as_botocore_reads_them(item: dict[str, Any]) -> None:
    usual: Any = botocore.session.get_session().create_client("dynamodb", region_name="cn-north-1")
    table = next(name for name in definitions() if name.endswith("-cases"))
    usual.put_item(TableName=table, Item=item)
    key = {"pk": {"S": "a"}}
    asked: dict[str, dict[str, Any]] = {
        "Query": {
            "TableName": table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": "a"}},
            "ReturnConsumedCapacity": "TOTAL",
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
        assert ours == theirs
        read[operation] = ours

    whole = {**item, "n": {"N": "1.5"}}
    assert read["Query"]["Items"] == [whole]
    assert read["GetItem"]["Item"] == whole
    assert read["BatchGetItem"]["Responses"] == {table: [whole]}


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
    usual: Any = botocore.session.get_session().create_client("dynamodb", region_name="cn-north-1")
    shape = usual.meta.service_model.operation_model(operation).output_shape
    response = {"status_code": status, "headers": {"x-amzn-RequestId": "R1"}, "body": body}

    assert RowsParser().parse(response, shape) == JSONParser().parse(response, shape)


def test_every_row_is_flat_as_rows_are_read_and_written() -> None:
    definitions()
    kinds = list(kinds_of_rows())

    odd = [
        f"{kind.__name__}.{name}"
        for kind in kinds
        for name, attribute in kind.get_attributes().items()
        if isinstance(attribute, ListAttribute | MapAttribute)
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
        if isinstance(attribute, BinaryAttribute)
    ]

    assert set(sealed) == {"SubjectRow.identity", "SessionRow.sealed", "ContactRow.sealed", "PhoneRow.sealed"}
