"""An identity conflict: the name a number is known under, the name a source gave, and the decision on it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.events import ChainHead


class ConflictState(StrEnum):
    """Whether the conflict has been decided."""

    OPEN = "open"
    DECIDED = "decided"


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
class Conflict:
    """A record sent under a number that belongs to another name; it has no effect (R6.3).

    ``first`` is the key under which the subject was first registered, possibly made with an earlier secret.
    Names are masked; ``said_digest`` is the keyed digest of the name that the source gave.
    """

    conflict_id: str
    version: int = 1
    head: ChainHead = field(default_factory=ChainHead)
    subject: SubjectKey
    first: SubjectKey
    source: str
    record_id: str
    department: str
    known_as: str
    said: str
    said_digest: str
    said_by: str
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
