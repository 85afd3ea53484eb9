"""Publishing to a queue or a topic."""

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Protocol

from chalicelib.aws import client

AT_ONCE: Final = timedelta(0)

MOST_AT_ONCE: Final = 10
"""How many messages SQS takes in one call."""


class NotSentError(RuntimeError):
    """A queue took a batch, but not all of its messages."""


class Publisher(Protocol):
    """A destination for messages; ``name`` lets consumers recognise a repetition."""

    def send(self, message: str, *, name: str) -> None:
        """Publish a message; raises if it was not accepted."""
        ...


class DelayingPublisher(Protocol):
    """A publisher that can hold a message back for a while."""

    def send(self, message: str, *, name: str, after: timedelta = AT_ONCE) -> None:
        """Publish a message, delivered after a delay; raises if it was not accepted."""
        ...


class BatchPublisher(DelayingPublisher, Protocol):
    """A publisher that takes many messages at once, too."""

    def send_all(self, messages: Mapping[str, str]) -> None:
        """Publish messages by their names; raises if one of them was not accepted."""
        ...


class Queue:
    """An SQS queue."""

    def __init__(self, url: str) -> None:
        """Send to the queue at ``url``."""
        self._url = url

    def send(self, message: str, *, name: str, after: timedelta = AT_ONCE) -> None:
        """Send a message, delivered after a delay; ``name`` lets consumers recognise a repetition."""
        client("sqs").send_message(
            QueueUrl=self._url,
            MessageBody=message,
            DelaySeconds=math.ceil(after.total_seconds()),
            MessageAttributes={"name": {"DataType": "String", "StringValue": name}},
        )

    def send_all(self, messages: Mapping[str, str]) -> None:
        """Send messages by their names, ten a call; raises ``NotSentError`` if one of them was not accepted."""
        entries = [
            {
                "Id": str(number),
                "MessageBody": message,
                "MessageAttributes": {"name": {"DataType": "String", "StringValue": name}},
            }
            for number, (name, message) in enumerate(messages.items())
        ]
        for first in range(0, len(entries), MOST_AT_ONCE):
            answer = client("sqs").send_message_batch(QueueUrl=self._url, Entries=entries[first : first + MOST_AT_ONCE])
            if failed := answer.get("Failed"):
                raise NotSentError(failed[0]["Code"])


class Topic:
    """An SNS topic."""

    def __init__(self, arn: str) -> None:
        """Publish on the topic ``arn``."""
        self._arn = arn

    def send(self, message: str, *, name: str) -> None:
        """Publish a message; ``name`` lets subscribers recognise a repetition."""
        client("sns").publish(
            TopicArn=self._arn,
            Message=message,
            MessageAttributes={"name": {"DataType": "String", "StringValue": name}},
        )
