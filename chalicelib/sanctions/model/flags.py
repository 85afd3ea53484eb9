"""Measures of the list, and flags."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from chalicelib.credit.model.records import Document, Effect, ObjectionState, Severity
from chalicelib.subjects.model.subjects import Identity, SubjectKey, SubjectKind
from chalicelib.timeline.events import ChainHead


class MeasureClass(StrEnum):
    """The classes of measures (措施类别): ``CLASS_1`` reduces rights or adds duties, ``CLASS_2`` is administrative."""

    CLASS_1 = "1"
    CLASS_2 = "2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A row of the list (惩戒措施): what may be done to whom, by whom, on which article, and until when.

    ``allowed`` is the proportionality table (过惩相当): for each conduct, the severities that justify it (R2.14).
    ``related_items`` are the items it may concern (相关联事项); a flag names some of them and no others.
    ``most_months`` is the longest duration of a flag.
    """

    code: str
    class_: MeasureClass
    measure: str
    content: str
    target: str
    basis: str
    organ: str
    in_force_from: date
    in_force_to: date | None
    effect: Effect
    subject_kinds: tuple[SubjectKind, ...]
    allowed: Mapping[str, tuple[Severity, ...]]
    related_items: tuple[str, ...]
    most_months: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conduct:
    """A kind of conduct (失信行为) in the proportionality table."""

    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureList:
    """An edition of the list of measures (失信惩戒措施基础清单); measures not published here may not be used."""

    edition: str
    title: str
    in_force_from: date
    conducts: tuple[Conduct, ...]
    measures: tuple[Measure, ...]
    sources: tuple[str, ...]

    def measure(self, code: str) -> Measure | None:
        """Return the row with that code, or None."""
        return next((measure for measure in self.measures if measure.code == code), None)


class FlagState(StrEnum):
    """The state of a flag (惩戒标识状态); only ``ACTIVE`` ones have effect, and only between their dates."""

    PROPOSED = "proposed"
    SERVED = "served"
    ANSWERED = "answered"
    ACTIVE = "active"
    LIFTED = "lifted"
    ENDED = "ended"
    SUSPENDED = "suspended"


LIVE = frozenset({FlagState.ACTIVE, FlagState.SUSPENDED})
"""States of flags that can still expire or be affected by a new edition of the list."""

OVER = frozenset({FlagState.LIFTED, FlagState.ENDED})
"""States from which a flag never has effect again."""


class LostGround(StrEnum):
    """Why an edition of the list no longer supports a flag (失去依据)."""

    MEASURE_GONE = "measure_gone"
    MEASURE_NOT_IN_FORCE = "measure_not_in_force"
    NOT_RELATED = "not_related"
    TARGET_NOT_ELIGIBLE = "target_not_eligible"
    DISPROPORTIONATE = "disproportionate"
    TOO_LONG = "too_long"
    HARSHER = "harsher"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request to resume a suspended flag; a second person must agree."""

    asked_at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """The suspension of a flag (中止): by which edition, when, and on which grounds."""

    suspended_at: datetime
    edition: str
    grounds: tuple[LostGround, ...]
    request: Request | None = None


class Documents(Protocol):
    """Knows which documents are in effect; implemented by redress, which also asks the cases."""

    def is_effective(self, case_no: str | None, document: Document, *, subject: SubjectKey, on: date) -> bool:
        """Whether a document about a subject is valid on a day and, if a case is named, was issued in it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A proposed flag; parts may be missing, so that the right error can be given.

    ``personal_finding`` says why a person is responsible for an organisation (R2.11).
    """

    measure_code: str
    edition: str | None
    case_no: str | None
    conduct: str
    severity: Severity
    document_no: str | None
    organ: str | None
    effective_on: date | None
    served_at: datetime | None
    remedy_until: date | None
    court_until: date | None = None
    related_items: tuple[str, ...]
    starts_on: date
    ends_on: date | None
    facts: str
    personal_finding: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Whom a flag is proposed for, and whom the document is about if that is somebody else."""

    about: Identity
    document_about: Identity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Whom a flag is for (惩戒对象), and whom its document is about: the same, or an organisation it answers for.

    ``name_digest`` is a keyed digest of the name, so that checks can compare names without reading them.
    """

    subject: SubjectKey
    document_subject: SubjectKey
    name_digest: str
    masked_name: str
    kind: SubjectKind | None = None

    @property
    def keys(self) -> tuple[SubjectKey, ...]:
        """Everybody whom the flag concerns."""
        return self.subject, self.document_subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Proof that the notice was served on the subject (送达); without it a flag has no effect (R2.12)."""

    served_at: datetime
    method: str
    proof: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """The subject's statement in its defence (陈述申辩)."""

    made_at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """The second person's confirmation (确认), with the reply to the subject's statement."""

    confirmed_at: datetime
    by: str
    reason: str
    statement_answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifting:
    """Why and on which basis a flag was lifted before its last day (解除).

    ``because`` is ``lifting``, or names the objection, repair, revocation or amendment that lifted it.
    """

    lifted_at: datetime
    by: str
    reason: str
    basis: str
    because: str = "lifting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A joint-sanctions flag (惩戒标识), from its proposal on an effective document to its end.

    While ``is_paused``, it has no effect because an objection is open (R3.9). ``remedies`` and ``repair_notice`` are
    told with it, word for word (两书同达, R3.4).
    """

    flag_id: str
    version: int
    head: ChainHead = field(default_factory=ChainHead)
    state: FlagState
    party: Party
    department: str
    case_no: str | None
    measure_code: str
    measure: str
    edition: str
    effect: Effect
    basis: str
    conduct: str
    severity: Severity
    document: Document
    related_items: tuple[str, ...]
    starts_on: date
    ends_on: date
    facts: str
    personal_finding: str
    remedies: str
    repair_notice: str
    proposed_by: str
    proposed_at: datetime
    service: Service | None = None
    statements: tuple[Statement, ...] = ()
    confirmation: Confirmation | None = None
    lifting: Lifting | None = None
    suspension: Suspension | None = None
    objection: ObjectionState = ObjectionState.NONE
    is_paused: bool = False

    @property
    def subject(self) -> SubjectKey:
        """The subject that the flag is for."""
        return self.party.subject

    @property
    def owner(self) -> str:
        """The key of the flag's timeline."""
        return f"flag:{self.flag_id}"

    def is_in_force(self, on: date) -> bool:
        """Whether the flag has effect on a day; it ends by itself after its last day (R2.7)."""
        return self.state is FlagState.ACTIVE and not self.is_paused and self.starts_on <= on <= self.ends_on


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagFilter:
    """Which of the office's flags to list: those of a subject, on a document, or in one state.

    ``item`` narrows each of them to the flags that touch an item, and ``state`` the first two.
    """

    subject: SubjectKey | None = None
    document: str | None = None
    state: FlagState | None = None
    item: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """A proposed flag, and whether an earlier request with the same key created it."""

    flag: Flag
    replayed: bool
