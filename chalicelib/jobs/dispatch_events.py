"""The stream of the timelines: tell whoever must hear of an event."""

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.container import container
from chalicelib.jobs.job_log import one_line
from chalicelib.logging import logger
from chalicelib.timeline.events import Event
from chalicelib.timeline.store import event_from


def dispatch_events(records: Iterable[Mapping[str, Any]], context: object) -> dict[str, list[dict[str, str]]]:
    """Hand new events to those who listen, in order; return where to go on if one of them failed.

    The answer is Lambda's partial batch response: everything before the record named is done, and the batch is
    delivered again from there.
    """
    services = container()
    failed: list[dict[str, str]] = []
    told = 0
    with one_line("dispatch_events", context=context) as facts:
        for record in records:
            event = _event_of(record)
            if event is None:
                continue
            try:
                services.alerts.on_event(event, services.clock.now())
                services.anomalies.on_event(event, services.clock.now())
                services.flag_notices.on_event(event, services.clock.now())
                services.statistics.on_event(event, services.clock.now())
            except Exception as error:  # noqa: BLE001 - whatever it was, the stream must come back to this very record
                logger("dispatch_events").exception("event_not_told", event_id=event.id, error=type(error).__name__)
                failed.append({"itemIdentifier": record["dynamodb"]["SequenceNumber"]})
                break
            told += 1
        facts["told"] = told
        facts["failed"] = len(failed)
    return {"batchItemFailures": failed}


def _event_of(record: Mapping[str, Any]) -> Event | None:
    """Return the event of a stream record, ``None`` for anything but a new one."""
    image = record["dynamodb"].get("NewImage")
    if record["eventName"] != "INSERT" or image is None or "kind" not in image:
        return None
    return event_from({name: next(iter(value.values())) for name, value in image.items()})
