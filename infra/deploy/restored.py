"""Tables that were restored under other names than the stack's own: they must be all that the release needs."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from infra.deploy.errors import DeployError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TableDescriptionTypeDef

Resources = Mapping[str, Mapping[str, Any]]


def tables_of(resources: Resources) -> dict[str, Mapping[str, Any]]:
    """Return what the template says of each table, by what stands behind the stage in its name: ``-cases``."""
    return {
        each["Properties"]["TableName"]["Fn::Sub"].removeprefix("xinnuo-${Stage}"): each["Properties"]
        for each in resources.values()
        if each.get("Type") == "AWS::DynamoDB::Table"
    }


def stream_of_restored(client: "DynamoDBClient", resources: Resources, *, before: str) -> str:
    """Return the address of the restored timeline's stream, after a look at every table of the template.

    ``before`` is what their names begin with: ``xinnuo-prod-r1``. Raises ``DeployError`` with all that is missing.
    """
    described = {name: _described(client, f"{before}{name}") for name in tables_of(resources)}
    faults = [
        f"  {before}{name}: {fault}"
        for name, wanted in tables_of(resources).items()
        for fault in _faults(wanted, described[name])
    ]
    if faults:
        message = "The restored tables are not what this release needs; nothing was touched:"
        raise DeployError("\n".join([message, *faults]))
    return str(described["-timeline"]["LatestStreamArn"])


def _described(client: "DynamoDBClient", name: str) -> "TableDescriptionTypeDef | dict[str, Any]":
    try:
        return client.describe_table(TableName=name)["Table"]
    except client.exceptions.ResourceNotFoundException:
        return {}


def _faults(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[str]:
    if found.get("TableStatus") not in {"ACTIVE", "UPDATING"}:
        yield "there is no such table." if not found else f"it is {found['TableStatus']}."
        return
    there = {index["IndexName"] for index in found.get("GlobalSecondaryIndexes", ())}
    for index in wanted.get("GlobalSecondaryIndexes", ()):
        if index["IndexName"] not in there:
            yield f"the index {index['IndexName']} is missing: add it with aws dynamodb update-table."
    if "StreamSpecification" in wanted and not found.get("StreamSpecification", {}).get("StreamEnabled"):
        yield "its stream is off."
