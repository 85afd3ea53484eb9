"""Credit records, the summary of each subject, and the answers to checks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from chalicelib.credit.model.corrections import Corrected
from chalicelib.credit.model.links import Link
from chalicelib.errors import ErrorCode
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.events import ChainHead


class Severity(StrEnum):
    """The severity of the conduct (失信严重程度; 国办发〔2025〕22号); ``NONE`` is for favourable records."""

    NONE = "none"
    MINOR = "minor"
    GENERAL = "general"
    SERIOUS = "serious"

    @property
    def rank(self) -> int:
        """The place in the order from ``NONE`` (0) to ``SERIOUS`` (3)."""
        return Severity._member_names_.index(self.name)


class Publicity(StrEnum):
    """Who may see a record (公开属性); data on natural persons are never public."""

    PUBLIC = "public"
    SHARED = "shared"
    QUERY_ONLY = "query_only"


class Effect(StrEnum):
    """The result of a check for one item (核查结论); ``UNKNOWN`` is neither good nor bad (R6.10)."""

    NONE = "none"
    LIMITED = "limited"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class ObjectionState(StrEnum):
    """Whether an objection to an entry is open (异议标注)."""

    NONE = "none"
    OPEN = "open"


class RepairState(StrEnum):
    """Whether an entry is repaired (信用修复), or withdrawn with its document (撤回); such entries bar nobody."""

    NONE = "none"
    APPLIED = "applied"
    REPAIRED = "repaired"
    WITHDRAWN = "withdrawn"


UNDONE = frozenset({RepairState.REPAIRED, RepairState.WITHDRAWN})


class BarState(StrEnum):
    """How far a grave record has come on its way to barring anybody (R2.9): only two of these states bar.

    ``NONE``: its severity bars nobody. ``TRUSTED``: it came from the system of a source that the directory trusts for
    its kind. ``PROPOSED``, ``SERVED`` and ``CONFIRMED``: the notice is owed, was served, and a second person agreed.
    """

    NONE = "none"
    TRUSTED = "trusted"
    PROPOSED = "proposed"
    SERVED = "served"
    CONFIRMED = "confirmed"


AWAITING = frozenset({BarState.PROPOSED, BarState.SERVED})
"""States of a record that may bar one day, and until then is no more than an allegation (R6.14)."""

CONFIRMED = frozenset({BarState.TRUSTED, BarState.CONFIRMED})
"""The only states in which a record bars."""


class PromiseOutcome(StrEnum):
    """What became of a promise (承诺履行情况, R1.20): kept, broken in one of two ways, withdrawn, or not verifiable."""

    KEPT = "kept"
    UNTRUE = "untrue"
    UNFULFILLED = "unfulfilled"
    WITHDRAWN = "withdrawn"
    UNVERIFIABLE = "unverifiable"


BROKEN = frozenset({PromiseOutcome.UNTRUE, PromiseOutcome.UNFULFILLED})
"""The outcomes of a broken promise (R1.15)."""


class Purpose(StrEnum):
    """The purposes for which a subject's credit may be queried (查询目的): a closed list (R7.5)."""

    HANDLING = "handling"
    VERIFICATION = "verification"
    SUPERVISION = "supervision"
    ENFORCEMENT = "enforcement"
    DATA_SHARING = "data_sharing"
    AGENCY = "agency"
    """An agent who acts for the subject: told to the subject, and open to no office."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text in both languages."""

    zh: str
    en: str

    def read_in(self, language: str) -> str:
        """Return the English text for ``en``, otherwise the Chinese one."""
        return self.en if language == "en" else self.zh


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The document that a record or measure is based on (认定文书): number, organ, day of effect, proof of service.

    ``remedy_until`` is the last day for review (行政复议), ``court_until`` that for a court (行政诉讼).
    """

    number: str
    organ: str
    effective_on: date
    served_at: datetime | None = None
    remedy_until: date | None = None
    court_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fulfilment:
    """A promise and what became of it (信用承诺及履行情况): in which case, and whose office answers for saying so."""

    case_no: str
    outcome: PromiseOutcome
    department: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BarNotice:
    """That the notice of a grave record was served (送达), and the last second of the time to object to it (R1.18)."""

    served_at: datetime
    method: str
    proof: str
    recorded_by: str
    until: datetime
    is_provisional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BarConfirmation:
    """The second person's word that a grave record bars (确认)."""

    confirmed_at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """An adverse record in the summary (失信记录摘要); it bars its ``items`` and nothing else (R2.3).

    It has no effect while ``is_paused`` (R3.9). ``named`` is the digest of the name that it came under, if nobody had
    given that name to the subject before. ``fulfilment`` is that of a broken promise, which bars the next one whatever
    its severity.
    """

    source: str
    record_id: str
    kind: str
    severity: Severity
    organ: str
    document_no: str
    basis: str
    starts_on: date
    ends_on: date
    items: tuple[str, ...] = ()
    objection: ObjectionState = ObjectionState.NONE
    is_paused: bool = False
    repair: RepairState = RepairState.NONE
    named: str = ""
    fulfilment: Fulfilment | None = None

    @property
    def record(self) -> str:
        """The name of the record in answers and events."""
        return f"{self.source}/{self.record_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overflow:
    """Stands for the adverse records of one severity that did not fit in the summary (摘要溢出).

    It lasts from the earliest first day to the latest last day, and names the organ and basis of the record that lasts
    longest.
    """

    severity: Severity
    organ: str
    basis: str
    starts_on: date
    ends_on: date
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagMark:
    """A flag in the summary (惩戒标识), for its ``items`` only (R2.4), without effect while ``is_paused`` (R3.9).

    ``named`` is as in ``Bar``; ``severity`` is how grave the conduct is.
    """

    flag_id: str
    measure_code: str
    measure: str
    edition: str
    effect: Effect
    items: tuple[str, ...]
    organ: str
    document_no: str
    basis: str
    starts_on: date
    ends_on: date
    objection: ObjectionState = ObjectionState.NONE
    is_paused: bool = False
    named: str = ""
    severity: Severity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """When a source last reported on the subject, and when its next update is due (None: only on change)."""

    received_at: datetime
    update_due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """All that a check needs to know about one subject (信用摘要): one small item, read at once.

    ``overflow`` stands for adverse records that did not fit, at most one per severity. ``version`` changes with
    whatever a check depends on; 0 means that nothing has been reported yet. ``name_digests``: keyed digests of the
    names under which sources reported, all of one person; ``apart``: those of names found to be another person's;
    ``fallen``: digests of revoked documents; ``links``: whose credit counts for this subject too; ``met_by``:
    for whom this subject's credit counts, or once did.
    """

    subject: SubjectKey
    version: int = 0
    head: ChainHead = field(default_factory=ChainHead)
    name_digests: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    bars: tuple[Bar, ...] = ()
    overflow: tuple[Overflow, ...] = ()
    flags: tuple[FlagMark, ...] = ()
    kept_promises: int = 0
    fallen: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    met_by: tuple[SubjectKey, ...] = ()
    freshness: Mapping[str, Freshness] = field(default_factory=dict)

    @property
    def owner(self) -> str:
        """The key of the timeline of the subject's credit."""
        return f"credit:{self.subject}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One reason in an answer (理由): what, by whom, on which basis, until when, and the remedy."""

    code: ErrorCode
    text: Text
    source: str
    basis: str
    remedy: Text
    contact: str
    record: str
    severity: Severity | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility:
    """Whether a subject may promise instead of proving (能否适用告知承诺), and every reason if not."""

    allowed: bool
    reasons: tuple[Ground, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether it may not yet, because a person has to say first whose the records under the number are (R6.3)."""
        return not self.allowed and self.is_disputed

    @property
    def is_disputed(self) -> bool:
        """Whether the name is not the one under which the number is known."""
        return any(reason.code is ErrorCode.IDENTITY_CONFLICT for reason in self.reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAnswer:
    """The answer to a check: never a bare boolean (R2.8)."""

    effect: Effect
    reasons: tuple[Ground, ...]
    as_of: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """The dates of a record (记录日期); ``display_until`` is the last day of display or effect."""

    judged_on: date
    received_on: date
    effective_on: date
    display_until: date | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Display:
    """Until when a record may be displayed, and from when its repair may be requested; None if it is not adverse.

    ``edition`` is the edition of the rules on the day of the finding (R3.16); ``reason`` says why a minor record is
    displayed (R3.3).
    """

    until: date | None = None
    repairable_from: date | None = None
    edition: str = ""
    reason: str = ""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A credit record (信用信息) as stored.

    ``source_version`` is the source's own version: a higher one replaces, a lower one comes too late (R8.2).
    ``version`` counts the stored versions. ``ruled`` holds corrections, which outlast new reports (R3.12). ``named``
    and ``is_paused`` are as in ``Bar``; ``handed_by`` is the actor who handed it in. ``fulfilment`` makes it the record
    of a promise, which only the service itself writes.
    """

    subject: SubjectKey
    source: str
    record_id: str
    kind: str
    edition: str
    severity: Severity
    publicity: Publicity
    document: Document
    dates: Dates
    basis: str
    repair_notice: str
    contents: Mapping[str, str] = field(default_factory=dict)
    related_items: tuple[str, ...] = ()
    update_due_on: date | None = None
    source_version: int = 1
    version: int = 1
    received_at: datetime
    known_since: datetime | None = None
    objection: ObjectionState = ObjectionState.NONE
    is_paused: bool = False
    repair: RepairState = RepairState.NONE
    display: Display = field(default_factory=Display)
    ruled: Corrected = field(default_factory=Corrected)
    named: str = ""
    handed_by: str = ""
    bar: BarState = BarState.NONE
    bar_notice: BarNotice | None = None
    bar_confirmation: BarConfirmation | None = None
    fulfilment: Fulfilment | None = None

    @property
    def name(self) -> str:
        """The name of the record in answers and events."""
        return f"{self.source}/{self.record_id}"

    @property
    def displayed(self) -> "Displayed | None":
        """What is displayed of the record, and when.

        Minor ones need a reason; undone ones and those that nobody has confirmed yet are not displayed.
        """
        until = self.display.until
        if self.repair in UNDONE or self.bar in AWAITING or until is None:
            return None
        if self.severity is Severity.MINOR and not self.display.reason:
            return None
        return Displayed(severity=self.severity, since=self.dates.effective_on, until=until, named=self.named)

    def is_displayed(self, on: date) -> bool:
        """Whether the record may be displayed and shared on a day, its last day included."""
        return self.displayed is not None and on <= self.displayed.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Displayed:
    """How grave a record is that may be displayed, from when it has effect and until when it is displayed.

    ``named`` is as in ``Bar``.
    """

    severity: Severity
    since: date
    until: date
    named: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A log entry of a credit query (查询记录): who asked about whom, why, for which case and item (R6.13).

    ``name`` is the masked name of an agent; blank for an office, which is known by its department.
    """

    subject: SubjectKey
    query_id: str
    asked_at: datetime
    by: str
    department: str
    purpose: Purpose
    item_code: str
    case_no: str | None
    fields: tuple[str, ...]
    result_size: int
    kept_until: date
    name: str = ""
