"""All tables of a stage as they were at one instant, under other names, by DynamoDB's own point-in-time recovery."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from infra.deploy.restored import Resources, tables_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

FRESH: Final = frozenset({"-sessions"})
"""Tables that begin empty: whoever has logged out since would be logged in again."""

KEPT_IN_NEW: Final = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode", "SSESpecification")


class RestoreError(Exception):
    """Nothing was touched, or what was begun can be begun again; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore:
    """Tables whose names begin with ``source`` (``xinnuo-prod``), as they were ``at`` a second, named by ``target``.

    ``resources`` are those of the template; ``pause`` are the seconds between two looks.
    """

    client: "DynamoDBClient"
    resources: Resources
    source: str
    target: str
    at: datetime
    pause: float = 10.0

    def run(self) -> None:
        """Restore all of them and give them what a restored table lacks. Idempotent: what is there is gone on with.

        Raises ``RestoreError`` if the instant is out of reach for any table, or a table of the new names is of another
        instant.
        """
        tables = tables_of(self.resources)
        if faults := [fault for name in tables for fault in self._faults(name)]:
            raise RestoreError("\n".join(["Nothing was touched:", *faults]))
        for name, wanted in tables.items():
            if not self._described(name):
                self._begin(name, wanted)
        for name, wanted in tables.items():
            self._wait(name)
            self._complete(name, wanted)
        print(f"{len(tables)} tables stand under {self.target}-…, as of {self.at.isoformat()}.")

    def _faults(self, name: str) -> Iterator[str]:
        if name in FRESH:
            return
        source, target = f"{self.source}{name}", f"{self.target}{name}"
        kept: Any = self.client.describe_continuous_backups(TableName=source)["ContinuousBackupsDescription"]
        known = kept.get("PointInTimeRecoveryDescription", {})
        first, last = known.get("EarliestRestorableDateTime"), known.get("LatestRestorableDateTime")
        if not first or not last:
            yield f"  {source}: it cannot be restored to a point in time."
        elif not first <= self.at <= last:
            yield f"  {source}: it can be restored to any second from {_text(first)} to {_text(last)}."
        if (found := self._described(name)) and _instant(found) != self.at:
            yield f"  {target}: it is there already, and not as of this instant: take another name."

    def _begin(self, name: str, wanted: Mapping[str, Any]) -> None:
        target = f"{self.target}{name}"
        if name in FRESH:
            definition: Any = {each: wanted[each] for each in KEPT_IN_NEW if each in wanted}
            definition["SSESpecification"] = {"Enabled": wanted["SSESpecification"]["SSEEnabled"]}
            self.client.create_table(TableName=target, **definition)
        else:
            self.client.restore_table_to_point_in_time(
                SourceTableName=f"{self.source}{name}", TargetTableName=target, RestoreDateTime=self.at
            )
        print(f"  {target} is on its way ...")

    def _wait(self, name: str) -> None:
        while self._described(name).get("TableStatus") != "ACTIVE":
            time.sleep(self.pause)

    def _complete(self, name: str, wanted: Mapping[str, Any]) -> None:
        """Set what AWS does not restore: the stream, when rows expire, recovery, and protection from deletion."""
        target, found = f"{self.target}{name}", self._described(name)
        if "StreamSpecification" in wanted and not found.get("StreamSpecification"):
            view = wanted["StreamSpecification"]["StreamViewType"]
            stream: Any = {"StreamEnabled": True, "StreamViewType": view}
            self.client.update_table(TableName=target, StreamSpecification=stream)
            self._wait(name)
        if "TimeToLiveSpecification" in wanted and not self._expires(target):
            attribute = wanted["TimeToLiveSpecification"]["AttributeName"]
            specification: Any = {"Enabled": True, "AttributeName": attribute}
            self.client.update_time_to_live(TableName=target, TimeToLiveSpecification=specification)
        recovery: Any = {"PointInTimeRecoveryEnabled": True}
        self.client.update_continuous_backups(TableName=target, PointInTimeRecoverySpecification=recovery)
        self.client.update_table(TableName=target, DeletionProtectionEnabled=True)

    def _expires(self, target: str) -> bool:
        told = self.client.describe_time_to_live(TableName=target)["TimeToLiveDescription"]
        return told["TimeToLiveStatus"] in {"ENABLED", "ENABLING"}

    def _described(self, name: str) -> Mapping[str, Any]:
        try:
            return dict(self.client.describe_table(TableName=f"{self.target}{name}")["Table"])
        except self.client.exceptions.ResourceNotFoundException:
            return {}


def _instant(described: Mapping[str, Any]) -> datetime | None:
    found: datetime | None = described.get("RestoreSummary", {}).get("RestoreDateTime")
    return found


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="seconds")
