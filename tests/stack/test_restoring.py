"""All tables are restored to one second, get what AWS does not restore, and nothing begins that cannot end well."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from infra.deploy.restored import tables_of
from infra.packaging.template import merged
from infra.restore.__main__ import main
from infra.restore.point_in_time import Restore, RestoreError
from infra.restore.proof import quiet_before

AT = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)
REGION = "cn-north-1"
RESOURCES = merged()["Resources"]
TABLES = tables_of(RESOURCES)


def known(name: str) -> Any:  # noqa: ANN401 - moto's own
    return dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables[name]


@pytest.fixture
def client() -> Iterator[Any]:
    """Make the tables of a stage, each with a row or two, that can be restored to any second of three days."""
    with mock_aws():
        made = boto3.client("dynamodb", region_name=REGION)
        for name, wanted in TABLES.items():
            make(made, f"xinnuo-prod{name}", wanted)
        yield made


def make(client: Any, name: str, wanted: Mapping[str, Any]) -> None:  # noqa: ANN401 - as boto3 has it
    keys = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
    client.create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST", **{key: wanted[key] for key in keys if key in wanted}
    )
    types = {each["AttributeName"]: each["AttributeType"] for each in wanted["AttributeDefinitions"]}
    row = {each["AttributeName"]: {types[each["AttributeName"]]: "1"} for each in wanted["KeySchema"]}
    client.put_item(TableName=name, Item=row)
    recovery = {"PointInTimeRecoveryEnabled": True}
    client.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=recovery)
    until_now(name)


def until_now(name: str, *, last: datetime = AT + timedelta(days=1)) -> None:
    window = {"EarliestRestorableDateTime": AT - timedelta(days=2), "LatestRestorableDateTime": last}
    known(name).continuous_backups["PointInTimeRecoveryDescription"] |= {
        key: at.timestamp() for key, at in window.items()
    }


@pytest.fixture
def restore(client: Any) -> Restore:  # noqa: ANN401 - as boto3 has it
    """Return the order to restore all of them."""
    return Restore(client=client, resources=RESOURCES, source="xinnuo-prod", target="xinnuo-prod-r1", at=AT, pause=0.01)


def names(client: Any) -> list[str]:  # noqa: ANN401 - as boto3 has it
    found: list[str] = client.list_tables()["TableNames"]
    return sorted(name for name in found if "-r1" in name)


def test_every_table_is_restored_and_sessions_begin_empty(client: Any, restore: Restore) -> None:  # noqa: ANN401 - as boto3 has it
    restore.run()

    assert names(client) == sorted(f"xinnuo-prod-r1{name}" for name in TABLES)
    rows = {name: client.scan(TableName=f"xinnuo-prod-r1{name}")["Count"] for name in TABLES}
    assert {name for name, count in rows.items() if count == 0} == {"-sessions"}


def test_what_aws_does_not_restore_is_set_as_the_template_says(client: Any, restore: Restore) -> None:  # noqa: ANN401 - as boto3 has it
    restore.run()

    for name, wanted in TABLES.items():
        found = client.describe_table(TableName=f"xinnuo-prod-r1{name}")["Table"]
        expires = client.describe_time_to_live(TableName=f"xinnuo-prod-r1{name}")["TimeToLiveDescription"]
        kept = client.describe_continuous_backups(TableName=f"xinnuo-prod-r1{name}")["ContinuousBackupsDescription"]
        assert found["DeletionProtectionEnabled"], name
        assert bool(found.get("LatestStreamArn")) is ("StreamSpecification" in wanted), name
        assert expires.get("AttributeName") == wanted.get("TimeToLiveSpecification", {}).get("AttributeName"), name
        assert kept["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED", name


def test_an_interrupted_restore_goes_on(client: Any, restore: Restore) -> None:  # noqa: ANN401 - as boto3 has it
    client.restore_table_to_point_in_time(
        SourceTableName="xinnuo-prod-cases", TargetTableName="xinnuo-prod-r1-cases", RestoreDateTime=AT
    )
    known("xinnuo-prod-r1-cases").restore_date_time = AT.timestamp()

    restore.run()

    assert len(names(client)) == len(TABLES)


def test_nothing_begins_while_a_table_of_that_name_is_as_of_another_instant(client: Any, restore: Restore) -> None:  # noqa: ANN401 - as boto3 has it
    client.restore_table_to_point_in_time(
        SourceTableName="xinnuo-prod-cases", TargetTableName="xinnuo-prod-r1-cases", RestoreDateTime=AT
    )
    known("xinnuo-prod-r1-cases").restore_date_time = (AT - timedelta(seconds=1)).timestamp()

    with pytest.raises(RestoreError, match="xinnuo-prod-r1-cases: it is there already, and not as of this instant"):
        restore.run()

    assert names(client) == ["xinnuo-prod-r1-cases"]


def test_nothing_begins_while_one_table_does_not_reach_back_to_the_instant(client: Any, restore: Restore) -> None:  # noqa: ANN401 - as boto3 has it
    until_now("xinnuo-prod-clocks", last=AT - timedelta(seconds=1))

    with pytest.raises(RestoreError) as refused:
        restore.run()

    assert str(refused.value) == (
        "Nothing was touched:\n  xinnuo-prod-clocks: it can be restored to any second from "
        "2026-11-20T17:30:00+00:00 to 2026-11-22T17:29:59+00:00."
    )
    assert names(client) == []
    replace(restore, at=AT - timedelta(seconds=1)).run()


def test_what_was_recorded_since_the_instant_is_listed(client: Any, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: ANN401 - as boto3 has it
    for seq, at in enumerate(["2026-11-22T17:29:59Z", "2026-11-22T17:30:00Z"], start=1):
        told = {"owner": "case:A", "recorded_at": at, "kind": "case:filed", "department": "traffic"}
        client.put_item(
            TableName="xinnuo-prod-timeline",
            Item={**{name: {"S": value} for name, value in told.items()}, "seq": {"N": str(seq)}},
        )

    assert main(["lost", "prod", "2026-11-23T01:30:00+08:00"]) == 0

    assert capsys.readouterr().out == "2026-11-22T17:30:00Z,case:A,2,case:filed,traffic\n"


@pytest.mark.parametrize(
    "wrong",
    [
        ["restore", "prod", "2026-11-23T01:30:00", "--tables=-r1"],
        ["restore", "prod", "2026-11-23T01:30:00.5+08:00", "--tables=-r1"],
        ["restore", "prod", "2026-11-23T01:30:00+08:00", "--tables=r1"],
    ],
)
def test_an_order_names_a_whole_second_and_a_name(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(wrong)
    assert "error: argument " in capsys.readouterr().err


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize("tables", ["", "-r1"])
def test_restored_tables_have_a_name_of_their_own(tables: str, capsys: pytest.CaptureFixture[str]) -> None:
    order = ["restore", "prod", "2026-11-23T01:30:00+08:00", f"--source={tables}", f"--tables={tables}"]

    assert main(order) == 1
    assert capsys.readouterr().err == "Restored tables need a name of their own, such as -r1.\n"


@pytest.mark.parametrize(
    ("seconds", "quiet"),
    [([0, 10, 12], 5), ([0, 9, 18], None), ([0, 30, 31, 45, 46], 38), ([5], None), ([], None)],
)
def test_a_quiet_second_is_the_middle_of_the_last_ten_without_an_event(seconds: list[int], quiet: int | None) -> None:
    found = quiet_before(AT + timedelta(seconds=each) for each in seconds)

    assert found == (None if quiet is None else AT + timedelta(seconds=quiet))
