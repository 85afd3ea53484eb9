"""Run a job that has a timer now, wait for it, and print what it answers; exits 1 if it failed.

What follows the job's name is the detail of its event: ``nightly walk summaries``.
"""

import json
import sys
import time
from datetime import UTC, datetime

from infra.local.aws.clients import functions
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


def sweep() -> tuple[str, bool]:
    """Run the sweep."""
    return run("sweep")


if __name__ == "__main__":
    name, *said = sys.argv[1:] or ["sweep"]
    text, succeeded = run(name, **dict(zip(said[::2], said[1::2], strict=True)))
    print(text)
    sys.exit(not succeeded)
