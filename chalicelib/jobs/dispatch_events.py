"""The stream of the timelines: passes new events to their handlers."""

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.container import container
from chalicelib.jobs.job_log import one_line
from chalicelib.logging import logger
from chalicelib.timeline.events import Event
from chalicelib.timeline.store import event_from


def dispatch_events(records: Iterable[Mapping[str, Any]], context: object) -> dict[str, list[dict[str, str]]]:
    """Pass new events to their handlers, in order; return where to continue if one of them failed.

    The response is Lambda's partial batch response: everything before the named record is done, and the batch is
    delivered again from there.
    """
    services = container()
    failed: list[dict[str, str]] = []
    handled = 0
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
                services.staff.on_event(event, services.clock.now())
                services.handover.on_event(event, services.clock.now())
                services.early_warning.on_event(event, services.clock.now())
                services.messages.on_event(event, services.clock.now())
                services.issue_orders.on_event(event, services.clock.now())
            except Exception as error:  # noqa: BLE001 - whatever it was, the stream must come back to this very record
                logger("dispatch_events").exception("event_not_told", event_id=event.id, error=type(error).__name__)
                failed.append({"itemIdentifier": record["dynamodb"]["SequenceNumber"]})
                break
            handled += 1
        facts["told"] = handled
        facts["failed"] = len(failed)
    return {"batchItemFailures": failed}


def _event_of(record: Mapping[str, Any]) -> Event | None:
    """Return the event of a stream record, ``None`` for anything but a new event."""
    image = record["dynamodb"].get("NewImage")
    if record["eventName"] != "INSERT" or image is None or "kind" not in image:
        return None
    return event_from({name: next(iter(value.values())) for name, value in image.items()})
