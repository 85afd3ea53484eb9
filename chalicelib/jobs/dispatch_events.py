"""The stream of the timelines: tells new events to everybody who listens."""

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.container import container
from chalicelib.jobs.job_log import one_line
from chalicelib.logging import logger
from chalicelib.timeline.events import Event
from chalicelib.timeline.listeners import tell
from chalicelib.timeline.store import event_of


def dispatch_events(records: Iterable[Mapping[str, Any]], context: object) -> dict[str, list[dict[str, str]]]:
    """Tell new events to everybody who listens; return which of them could not be told.

    The response is Lambda's partial batch response: the stream delivers again from the first record that it names, and
    whoever has heard what follows hears it twice.
    """
    with one_line("dispatch_events", context=context) as facts:
        batch = [
            (event, record["dynamodb"]["SequenceNumber"])
            for record in records
            if (event := _event_of(record)) is not None
        ]
        events = [event for event, _ in batch]
        # Building the listeners brings along all that they need: not for a batch without events.
        untold = tell(container().listeners, events, now=container().clock.now) if events else ()
        for each in untold:
            logger("dispatch_events").error(
                "event_not_told",
                event_id=each.event.id,
                listener=each.listener,
                error=type(each.error).__name__,
                exc_info=each.error,
            )
        stopped = {each.event.id for each in untold}
        failed = [place for event, place in batch if event.id in stopped]
        facts["told"] = len(batch) - len(failed)
        facts["failed"] = len(failed)
    return {"batchItemFailures": [{"itemIdentifier": place} for place in failed]}


def _event_of(record: Mapping[str, Any]) -> Event | None:
    """Return the event of a stream record, ``None`` for anything but a new event."""
    image = record["dynamodb"].get("NewImage")
    if record["eventName"] != "INSERT" or image is None or "kind" not in image:
        return None
    return event_of(image)
