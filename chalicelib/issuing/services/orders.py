"""What the event relay says to the job that makes documents."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime

from chalicelib.issuing.model.texts import DocumentTexts
from chalicelib.issuing.rules.templates import templates_for
from chalicelib.publisher import BatchPublisher
from chalicelib.timeline.events import Event


class IssueOrders:
    """Orders the documents that follow from events."""

    def __init__(self, queue: BatchPublisher, *, texts: Callable[[datetime], DocumentTexts]) -> None:
        """``queue`` is that of the job; ``texts`` returns the edition in force."""
        self._queue = queue
        self._texts = texts

    def on_events(self, events: Sequence[Event], at: datetime) -> None:
        """Order the documents that follow from events. Idempotent: told twice, they are made once."""
        texts = self._texts(at)
        self._queue.send_all(
            {
                event.id: json.dumps({"owner": event.owner, "seq": event.seq})
                for event in events
                if templates_for(event, texts)
            }
        )
