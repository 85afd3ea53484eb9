"""Credit records, the one summary of each subject, and what a check answers."""

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
    """How grave the conduct was (失信严重程度; 国办发〔2025〕22号); ``NONE`` is a record that speaks for somebody."""

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
    """What a check says for one item (核查结论); ``UNKNOWN`` is neither clean nor bad (R6.10)."""

    NONE = "none"
    LIMITED = "limited"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class ObjectionState(StrEnum):
    """Whether somebody disputes an entry (异议标注)."""

    NONE = "none"
    OPEN = "open"


class RepairState(StrEnum):
    """Whether an entry has been repaired (信用修复), or withdrawn with what it stood on (撤回): such bar nobody."""

    NONE = "none"
    APPLIED = "applied"
    REPAIRED = "repaired"
    WITHDRAWN = "withdrawn"


UNDONE = frozenset({RepairState.REPAIRED, RepairState.WITHDRAWN})


class Purpose(StrEnum):
    """Why somebody may ask for a subject's credit (查询目的): a closed list (R7.5)."""

    HANDLING = "handling"
    VERIFICATION = "verification"
    SUPERVISION = "supervision"
    ENFORCEMENT = "enforcement"
    DATA_SHARING = "data_sharing"


@dataclass(frozen=True, slots=True)
class Text:
    """One text for people, in both languages."""

    zh: str
    en: str

    def read_in(self, language: str) -> str:
        """Return the text in ``en`` or else in Chinese."""
        return self.en if language == "en" else self.zh


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The paper that a record or a measure stands on (认定文书): number, organ, day of effect, proof of delivery."""

    number: str
    organ: str
    effective_on: date
    served_at: datetime | None = None
    remedy_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """An adverse record as the summary holds it (失信记录摘要): for its ``items`` only, or, without any, for all."""

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
    repair: RepairState = RepairState.NONE

    @property
    def record(self) -> str:
        """How people and events name the record."""
        return f"{self.source}/{self.record_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overflow:
    """What the summary no longer holds one by one (摘要溢出): adverse records of one severity beyond its bounds.

    In force from the first day of any to the last of the one that lasts longest, whose organ and basis it names.
    """

    severity: Severity
    organ: str
    basis: str
    starts_on: date
    ends_on: date
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagMark:
    """A flag as the summary holds it (惩戒标识): for its ``items`` only (R2.4), and not while ``is_paused`` (R3.9)."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """When a source last spoke of the subject, and the day by which it agreed to speak again (None: on change)."""

    received_at: datetime
    update_due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """All that a check needs to know of one subject (信用摘要): one small item, read at once.

    ``overflow`` stands for adverse records without room, at most one a severity. ``version`` moves with whatever a
    check depends on, and is 0 while nobody has spoken. ``name_digests``: keyed digests of known names; ``fallen``: of
    documents that fell; ``links``: whose credit counts for it too; ``met_by``: for whom its own counts, or once did.
    """

    subject: SubjectKey
    version: int = 0
    head: ChainHead = field(default_factory=ChainHead)
    name_digests: tuple[str, ...] = ()
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
        """How timelines name the subject's credit."""
        return f"credit:{self.subject}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One reason of an answer (理由): what, by whom, on which basis, until when, and what can be done about it."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAnswer:
    """What a check answers: never a bare boolean (R2.8)."""

    effect: Effect
    reasons: tuple[Ground, ...]
    as_of: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """The days of a record (记录日期); ``display_until`` is the last day on which it may be shown or have effect."""

    judged_on: date
    received_on: date
    effective_on: date
    display_until: date | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Display:
    """Until when a record may be shown, and from when its repair may be asked for; None where it harms nobody.

    ``edition``: the rules of the day of the finding (R3.16); ``reason``: why a minor one is shown (R3.3).
    """

    until: date | None = None
    repairable_from: date | None = None
    edition: str = ""
    reason: str = ""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One credit record (信用信息) as it is kept.

    ``source_version`` is the source's own count: a higher one replaces, a lower one comes too late (R8.2);
    ``version`` counts what was stored here. ``ruled``: what people put right, whatever the source says again (R3.12).
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
    repair: RepairState = RepairState.NONE
    display: Display = field(default_factory=Display)
    ruled: Corrected = field(default_factory=Corrected)

    def is_displayed(self, on: date) -> bool:
        """Whether it may be shown and shared on a day: a minor one only with a reason, an undone one never."""
        if self.repair in UNDONE or self.display.until is None or on > self.display.until:
            return False
        return self.severity is not Severity.MINOR or bool(self.display.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """That somebody asked for a subject's credit (查询记录): who, for whom, why, for which case and item (R6.13)."""

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
