"""Telling events, what could not be told again, and any span of the past on request."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any, Final

from chalicelib.clock import instant_text
from chalicelib.logging import logger
from chalicelib.publisher import DelayingPublisher
from chalicelib.relay.model import Replay
from chalicelib.relay.rules import MOST_ATTEMPTS, behind, portions, wait
from chalicelib.relay.store import MarkStore
from chalicelib.timeline.events import Event
from chalicelib.timeline.listeners import Listeners, Untold, tell
from chalicelib.timeline.store import Beat, Timeline

PAGE: Final = 500
"""How many rows of the timeline a page of a replay reads: about half of what DynamoDB returns at once."""

WITHOUT: Final = frozenset({"texts", "salts"})
"""What no listener reads of an event, and the law may have deleted: it stays in the timeline."""


class UntoldError(RuntimeError):
    """A listener could not take an event, and it could not be put off any more."""


class Relay:
    """Tells events to listeners, each until it has taken them."""

    def __init__(
        self,
        store: MarkStore,
        timeline: Timeline,
        *,
        listeners: Callable[[], Listeners],
        queue: DelayingPublisher,
        now: Callable[[], datetime],
    ) -> None:
        """``queue`` leads back here (``take``). Building the listeners brings along all that they need."""
        self._store = store
        self._timeline = timeline
        self._listeners = listeners
        self._queue = queue
        self._now = now

    def tell(self, events: Sequence[Event]) -> tuple[Untold, ...]:
        """Tell events to all listeners; what one cannot take is set aside, whole, to be told to that one again.

        Returns what could not even be set aside, which the stream must bring again.
        """
        untold = tell(self._listeners(), events, now=self._now) if events else ()
        return tuple(each for each in untold if not self._is_set_aside(each, attempt=1))

    def _is_set_aside(self, untold: Untold, *, attempt: int) -> bool:
        _log("event_not_told", untold.event, untold.listener, untold.error)
        try:
            if attempt == 1:
                # The mark comes first: while none can be written, no delivery leaves a message behind.
                self._store.set_aside(untold.event, untold.listener)
            self._send([_text(untold.event)], [untold.listener], attempt=attempt, after=wait(attempt))
        except Exception as error:  # noqa: BLE001 - whatever it was, whoever brought the event must keep it
            _log("event_not_set_aside", untold.event, untold.listener, error)
            if attempt == 1:
                self._forget(untold)
            return False
        return True

    def _forget(self, untold: Untold) -> None:
        """Take a mark away that has no message: who takes the event when the stream brings it again takes no mark."""
        try:
            self._store.settle(untold.event, untold.listener)
        except Exception as error:  # noqa: BLE001 - a mark that stays says too much, and a replay takes it away
            _log("mark_not_taken_away", untold.event, untold.listener, error)

    def _send(self, events: Sequence[str], listeners: Sequence[str], *, attempt: int, after: timedelta) -> None:
        names = json.dumps(list(listeners))
        body = f'{{"attempt":{attempt},"listeners":{names},"events":[{",".join(events)}]}}'
        self._queue.send(body, name="untold", after=after)

    def take(self, message: Mapping[str, Any]) -> int:
        """Tell the events of a message again to the listeners that it names; returns how many there are. Idempotent.

        What cannot be taken this time either is put off once more, by itself. Raises ``UntoldError`` after the last
        attempt, so that the queue puts the message among its dead letters; ``KeyError`` for an unknown listener.
        """
        events = [Event(**each) for each in message["events"]]
        listeners = {name: self._listeners()[name] for name in message["listeners"]}
        untold = tell(listeners, events, now=self._now)
        for each in untold:
            if message["attempt"] >= MOST_ATTEMPTS or not self._is_set_aside(each, attempt=message["attempt"] + 1):
                error = f"{each.listener} cannot take {each.event.id}"
                raise UntoldError(error) from each.error
        failed = {(each.event.id, each.listener) for each in untold}
        for event, name in self._store.set_aside_of(events, list(listeners)):
            if (event.id, name) not in failed:
                self._store.settle(event, name)
        return len(events)

    def replay(self, wanted: Replay, *, is_time_left: Callable[[], bool]) -> Replay:
        """Hand events of a span over to be told again, while time is left; return where to go on.

        Reads the whole timeline unless one owner is wanted, so it is for an operator and no request. Safe to repeat
        from any position: listeners are idempotent. ``LookupError`` for a listener that there is not.
        """
        names = list(self._listeners())
        if unknown := set(wanted.listeners) - set(names):
            message = f"No listener: {', '.join(sorted(unknown))}; there are {', '.join(names)}"
            raise LookupError(message)
        first, last = instant_text(wanted.since), instant_text(wanted.until)
        done = wanted
        while not done.is_over and is_time_left():
            page = self._timeline.page(wanted.owner, limit=PAGE, after=done.position)
            found = [event for event in page.items if first <= event.recorded_at < last]
            if not wanted.dry_run:
                for portion in portions(map(_text, found)):
                    self._send(portion, wanted.listeners or names, attempt=0, after=timedelta(0))
            done = replace(done, position=page.after, found=done.found + len(found), is_over=page.after is None)
        return done

    def beat(self, at: datetime) -> None:
        """Send beats through the stream, which say how far it has got when they come back (``hear``)."""
        self._timeline.beat(at)

    def hear(self, beats: Iterable[Beat]) -> None:
        """Note beats that came back: what was recorded before them, and came the same way, has been told."""
        for beat in beats:
            self._store.came_back(beat.name, beat.at)

    def told_until(self) -> datetime | None:
        """Return until when every event has been told to everybody; ``None`` while that is not known."""
        return self._store.told_until()

    def behind(self, *, at: datetime) -> int | None:
        """Return for how many seconds not everything has been told, 0 while it is in time (see ``rules.behind``)."""
        return behind(self.told_until(), at=at)


def _text(event: Event) -> str:
    fields = {name: value for name, value in asdict(event).items() if name not in WITHOUT}
    # In ASCII alone: there are characters that the queue refuses, and one of them would keep its event in the stream.
    return json.dumps(fields, separators=(",", ":"))


def _log(what: str, event: Event, listener: str, error: Exception) -> None:
    logger("relay").error(what, event_id=event.id, listener=listener, error=type(error).__name__, exc_info=error)
