"""What the event relay says to the job that makes documents."""

import json
from collections.abc import Callable
from datetime import datetime

from chalicelib.issuing.model.texts import DocumentTexts
from chalicelib.issuing.rules.templates import templates_for
from chalicelib.publisher import Publisher
from chalicelib.timeline.events import Event


class IssueOrders:
    """Orders the documents that follow from events."""

    def __init__(self, queue: Publisher, *, texts: Callable[[datetime], DocumentTexts]) -> None:
        """``queue`` is that of the job; ``texts`` returns the edition in force."""
        self._queue = queue
        self._texts = texts

    def on_event(self, event: Event, at: datetime) -> None:
        """Order the documents of an event, if any follow from it. Idempotent: told twice, they are made once."""
        if templates_for(event, self._texts(at)):
            self._queue.send(json.dumps({"owner": event.owner, "seq": event.seq}), name=event.id)
