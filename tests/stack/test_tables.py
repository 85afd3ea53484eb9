"""Every table in the code is in the stack with the same keys, indexes and projections, and the other way round."""

from typing import Any

from tests.tables import definitions

PREFIX = "xinnuo-local-"


def keys_of(schema: list[dict[str, str]]) -> list[tuple[str, str]]:
    return sorted((part["KeyType"], part["AttributeName"]) for part in schema)


def held(projection: dict[str, Any]) -> tuple[str, list[str]]:
    """What an index holds beside the keys: everything, or the attributes that it names."""
    return projection["ProjectionType"], sorted(projection.get("NonKeyAttributes", []))


def told(definition: dict[str, Any]) -> tuple[Any, ...]:
    """What a definition says of a table: its keys, its indexes, and the types of the attributes in any key."""
    indexes = {
        index["IndexName"]: (keys_of(index["KeySchema"]), held(index["Projection"]))
        for index in definition.get("GlobalSecondaryIndexes", [])
    }
    types = {part["AttributeName"]: part["AttributeType"] for part in definition["AttributeDefinitions"]}
    return keys_of(definition["KeySchema"]), indexes, types


def in_code() -> dict[str, Any]:
    return {name.removeprefix(PREFIX): told(definition) for name, definition in definitions().items()}


def in_the_stack(resources: dict[str, dict[str, Any]]) -> dict[str, Any]:
    tables = [each["Properties"] for each in resources.values() if each["Type"] == "AWS::DynamoDB::Table"]
    return {table["TableName"]["Fn::Sub"].removeprefix("xinnuo-${Stage}-"): told(table) for table in tables}


def test_code_and_stack_have_the_same_tables(resources: dict[str, dict[str, Any]]) -> None:
    assert in_code() == in_the_stack(resources)


def test_the_tables_are_those_that_the_packages_own(resources: dict[str, dict[str, Any]]) -> None:
    assert sorted(in_the_stack(resources)) == [
        "alerts",
        "aliases",
        "authorities",
        "bounds",
        "cards",
        "cases",
        "catalogue",
        "clocks",
        "complaints",
        "conflicts",
        "credit",
        "digests",
        "documents",
        "editions",
        "flag_notices",
        "idempotency",
        "imports",
        "inspection",
        "issued",
        "messages",
        "missed_searches",
        "outages",
        "punishment",
        "ratings",
        "redress",
        "relay",
        "sessions",
        "signals",
        "staff",
        "statistics",
        "subjects",
        "timeline",
        "walks",
        "webhooks",
    ]
