"""Events and the chain they form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from chalicelib.timeline.event_types import EventKind

Json: TypeAlias = str | int | bool | Sequence["Json"] | Mapping[str, "Json"] | None
"""What may be hashed; no floats, because RFC 8785 formats them differently."""

NOTHING_BEFORE = "0" * 64


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The end of an owner's chain: stored on the owner's row, and the condition of every write that extends it."""

    seq: int = 0
    hash: str = NOTHING_BEFORE


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """An event before it has its place in a chain.

    ``actor`` is ``subject:<subject key>``, ``staff:<staff id>`` or ``system:<name>``, never a name or number.
    ``texts`` (free text, documents) may hold personal data: they are stored beside the event, each with a random salt,
    and the event holds digests of both.
    """

    kind: EventKind
    occurred_at: datetime
    actor: str
    department: str
    data: Mapping[str, Json] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event as stored; instants are RFC 3339 text, because that is what is hashed.

    ``hash`` is the hexadecimal SHA-256 of the RFC 8785 canonical JSON of all other fields except ``texts`` and
    ``salts``. ``seq`` counts from 1; the first event's ``prev_hash`` is 64 zeros. For each text,
    ``data["text_digests"]`` holds under the same name the HMAC-SHA256 of the text with its salt as the key; once text
    and salt are deleted, nobody can tell by trying what it was. ``docs/timeline.md`` shows how to recompute both.
    """

    owner: str
    seq: int
    kind: str
    occurred_at: str
    recorded_at: str
    actor: str
    department: str
    data: Mapping[str, Json]
    prev_hash: str
    hash: str
    texts: Mapping[str, str] = field(default_factory=dict)
    salts: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The id by which consumers recognise a repetition."""
        return f"{self.owner}/{self.seq}"


class FaultReason(StrEnum):
    """Why a timeline cannot be trusted (不可信原因)."""

    MISSING = "EVENT_MISSING"
    CONTENT = "CONTENT_ALTERED"
    LINK = "LINK_BROKEN"
    TEXT = "TEXT_ALTERED"
    TAIL = "TAIL_MISSING"
    BEYOND = "EVENT_ADDED"


@dataclass(frozen=True, slots=True)
class ChainFault:
    """The first event that cannot be trusted, and why."""

    seq: int
    reason: FaultReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A timeline as read, with the result of checking its chain."""

    events: tuple[Event, ...]
    fault: ChainFault | None

    @property
    def verified(self) -> bool:
        """Whether every event is in its place and unaltered."""
        return self.fault is None
