"""Which message follows from which event, for whom, in which words (消息规则)."""

import hashlib
import re

from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.events import Event


def message_id_of(event: Event, recipient: SubjectKey) -> str:
    """Return the id of the one message to a recipient that follows from an event.

    It begins with the instant at which the event was recorded, so that ids sort by it, and names nobody.
    """
    digest = hashlib.sha256(f"{event.id}\n{recipient}".encode()).hexdigest()[:24]
    return f"{re.sub(r'[^0-9TZ]', '', event.recorded_at)}-{digest}"
