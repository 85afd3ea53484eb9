"""Every table in the code is in the stack with the same keys, indexes and projections, and the other way round."""

from typing import Any

from tests.cloud import table_definitions

PREFIX = "xinnuo-local-"


def keys_of(schema: list[dict[str, str]]) -> list[tuple[str, str]]:
    return sorted((part["KeyType"], part["AttributeName"]) for part in schema)


def held(projection: dict[str, Any]) -> tuple[str, list[str]]:
    """What an index holds beside the keys: everything, or the attributes that it names."""
    return projection["ProjectionType"], sorted(projection.get("NonKeyAttributes", []))


def in_code() -> dict[str, Any]:
    tables = {}
    for name, definition in table_definitions().items():
        types = {part["AttributeName"]: part["AttributeType"] for part in definition["attribute_definitions"]}
        indexes = {
            index["index_name"]: (keys_of(index["key_schema"]), held(index["projection"]))
            for index in definition.get("global_secondary_indexes", [])
        }
        keyed = {name for keys, _ in indexes.values() for _, name in keys} | {
            name for _, name in keys_of(definition["key_schema"])
        }
        tables[name.removeprefix(PREFIX)] = (
            keys_of(definition["key_schema"]),
            indexes,
            {name: kind for name, kind in types.items() if name in keyed},
        )
    return tables


def in_the_stack(resources: dict[str, dict[str, Any]]) -> dict[str, Any]:
    tables = {}
    for resource in resources.values():
        if resource["Type"] != "AWS::DynamoDB::Table":
            continue
        properties = resource["Properties"]
        indexes = {
            index["IndexName"]: (keys_of(index["KeySchema"]), held(index["Projection"]))
            for index in properties.get("GlobalSecondaryIndexes", [])
        }
        tables[properties["TableName"]["Fn::Sub"].removeprefix("xinnuo-${Stage}-")] = (
            keys_of(properties["KeySchema"]),
            indexes,
            {part["AttributeName"]: part["AttributeType"] for part in properties["AttributeDefinitions"]},
        )
    return tables


def test_code_and_stack_have_the_same_tables(resources: dict[str, dict[str, Any]]) -> None:
    assert in_code() == in_the_stack(resources)


def test_the_tables_are_those_that_the_packages_own(resources: dict[str, dict[str, Any]]) -> None:
    assert sorted(in_the_stack(resources)) == [
        "alerts",
        "aliases",
        "cards",
        "cases",
        "catalogue",
        "clocks",
        "complaints",
        "conflicts",
        "credit",
        "digests",
        "editions",
        "flag_notices",
        "idempotency",
        "imports",
        "inspection",
        "outages",
        "punishment",
        "ratings",
        "redress",
        "sessions",
        "signals",
        "statistics",
        "subjects",
        "timeline",
        "webhooks",
    ]
