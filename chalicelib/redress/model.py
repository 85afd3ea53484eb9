"""Objections, repairs, revocations and amendments: their subject matter, decision and effects."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from chalicelib.credit.model.records import Document, RepairState
from chalicelib.rulepacks.model.recourse import RepairPromise
from chalicelib.sanctions.model.flags import Lifting
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.events import ChainHead


class EntryKind(StrEnum):
    """The kinds of entry that redress can concern (事由对象): a record, a flag, a refused repair, a revoked case."""

    RECORD = "record"
    FLAG = "flag"
    REPAIR = "repair"
    CASE = "case"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The entry that is disputed or to be repaired, named as in answers.

    ``<source>/<record id>``, ``flag:<flag id>``, ``repair:<repair id>`` or ``case:<case number>``; ``name`` is the part
    after the kind. A case stands for the document that revoked its decision.
    """

    kind: EntryKind
    name: str

    @property
    def record(self) -> tuple[str, str]:
        """The source of a record, and its id there."""
        source, _, record_id = self.name.partition("/")
        return source, record_id

    def __str__(self) -> str:
        """Return the name used in answers."""
        return self.name if self.kind is EntryKind.RECORD else f"{self.kind.value}:{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """An entry that was undone (撤销、解除、终止公示), with its earlier state or severity."""

    entry: str
    subject: SubjectKey
    was: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoing:
    """What becomes of the records and flags that are undone."""

    state: RepairState
    lifting: Lifting


class Phase(StrEnum):
    """What of a document is undone in steps, in this order: those first whose summaries do not know the document."""

    FLAGS_OF_OTHERS = "flags_of_others"
    FLAGS = "flags"
    RECORDS = "records"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remainder:
    """What is still to be undone of a revoked document (分步撤销), where it was too much for one transaction.

    ``person`` narrows it to one person's flags on an organisation's document. ``sub`` and ``department`` are of the
    official who decided. ``after`` is the position in ``phase``; ``undone`` counts what steps have undone, ``found``
    what this pass has; ``left`` is how many there were at the beginning. A pass that finds nothing is the last one, and
    leaves no ``next_at``.
    """

    base: SubjectKey
    person: SubjectKey | None
    document: Document
    state: RepairState
    lifting: Lifting
    sub: str
    department: str
    begun_at: datetime
    left: int
    next_at: datetime | None
    phase: Phase = Phase.FLAGS_OF_OTHERS
    after: dict[str, dict[str, str]] | None = None
    found: int = 0
    undone: int = 0
    finished_at: datetime | None = None
    rev: int = 1

    def undoing(self, at: datetime) -> Undoing:
        """Return how entries are undone in a step at an instant."""
        return Undoing(state=self.state, lifting=replace(self.lifting, lifted_at=at))


class HowAffected(StrEnum):
    """How a case was affected by a withdrawn entry (受影响方式)."""

    BASIS = "basis"
    PROMISE_REFUSED = "promise_refused"
    CHECKED = "checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectedCase:
    """A case that was affected by an entry before its withdrawal (受影响办件, R8.4)."""

    case_no: str
    item_code: str
    how: HowAffected
    met_at: datetime


class ObjectionState(StrEnum):
    """The state of an objection (异议状态); it ends only by a decision or by the objector's withdrawal."""

    OPEN = "open"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class Outcome(StrEnum):
    """The outcomes of an objection (异议处理结果); rule packs say which are possible on each ground."""

    KEPT = "kept"
    CORRECTED = "corrected"
    DELETED = "deleted"
    NOT_THEIRS = "not_theirs"
    SHORTENED = "shortened"
    DELISTED = "delisted"
    LIFTED = "lifted"
    REOPENED = "reopened"


UNDOES = frozenset({Outcome.DELETED, Outcome.NOT_THEIRS, Outcome.DELISTED, Outcome.LIFTED})
"""Outcomes that undo entries: all on the document, or, if a flag is delisted or lifted, the flag alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionRequest:
    """An objection to an entry on one ground, with evidence."""

    entry: Entry
    ground: str
    text: str
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionDecision:
    """The decision on an objection, with its article and whatever the outcome requires."""

    outcome: Outcome
    reason: str
    basis: str
    ends_on: date | None = None
    contents: Mapping[str, str] = field(default_factory=dict)
    late_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A recorded decision: by whom and when, what it undid, and which cases had been affected."""

    ruling: ObjectionDecision
    decided_at: datetime
    decided_by: str
    undone: tuple[Undone, ...] = ()
    touched: tuple[AffectedCase, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """An objection (异议申诉).

    ``is_review``: the same ground was decided before, by somebody else (复核). ``is_paused``: the flag has no effect
    meanwhile. ``version`` and ``head`` come from the row and are not part of the stored document.
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
        """The key of its timeline and clock."""
        return f"objection:{self.objection_id}"

    @property
    def entry(self) -> Entry:
        """The disputed entry."""
        return self.plea.entry


class AmendmentState(StrEnum):
    """The state of an amendment (更正状态); it has no effect until a second person has confirmed it."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


AMENDS = frozenset({Outcome.CORRECTED, Outcome.SHORTENED, Outcome.DELETED})
"""What an amendment may do to a record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendmentAct:
    """Who confirmed or withdrew an amendment, when, and why."""

    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """What the credit office wants to change in a record without an objection (更正): its department may be another.

    ``wanted`` has the reason and the article; ``undone`` and ``touched`` are known once it is confirmed.
    """

    amendment_id: str
    entry: Entry
    subject: SubjectKey
    department: str
    wanted: ObjectionDecision
    proposed_at: datetime
    proposed_by: str
    confirmed: AmendmentAct | None = None
    withdrawn: AmendmentAct | None = None
    undone: tuple[Undone, ...] = ()
    touched: tuple[AffectedCase, ...] = ()
    version: Annotated[int, Field(exclude=True)] = 0
    head: Annotated[ChainHead, Field(exclude=True)] = field(default_factory=ChainHead)

    @property
    def owner(self) -> str:
        """The key of its timeline."""
        return f"amendment:{self.amendment_id}"

    @property
    def state(self) -> AmendmentState:
        """Whether it is proposed, confirmed or withdrawn."""
        if self.withdrawn is not None:
            return AmendmentState.WITHDRAWN
        return AmendmentState.PROPOSED if self.confirmed is None else AmendmentState.CONFIRMED


class ProofKind(StrEnum):
    """The kinds of proof for a repair that the service has itself (可核验的证明)."""

    RECTIFIED = "rectified"
    PROMISES_KEPT = "promises_kept"
    PERIOD_PASSED = "period_passed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A proof that need not be handed in, because the service has it (R3.5)."""

    kind: ProofKind
    source: str
    zh: str
    en: str


class RepairStage(StrEnum):
    """The stage of a repair (修复状态)."""

    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairDecision:
    """The decision on a repair; a refusal has its reason, its article and what is still missing (R3.13)."""

    is_approved: bool
    reason: str
    refusal: str = ""
    basis: str = ""
    missing: tuple[str, ...] = ()
    late_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A recorded decision on a repair: by whom and when, and what it undid."""

    verdict: RepairDecision
    judged_at: datetime
    judged_by: str
    undone: tuple[Undone, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """A credit repair (信用修复) of an entry and of everything else based on the same document.

    Only ``proof`` and the promise are required; ``promise_hash`` identifies the wording promised.
    ``earlier`` are decisions that were reopened after an objection.
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
        """The key of its timeline and clocks."""
        return f"repair:{self.repair_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairForm:
    """What an applicant needs to know before requesting a repair, with the known parts filled in (R3.5)."""

    entry: Entry
    together: tuple[str, ...]
    repairable_from: date
    is_repairable: bool
    proofs: tuple[Proof, ...]
    promise: RepairPromise
    promise_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokingDocument:
    """The document that revokes the basis (撤销文书): from a review, a court or the organ itself."""

    number: str
    organ: str
    effective_on: date
    basis: str


class Reopening(StrEnum):
    """The state of a case affected by a revocation (受影响办件的恢复状态); ``ELSEWHERE`` is in another system."""

    GOING_ON = "going_on"
    FINISHED = "finished"
    REOPENED = "reopened"
    REINSTATED = "reinstated"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """The revocation of a basis document, with everything that was based on it (依据文书被撤销, R3.11).

    ``late_reason`` says why it was recorded after the time limit of the rule pack.
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
        """The key of its timeline."""
        return f"reversal:{self.reversal_id}"
