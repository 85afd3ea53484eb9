"""A conflict of identity: who is known under a number, who was said to be, and what a person decided."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.events import ChainHead


class ConflictState(StrEnum):
    """Whether a person has looked at it."""

    OPEN = "open"
    DECIDED = "decided"


class Outcome(StrEnum):
    """What a person found (核对结论): one person with two names, or two of which one has a wrong number."""

    SAME_PERSON = "same_person"
    ANOTHER_PERSON = "another_person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A person's finding; ``evidence`` names the document that it rests on."""

    outcome: Outcome
    evidence: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A record that a source sent under a number that belongs to another name; it has no effect (R6.3).

    ``first`` is the key under which the subject was first remembered, perhaps made with an earlier secret.
    Names are masked; ``said_digest`` is the keyed digest of the one that came.
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
        """How the timeline names the conflict."""
        return f"conflict:{self.conflict_id}"

    @property
    def state(self) -> ConflictState:
        """Whether somebody has decided."""
        return ConflictState.OPEN if self.decision is None else ConflictState.DECIDED
