"""Run a job that has a timer now, wait for it, and print what it answers; exits 1 if it failed.

What follows the job's name is the detail of its event: ``nightly walk summaries``.
"""

import json
import sys
import time
from datetime import UTC, datetime
from typing import Any

from infra.local.aws.clients import functions, tables
from infra.local.place import REGION, STACK

NOT_STARTED = ("Worker process exited immediately", "Worker process died")
"""What the emulator says when it ends a worker, because its environment has changed, at the moment it is called."""

ATTEMPTS = 5


def run(job: str, **detail: str) -> tuple[str, bool]:
    """Return the function's answer, and whether it succeeded; one that the emulator did not start is called again."""
    for _ in range(ATTEMPTS):
        text, succeeded = _invoked(job, detail)
        if succeeded or not any(words in text for words in NOT_STARTED):
            break
        time.sleep(1)
    return text, succeeded


def _invoked(job: str, detail: dict[str, str]) -> tuple[str, bool]:
    event = {
        "version": "0",
        "id": "by-hand",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "000000000000",
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [],
        "detail": detail,
    }
    answer = functions().invoke(FunctionName=f"{STACK}-{job}", Payload=json.dumps(event))
    return answer["Payload"].read().decode(), "FunctionError" not in answer


def workers_reports(answer: str) -> list[dict[str, Any]]:
    """Return what the workers did in the shards that a sweep, which answered this, has handed to them.

    A message that was handed out more than once is in several reports.
    """
    at = json.loads(answer)["at"]
    found = tables().query(
        TableName=f"{STACK}-clocks",
        KeyConditionExpression="#owner = :owner AND begins_with(clock_id, :sweep)",
        ExpressionAttributeNames={"#owner": "owner"},
        ExpressionAttributeValues={":owner": {"S": "heartbeat"}, ":sweep": {"S": f"{at}/"}},
    )
    return [json.loads(item["report"]["S"]) for item in found["Items"]]


if __name__ == "__main__":
    name, *said = sys.argv[1:] or ["sweep"]
    text, succeeded = run(name, **dict(zip(said[::2], said[1::2], strict=True)))
    print(text)
    sys.exit(not succeeded)
