"""A card (牌): the finding, the events it rests on, and its state."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field


class Colour(StrEnum):
    """Yellow or red (黄牌、红牌)."""

    YELLOW = "yellow"
    RED = "red"


class CardState(StrEnum):
    """The state of a card (发牌状态)."""

    GIVEN = "given"
    ANSWERED = "answered"
    APPEALED = "appealed"
    UPHELD = "upheld"
    WITHDRAWN = "withdrawn"


class CardStep(StrEnum):
    """What may be done with a card once it is given."""

    REPLY = "reply"
    APPEAL = "appeal"
    DECISION = "decision"
    WITHDRAWAL = "withdrawal"


class Outcome(StrEnum):
    """The outcome of an appeal (申诉结果)."""

    UPHELD = "upheld"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A finding: timeline, colour, ground, the sequence numbers of its events, and the facts.

    ``officer`` is the staff id of the person concerned, blank if the finding concerns the department.
    """

    owner: str
    colour: Colour
    ground: str
    events: tuple[int, ...]
    facts: str
    officer: str = ""

    @property
    def card_id(self) -> str:
        """The same ground on the same events of the same timeline is the same card."""
        named = f"{self.owner}\x00{self.ground}\x00{sorted(set(self.events))}"
        return hashlib.sha256(named.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What somebody said about a card, and when; ``late`` if the deadline had passed."""

    text: str
    by: str
    at: datetime
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A card (牌). ``department`` is the one responsible; ``by_monitor`` means that the monitoring office gave it.

    ``rev`` belongs to the row and is not part of the stored document.
    """

    card_id: str
    finding: Finding
    department: str
    pack: str
    given_by: str
    by_monitor: bool
    given_at: datetime
    reply_due_at: datetime
    state: CardState = CardState.GIVEN
    reply: Word | None = None
    appeal: Word | None = None
    decision: Word | None = None
    withdrawal: Word | None = None
    rev: Annotated[int, Field(exclude=True)] = field(default=0)
