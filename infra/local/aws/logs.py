"""Follow the logs of all functions, from two minutes ago until interrupted."""

import os
import sys
import time
from collections.abc import Iterator

from infra.local.aws.clients import logs
from infra.local.place import FUNCTIONS, STACK

BEFORE_MS = 120_000
# Moment in milliseconds, and text; the emulator numbers no events, so two that are alike are taken for one.
Line = tuple[int, str]
FRAME = ("START ", "END ", "REPORT ")


def lines(function: str, *, since: int, seen: set[Line]) -> Iterator[Line]:
    """Yield what a function wrote and was not shown yet, without the lines that Lambda puts round each call."""
    pages = logs().get_paginator("filter_log_events")
    for page in pages.paginate(logGroupName=f"/aws/lambda/{STACK}-{function}", startTime=since):
        for event in page["events"]:
            line = event["timestamp"], f"{function:8}{event['message'].rstrip()}"
            if line not in seen and not event["message"].startswith(FRAME):
                seen.add(line)
                yield line


def follow() -> None:
    """Print new lines each second, in the order of time."""
    seen: set[Line] = set()
    since = int(time.time() * 1000) - BEFORE_MS
    while True:
        fresh = [line for function in FUNCTIONS for line in lines(function, since=since, seen=seen)]
        for _, text in sorted(fresh):
            print(text, flush=True)
        time.sleep(1)


if __name__ == "__main__":
    try:
        follow()
    except KeyboardInterrupt:
        print()
    except BrokenPipeError:
        # Whoever read has read enough; Python would complain once more when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
