"""The case (办件): what was applied for, on which terms, its state, and everything added to it since."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from chalicelib.cases.model.answers import AnswerGiven, SealedAnswers
from chalicelib.cases.model.stages import (
    AcceptanceWord,
    Breach,
    Commitment,
    CommitmentStatus,
    Correction,
    CreditSnapshot,
    Decision,
    Defence,
    Delivery,
    EarlierDecision,
    Extension,
    FallenRevocation,
    Finding,
    Interruption,
    LateReason,
    Outcome,
    Rectification,
    Revocation,
    Termination,
    Verification,
    Withdrawal,
)
from chalicelib.catalogue.model.items import Acceptance, ProxyAct, Recommitment, VerificationPlan
from chalicelib.catalogue.model.items import Way as MaterialWay
from chalicelib.credit.model.records import Severity
from chalicelib.errors import ErrorCode
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.events import ChainHead
from chalicelib.workdays.model.limits import Limit


class Way(StrEnum):
    """The two ways of applying (办理方式), always offered side by side (R1.3)."""

    COMMITMENT = "commitment"
    CERTIFICATE = "certificate"


class State(StrEnum):
    """The state of a case (办件状态)."""

    PENDING_CREDIT = "pending_credit"
    PENDING_IDENTITY = "pending_identity"
    AWAITING_MATERIALS = "awaiting_materials"
    RECEIVED = "received"
    CORRECTION_ASKED = "correction_asked"
    ACCEPTED = "accepted"
    PAUSED = "paused"
    SUSPENDED = "suspended"
    DECIDED = "decided"
    CLOSED = "closed"
    NOT_ACCEPTED = "not_accepted"
    REVOKED = "revoked"
    TERMINATED = "terminated"
    WITHDRAWN = "withdrawn"


FINISHED = frozenset({State.CLOSED, State.NOT_ACCEPTED, State.REVOKED, State.TERMINATED, State.WITHDRAWN})
"""States in which a promise can no longer be withdrawn (办结, R1.10)."""


WAITING = frozenset({State.PENDING_CREDIT, State.PENDING_IDENTITY})
"""States of a signed promise that goes on by itself: once credit can be read, or a person has said whose it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The terms of the item's version when the draft was made; they apply to the case for its whole life.

    ``promised`` and ``statutory`` run from acceptance; ``acceptance`` and ``delivery`` come from the rule pack.
    Records of severity ``bar_severity`` or above bar the subject from promising (严重程度). ``proxy_acts`` are what an
    agent may do after filing.
    """

    item_code: str
    item_version: int
    item_name: str
    department: str
    pack: str
    accepted_by: Acceptance
    promised: Limit
    statutory: Limit
    acceptance: Limit
    delivery: Limit
    verification: VerificationPlan
    recommitment: Recommitment
    bar_severity: Severity
    supervision_channel: str = ""
    proxy_acts: tuple[ProxyAct, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Who acts for the applicant, and the id of the authority on which they do (代办人、委托授权, R1.8)."""

    subject: SubjectKey
    name: str
    authority: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionAsked:
    """One condition (条件) that must be confirmed individually (R1.7), with the value the applicant gave for it."""

    id: str
    text: str
    value: str | bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialAsked:
    """One material (材料) on the checklist, and the ways in which it may be provided.

    ``kept_years`` is how long the item keeps its documents, if not as long as the rule pack says. It may be a file that
    a question asks for, which has no ``basis`` and is not ``required``.
    """

    id: str
    name: str
    basis: str
    ways: tuple[MaterialWay, ...]
    required: bool = True
    kept_years: int | None = None

    def must_be_handed_in(self, way: Way) -> bool:
        """Whether the applicant must hand it in: not if authorities share it (R1.4) or the promise replaces it."""
        return self.required and self.may_be_handed_in(way)

    def may_be_handed_in(self, way: Way) -> bool:
        """Whether the applicant may hand it in, which for most materials is the same."""
        is_promised = way is Way.COMMITMENT and MaterialWay.COMMITMENT in self.ways
        return MaterialWay.SHARED not in self.ways and not is_promised


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterMaterial:
    """A material that the promise says will be brought within a time of its own (容缺受理), and when it was.

    It has the name and the basis that the checklist gives it.
    """

    id: str
    limit: Limit
    brought_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A material as handed in: a reference and the SHA-256 of its bytes, never the bytes (R1.4, PIPL 6).

    ``document`` is the id of the document that holds them, blank if only the digest was given. ``problem`` says why
    that document was refused after it had been handed in (``DocumentProblem``), and is blank otherwise.
    """

    id: str
    sha256: str
    name: str = ""
    document: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A draft (草稿): exactly what would be signed, and everything that filing needs to know about the item.

    The case number and the tracking code are fixed here, so that filing twice cannot create two cases. ``maker`` made
    the draft and ``subject`` is the applicant; they differ where an agent acts. ``closed_by`` lists the reasons why the
    item itself, whatever the subject's credit, rules out a promise (R1.1). ``name_digest`` is the keyed digest of the
    subject's name, to be compared with the names in the credit record (R6.3). ``refused_by`` lists the records and
    flags that ruled out a promise when the draft was made (R8.4).
    """

    draft_id: str
    case_no: str
    tracking_code: str
    maker: SubjectKey
    subject: SubjectKey
    applicant_name: str
    agent: Agent | None
    way: Way
    closed_by: tuple[ErrorCode, ...]
    conditions: tuple[ConditionAsked, ...]
    materials: tuple[MaterialAsked, ...]
    notice_hash: str
    payload: str
    payload_hash: str
    terms: Terms
    made_at: datetime
    expires_at: datetime
    name_digest: str = ""
    refused_by: tuple[str, ...] = ()
    answers: tuple[AnswerGiven, ...] = ()
    sealed: SealedAnswers | None = None
    later: tuple[LaterMaterial, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCard:
    """A case's card (办件卡片): the few fields that lists, mandates, agents' rights and the repeat-promise rule need.

    Indexes hold only cards. ``finding`` is how verification found a promise broken, once that has effect and as long as
    it was not put right. ``clock_suffix`` is that of the clock that its state waits for. ``version`` comes from the row
    and is not part of the stored document; it is 0 where the card comes from an index.
    """

    case_no: str
    state: State
    way: Way
    item_code: str
    item_version: int
    item_name: str
    department: str
    applicant_name: str
    received_at: datetime
    withdrawn_at: datetime | None
    subject: SubjectKey
    pack: str
    authority: str = ""
    finding: Finding | None = None
    clock_suffix: str = ""
    version: Annotated[int, Field(exclude=True)] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case (办件).

    ``applicant_name`` is masked. ``way`` is the current way; withdrawing a promise switches it to certificates.
    ``officer`` is the staff id of the officer in charge (经办人), blank while the case is unassigned. ``refused_by`` is
    copied from the draft, so that the case can be found when one of those records is withdrawn; nobody who handles
    the case is shown it (R1.3). ``replaced`` are materials in whose place others were handed in, ``later`` those that a
    promise in force says will be brought. ``version``, ``head`` and ``filed_version``, the version at which what was
    filed was last written, come from the row and are not part of the stored document.
    """

    case_no: str
    draft_id: str
    tracking_code: str
    state: State
    way: Way
    subject: SubjectKey
    applicant_name: str
    agent: Agent | None
    maker: SubjectKey
    terms: Terms
    received_at: datetime
    conditions: tuple[ConditionAsked, ...]
    checklist: tuple[MaterialAsked, ...]
    materials: tuple[Material, ...] = ()
    replaced: tuple[Material, ...] = ()
    commitment: Commitment | None = None
    credit: CreditSnapshot | None = None
    withdrawal: Withdrawal | None = None
    acceptance: AcceptanceWord | None = None
    corrections: tuple[Correction, ...] = ()
    interruptions: tuple[Interruption, ...] = ()
    suspensions: tuple[Interruption, ...] = ()
    extension: Extension | None = None
    decision: Decision | None = None
    delivery: Delivery | None = None
    verification: Verification | None = None
    defence: Defence | None = None
    rectification: Rectification | None = None
    revocation: Revocation | None = None
    termination: Termination | None = None
    application_withdrawal: Withdrawal | None = None
    breaches: tuple[Breach, ...] = ()
    late_reasons: tuple[LateReason, ...] = ()
    earlier_decisions: tuple[EarlierDecision, ...] = ()
    fallen_revocations: tuple[FallenRevocation, ...] = ()
    officer: str = ""
    name_digest: str = ""
    refused_by: tuple[str, ...] = ()
    answers: tuple[AnswerGiven, ...] = ()
    sealed: SealedAnswers | None = None
    later: tuple[LaterMaterial, ...] = ()
    version: Annotated[int, Field(exclude=True)] = 0
    head: Annotated[ChainHead, Field(exclude=True)] = field(default_factory=ChainHead)
    filed_version: Annotated[int, Field(exclude=True)] = 0

    @property
    def owner(self) -> str:
        """Return the key of the case's timeline and clocks."""
        return owner_of(self.case_no)

    @property
    def department(self) -> str:
        """Return the department responsible for the case."""
        return self.terms.department

    @property
    def is_finished(self) -> bool:
        """Whether the case is closed (办结), in whatever way."""
        return self.state in FINISHED

    @property
    def has_promise(self) -> bool:
        """Whether a promise is in force: signed, not withdrawn, and not refused by a later credit check."""
        return self.commitment is not None and self.withdrawal is None and self.way is Way.COMMITMENT

    @property
    def owed_later(self) -> tuple[LaterMaterial, ...]:
        """Return what the promise said would be brought and has not come yet (容缺待补).

        Nothing is owed where the case was refused, or its situation was found to have changed.
        """
        is_refused = self.decision is not None and self.decision.outcome is not Outcome.GRANTED
        found = self.verification
        has_changed = found is not None and found.has_effect and found.result is Finding.CHANGED
        is_owed = self.has_promise and not is_refused and not has_changed
        return tuple(each for each in self.later if each.brought_at is None) if is_owed else ()

    @property
    def demands(self) -> tuple[Correction, ...]:
        """Return the corrections asked for on the current way; those from before a withdrawal do not count."""
        since = None if self.withdrawal is None else self.withdrawal.withdrawn_at
        return tuple(one for one in self.corrections if since is None or one.asked_at > since)

    @property
    def handling(self) -> int:
        """Return the number of the current handling: 1, plus one for each time the case was reopened."""
        return 1 + len(self.earlier_decisions)

    @property
    def clock_suffix(self) -> str:
        """Return the suffix that keeps the clocks of a case that goes on without its promise, or anew, apart."""
        has_lost_promise = self.commitment is not None and self.way is Way.CERTIFICATE
        again = ("again",) if self.withdrawal is not None or has_lost_promise else ()
        reopened = (f"reopened-{len(self.earlier_decisions)}",) if self.earlier_decisions else ()
        reinstated = (f"reinstated-{len(self.fallen_revocations)}",) if self.fallen_revocations else ()
        return "-".join((*again, *reopened, *reinstated))

    @property
    def people(self) -> tuple[SubjectKey, ...]:
        """Return the subject keys of the applicant and, where one acts, the agent."""
        return (self.subject,) if self.agent is None else (self.subject, self.agent.subject)

    @property
    def card(self) -> CaseCard:
        """Return the card that lists show.

        Whoever took back a promise while it waited for a person to compare names has not used up the right to promise:
        what barred it may be somebody else's (R6.3).
        """
        was_waiting = self.credit is not None and self.credit.standing is CommitmentStatus.PENDING
        found, order = self.verification, self.rectification
        is_broken = found is not None and found.has_effect and found.result in {Finding.UNTRUE, Finding.UNFULFILLED}
        is_put_right = order is not None and order.fulfilled is True
        return CaseCard(
            case_no=self.case_no,
            state=self.state,
            way=self.way,
            item_code=self.terms.item_code,
            item_version=self.terms.item_version,
            item_name=self.terms.item_name,
            department=self.department,
            applicant_name=self.applicant_name,
            received_at=self.received_at,
            withdrawn_at=None if self.withdrawal is None or was_waiting else self.withdrawal.withdrawn_at,
            subject=self.subject,
            pack=self.terms.pack,
            authority="" if self.agent is None else self.agent.authority,
            finding=found.result if found is not None and is_broken and not is_put_right else None,
            clock_suffix=(
                str(self.corrections[-1].number) if self.state is State.CORRECTION_ASKED else self.clock_suffix
            ),
            version=self.version,
        )


def owner_of(case_no: str) -> str:
    """Return the key under which a case's timeline and clocks are kept."""
    return f"case:{case_no}"
