"""Altering one stored event behind the service's back, and putting it back."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3

from infra.local.demo import narration
from infra.local.place import ENDPOINT, REGION, STAGE

TABLE = f"xinnuo-{STAGE}-timeline"


@contextmanager
def altered(event: Mapping[str, Any], field: str, value: str) -> Iterator[None]:
    """Write another value over one field of an event as long as the block lasts."""
    _write(event, field, value)
    narration.note(f"✎ 直接改库:第 {event['seq']} 个事件的 {field} 由 {event[field]} 改为 {value}")
    try:
        yield
    finally:
        _write(event, field, event[field])
        narration.note("✎ 已改回 · put back as it was")


def _write(event: Mapping[str, Any], field: str, value: str) -> None:
    client = boto3.client("dynamodb", endpoint_url=ENDPOINT, region_name=REGION)
    client.update_item(
        TableName=TABLE,
        Key={"owner": {"S": event["owner"]}, "seq": {"N": str(event["seq"])}},
        UpdateExpression="SET #field = :value",
        ExpressionAttributeNames={"#field": field},
        ExpressionAttributeValues={":value": {"S": value}},
    )
