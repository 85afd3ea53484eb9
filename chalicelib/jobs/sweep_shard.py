"""The queue of shards with clocks that are due: move each to its next milestone."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.clock import instant_from
from chalicelib.container import container
from chalicelib.jobs.job_log import one_line
from chalicelib.logging import logger


def sweep_shard(records: Iterable[Mapping[str, Any]], context: Any) -> dict[str, list[dict[str, str]]]:  # noqa: ANN401 - Lambda's own
    """Sweep shards until ten seconds before the function ends; return the messages that must come again.

    A clock that cannot be moved is counted and logged, and its message is done: the next sweep finds it again.
    """
    clocks = container().clocks
    failed: list[dict[str, str]] = []
    moved = clocks_failed = 0
    with one_line("sweep_shard", context=context) as facts:
        for record in records:
            try:
                message = json.loads(record["body"])
                swept = clocks.sweep_shard(
                    message["shard"],
                    at=container().clock.now(),
                    seconds_left=lambda: context.get_remaining_time_in_millis() / 1000,
                )
                clocks.report(swept, sweep=instant_from(message["at"]), run=context.aws_request_id)
            except Exception as error:  # noqa: BLE001 - the message comes again, and the next sweep sends another
                logger("sweep_shard").exception("shard_not_swept", error=type(error).__name__)
                failed.append({"itemIdentifier": record["messageId"]})
            else:
                moved += swept.moved
                clocks_failed += swept.failed
        facts["moved"] = moved
        facts["clocks_failed"] = clocks_failed
        facts["failed"] = len(failed)
    return {"batchItemFailures": failed}
