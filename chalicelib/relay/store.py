"""Noting how far the relay has got."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from pynamodb.exceptions import PutError

from chalicelib.clock import instant_from
from chalicelib.dynamo.model import code_of
from chalicelib.relay.table import TOLD, MarkRow
from chalicelib.timeline.events import Event
from chalicelib.timeline.store import BEATS

UNTOLD: Final = "untold/"


class MarkStore:
    """Marks of how far the relay has got."""

    def came_back(self, beat: str, at: datetime) -> None:
        """Note a beat that came back through the stream; one that comes late takes no later one's place."""
        try:
            MarkRow(TOLD, f"beat/{beat}", at=at).save(MarkRow.at.does_not_exist() | (MarkRow.at < at))
        except PutError as error:
            if code_of(error) != "ConditionalCheckFailedException":
                raise

    def set_aside(self, event: Event, listener: str) -> None:
        """Note an event that a listener has yet to take. Idempotent."""
        MarkRow(TOLD, _name(event, listener), at=instant_from(event.recorded_at)).save()

    def settle(self, event: Event, listener: str) -> None:
        """Note that a listener has taken an event. Idempotent."""
        MarkRow(TOLD, _name(event, listener)).delete()

    def set_aside_of(self, events: Collection[Event], listeners: Collection[str]) -> list[tuple[Event, str]]:
        """Return which of these events are noted as yet to be taken by these listeners: one query, or none.

        It covers the time in which the events were recorded, in which hardly any is set aside.
        """
        if not events:
            return []
        first = min(event.recorded_at for event in events)
        last = max(event.recorded_at for event in events)
        between = MarkRow.name.between(f"{UNTOLD}{first}/", f"{UNTOLD}{last}/~")
        names = {row.name for row in MarkRow.query(TOLD, between, consistent_read=True)}
        return [(event, name) for event in events for name in listeners if _name(event, name) in names]

    def told_until(self) -> datetime | None:
        """Return until when every event has been told: one query; ``None`` before every beat has come back once."""
        marks = list(MarkRow.query(TOLD, limit=BEATS + 1))
        beats = sum(not mark.name.startswith(UNTOLD) for mark in marks)
        return min(mark.at for mark in marks) if beats == BEATS else None


def _name(event: Event, listener: str) -> str:
    """Return the name of a mark: the oldest event comes first."""
    return f"{UNTOLD}{event.recorded_at}/{listener}/{event.id}"
