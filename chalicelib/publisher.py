"""Publishing to a queue or a topic."""

import math
from datetime import timedelta
from typing import Final, Protocol

from chalicelib.aws import client

AT_ONCE: Final = timedelta(0)


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
