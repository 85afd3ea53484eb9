"""What may be disputed and repaired, by when it is answered, what may come of it, and what a case had met."""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

from chalicelib.cases.model.case import Case
from chalicelib.credit.model.records import Document, Query, Record, RepairState, Severity
from chalicelib.credit.model.submissions import is_source_of
from chalicelib.credit.rules.revoked_documents import paper
from chalicelib.credit.rules.submissions import months_after
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.redress.model import (
    AffectedCase,
    Entry,
    EntryKind,
    HowAffected,
    Objection,
    ObjectionDecision,
    ObjectionRequest,
    ObjectionState,
    Outcome,
    Proof,
    ProofKind,
    Reopening,
    Repair,
    RepairDecision,
)
from chalicelib.rulepacks.model.display import DisplayRules, rules_of_the_day
from chalicelib.rulepacks.model.recourse import Recourse, RepairRefusal
from chalicelib.sanctions.model.flags import LIVE, Flag, FlagState
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Json, NewEvent
from chalicelib.workdays.model.calendar import Calendar
from chalicelib.workdays.model.limits import Limit, Unit
from chalicelib.workdays.rules.due_dates import due

CENTRE = "credit"
"""The credit centre (信用中心): it takes in what belongs to no office here, and may act on any record."""

AN_ENTRY = re.compile(
    r"(?:(?P<kind>flag|repair):(?P<name>[0-9a-f]{16,64})|(?P<record>[A-Za-z0-9._-]{1,64}/[A-Za-z0-9._-]{1,64}))"
)
DECISIONS_A_GROUND = 2
"""An objection and one review of it (复核) on the same ground; after that the law's own remedies remain."""


def entry_named(name: str) -> Entry:
    """Read an entry's name; ``NOT_FOUND`` for what names none."""
    found = AN_ENTRY.fullmatch(name)
    if found is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    if found["record"]:
        return Entry(kind=EntryKind.RECORD, name=found["record"])
    return Entry(kind=EntryKind(found["kind"]), name=found["name"])


def office_of(source: str, *, departments: Collection[str]) -> str:
    """Return whose record it is: the department that the source belongs to, or the credit centre (谁认定、谁修复)."""
    return next((name for name in departments if is_source_of(source, name)), CENTRE)


def document_name(subject: SubjectKey, document: Document) -> str:
    """Name a document about a subject by a digest, the same one however its number is typed."""
    organ, number = paper(document.organ, document.number)
    return hashlib.sha256(f"{subject}\n{organ}\n{number}".encode()).hexdigest()[:32]


def require_ground(recourse: Recourse, plea: ObjectionRequest) -> None:
    """Refuse a ground that the rules do not know for this kind of entry with ``OBJECTION_GROUND_UNKNOWN``."""
    ground = recourse.ground(plea.ground)
    if ground is None or plea.entry.kind.value not in ground.outcomes:
        raise DomainError(ErrorCode.OBJECTION_GROUND_UNKNOWN)


def is_review(earlier: Iterable[Objection], ground: str) -> bool:
    """Say whether an objection is the review of one that was decided; ``OBJECTION_DECIDED`` after the review.

    ``UNDER_OBJECTION`` while another one about the same entry is open.
    """
    known = tuple(earlier)
    if any(objection.state is ObjectionState.OPEN for objection in known):
        raise DomainError(ErrorCode.UNDER_OBJECTION)
    decided = sum(objection.plea.ground == ground and objection.state is ObjectionState.DECIDED for objection in known)
    if decided >= DECISIONS_A_GROUND:
        raise DomainError(ErrorCode.OBJECTION_DECIDED)
    return decided > 0


def limit_of_objection(recourse: Recourse, *, started_at: datetime, calendar: Calendar) -> Limit:
    """Return the limit that ends first (R3.10); of those that end together, the first in the pack."""
    limits = [Limit(value=limit.value, unit=Unit(limit.unit), basis=limit.basis) for limit in recourse.limits]
    return min(limits, key=lambda limit: due(limit, started_at=started_at, calendar=calendar).at)


def require_outcome(recourse: Recourse, plea: ObjectionRequest, ruling: ObjectionDecision) -> None:
    """Refuse what the ground cannot end in with ``OUTCOME_NOT_ALLOWED``, and an outcome without what it needs."""
    ground = recourse.ground(plea.ground)
    allowed = () if ground is None else ground.outcomes.get(plea.entry.kind.value, ())
    if ruling.outcome.value not in allowed:
        raise DomainError(ErrorCode.OUTCOME_NOT_ALLOWED, allowed=", ".join(allowed))
    if ruling.outcome is Outcome.SHORTENED and ruling.ends_on is None:
        raise DomainError(ErrorCode.INVALID_BODY, faults=(_missing("/ends_on", "新的截止日期", "the new last day"),))
    if ruling.outcome is Outcome.CORRECTED and not ruling.contents:
        raise DomainError(ErrorCode.INVALID_BODY, faults=(_missing("/contents", "更正后的内容", "what it should say"),))


def require_record_open(record: Record, *, on: date) -> None:
    """Refuse a record that can no longer be acted on: ``REPAIRED``, ``DISPLAY_EXPIRED``, ``NOTHING_TO_REPAIR``."""
    if record.severity is Severity.NONE:
        raise DomainError(ErrorCode.NOTHING_TO_REPAIR)
    if record.repair is RepairState.REPAIRED:
        raise DomainError(ErrorCode.REPAIRED)
    if record.repair is RepairState.WITHDRAWN:
        raise DomainError(ErrorCode.NOT_FOUND)
    if record.display.until is not None and on > record.display.until:
        raise DomainError(ErrorCode.DISPLAY_EXPIRED)


def require_flag_open(flag: Flag, *, on: date) -> None:
    """Refuse a flag that has no effect to be disputed: one that ended, was lifted, or is only proposed."""
    if flag.state is FlagState.ENDED or (flag.state in LIVE and on > flag.ends_on):
        raise DomainError(ErrorCode.DISPLAY_EXPIRED)
    if flag.state is FlagState.LIFTED:
        raise DomainError(ErrorCode.NOTHING_TO_REPAIR)
    if flag.state not in LIVE:
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED)


def repairable_from(records: Sequence[Record], flags: Sequence[Flag], *, display: Sequence[DisplayRules]) -> date:
    """Return the first day on which all of these may be repaired: the latest of the least times of display."""
    days = [record.display.repairable_from or record.dates.judged_on for record in records]
    for flag in flags:
        if flag.state in LIVE:
            judged_on = flag.document.effective_on
            period = rules_of_the_day(display, judged_on).periods.get(flag.severity.value)
            days.append(judged_on if period is None else months_after(judged_on, period.least_months))
    return max(days)


def proofs_of(case: Case | None, *, kept_promises: int, since: date) -> tuple[Proof, ...]:
    """Return what the service itself can show, so that nobody has to fetch it (R3.5)."""
    found = [
        Proof(
            kind=ProofKind.PERIOD_PASSED,
            source=CENTRE,
            zh=f"最短公示期已于{since.isoformat()}届满。",
            en=f"The least time of display ended on {since.isoformat()}.",
        )
    ]
    if case is not None and case.rectification is not None and case.rectification.fulfilled:
        found.append(
            Proof(
                kind=ProofKind.RECTIFIED,
                source=f"case:{case.case_no}",
                zh="责令限期整改已按期完成。",
                en="What had to be put right was put right in time.",
            )
        )
    if kept_promises:
        found.append(
            Proof(
                kind=ProofKind.PROMISES_KEPT,
                source=CENTRE,
                zh=f"已有{kept_promises}项承诺经核查属实。",
                en=f"{kept_promises} promises were verified as kept.",
            )
        )
    return tuple(found)


def promise_hash(recourse: Recourse) -> str:
    """Return the digest of the words that are promised with a repair, in both languages."""
    return hashlib.sha256(f"{recourse.promise.text}\n{recourse.promise.english}".encode()).hexdigest()


def require_refusal(recourse: Recourse, verdict: RepairDecision) -> RepairRefusal:
    """Return the ground of a refusal; it names what is still missing (R3.13), or ``REFUSAL_UNKNOWN``."""
    refusal = recourse.refusal(verdict.refusal)
    if refusal is None:
        raise DomainError(ErrorCode.REFUSAL_UNKNOWN, allowed=", ".join(known.code for known in recourse.refusals))
    if not verdict.missing:
        raise DomainError(ErrorCode.INVALID_BODY, faults=(_missing("/missing", "尚缺的内容", "what is still missing"),))
    return refusal


def touched_case(case: Case, entries: Collection[str], *, bases: Collection[str]) -> AffectedCase | None:
    """Return how one of the service's own cases met any of the entries, None if it did not (R6.8, R8.4)."""
    if case.case_no in bases:
        how, met_at = HowAffected.BASIS, case.received_at
    elif case.credit is not None and any(reason.partition(":")[2] in entries for reason in case.credit.reasons):
        how, met_at = HowAffected.PROMISE_REFUSED, case.credit.checked_at
    elif any(name in entries for name in case.refused_by):
        how, met_at = HowAffected.PROMISE_REFUSED, case.received_at
    else:
        return None
    return AffectedCase(case_no=case.case_no, item_code=case.terms.item_code, how=how, met_at=met_at)


def touched_by(query: Query, *, since: datetime, items: Collection[str] | None) -> AffectedCase | None:
    """Return the case that a department's system asked for and was given reasons, None if it met nothing.

    ``items`` are those that the entries had effect for, None for every one.
    """
    if query.case_no is None or not query.result_size or query.asked_at < since:
        return None
    if items is not None and query.item_code not in items:
        return None
    return AffectedCase(
        case_no=query.case_no, item_code=query.item_code, how=HowAffected.CHECKED, met_at=query.asked_at
    )


def reopening(case: Case | None, *, since: datetime) -> Reopening:
    """Return how a case that was touched stands now; ``since`` is when what it met fell."""
    if case is None:
        return Reopening.ELSEWHERE
    if any(earlier.reopened_at >= since for earlier in case.earlier_decisions):
        return Reopening.REOPENED
    return Reopening.FINISHED if case.is_finished else Reopening.GOING_ON


def require_in_effect(effective_on: date, *, on: date) -> None:
    """Refuse a reversing document whose day has not come."""
    if effective_on > on:
        fault = FieldError(
            pointer="/document/effective_on",
            detail="撤销文书尚未生效",
            english="the reversing document has not taken effect",
            code="IN_THE_FUTURE",
        )
        raise DomainError(ErrorCode.INVALID_BODY, faults=(fault,))


def require_earlier(ends_on: date, *, starts_on: date, ended_on: date | None) -> None:
    """Refuse a last day that is not before the one so far, or before the beginning."""
    if ended_on is None or not starts_on <= ends_on < ended_on:
        fault = FieldError(
            pointer="/ends_on",
            detail="应早于现在的截止日期且不早于起始日期",
            english="before the last day so far, and not before the first",
            code="OUT_OF_RANGE",
        )
        raise DomainError(ErrorCode.INVALID_BODY, faults=(fault,))


def fact_of(
    kind: EventKind,
    matter: Objection | Repair,
    *,
    actor: str,
    at: datetime,
    data: Mapping[str, Json],
    texts: Mapping[str, str] | None = None,
) -> NewEvent:
    """Return what a matter's timeline is told; texts that say nothing are left out."""
    return NewEvent(
        kind=kind,
        occurred_at=at,
        actor=actor,
        department=matter.department,
        data={"entry": str(matter.entry), **data},
        texts={name: text for name, text in (texts or {}).items() if text},
    )


def _missing(pointer: str, zh: str, en: str) -> FieldError:
    return FieldError(pointer=pointer, detail=f"缺少{zh}", english=f"missing: {en}", code="MISSING")
