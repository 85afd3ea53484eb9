"""One log line per job: what ran, how long it took, what it found."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from chalicelib.logging import logger


@contextmanager
def one_line(job: str, *, context: object) -> Iterator[dict[str, object]]:
    """Time a job and log it once at its end, with the facts that the job puts into the given dictionary.

    ``context`` is Lambda's context object, although Chalice declares it as a dictionary.
    """
    request_id = str(getattr(context, "aws_request_id", ""))
    facts: dict[str, object] = {}
    started = time.monotonic()
    outcome = "failed"
    try:
        yield facts
        outcome = "done"
    finally:
        milliseconds = round((time.monotonic() - started) * 1000)
        logger("jobs").info("job", job=job, request_id=request_id, outcome=outcome, duration_ms=milliseconds, **facts)
