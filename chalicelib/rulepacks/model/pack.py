"""A rule pack (规则包): the settings of a jurisdiction, each with its basis.

A basis (依据) is an article, or the statement that the setting is this service's own configuration. The parts are
named tuples, which a cold start defines ten times faster than data classes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from chalicelib.rulepacks.model.consequences import Consequence, Consequences, Stage
from chalicelib.rulepacks.model.display import DisplayRules
from chalicelib.rulepacks.model.grade_scale import GradeScale
from chalicelib.rulepacks.model.recourse import Recourse

UNITS = frozenset({"working_days", "calendar_days", "hours", "months"})
UNTIL = frozenset({"decided", "closed"})
"""Until when a promise may be withdrawn (撤回承诺): until the decision, or until the case is closed (办结前)."""


class TermKey(StrEnum):
    """The time limits that every pack sets."""

    CORRECTION_NOTICE = "correction.noticeDays"
    CORRECTION_ANSWER = "correction.answerDays"
    MATERIALS = "materials.days"
    DECISION = "decision.days"
    EXTENSION = "decision.extension"
    ISSUE = "issue.days"
    VERIFICATION = "verify.dueDays"
    CONSEQUENCE = "consequence.days"
    RECTIFICATION = "rectification.leastDays"
    DEFENCE = "defence.days"
    DEEMED_DELIVERY = "delivery.deemedDays"
    ACKNOWLEDGEMENT = "acknowledgement.days"
    CARD_CORRECTION = "card.correctionHours"
    CARD_REPLY = "card.replyDays"
    CARD_APPEAL = "card.appealDays"
    OUTAGE_GRACE = "outage.graceDays"
    LATE_ENTRY = "signal.lateEntryHours"
    BAD_RATING = "rating.badDays"
    CLEAR_COMPLAINT = "complaint.clearDays"
    COMPLEX_COMPLAINT = "complaint.complexDays"
    REPAIR_SITE = "repair.siteDays"
    REPAIR_AUTHORITY = "repair.authorityDays"
    REVOCATION_WITHDRAWAL = "revocation.withdrawDays"
    CREDIT_RECHECK = "recheck.days"
    IDENTITY_CHECK = "identity.days"
    FLAG_NOTICE = "flagNotice.answerDays"
    PROPAGATION = "flagNotice.incidentHours"
    FLAG_START = "flag.startDays"
    REMEDY_REVIEW = "remedy.reviewDays"
    REMEDY_COURT = "remedy.courtMonths"


class BoundKey(StrEnum):
    """The plain numbers that every pack sets."""

    CLOSE_CALL = "signal.closeCallMinutes"
    BAD_LEVEL = "rating.badLevel"
    RATED_TOO_SOON = "rating.tooSoonSeconds"
    RATERS_PER_DEVICE = "rating.ratersPerDevice"
    DIGEST_HOUR = "alerts.digestHour"
    QUIET_FROM_HOUR = "messages.quietFromHour"
    QUIET_UNTIL_HOUR = "messages.quietUntilHour"


class Milestone(StrEnum):
    """What people are alerted about: a clock's milestones, and what has none.

    ``MISSING`` is a calendar edition that nobody has loaded, ``BARRED`` a flag or record that lands on a case in hand
    (事中预警), ``ALTERED`` a timeline that does not check out.
    """

    YELLOW = "yellow"
    PASSED = "passed"
    MISSING = "missing"
    BARRED = "barred"
    ALTERED = "altered"


class Desk(StrEnum):
    """Where a recipient works: in the department concerned, the monitoring office, or the inspectors' (纪检)."""

    OWN = "own"
    MONITORING = "monitoring"
    INSPECTION = "inspection"


class Term(NamedTuple):
    """A time limit as plain data: ``value`` is at least 1, ``unit`` is one of ``UNITS``."""

    value: int
    unit: str
    basis: str


class Choice(NamedTuple):
    """One value from a closed set."""

    value: str
    basis: str


class Retention(NamedTuple):
    """How many years something is kept (保存期限)."""

    years: int
    basis: str


class DocumentRetention(NamedTuple):
    """How long documents that people hand in stay (材料文件保存期限).

    ``years`` run from the day on which the case is closed, unless the item has its own number for a material;
    ``unfiled_days`` from the upload of what is never handed in.
    """

    years: int
    unfiled_days: int
    basis: str


class Ground(NamedTuple):
    """One entry of a closed list, with its code and names: a ground for a pause, or an excluded risk."""

    code: str
    name: str
    english: str
    basis: str


class After(StrEnum):
    """What must have come to nothing before a case is ended on a ground; blank if nothing has to."""

    MATERIALS = "materials"
    CORRECTION = "correction"
    CONSEQUENCE = "consequence"
    NOTHING = ""


class TerminationGround(NamedTuple):
    """A ground for ending a case without a decision (终止办理事由).

    ``after`` names the applicant's time limit that must have passed, or the order of consequences whose turn it is.
    """

    code: str
    name: str
    english: str
    after: After
    basis: str


class ProofSource(StrEnum):
    """From where a proof of delivery comes: the portal, the gateway of SMS, or an officer who saw it."""

    PORTAL = "portal"
    GATEWAY = "gateway"
    OFFICE = "office"


class Proof(NamedTuple):
    """A proof that a notice has reached somebody (送达凭证), from which their time limit runs."""

    code: str
    name: str
    english: str
    taken_by: ProofSource
    basis: str


class CardGround(NamedTuple):
    """A ground for a card (发牌事由): its colour, and the kinds of events it may rest on.

    If ``clocks`` names kinds of clocks, an event about a clock counts only if it is one of these.
    """

    code: str
    colour: str
    name: str
    english: str
    events: tuple[str, ...]
    basis: str
    clocks: tuple[str, ...] = ()


class Bound(NamedTuple):
    """A plain number (阈值); its key says what it counts."""

    value: int
    basis: str


class OfficeHours(NamedTuple):
    """When offices are open on a working day (办公时间): stretches of ``HH:MM`` in Asia/Shanghai, in order."""

    stretches: tuple[tuple[str, str], ...]
    basis: str


class EditionDay(NamedTuple):
    """The last day of the year to load next year's working calendar (下一年度工作日历最迟载入日)."""

    month: int
    day: int
    basis: str


class Yellow(NamedTuple):
    """When the light turns yellow: a share of the limit in whole per cent, but at least this many working days."""

    share_percent: int
    least_working_days: int
    basis: str


class Recipient(NamedTuple):
    """Who is alerted: a role at a desk.

    ``level`` is the level of escalation (督办层级): 0 the handler, 1 the department, 2 its head, 3 monitoring.
    """

    role: str
    desk: Desk
    level: int
    channels: tuple[str, ...]


class Route(NamedTuple):
    """Who is alerted about a milestone; ``kind`` "*" is any clock without a route of its own for it.

    ``level`` is the level of the clock: that of the alert for a clock of acknowledgement, and 0 for any other.
    """

    kind: str
    milestone: Milestone
    level: int
    to: tuple[Recipient, ...]
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RulePack:
    """One edition of a pack, in force from ``effective_from`` to ``effective_to``, both days included.

    Raises ``ValueError`` for a blank basis anywhere (no rule without its article), a missing or impossible limit, no
    time to keep documents, a withdrawal until anything but ``UNTIL``, or an end before the start. Without ``grading``
    nobody has a grade. ``remedy_bodies`` are whom a decision names for review and for a lawsuit (复议机关、人民法院).
    """

    code: str
    edition: str
    name: str
    english: str
    basis: str
    effective_from: date
    effective_to: date | None
    excluded_risks: tuple[Ground, ...]
    bar_severity: Choice
    withdraw_until: Choice
    query_log: Retention
    consequences: Consequences
    documents: DocumentRetention
    pause_grounds: tuple[Ground, ...]
    suspension_grounds: tuple[Ground, ...]
    termination_grounds: tuple[TerminationGround, ...]
    yellow: Yellow
    terms: Mapping[str, Term]
    proofs: tuple[Proof, ...]
    display: tuple[DisplayRules, ...]
    routes: tuple[Route, ...]
    bounds: Mapping[str, Bound]
    card_grounds: tuple[CardGround, ...]
    complaint_categories: tuple[Ground, ...]
    remedy_bodies: tuple[Ground, ...]
    office_hours: OfficeHours
    edition_by: EditionDay
    recourse: Recourse
    grading: GradeScale | None = None

    def __post_init__(self) -> None:
        """Refuse a pack that cannot be applied or justified."""
        if any(not basis.strip() for basis in self._bases()):
            message = f"{self.code} {self.edition} has a rule without its basis"
            raise ValueError(message)
        if set(self.terms) != set(TermKey):
            message = f"{self.code} must set exactly {sorted(TermKey)}, not {sorted(self.terms)}"
            raise ValueError(message)
        for key, term in self.terms.items():
            if term.value < 1 or term.unit not in UNITS:
                message = f"{self.code}: {term.value} {term.unit} is no time limit for {key}"
                raise ValueError(message)
        if self.documents.years < 1 or self.documents.unfiled_days < 1:
            message = f"{self.code} must keep documents for a year and a day at least"
            raise ValueError(message)
        if self.withdraw_until.value not in UNTIL:
            message = f"{self.code}: a promise cannot be withdrawn until {self.withdraw_until.value}"
            raise ValueError(message)
        if self.effective_to is not None and self.effective_to < self.effective_from:
            message = f"{self.code} {self.edition} ends before it begins"
            raise ValueError(message)

    def _bases(self) -> Iterator[str]:
        yield from (self.basis, self.bar_severity.basis, self.withdraw_until.basis, self.query_log.basis)
        yield from (self.yellow.basis, self.documents.basis)
        yield from (ground.basis for ground in (*self.excluded_risks, *self.pause_grounds, *self.suspension_grounds))
        yield from (ground.basis for ground in self.termination_grounds)
        yield from self.consequences.bases()
        yield from (term.basis for term in self.terms.values())
        yield from (proof.basis for proof in self.proofs)
        yield from (period.basis for rules in self.display for period in rules.periods.values())
        yield from (route.basis for route in self.routes)
        yield from (bound.basis for bound in self.bounds.values())
        yield from (ground.basis for ground in self.card_grounds)
        yield from (category.basis for category in (*self.complaint_categories, *self.remedy_bodies))
        yield from (self.office_hours.basis, self.edition_by.basis, *self.recourse.bases())
        yield from () if self.grading is None else self.grading.bases()

    def is_in_force(self, on: date) -> bool:
        """Whether the edition is in force on a day; its first and its last day count."""
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)

    def consequence(self, finding: str, *, stage: Stage, severity: str) -> Consequence:
        """Return what follows a finding at a stage and severity; raises ``LookupError`` for an unknown one."""
        return self.consequences.row(finding, stage=stage, severity=severity)

    def limit_term(self, key: str) -> Term:
        """Return a time limit; raises ``LookupError`` for an unknown key."""
        return self.terms[key]

    def pause_ground(self, code: str) -> Ground | None:
        """Return the ground of a pause (期间扣除事由), or ``None`` if the closed list does not have it."""
        return next((ground for ground in self.pause_grounds if ground.code == code), None)

    def suspension_ground(self, code: str) -> Ground | None:
        """Return the ground of a suspension (中止事由), or ``None`` if the closed list does not have it."""
        return next((ground for ground in self.suspension_grounds if ground.code == code), None)

    def termination_ground(self, code: str) -> TerminationGround | None:
        """Return the ground of a termination (终止事由), or ``None`` if the closed list does not have it."""
        return next((ground for ground in self.termination_grounds if ground.code == code), None)

    def proofs_from(self, source: ProofSource) -> tuple[Proof, ...]:
        """Return the proofs of delivery (送达凭证) that the pack accepts from a source; there may be none."""
        return tuple(proof for proof in self.proofs if proof.taken_by is source)

    def bound(self, key: str) -> int:
        """Return a plain number; raises ``LookupError`` for an unknown key."""
        return self.bounds[key].value

    def card_ground(self, code: str) -> CardGround | None:
        """Return the ground for a card (发牌事由), or ``None`` if the closed list does not have it."""
        return next((ground for ground in self.card_grounds if ground.code == code), None)

    def complaint_category(self, code: str) -> Ground | None:
        """Return a category of complaints and suggestions (投诉建议类别), or ``None`` if the list does not have it."""
        return next((category for category in self.complaint_categories if category.code == code), None)

    def excluded_risk(self, code: str) -> Ground | None:
        """Return why a class of risk is excluded from promises (不适用告知承诺), or ``None`` if it is not."""
        return next((risk for risk in self.excluded_risks if risk.code == code), None)

    def recipients(self, kind: str, milestone: str, *, level: int = 0) -> tuple[Recipient, ...]:
        """Return who is alerted when a clock of a kind and level reaches a milestone: by its own route, or by "*"."""
        routes = {(route.kind, route.milestone.value, route.level): route.to for route in self.routes}
        return routes.get((kind, milestone, level), routes.get(("*", milestone, level), ()))
