"""A case (办件): what was asked for, on which terms, how far it has come, and every part that people added to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from chalicelib.timeline.model import Head
from chalicelib.workdays.model import Limit


class Way(StrEnum):
    """The two ways (办理方式) that are always offered side by side (R1.3)."""

    COMMITMENT = "commitment"
    CERTIFICATE = "certificate"


class State(StrEnum):
    """How far a case has come (办件状态)."""

    PENDING_CREDIT = "pending_credit"
    AWAITING_MATERIALS = "awaiting_materials"
    RECEIVED = "received"
    CORRECTION_ASKED = "correction_asked"
    ACCEPTED = "accepted"
    PAUSED = "paused"
    DECIDED = "decided"
    CLOSED = "closed"
    NOT_ACCEPTED = "not_accepted"
    REVOKED = "revoked"


FINISHED = frozenset({State.CLOSED, State.NOT_ACCEPTED, State.REVOKED})
"""States in which a promise can no longer be withdrawn (办结, R1.10)."""


class AcceptedBy(StrEnum):
    """How an item's cases are accepted (受理方式); ``INSTANT`` ones are answered in the same moment."""

    AUTOMATIC = "automatic"
    OFFICER = "officer"
    INSTANT = "instant"


class Method(StrEnum):
    """How a promise is verified (核查方式, R1.12)."""

    EXEMPT = "exempt"
    ONLINE = "online"
    JOINT = "joint"
    ON_SITE = "on_site"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationPlan:
    """What will be verified after the decision, how, by how many and until when (核查计划, R1.12, R1.13).

    ``limit`` runs from the decision and is None where the item is exempt, which needs its justification.
    """

    method: Method
    officers: int
    standard: str
    limit: Limit | None
    exempt_justification: str | None = None


class Recommitment(StrEnum):
    """Whether one may promise again after a withdrawn promise (撤回后再次承诺, R1.11)."""

    ALLOWED = "allowed"
    NOT_ALLOWED = "not_allowed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the item's version promised and demanded when the draft was made: a case lives by it to its end.

    ``promised`` and ``statutory`` run from acceptance, ``acceptance`` and ``delivery`` are the rule pack's.
    """

    item_code: str
    item_version: int
    item_name: str
    department: str
    pack: str
    accepted_by: AcceptedBy
    promised: Limit
    statutory: Limit
    acceptance: Limit
    delivery: Limit
    verification: VerificationPlan | None
    recommitment: Recommitment = Recommitment.ALLOWED
    supervision_channel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Who acts for the applicant, and the document that says so (代办人、授权委托书, R1.8)."""

    subject: str
    name: str
    authority: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionAsked:
    """One condition (条件) to be confirmed on its own (R1.7), with the value that the applicant gave for it."""

    id: str
    text: str
    value: str | int | bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialAsked:
    """One material (材料) of the checklist; ``promised`` says that the promise stands for it on the commitment way."""

    id: str
    name: str
    basis: str
    promised: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A material as handed in: a reference and the SHA-256 of its bytes, never the bytes (R1.4, PIPL 6)."""

    id: str
    sha256: str
    name: str = ""


class Standing(StrEnum):
    """What the gate says of the commitment way (适用告知承诺)."""

    ALLOWED = "allowed"
    REFUSED = "refused"
    PENDING = "pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyNot:
    """Why the commitment way is closed: which record, whose, and what can be done about it (R1.2)."""

    code: str
    text: str
    source: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A draft (草稿): exactly what would be signed, and everything that filing needs to know of the item.

    The case number and the tracking code are fixed here, so that filing twice cannot make two cases.
    ``maker`` is who asked for it, ``subject`` whose matter it is; they differ where an agent acts.
    """

    draft_id: str
    case_no: str
    tracking_code: str
    maker: str
    subject: str
    applicant_name: str
    agent: Agent | None
    way: Way
    standing: Standing
    reasons: tuple[WhyNot, ...]
    commitment_offered: bool
    conditions: tuple[ConditionAsked, ...]
    materials: tuple[MaterialAsked, ...]
    answers: Mapping[str, str | int | bool]
    payload: str
    payload_hash: str
    terms: Terms
    made_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """A signed promise (承诺书): the text itself stands beside the event that says it was signed (R1.6, R7.3).

    ``signature`` is the compact JWS with detached payload; ``payload_hash`` the hexadecimal SHA-256 of what it covers.
    """

    confirmed: tuple[str, ...]
    payload_hash: str
    signature: str
    key_id: str
    algorithm: str
    signed_by: str
    signed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditSnapshot:
    """The summary that the gate decided on, kept with the decision (R6.8): its version, its head and the answer."""

    version: int
    head_hash: str
    standing: Standing
    reasons: tuple[str, ...]
    checked_at: datetime


class AcceptanceManner(StrEnum):
    """How acceptance came about (受理情形)."""

    ON_FILING = "on_filing"
    BY_OFFICER = "by_officer"
    DEEMED = "deemed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceWord:
    """Accepted or not (受理、不予受理), from when it counts, and who said so (行政许可法第32条).

    ``counts_from`` is the day of receipt where silence made the acceptance.
    """

    accepted: bool
    manner: AcceptanceManner
    counts_from: datetime
    said_at: datetime
    said_by: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A demand to complete the materials (补正告知): once, and for everything (行政许可法第32条第4项).

    ``missing`` are ids of materials or what else is missing, ``number`` counts from 1.
    """

    number: int
    missing: tuple[str, ...]
    basis: str
    asked_at: datetime
    asked_by: str
    answered_at: datetime | None = None
    answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interruption:
    """A special procedure whose time does not count (特别程序, 行政许可法第45条), told to the applicant in writing."""

    number: int
    ground: str
    basis: str
    notice_text: str
    expected_until: date
    started_at: datetime
    started_by: str
    ended_at: datetime | None = None
    ended_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """The one extension (延期, 行政许可法第42条), approved by the head of the department."""

    limit: Limit
    reason: str
    granted_at: datetime
    granted_by: str


class Outcome(StrEnum):
    """What was decided (准予、不予)."""

    GRANTED = "granted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The decision (决定); a late one says why, and the applicant sees it."""

    outcome: Outcome
    document_no: str
    reasons: str
    decided_at: datetime
    decided_by: str
    late_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The result reached the applicant (送达): the case is closed."""

    delivered_at: datetime
    delivered_by: str
    late_reason: str | None = None


class Finding(StrEnum):
    """What verification found (核查结果: 属实、不实、未履行、情况变化、无法核实, R1.15)."""

    TRUE = "true"
    UNTRUE = "untrue"
    UNFULFILLED = "unfulfilled"
    CHANGED = "changed"
    UNVERIFIABLE = "unverifiable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """A verification (核查); where two officers are asked for, it has no effect until the other one confirms it."""

    result: Finding
    method: Method
    findings: str
    found_at: datetime
    found_by: str
    officers: int
    confirmed_at: datetime | None = None
    confirmed_by: str | None = None

    @property
    def has_effect(self) -> bool:
        """Whether as many officers as the plan asks for stand behind it (R1.13)."""
        return self.officers == 1 or self.confirmed_by is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Defence:
    """The time to state and defend (陈述申辩, R1.18): open until answered or until its last second."""

    facts: str
    basis: str
    opened_at: datetime
    opened_by: str
    until: datetime
    statement: str | None = None
    stated_at: datetime | None = None

    def is_open(self, *, at: datetime) -> bool:
        """Whether an adverse decision must still wait; the last second belongs to the applicant."""
        return self.stated_at is None and at <= self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectification:
    """An order to put things right in a time (责令限期整改) and what came of it."""

    limit: Limit
    basis: str
    ordered_at: datetime
    ordered_by: str
    due_at: datetime
    fulfilled: bool | None = None
    ended_at: datetime | None = None
    ended_by: str = ""
    findings: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """The decision is revoked (撤销决定) by an effective document: what a flag may later stand on (R2.2)."""

    document_no: str
    basis: str
    served_at: datetime
    effective_on: date
    remedy_until: date
    revoked_at: datetime
    revoked_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A duty that the office itself broke (机关违规): shown like the applicants' own (R8.5)."""

    rule: str
    basis: str
    detail: str
    recorded_at: datetime
    recorded_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LateReason:
    """Why a duty was done late (逾期原因), as the applicant reads it (R4.18)."""

    clock: str
    reason: str
    given_at: datetime
    given_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """The promise was taken back (撤回承诺): the case goes on by certificate, and nothing is held against anybody."""

    reason: str
    withdrawn_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case (办件).

    ``applicant_name`` is masked; ``way`` is the way it goes now, which a withdrawn promise turns to certificates.
    ``version`` and ``head`` are the row's own and are not part of the stored document.
    """

    case_no: str
    draft_id: str
    tracking_code: str
    state: State
    way: Way
    subject: str
    applicant_name: str
    agent: Agent | None
    maker: str
    terms: Terms
    received_at: datetime
    conditions: tuple[ConditionAsked, ...]
    checklist: tuple[MaterialAsked, ...]
    materials: tuple[Material, ...] = ()
    commitment: Commitment | None = None
    credit: CreditSnapshot | None = None
    withdrawal: Withdrawal | None = None
    acceptance: AcceptanceWord | None = None
    corrections: tuple[Correction, ...] = ()
    interruptions: tuple[Interruption, ...] = ()
    extension: Extension | None = None
    decision: Decision | None = None
    delivery: Delivery | None = None
    verification: Verification | None = None
    defence: Defence | None = None
    rectification: Rectification | None = None
    revocation: Revocation | None = None
    breaches: tuple[Breach, ...] = ()
    late_reasons: tuple[LateReason, ...] = ()
    version: Annotated[int, Field(exclude=True)] = 0
    head: Annotated[Head, Field(exclude=True)] = field(default_factory=Head)

    @property
    def owner(self) -> str:
        """Return what its timeline and its clocks are kept under."""
        return owner_of(self.case_no)

    @property
    def department(self) -> str:
        """Return the department that answers for it."""
        return self.terms.department

    @property
    def is_finished(self) -> bool:
        """Whether it is closed (办结), in whatever way."""
        return self.state in FINISHED

    @property
    def people(self) -> tuple[str, ...]:
        """Return the subject keys of the applicant and, where one acts, the agent."""
        return (self.subject,) if self.agent is None else (self.subject, self.agent.subject)


def owner_of(case_no: str) -> str:
    """Return the owner's name under which a case's timeline and clocks are kept."""
    return f"case:{case_no}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """Some cases of a list, newest first, and where the next ones begin (None: there are no more)."""

    cases: tuple[Case, ...]
    next_key: Mapping[str, str] | None
