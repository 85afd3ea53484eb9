"""Who hears of new events, and how a batch of them is told.

A stream keeps the order of one event alone, and delivers again what failed: each listener is idempotent by event and
indifferent to order.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias, runtime_checkable

from chalicelib.timeline.events import Event


class EventListener(Protocol):
    """Takes events one by one."""

    def on_event(self, event: Event, at: datetime, /) -> None:
        """Take an event at an instant. Idempotent; the order of events does not matter."""


@runtime_checkable
class BatchListener(Protocol):
    """Takes a whole batch, because together it costs less."""

    def on_events(self, events: Sequence[Event], at: datetime, /) -> None:
        """Take events of any owners at an instant. Idempotent; neither order nor company matters."""


Listeners: TypeAlias = Mapping[str, EventListener | BatchListener]
"""Who hears of events, by name, in the order in which they are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """An event that a listener could not take, and why."""

    event: Event
    listener: str
    error: Exception


def tell(listeners: Listeners, events: Sequence[Event], *, now: Callable[[], datetime]) -> tuple[Untold, ...]:
    """Tell events to all listeners, and return what one of them could not take.

    Where a batch fails its halves are told, down to single events: an event that cannot be taken stops neither the
    others nor the other listeners.
    """
    return tuple(untold for name, listener in listeners.items() for untold in _tell(name, listener, events, now))


def _tell(
    name: str, listener: EventListener | BatchListener, events: Sequence[Event], now: Callable[[], datetime]
) -> Iterator[Untold]:
    if not isinstance(listener, BatchListener):
        for event in events:
            try:
                listener.on_event(event, now())
            except Exception as error:  # noqa: BLE001 - whatever it was, the caller has to see to this very event
                yield Untold(event=event, listener=name, error=error)
        return
    try:
        listener.on_events(events, now())
    except Exception as error:  # noqa: BLE001 - as above
        if len(events) == 1:
            yield Untold(event=events[0], listener=name, error=error)
            return
        middle = len(events) // 2
        for half in (events[:middle], events[middle:]):
            yield from _tell(name, listener, half, now)
