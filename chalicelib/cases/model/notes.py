"""What colleagues tell one another about a case (内部备注): no part of the file, and never shown to applicants."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note: its text, whose it is (an actor of events), and when it was written."""

    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """The notes of a case, oldest first; ``version`` is 0 before the first."""

    case_no: str
    notes: tuple[Note, ...] = ()
    version: int = 0
