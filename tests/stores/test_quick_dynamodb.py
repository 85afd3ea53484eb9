"""What answers in DynamoDB's place: quickly what moto answers, and tables that stand again as they stood."""

import pickle
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

import pytest
from botocore.exceptions import ClientError
from moto.dynamodb.models.dynamo_type import DynamoType

from chalicelib import aws
from tests import quick_dynamodb
from tests.quick_dynamodb import OF_ITEMS, add_to_tables, empty_tables, kept_tables, put_tables_back, the_dynamodb

TABLE = "with-sort-key"
PLAIN = "without-sort-key"


def a_key(pk: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def an_item(pk: str, sk: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any attribute
    return {**a_key(pk, sk), "n": {"N": "1"}, **more}


def a_transaction(*, is_new: bool) -> list[dict[str, Any]]:
    condition = "attribute_not_exists(pk)" if is_new else "attribute_exists(pk)"
    return [
        {"Put": {"TableName": TABLE, "Item": an_item("t", "1")}},
        {
            "Update": {
                "TableName": TABLE,
                "Key": a_key("a", "1"),
                "UpdateExpression": "SET n = n + :one",
                "ExpressionAttributeValues": {":one": {"N": "1"}},
            }
        },
        {"ConditionCheck": {"TableName": TABLE, "Key": a_key("a", "2"), "ConditionExpression": condition}},
    ]


VALUES = {
    "binary": {"B": "AP8="},
    "map": {"M": {"B": {"S": "no binary"}, "list": {"L": [{"NULL": True}, {"BOOL": False}, {"B": "eA=="}]}}},
    "texts": {"SS": ["一", "二"]},
}
NEWEST = {"KeyConditionExpression": "pk = :pk", "ScanIndexForward": False, "Limit": 1}
CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("PutItem", {"Item": an_item("a", "1", **VALUES), "ReturnConsumedCapacity": "TOTAL"}),
    ("PutItem", {"Item": an_item("a", "2", by={"S": "z"})}),
    ("PutItem", {"Item": an_item("b", "1", by={"S": "z"})}),
    ("PutItem", {"Item": an_item("b", "1"), "ConditionExpression": "attribute_not_exists(pk)"}),
    ("GetItem", {"Key": a_key("a", "1"), "ConsistentRead": True}),
    ("GetItem", {"Key": a_key("nobody", "1")}),
    ("Query", {**NEWEST, "ExpressionAttributeValues": {":pk": {"S": "a"}}}),
    ("Query", {**NEWEST, "ExpressionAttributeValues": {":pk": {"S": "nobody"}}}),
    (
        "Query",
        {"IndexName": "by-whom", "KeyConditionExpression": "#by = :z", "ExpressionAttributeNames": {"#by": "by"}}
        | {"ExpressionAttributeValues": {":z": {"S": "z"}}},
    ),
    ("Query", {"IndexName": "no-such", **NEWEST, "ExpressionAttributeValues": {":pk": {"S": "a"}}}),
    (
        "UpdateItem",
        {"Key": a_key("a", "2"), "UpdateExpression": "SET n = :n REMOVE #by", "ReturnValues": "ALL_NEW"}
        | {"ExpressionAttributeNames": {"#by": "by"}, "ExpressionAttributeValues": {":n": {"N": "7"}}},
    ),
    (
        "UpdateItem",
        {"Key": a_key("new", "1"), "UpdateExpression": "SET n = :n", "ConditionExpression": "attribute_exists(pk)"}
        | {"ExpressionAttributeValues": {":n": {"N": "7"}}, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"},
    ),
    ("TransactWriteItems", {"TransactItems": a_transaction(is_new=True)}),
    ("TransactWriteItems", {"TransactItems": a_transaction(is_new=False)}),
    ("TransactGetItems", {"TransactItems": [{"Get": {"TableName": TABLE, "Key": a_key("t", "1")}}]}),
    ("BatchGetItem", {"RequestItems": {TABLE: {"Keys": [a_key("a", "1"), a_key("nobody", "1")]}}}),
    ("BatchWriteItem", {"RequestItems": {TABLE: [{"DeleteRequest": {"Key": a_key("b", "1")}}]}}),
    ("DeleteItem", {"Key": a_key("a", "2"), "ReturnValues": "ALL_OLD"}),
    ("PutItem", {"TableName": PLAIN, "Item": {"pk": {"S": "x"}}}),
    ("PutItem", {"TableName": "no-such-table", "Item": {"pk": {"S": "x"}}}),
    ("PutItem", {"Item": {"pk": {"S": "no sort key"}}}),
    ("PutItem", {"Item": an_item("0", "1")}),
    ("Scan", {}),
    ("Scan", {"TableName": PLAIN}),
)


def make_tables() -> None:
    keys = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    index = {
        "IndexName": "by-whom",
        "KeySchema": [{"AttributeName": "by", "KeyType": "HASH"}, {"AttributeName": "pk", "KeyType": "RANGE"}],
        "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["n"]},
    }
    client = aws.client("dynamodb")
    client.create_table(
        TableName=TABLE,
        KeySchema=keys,
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "by")],
        GlobalSecondaryIndexes=[index],
        BillingMode="PAY_PER_REQUEST",
    )
    client.create_table(
        TableName=PLAIN,
        KeySchema=keys[:1],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )


def answer(operation: str, asked: dict[str, Any]) -> tuple[int, Any]:
    """What came, without the headers."""
    if "TransactItems" not in asked and "RequestItems" not in asked:
        asked = {"TableName": TABLE, **asked}
    client: Any = aws.client("dynamodb")
    try:
        came = client._make_api_call(operation, asked)  # noqa: SLF001 - what every call of botocore comes to
    except ClientError as refused:
        came = refused.response
    return came["ResponseMetadata"]["HTTPStatusCode"], {one: came[one] for one in came if one != "ResponseMetadata"}


@contextmanager
def the_usual_way() -> Iterator[None]:
    """Let calls be signed and sent, and moto do all on its own."""
    events, quick = aws.client("dynamodb").meta.events, quick_dynamodb.answer_at_once
    events.unregister("before-call.dynamodb", quick)
    try:
        with ExitStack() as moto:
            for owner, name, its_own in quick_dynamodb.MOTOS_OWN:
                moto.enter_context(mock.patch.object(owner, name, its_own))
            yield
    finally:
        events.register_last("before-call.dynamodb", quick)


@pytest.mark.usefixtures("cloud")
def test_the_quick_way_answers_what_the_usual_way_answers() -> None:
    empty_tables()
    make_tables()
    empty = kept_tables()
    quick, left = [answer(*call) for call in CALLS], held()
    put_tables_back(empty)

    with the_usual_way():
        usual, left_by_moto = [answer(*call) for call in CALLS], held()

    for call, one, other in zip(CALLS, quick, usual, strict=True):
        assert one == other, call
    assert left == left_by_moto
    assert {name for name, _ in CALLS} == OF_ITEMS
    assert [status for status, _ in quick].count(400) == 6


@pytest.mark.usefixtures("cloud")
def test_tables_are_put_back_as_they_stood_whatever_was_done_since() -> None:
    empty_tables()
    make_tables()
    for call in CALLS[:5]:
        answer(*call)
    kept = kept_tables()
    put_tables_back(kept)
    for call in (*CALLS[5:], *CALLS):
        answer(*call)
    changed = held()

    put_tables_back(kept)
    again = held()
    aws.client("dynamodb").delete_table(TableName=TABLE)
    put_tables_back(kept)

    assert changed != again == held() == held(pickle.loads(kept))  # noqa: S301 - our own
    assert len(again[TABLE]) == 3
    assert pickle.loads(kept_tables()).keys() == pickle.loads(kept).keys()  # noqa: S301 - our own


@pytest.mark.usefixtures("cloud")
def test_what_was_told_before_is_added_and_taken_away_again() -> None:
    empty_tables()
    make_tables()
    empty = kept_tables()
    answer("PutItem", {"Item": an_item("told", "1")})
    told = kept_tables()
    put_tables_back(empty)

    add_to_tables(told)
    added = held()
    put_tables_back(empty)

    assert len(added[TABLE]) == 1
    assert held()[TABLE] == {}


def held(tables: Any = None) -> dict[str, dict[str, Any]]:  # noqa: ANN401 - moto's own
    """What every table holds, by the key, without moto's classes."""
    there = the_dynamodb().tables if tables is None else tables
    return {
        name: {
            f"{item.hash_key}{item.range_key}": {key: (one.type, plain(one.value)) for key, one in item.attrs.items()}
            for item in table.all_items()
        }
        for name, table in there.items()
    }


def plain(value: Any) -> Any:  # noqa: ANN401 - any JSON
    match value:
        case dict():
            return {key: (one.type, plain(one.value)) for key, one in value.items()}
        case [DynamoType(), *_]:
            return [(one.type, plain(one.value)) for one in value]
    return value
