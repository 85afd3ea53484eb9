"""What is handed to a channel (渠道), and what the channel says of it."""

from dataclasses import dataclass, field
from enum import StrEnum

from chalicelib.messages.model.contacts import Language
from chalicelib.messages.model.telling import Words


class Result(StrEnum):
    """What became of an attempt to hand a letter over."""

    SENT = "sent"
    """The other side has taken it."""
    AGAIN = "again"
    """It has not been taken, and may be tried again."""
    REFUSED = "refused"
    """It has not been taken and will not be, however often it is tried."""
    UNKNOWN = "unknown"
    """The line broke when it had been sent and not yet taken: it may be there or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """The result of an attempt; ``reason`` is the other side's status or a word of ours, and names nobody."""

    result: Result
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A text to one value of a person; an SMS has no title.

    ``name`` is the same at every attempt, so that a repetition is known.
    """

    to: str = field(repr=False)
    words: Words = field(repr=False)
    name: str
    language: Language = "zh"
