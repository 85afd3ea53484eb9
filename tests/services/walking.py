"""Walks without their queue: each part taken to its end, or as far as the instant lets it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest import mock

from chalicelib.clock import day_in_shanghai
from chalicelib.container import container
from chalicelib.walks.model import Step


class Kept:
    """A queue that keeps the messages that would be taken at once."""

    def __init__(self) -> None:
        self.parts: list[tuple[str, str]] = []

    def send(self, message: str, *, name: str, after: timedelta = timedelta(0)) -> None:
        assert name
        said = json.loads(message)
        if not after:
            self.parts.append((said["walk"], said["part"]))


@contextmanager
def waiting() -> Iterator[list[tuple[str, str]]]:
    """Keep the walks and parts that are sent on until the block ends."""
    kept = Kept()
    with mock.patch.object(container().walks, "_queue", kept):
        yield kept.parts


def taken(parts: list[tuple[str, str]], *, at: datetime) -> Step:
    """Take parts as far as they come at an instant; return what their steps did together."""
    steps = [
        container().walks.go_on(walk, part, is_time_left=lambda: True, now=lambda: at) for walk, part in tuple(parts)
    ]
    return Step(
        looked_at=sum(step.looked_at for step in steps),
        changed=sum(step.changed for step in steps),
        failed=sum(step.failed for step in steps),
    )


def walked(walk: str, *parts: str, at: datetime) -> Step:
    """Begin a walk, or go on with it, and take every part as far as it comes."""
    with waiting() as sent:
        container().walks.repeat(walk, parts, at=at)
        return taken(sent, at=at)


def ended(walk: str, *, at: datetime) -> Step:
    """Let one of the walks of the night end what has ended."""
    return walked(walk, *container().nightly_walks(day_in_shanghai(at))[walk], at=at)


def recount(year: int = 2027, *, at: datetime) -> None:
    """Let the relay tell of a year's editions, and take the walks that they begin as far as the instant lets them."""
    with waiting() as sent:
        for event in container().timeline.events(f"calendar:{year}"):
            container().recalculation.on_event(event, at)
        taken(sent, at=at)
