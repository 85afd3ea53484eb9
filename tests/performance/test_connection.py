"""What was left out of the way to DynamoDB is not missed."""

import json
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from pynamodb.attributes import BinaryAttribute, ListAttribute, MapAttribute

from chalicelib.aws import AWS_DATA
from chalicelib.dynamo.connection import PlainSerializer, QuickConnection
from chalicelib.dynamo.model import Row, connection
from infra.awsdata.build import built
from tests.cloud import table_definitions

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


@pytest.mark.parametrize("item", [ITEM, {**ITEM, "sealed": {"B": b"\x00\xff"}}], ids=["plain", "with bytes"])
def test_a_request_is_written_as_botocore_writes_it(item: dict[str, Any]) -> None:
    usual: Any = botocore.session.get_session().create_client("dynamodb", region_name="cn-north-1")
    operation = usual.meta.service_model.operation_model("PutItem")
    sent = {"TableName": "t", "Item": item, "ReturnConsumedCapacity": "TOTAL"}

    ours = PlainSerializer().serialize_to_request(sent, operation)
    theirs = usual._serializer.serialize_to_request(sent, operation)

    assert json.loads(ours.pop("body")) == json.loads(theirs.pop("body"))
    assert ours == theirs


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("item", [ITEM, {**ITEM, "sealed": {"B": b"\x00\xff"}}], ids=["plain", "with bytes"])
def test_an_item_is_read_as_it_was_written(item: dict[str, Any]) -> None:
    table = next(name for name in table_definitions() if name.endswith("-cases"))
    usual: Any = botocore.session.get_session().create_client("dynamodb", region_name="cn-north-1")

    connection().dispatch("PutItem", {"TableName": table, "Item": item})

    asked = {"TableName": table, "Key": {"pk": {"S": "a"}}}
    assert connection().dispatch("GetItem", dict(asked))["Item"] == usual.get_item(**asked)["Item"]


def test_every_row_is_flat_as_rows_are_read_and_written() -> None:
    table_definitions()
    kinds = [kind for kind in _below(Row) if hasattr(kind, "Meta")]

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
    table_definitions()

    sealed = [
        f"{kind.__name__}.{name}"
        for kind in _below(Row)
        for name, attribute in kind.get_attributes().items()
        if isinstance(attribute, BinaryAttribute)
    ]

    assert set(sealed) == {"SubjectRow.identity", "SessionRow.sealed"}


def _below(parent: type[Row]) -> list[type[Row]]:
    return [kind for child in parent.__subclasses__() for kind in (child, *_below(child))]
