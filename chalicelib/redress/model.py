"""Objections, repairs and reversals: what they are about, what was decided, and what they undid."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from chalicelib.rulepacks.model.recourse import RepairPromise
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.events import ChainHead


class EntryKind(StrEnum):
    """What a way back may be about (事由对象): a record, a flag, or the refusal of a repair."""

    RECORD = "record"
    FLAG = "flag"
    REPAIR = "repair"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What somebody disputes or wants repaired, named as every answer names it.

    ``<source>/<record id>``, ``flag:<flag id>`` or ``repair:<repair id>``; ``name`` is the part after the kind.
    """

    kind: EntryKind
    name: str

    @property
    def record(self) -> tuple[str, str]:
        """The source of a record, and the id that the source gave it."""
        source, _, record_id = self.name.partition("/")
        return source, record_id

    def __str__(self) -> str:
        """Return the name that answers use."""
        return self.name if self.kind is EntryKind.RECORD else f"{self.kind.value}:{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What was undone (撤销、解除、终止公示): an entry by its name, and what the flag had been before."""

    entry: str
    subject: SubjectKey
    was: str


class HowAffected(StrEnum):
    """How a case met what was overturned (受影响方式)."""

    BASIS = "basis"
    PROMISE_REFUSED = "promise_refused"
    CHECKED = "checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectedCase:
    """A case that met an entry before it was overturned (受影响办件, R8.4)."""

    case_no: str
    item_code: str
    how: HowAffected
    met_at: datetime


class ObjectionState(StrEnum):
    """How far an objection has come (异议状态); nothing but a person's word or its own maker's ends it."""

    OPEN = "open"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class Outcome(StrEnum):
    """What may come of an objection (异议处理结果); rule packs say which of them each ground knows."""

    KEPT = "kept"
    CORRECTED = "corrected"
    DELETED = "deleted"
    NOT_THEIRS = "not_theirs"
    SHORTENED = "shortened"
    DELISTED = "delisted"
    LIFTED = "lifted"
    REOPENED = "reopened"


UNDOES = frozenset({Outcome.DELETED, Outcome.NOT_THEIRS, Outcome.DELISTED, Outcome.LIFTED})
"""Outcomes that undo: all that stands on the document, or a flag alone that is delisted or lifted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionRequest:
    """What somebody says against an entry, on one ground, and where it can be seen."""

    entry: Entry
    ground: str
    text: str
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionDecision:
    """What a person decides on an objection, on which article; what an outcome needs stands beside it."""

    outcome: Outcome
    reason: str
    basis: str
    ends_on: date | None = None
    contents: Mapping[str, str] = field(default_factory=dict)
    late_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A ruling with who gave it, when, what it undid, and which cases had met that."""

    ruling: ObjectionDecision
    decided_at: datetime
    decided_by: str
    undone: tuple[Undone, ...] = ()
    touched: tuple[AffectedCase, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """An objection (异议申诉).

    ``is_review``: the same ground was decided before, by somebody else (复核). ``is_paused``: no effect meanwhile.
    ``version`` and ``head`` are the row's own and not part of the stored document.
    """

    objection_id: str
    plea: ObjectionRequest
    subject: SubjectKey
    department: str
    made_at: datetime
    state: ObjectionState = ObjectionState.OPEN
    is_review: bool = False
    is_paused: bool = False
    decided: Decided | None = None
    withdrawn_at: datetime | None = None
    version: Annotated[int, Field(exclude=True)] = 0
    head: Annotated[ChainHead, Field(exclude=True)] = field(default_factory=ChainHead)

    @property
    def owner(self) -> str:
        """What its timeline and its clock are kept under."""
        return f"objection:{self.objection_id}"

    @property
    def entry(self) -> Entry:
        """What is disputed."""
        return self.plea.entry


class ProofKind(StrEnum):
    """What the service itself can show for a repair (可核验的证明)."""

    RECTIFIED = "rectified"
    PROMISES_KEPT = "promises_kept"
    PERIOD_PASSED = "period_passed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A proof that nobody has to hand in, for the service knows it (R3.5)."""

    kind: ProofKind
    source: str
    zh: str
    en: str


class RepairStage(StrEnum):
    """How far a repair has come (修复状态)."""

    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairDecision:
    """What a person decides on a repair; a refusal has its reason, its article and what is still missing (R3.13)."""

    is_approved: bool
    reason: str
    refusal: str = ""
    basis: str = ""
    missing: tuple[str, ...] = ()
    late_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A verdict with who gave it, when, and what it undid."""

    verdict: RepairDecision
    judged_at: datetime
    judged_by: str
    undone: tuple[Undone, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """A credit repair (信用修复): of an entry and of whatever else stands on the same document.

    ``proof`` and the promise are all that is asked; ``promise_hash`` says which words were promised.
    ``earlier`` are verdicts that an objection had looked at again.
    """

    repair_id: str
    entry: Entry
    subject: SubjectKey
    department: str
    organ: str
    document_no: str
    proof: str
    promise_hash: str
    proofs: tuple[Proof, ...]
    asked_at: datetime
    stage: RepairStage = RepairStage.OPEN
    judged: Judged | None = None
    earlier: tuple[Judged, ...] = ()
    version: Annotated[int, Field(exclude=True)] = 0
    head: Annotated[ChainHead, Field(exclude=True)] = field(default_factory=ChainHead)

    @property
    def owner(self) -> str:
        """What its timeline and its clocks are kept under."""
        return f"repair:{self.repair_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairForm:
    """What somebody needs to know before asking for a repair, and what is filled in already (R3.5)."""

    entry: Entry
    together: tuple[str, ...]
    repairable_from: date
    is_repairable: bool
    proofs: tuple[Proof, ...]
    promise: RepairPromise
    promise_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokingDocument:
    """What took the ground away (撤销文书): a review, a court or the organ itself, when, and on which article."""

    number: str
    organ: str
    effective_on: date
    basis: str


class Reopening(StrEnum):
    """How a case that met what fell stands now (受影响办件的恢复状态); ``ELSEWHERE`` is one of another system."""

    GOING_ON = "going_on"
    FINISHED = "finished"
    REOPENED = "reopened"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """A basis document that fell, with everything that had stood on it (依据文书被撤销, R3.11).

    ``late_reason`` says why it was put on record after the time that the rule pack sets.
    """

    reversal_id: str
    entry: Entry
    subject: SubjectKey
    department: str
    organ: str
    document_no: str
    by_document: RevokingDocument
    reason: str
    late_reason: str
    recorded_at: datetime
    recorded_by: str
    undone: tuple[Undone, ...]
    touched: tuple[AffectedCase, ...]
    version: Annotated[int, Field(exclude=True)] = 0
    head: Annotated[ChainHead, Field(exclude=True)] = field(default_factory=ChainHead)

    @property
    def owner(self) -> str:
        """What its timeline is kept under."""
        return f"reversal:{self.reversal_id}"
