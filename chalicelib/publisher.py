"""The queue and the topic that alerts go through."""

import math
from datetime import timedelta

from chalicelib.aws import client


class Queue:
    """An SQS queue."""

    def __init__(self, url: str) -> None:
        """Send to the queue at ``url``."""
        self._url = url

    def send(self, message: str, *, name: str, after: timedelta = timedelta(0)) -> None:
        """Put a message into the queue, to be seen ``after`` a while; ``name`` lets consumers tell repetitions."""
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
        """Publish a message; ``name`` lets subscribers tell repetitions."""
        client("sns").publish(
            TopicArn=self._arn,
            Message=message,
            MessageAttributes={"name": {"DataType": "String", "StringValue": name}},
        )
