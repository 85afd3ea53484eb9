"""The parts that are added to a case as it goes on, each frozen as it was recorded (办件环节)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from chalicelib.catalogue.model.items import Method
from chalicelib.credit.model.records import Ground, Severity
from chalicelib.workdays.model.limits import Limit


class CommitmentStatus(StrEnum):
    """The gate's answer on the commitment way (适用告知承诺)."""

    ALLOWED = "allowed"
    REFUSED = "refused"
    PENDING = "pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """The natural person who signed for an organisation (签署人): name, masked number, and office or authority.

    Personal data: it stands with the case and beside the event of the signing, and only its digest is hashed.
    """

    name: str
    number: str
    office: str = ""
    authority: str = ""

    @property
    def line(self) -> str:
        """All of it in one line, as the timeline shows it."""
        return " · ".join(part for part in (self.name, self.number, self.office, self.authority) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """A signed promise (承诺书); its text is stored with the event that records the signing (R1.6, R7.3).

    ``signature`` is a compact JWS with detached payload; ``payload_hash`` is the SHA-256 (hex) of the signed payload.
    ``signatory`` is who signed for an organisation; None for a person.
    """

    confirmed: tuple[str, ...]
    payload_hash: str
    signature: str
    key_id: str
    algorithm: str
    signed_by: str
    signed_at: datetime
    signatory: Signatory | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditSnapshot:
    """The credit summary that the gate decided on, kept with the decision (R6.8): its version, its head and the answer.

    ``reasons`` are codes and record names, as written to the timeline. ``grounds`` give the same in words, kept only if
    the gate said no. ``others`` name the linked summaries that counted too, each with version and head (R6.4).
    """

    version: int
    head_hash: str
    standing: CommitmentStatus
    reasons: tuple[str, ...]
    checked_at: datetime
    grounds: tuple[Ground, ...] = ()
    others: tuple[str, ...] = ()


class AcceptanceManner(StrEnum):
    """How the case came to be accepted (受理情形)."""

    ON_FILING = "on_filing"
    BY_OFFICER = "by_officer"
    DEEMED = "deemed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceWord:
    """The acceptance or rejection (受理、不予受理): since when it counts, and who said so (行政许可法第32条).

    ``counts_from`` is the day of receipt if the case was deemed accepted; ``remedies`` are those against a rejection.
    """

    accepted: bool
    manner: AcceptanceManner
    counts_from: datetime
    said_at: datetime
    said_by: str
    reason: str = ""
    remedies: str = ""


class Notice(StrEnum):
    """What a person is told in a case that starts a time of theirs (告知): it runs from when it reached them."""

    CORRECTION = "correction"
    HEARING = "hearing"
    RECTIFICATION = "rectification"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """That a notice has reached the person (送达): by which of the rule pack's proofs, and when."""

    proof: str
    received_at: datetime
    recorded_at: datetime
    recorded_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A demand to complete the materials (补正告知): once, and for everything (行政许可法第32条第4项).

    ``missing`` holds ids of materials or other missing things; ``number`` counts from 1.
    """

    number: int
    missing: tuple[str, ...]
    basis: str
    asked_at: datetime
    asked_by: str
    answered_at: datetime | None = None
    answer: str = ""
    receipt: Receipt | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Interruption:
    """A special procedure (特别程序, 行政许可法第45条) or a suspension (中止办理), notified to the applicant.

    Its time does not count towards the office's limits.
    """

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
class ResultDocument:
    """The document that a decision made (结果文书): its name and the SHA-256 of its bytes, never the bytes."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The decision (决定). A late one has a reason for the applicant; ``result`` is the document it produced.

    ``remedies`` names review and court if it is a refusal (行政许可法第38条第2款).
    """

    outcome: Outcome
    document_no: str
    reasons: str
    decided_at: datetime
    decided_by: str
    late_reason: str | None = None
    result: ResultDocument | None = None
    remedies: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The delivery of the result (送达), which closes the case; ``method`` says how, if recorded."""

    delivered_at: datetime
    delivered_by: str
    late_reason: str | None = None
    method: str = ""


class Finding(StrEnum):
    """What verification found (核查结果: 属实、不实、未履行、情况变化、无法核实, R1.15)."""

    TRUE = "true"
    UNTRUE = "untrue"
    UNFULFILLED = "unfulfilled"
    CHANGED = "changed"
    UNVERIFIABLE = "unverifiable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """A verification (核查); if two officers are required, it takes effect only when the second one confirms it.

    ``severity`` is how grave the matter is; with the stage of the case it names the row of the table of consequences.
    ``established_at`` is when a broken promise was held against the person: heard, and with two persons behind it.
    """

    result: Finding
    method: Method
    findings: str
    found_at: datetime
    found_by: str
    officers: int
    confirmed_at: datetime | None = None
    confirmed_by: str | None = None
    severity: Severity = Severity.GENERAL
    established_at: datetime | None = None

    @property
    def has_effect(self) -> bool:
        """Whether as many officers as required have confirmed the result (R1.13)."""
        return self.officers == 1 or self.confirmed_by is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Defence:
    """The period for statement and defence (陈述申辩, R1.18): open until answered or until its last second.

    It runs from when the notice has reached the person (``receipt``), and from ``deemed_at`` if no proof of that comes.
    """

    facts: str
    basis: str
    opened_at: datetime
    opened_by: str
    until: datetime
    statement: str | None = None
    stated_at: datetime | None = None
    deemed_at: datetime | None = None
    receipt: Receipt | None = None

    def is_open(self, *, at: datetime) -> bool:
        """Whether an adverse decision must still wait; the last second still counts as open."""
        return self.stated_at is None and at <= self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectification:
    """An order to rectify within a time limit (责令限期整改), what the person reported of it, and its outcome.

    Its time runs like that of a defence.
    """

    limit: Limit
    basis: str
    ordered_at: datetime
    ordered_by: str
    due_at: datetime
    fulfilled: bool | None = None
    ended_at: datetime | None = None
    ended_by: str = ""
    findings: str = ""
    report: str = ""
    reported_at: datetime | None = None
    deemed_at: datetime | None = None
    receipt: Receipt | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierDecision:
    """A decision that no longer stands, kept with its delivery, its extension, and all that verification led to.

    The case was reopened (重新办理), or the promise that the decision rested on was withdrawn (撤回承诺).
    """

    decision: Decision
    delivery: Delivery | None
    verification: Verification | None
    extension: Extension | None
    reason: str
    reopened_at: datetime
    reopened_by: str
    defence: Defence | None = None
    rectification: Rectification | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """The revocation of the decision (撤销决定) by an effective document, on which a flag may later rest (R2.2).

    ``statement_answer`` is the reply to the person's statement, if there was one (R1.18). ``remedies`` names review and
    court, whose last days are ``remedy_until`` and ``court_until``; ``repair_notice`` goes with it (两书同达, R3.4).
    """

    document_no: str
    basis: str
    served_at: datetime
    effective_on: date
    remedy_until: date
    court_until: date
    revoked_at: datetime
    revoked_by: str
    statement_answer: str = ""
    remedies: str = ""
    repair_notice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FallenRevocation:
    """A revocation that fell on review (复议、诉讼撤销), with all that it rested on, and the document that says so."""

    revocation: Revocation
    verification: Verification | None
    defence: Defence | None
    rectification: Rectification | None
    document_no: str
    organ: str
    basis: str
    effective_on: date
    reason: str
    reinstated_at: datetime
    reinstated_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemedyTold:
    """A remedy (救济途径) that the person was told of, and its last day."""

    code: str
    until: date
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Termination:
    """The end of a case without a decision (终止办理), by a document that was served, with the ways to contest it."""

    ground: str
    document_no: str
    basis: str
    reasons: str
    served_at: datetime
    remedies: tuple[RemedyTold, ...]
    terminated_at: datetime
    terminated_by: str
    statement_answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A breach of duty by the office itself (机关违规), shown just like an applicant's (R8.5)."""

    rule: str
    basis: str
    detail: str
    recorded_at: datetime
    recorded_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LateReason:
    """Why a duty was fulfilled late (逾期原因), as shown to the applicant (R4.18)."""

    clock: str
    reason: str
    given_at: datetime
    given_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """The withdrawal of the promise (撤回承诺) or of the whole application (撤回申请); nobody is penalised.

    Without its promise the case goes on by certificate; without the application it is over.
    """

    reason: str
    withdrawn_at: datetime
