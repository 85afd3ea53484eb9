"""Tell the past again: ``python -m infra.local.aws.replay [WANTED]``; without, what was not told before a stop."""

import json
import sys
from datetime import datetime, timedelta
from typing import Any, Final

from infra.local.aws.clients import functions, tables
from infra.local.place import STACK

STILL_WRITING: Final = timedelta(minutes=5)
"""How long before everything was told an event may have been recorded that was not: its writer took its time."""


def since_all_was_told() -> dict[str, Any]:
    """Return a replay of everything that may not have been told; of the whole past if nothing is known of it."""
    marks = tables().query(
        TableName=f"{STACK}-relay",
        KeyConditionExpression="part = :told",
        ExpressionAttributeValues={":told": {"S": "told"}},
    )["Items"]
    oldest = min((mark["at"]["S"] for mark in marks), default="")
    since = datetime.fromisoformat(oldest) - STILL_WRITING if oldest else datetime.fromisoformat("2000-01-01T00:00:00Z")
    return {"since": since.isoformat(), "until": "9999-01-01T00:00:00Z"}


def run(wanted: dict[str, Any]) -> dict[str, Any]:
    """Call the function until the walk is over, say after each step how far it is, and return the last answer."""
    done = wanted
    while not done.get("is_over"):
        answer = functions().invoke(FunctionName=f"{STACK}-replay", Payload=json.dumps(done))
        text = answer["Payload"].read().decode()
        if answer.get("FunctionError"):
            raise SystemExit(text)
        done = json.loads(text)
        print(f"{done['found']} events", file=sys.stderr, flush=True)
    return done


if __name__ == "__main__":
    found = run(json.loads(sys.argv[1]) if len(sys.argv) > 1 else since_all_was_told())
    print(f"{found['found']} events {'found' if found['dry_run'] else 'handed over to be told again'}")
