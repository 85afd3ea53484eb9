"""The queue of walks: recounts after a new calendar, what has ended, and the check of credit summaries."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.container import container
from chalicelib.jobs.job_log import one_line
from chalicelib.logging import logger

SPARE_MS = 10_000
"""The time that is left to a run when it takes no further step: the longest step takes less."""


def walks(records: Iterable[Mapping[str, Any]], context: object) -> dict[str, list[dict[str, str]]]:
    """Go on with walks until the run's time is nearly over; return the messages that must come again.

    What failed at single rows is counted and logged; the walk goes on without them.
    """
    services = container()
    remaining_ms = getattr(context, "get_remaining_time_in_millis", lambda: SPARE_MS + 1)
    failed: list[dict[str, str]] = []
    with one_line("walks", context=context) as facts:
        for record in records:
            message = json.loads(record["body"])
            facts |= {"walk": message["walk"], "part": message["part"]}
            try:
                done = services.walks.go_on(
                    message["walk"],
                    message["part"],
                    is_time_left=lambda: remaining_ms() > SPARE_MS,
                    now=services.clock.now,
                )
            except Exception as error:  # noqa: BLE001 - the message comes again, and the walk goes on where it was
                logger("walks").exception("walk_not_gone_on", error=type(error).__name__)
                failed.append({"itemIdentifier": record["messageId"]})
            else:
                facts |= {"looked_at": done.looked_at, "changed": done.changed, "rows_failed": done.failed}
        facts["failed"] = len(failed)
    return {"batchItemFailures": failed}
