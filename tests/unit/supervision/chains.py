"""Events as chains of one owner have them, for the rules that read chains."""

from datetime import datetime

from chalicelib.clock import instant_text
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event, Json
from tests.builders import NOON


def an_event(
    kind: EventKind,
    seq: int = 1,
    *,
    at: datetime = NOON,
    occurred: datetime | None = None,
    actor: str = "staff:o-1",
    owner: str = "case:X",
    **data: Json,
) -> Event:
    return Event(
        owner=owner,
        seq=seq,
        kind=kind,
        occurred_at=instant_text(occurred or at),
        recorded_at=instant_text(at),
        actor=actor,
        department="traffic",
        data=data,
        prev_hash="",
        hash="",
    )
