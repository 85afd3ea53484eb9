"""Ordering that a message be told on its channels: SMS and e-mail (短信、邮件) beside the portal."""

import json

from chalicelib.messages.model.messages import Message
from chalicelib.publisher import Publisher


class Sending:
    """Puts messages into the queue of what is to be delivered."""

    def __init__(self, queue: Publisher) -> None:
        """Order through ``queue``."""
        self._queue = queue

    def order(self, message: Message) -> None:
        """Ask that a message be told on its channels; an order given twice names the same message."""
        named = {"message_id": message.message_id, "subject": message.recipient}
        self._queue.send(json.dumps(named), name=message.message_id)
