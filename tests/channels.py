"""What the service hands to its queues and its topic: kept in lists instead of being sent."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from chalicelib import aws
from chalicelib.settings import settings


@dataclass(frozen=True, slots=True)
class Sent:
    """A message, the name by which its receivers tell repetitions, and how long the queue keeps it back."""

    name: str
    message: dict[str, Any]
    after: timedelta = timedelta(0)


@dataclass(slots=True)
class Channel:
    """What went to a queue or a topic, in order; one that is broken takes nothing."""

    sent: list[Sent] = field(default_factory=list)
    is_broken: bool = False

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Return the messages of a kind, which are known by a field: ``alert_id``, ``flag_notice_id``."""
        return [one.message for one in self.sent if kind in one.message]


@dataclass(slots=True)
class Channels:
    """The queues of deliveries, dead letters, imports, documents, walks and untold events, and the topic of alerts."""

    deliveries: Channel = field(default_factory=Channel)
    dead_letters: Channel = field(default_factory=Channel)
    imports: Channel = field(default_factory=Channel)
    alerts: Channel = field(default_factory=Channel)
    issue: Channel = field(default_factory=Channel)
    walks: Channel = field(default_factory=Channel)
    untold: Channel = field(default_factory=Channel)

    def at(self, address: str) -> Channel:
        """Return the channel at the address of a queue, or under the name of a topic."""
        return {
            settings().deliver_queue: self.deliveries,
            settings().dead_letter_queue: self.dead_letters,
            settings().import_queue: self.imports,
            settings().alert_topic: self.alerts,
            settings().issue_queue: self.issue,
            settings().walk_queue: self.walks,
            settings().untold_queue: self.untold,
        }[address]


@pytest.fixture
def channels() -> Iterator[Channels]:
    """The channels of a test's own."""
    with kept_channels() as kept:
        yield kept


@contextmanager
def kept_channels() -> Iterator[Channels]:
    """Keep what the service sends until the block ends; nothing of it reaches AWS, nor what stands in for it."""
    kept = Channels()
    asked = "what was asked"

    def note(params: dict[str, Any], context: dict[str, Any], **_: object) -> None:
        context[asked] = dict(params)

    def keep(context: dict[str, Any], **_: object) -> tuple[AWSResponse, dict[str, Any]]:
        said = context[asked]
        channel = kept.at(said.get("QueueUrl") or said["TopicArn"])
        if channel.is_broken:
            raise ConnectionError
        for one in said.get("Entries", [said]):
            channel.sent.append(
                Sent(
                    name=one["MessageAttributes"]["name"]["StringValue"],
                    message=json.loads(one.get("MessageBody") or one["Message"]),
                    after=timedelta(seconds=one.get("DelaySeconds", 0)),
                )
            )
        # botocore sends nothing once somebody has answered.
        return AWSResponse("", HTTPStatus.OK, HTTPHeaders(), None), {"MessageId": str(len(channel.sent))}

    hooks = [
        (aws.client(service).meta.events, f"{event}.{service}.{operation}", hook)
        for service, operation in (("sqs", "SendMessage"), ("sqs", "SendMessageBatch"), ("sns", "Publish"))
        for event, hook in (("provide-client-params", note), ("before-call", keep))
    ]
    for events, name, hook in hooks:
        events.register(name, hook)
    try:
        yield kept
    finally:
        for events, name, hook in hooks:
            events.unregister(name, hook)
