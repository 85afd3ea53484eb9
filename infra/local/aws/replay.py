"""Tell the past again: ``python -m infra.local.aws.replay WANTED``.

``python -m infra.local.aws.replay hold`` notes what may not have been told before a stop, ``release`` tells it. Between
the two the board says so: a sweep sends its beats as soon as the emulated AWS runs, long before a deployment is over.
"""

import json
import sys
from datetime import datetime, timedelta
from typing import Any, Final

from infra.local.aws.clients import functions, tables
from infra.local.place import STACK

TABLE: Final = f"{STACK}-relay"
HELD: Final = "untold/"
BY_RESTART: Final = "/restart"
"""How the name of a mark begins that holds back the time until which everything was told, and how that of ours ends."""

BEGINNING: Final = "2000-01-01T00:00:00Z"

STILL_WRITING: Final = timedelta(minutes=5)
"""How long before everything was told an event may have been recorded that was not: its writer took its time."""


def hold() -> None:
    """Note since when events may not have been told, unless nothing was ever deployed; idempotent."""
    try:
        marks = _marks()
    except tables().exceptions.ResourceNotFoundException:
        return
    oldest = min((mark["at"]["S"] for mark in marks), default=BEGINNING)
    name = f"{HELD}{oldest}{BY_RESTART}"
    tables().put_item(TableName=TABLE, Item={"part": {"S": "told"}, "name": {"S": name}, "at": {"S": oldest}})


def release() -> None:
    """Tell what is held, and forget that it was; nothing if nothing is."""
    held = [mark for mark in _marks() if mark["name"]["S"].endswith(BY_RESTART)]
    if not held:
        return
    since = datetime.fromisoformat(min(mark["at"]["S"] for mark in held)) - STILL_WRITING
    found = run({"since": since.isoformat(), "until": "9999-01-01T00:00:00Z"})["found"]
    print(f"{found} events from before the stop are told again, as far as they were not told.", file=sys.stderr)
    for mark in held:
        tables().delete_item(TableName=TABLE, Key={"part": mark["part"], "name": mark["name"]})


def _marks() -> list[dict[str, Any]]:
    asked = (
        tables()
        .get_paginator("query")
        .paginate(
            TableName=TABLE,
            KeyConditionExpression="part = :told",
            ExpressionAttributeValues={":told": {"S": "told"}},
        )
    )
    return [dict(mark) for page in asked for mark in page["Items"]]


def run(wanted: dict[str, Any]) -> dict[str, Any]:
    """Call the function until the walk is over, say between steps how far it is, and return the last answer."""
    done = wanted
    while not done.get("is_over"):
        answer = functions().invoke(FunctionName=f"{STACK}-replay", Payload=json.dumps(done))
        text = answer["Payload"].read().decode()
        if answer.get("FunctionError"):
            raise SystemExit(json.loads(text).get("errorMessage", text))
        done = json.loads(text)
        if not done["is_over"]:
            print(f"{done['found']} events so far", file=sys.stderr, flush=True)
    return done


if __name__ == "__main__":
    match sys.argv[1]:
        case "hold":
            hold()
        case "release":
            release()
        case wanted:
            found = run(json.loads(wanted))
            print(f"{found['found']} events {'found' if found['dry_run'] else 'handed over to be told again'}")
