"""An identity conflict: the name a number is known under, the name that somebody gave, and the decision on it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.events import ChainHead


class ConflictState(StrEnum):
    """Whether the conflict has been decided."""

    OPEN = "open"
    DECIDED = "decided"


class Cause(StrEnum):
    """Where the other name was given (冲突来源)."""

    RECORD = "record"
    IMPORT = "import"
    FLAG = "flag"
    CHECK = "check"
    AGENT = "agent"
    FILING = "filing"


class Outcome(StrEnum):
    """The finding (核对结论): one person with two names, or two persons, one of them with a wrong number."""

    SAME_PERSON = "same_person"
    ANOTHER_PERSON = "another_person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The decision on a conflict; ``evidence`` names the document it is based on."""

    outcome: Outcome
    evidence: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """A name that somebody gave for a number which is known under another; nothing adverse follows (R6.3).

    ``first`` is the key under which the subject was first registered, possibly made with an earlier secret. ``said`` is
    masked, ``said_digest`` the keyed digest of the name. A record is named by its source and id, anything else by
    ``reference``: a case, an item, a measure. ``department`` is whose credit officers may see it beside the credit
    office's.
    """

    cause: Cause
    subject: SubjectKey
    first: SubjectKey
    said: str
    said_digest: str
    said_by: str
    department: str = ""
    source: str = ""
    record_id: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict(Mismatch):
    """A mismatch on the desk of a person; ``known_as`` is masked, and a star if only credit records have the name."""

    conflict_id: str
    version: int = 1
    head: ChainHead = field(default_factory=ChainHead)
    known_as: str
    said_at: datetime
    decision: Decision | None = None

    @property
    def owner(self) -> str:
        """The key of the conflict's timeline."""
        return f"conflict:{self.conflict_id}"

    @property
    def state(self) -> ConflictState:
        """Whether the conflict is open or decided."""
        return ConflictState.OPEN if self.decision is None else ConflictState.DECIDED
