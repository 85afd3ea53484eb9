"""The stream of the timelines, and the queue of what could not be told: tells events to everybody who listens."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.container import container
from chalicelib.jobs.job_log import one_line
from chalicelib.logging import logger
from chalicelib.timeline.events import Event
from chalicelib.timeline.store import Beat, from_stream

QUEUE = "aws:sqs"


def dispatch_events(records: Iterable[Mapping[str, Any]], context: object) -> dict[str, list[dict[str, str]]]:
    """Tell new events to everybody who listens, or tell again what messages of the queue hold.

    Returns Lambda's partial batch response: the stream delivers again from the first record that it names, and whoever
    has heard what follows hears it twice; the queue delivers again what is named.
    """
    records = list(records)
    if records and records[0].get("eventSource") == QUEUE:
        return _take(records, context)
    with one_line("dispatch_events", context=context) as facts:
        batch = [
            (each, record["dynamodb"]["SequenceNumber"])
            for record in records
            if (each := from_stream(record)) is not None
        ]
        events = [each for each, _ in batch if isinstance(each, Event)]
        lost = {each.event.id for each in container().relay.tell(events)}
        failed = [place for each, place in batch if isinstance(each, Event) and each.id in lost]
        if not failed:
            container().relay.hear(each for each, _ in batch if isinstance(each, Beat))
        facts["told"] = len(events) - len(failed)
        facts["failed"] = len(failed)
    return {"batchItemFailures": [{"itemIdentifier": place} for place in failed]}


def _take(records: Iterable[Mapping[str, Any]], context: object) -> dict[str, list[dict[str, str]]]:
    """Tell again what messages of the queue hold."""
    failed: list[dict[str, str]] = []
    taken = 0
    with one_line("tell_again", context=context) as facts:
        for record in records:
            try:
                taken += container().relay.take(json.loads(record["body"]))
            except Exception as error:  # noqa: BLE001 - the others in the batch must not wait for this one
                logger("dispatch_events").exception("message_not_taken", error=type(error).__name__)
                failed.append({"itemIdentifier": record["messageId"]})
        facts["taken"] = taken
        facts["failed"] = len(failed)
    return {"batchItemFailures": failed}
