"""``python -m infra.restore restore STAGE FROM TABLES AT``, ``prove STAGE TABLES`` and ``lost STAGE FROM AT``.

FROM and TABLES are what names have behind the stage, such as ``-r1``; nothing for the tables that the stack made.
"""

import argparse
import os
import re
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import boto3

from infra.packaging.template import merged
from infra.restore.point_in_time import Restore, RestoreError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PATIENCE: Final = 60
"""Seconds that each read may take: tables are read as fast as they give."""

NAMES: Final = re.compile(merged()["Parameters"]["Tables"]["AllowedPattern"])


def main(arguments: list[str]) -> int:
    """Do what one command line asks; 1 if it could not, or if what was proved does not belong together."""
    asked = _parser().parse_args(arguments)
    client = boto3.client("dynamodb")
    try:
        match asked.verb:
            case "restore":
                _restore(client, asked)
                return _prove(asked.stage, asked.tables)
            case "prove":
                return _prove(asked.stage, asked.tables)
            case _:
                _lost(client, asked)
    except RestoreError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _restore(client: "DynamoDBClient", asked: argparse.Namespace) -> None:
    if not asked.tables or asked.tables == asked.source:
        message = "Restored tables need a name of their own, such as -r1."
        raise RestoreError(message)
    resources = merged()["Resources"]
    source, target = f"xinnuo-{asked.stage}{asked.source}", f"xinnuo-{asked.stage}{asked.tables}"
    Restore(client=client, resources=resources, source=source, target=target, at=asked.at).run()


def _prove(stage: str, tables: str) -> int:
    os.environ |= {"XINNUO_STAGE": stage, "XINNUO_TABLES": tables, **_credentials()}
    from chalicelib.dynamo import model  # noqa: PLC0415 - the settings are read on import
    from infra.restore.proof import prove  # noqa: PLC0415 - as above

    # Nobody waits for an answer here, and a proof that gives up halfway is none.
    model.READ_SECONDS = PATIENCE
    began = time.monotonic()
    proof = prove()
    print("\n".join(proof.lines()))
    print(f"proved in {time.monotonic() - began:,.0f} s")
    return 1 if proof.differing else 0


def _credentials() -> dict[str, str]:
    """Return what the service's own session, which knows no profiles and no logins, takes credentials from."""
    session = boto3.Session()
    found = session.get_credentials()
    if found is None or session.region_name is None:
        message = "AWS does not know who you are, or in which region: set AWS_PROFILE and AWS_DEFAULT_REGION."
        raise RestoreError(message)
    held = found.get_frozen_credentials()
    told = {"AWS_ACCESS_KEY_ID": held.access_key, "AWS_SECRET_ACCESS_KEY": held.secret_key}
    told |= {"AWS_SESSION_TOKEN": held.token} if held.token else {}
    return {name: value for name, value in told.items() if value} | {"AWS_DEFAULT_REGION": session.region_name}


def _lost(client: "DynamoDBClient", asked: argparse.Namespace) -> None:
    """Print what was recorded in tables since an instant, an event a line: it is not in what was restored to it."""
    pages: Any = client.get_paginator("scan").paginate(
        TableName=f"xinnuo-{asked.stage}{asked.source}-timeline",
        ProjectionExpression="recorded_at, #owner, seq, kind, department",
        FilterExpression="recorded_at >= :at AND seq > :beats",
        ExpressionAttributeNames={"#owner": "owner"},
        ExpressionAttributeValues={":at": {"S": asked.at.strftime("%Y-%m-%dT%H:%M:%SZ")}, ":beats": {"N": "0"}},
    )
    for page in pages:
        for item in page["Items"]:
            told = (item["recorded_at"]["S"], item["owner"]["S"], item["seq"]["N"], item["kind"]["S"])
            print(",".join([*told, item["department"]["S"]]))


def _names(text: str) -> str:
    if not NAMES.fullmatch(text):
        message = f"{text!r} is not as -r1"
        raise argparse.ArgumentTypeError(message)
    return text


def _second(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None or at.microsecond:
        message = "say a whole second with its offset: 2026-11-22T01:30:00+08:00"
        raise argparse.ArgumentTypeError(message)
    return at.astimezone(UTC)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.restore", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    restore = verbs.add_parser("restore", help="restore all tables as they were at one instant, and prove them")
    prove = verbs.add_parser("prove", help="read every timeline and every owner, and say what does not fit")
    lost = verbs.add_parser("lost", help="list what was recorded since an instant, as CSV")
    for each in (restore, prove, lost):
        each.add_argument("stage")
    for each in (restore, lost):
        each.add_argument("--source", type=_names, default="", help="the tables in use until now")
        each.add_argument("at", type=_second)
    for each in (restore, prove):
        each.add_argument("--tables", type=_names, default="", help="the restored tables")
    return parser


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    sys.exit(main(sys.argv[1:]))
