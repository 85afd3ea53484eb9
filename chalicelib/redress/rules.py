"""The rules of redress: what may be disputed or repaired, time limits, outcomes, and affected cases."""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TypeVar

from chalicelib.cases.model.case import Case
from chalicelib.cases.model.stages import Rectification
from chalicelib.clock import months_after
from chalicelib.credit.model.records import UNDONE, Document, Query, Record, RepairState, Severity
from chalicelib.credit.model.records import ObjectionState as Mark
from chalicelib.credit.model.sources import CREDIT_OFFICE
from chalicelib.credit.rules.revoked_documents import is_same_number, normalized_document
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.policy import Caller, require_another_person
from chalicelib.redress.model import (
    AMENDS,
    AffectedCase,
    Amendment,
    AmendmentAct,
    AmendmentState,
    Entry,
    EntryKind,
    HowAffected,
    Objection,
    ObjectionDecision,
    ObjectionRequest,
    ObjectionState,
    Outcome,
    Phase,
    Proof,
    ProofKind,
    Remainder,
    Reopening,
    Repair,
    RepairDecision,
    Revocation,
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

AN_ENTRY = re.compile(
    r"(?:(?P<kind>flag|repair):(?P<name>[0-9a-f]{16,64})|(?P<record>[A-Za-z0-9._-]{1,64}/[A-Za-z0-9._-]{1,64}))"
)
Touching = TypeVar("Touching", Objection, Amendment, Revocation)
"""What lists the cases that were affected by what it undid."""

WRITES_AT_ONCE = 75
"""How many writes of a transaction (100) are for entries; the rest are for the matter, its clocks and its cases."""

RECORD_WRITES = 2
"""A record, and its event on the subject's credit."""

FLAG_WRITES = 5
"""A flag, its event, that on the subject's credit, and its clocks, of which two may run."""

MOST_AFFECTED = 1_000
"""The most affected cases that a decision lists: some 120 KB of a row that may have 400."""

DECISIONS_A_GROUND = 2
"""An objection and one review (复核) on the same ground; after that, legal remedies remain."""


def entry_named(name: str) -> Entry:
    """Parse an entry's name; raises ``NOT_FOUND`` for a malformed one."""
    found = AN_ENTRY.fullmatch(name)
    if found is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    if found["record"]:
        return Entry(kind=EntryKind.RECORD, name=found["record"])
    return Entry(kind=EntryKind(found["kind"]), name=found["name"])


def document_name(subject: SubjectKey, document: Document) -> str:
    """Return the digest naming a document about a subject, the same however its number is typed."""
    return name_of_document(subject, organ=document.organ, number=document.number)


def name_of_document(subject: SubjectKey, *, organ: str, number: str) -> str:
    """Return the same digest from the organ and the number."""
    organ, number = normalized_document(organ, number)
    return hashlib.sha256(f"{subject}\n{organ}\n{number}".encode()).hexdigest()[:32]


def at_once(
    records: Sequence[Record], flags: Sequence[Flag], *, base: SubjectKey, entry: str = ""
) -> tuple[tuple[Record, ...], tuple[Flag, ...]]:
    """Return as many records and flags as one transaction undoes, with their events and the summaries.

    First comes the entry that was named, then others' flags, whose summaries do not know that a document about ``base``
    has been revoked; each part keeps its order.
    """
    others_first: list[Flag] = sorted(flags, key=lambda flag: (flag.flag_id != entry, flag.subject == base))
    named = [record for record in records if record.name == entry]
    order: list[Record | Flag] = [*named, *others_first, *(record for record in records if record.name != entry)]
    subjects: set[SubjectKey] = {base}
    writes = 0
    first: set[str] = set()
    for one in order:
        cost = (FLAG_WRITES if isinstance(one, Flag) else RECORD_WRITES) + (one.subject not in subjects)
        if writes + cost > WRITES_AT_ONCE:
            break
        writes += cost
        subjects.add(one.subject)
        first.add(one.owner if isinstance(one, Flag) else one.name)
    return (
        tuple(record for record in records if record.name in first),
        tuple(flag for flag in flags if flag.owner in first),
    )


def with_affected(matter: Touching, affected: Sequence[AffectedCase]) -> Touching:
    """Return a matter that was decided with further affected cases; its row holds ``MOST_AFFECTED`` of them."""
    if isinstance(matter, Objection):
        decided = matter.decided
        more = None if decided is None else replace(decided, touched=_with_more(decided.touched, affected))
        return replace(matter, decided=more)
    return replace(matter, touched=_with_more(matter.touched, affected))


def _with_more(touched: tuple[AffectedCase, ...], affected: Sequence[AffectedCase]) -> tuple[AffectedCase, ...]:
    known = {one.case_no for one in touched}
    return (*touched, *(one for one in affected if one.case_no not in known))[:MOST_AFFECTED]


def counted(remainder: Remainder, number: int) -> Remainder:
    """Return the next state after a step that undid so many entries."""
    return replace(remainder, found=remainder.found + number, undone=remainder.undone + number, rev=remainder.rev + 1)


def moved_on(remainder: Remainder, after: dict[str, dict[str, str]] | None, *, at: datetime) -> Remainder:
    """Return the state at the next page: of this phase, of the next one, or of another pass from the beginning.

    An index may lag behind, so only a pass that found nothing is the last.
    """
    if after is not None:
        return replace(remainder, after=after)
    phases = (Phase.FLAGS,) if remainder.person else tuple(Phase)
    place = phases.index(remainder.phase) + 1
    if place < len(phases):
        return replace(remainder, after=None, phase=phases[place])
    if remainder.found:
        return replace(remainder, after=None, phase=phases[0], found=0)
    return replace(remainder, after=None, next_at=None, finished_at=at)


def require_ground(recourse: Recourse, request: ObjectionRequest) -> None:
    """Raise ``OBJECTION_GROUND_UNKNOWN`` for a ground that the rules do not provide for this kind of entry."""
    ground = recourse.ground(request.ground)
    if ground is None or request.entry.kind.value not in ground.outcomes:
        raise DomainError(ErrorCode.OBJECTION_GROUND_UNKNOWN)


def is_review(earlier: Iterable[Objection], ground: str) -> bool:
    """Whether an objection is the review of a decided one.

    Raises ``OBJECTION_DECIDED`` if that review has been decided too, ``UNDER_OBJECTION`` while another objection to the
    same entry is open.
    """
    known = tuple(earlier)
    if any(objection.state is ObjectionState.OPEN for objection in known):
        raise DomainError(ErrorCode.UNDER_OBJECTION)
    decided = sum(objection.plea.ground == ground and objection.state is ObjectionState.DECIDED for objection in known)
    if decided >= DECISIONS_A_GROUND:
        raise DomainError(ErrorCode.OBJECTION_DECIDED)
    return decided > 0


def limit_of_objection(recourse: Recourse, *, started_at: datetime, calendar: Calendar) -> Limit:
    """Return the limit that ends first (R3.10); of limits ending together, the first in the pack."""
    limits = [Limit(value=limit.value, unit=Unit(limit.unit), basis=limit.basis) for limit in recourse.limits]
    return min(limits, key=lambda limit: due(limit, started_at=started_at, calendar=calendar).at)


def require_outcome(recourse: Recourse, request: ObjectionRequest, decision: ObjectionDecision) -> None:
    """Raise ``OUTCOME_NOT_ALLOWED`` for an outcome not possible on the ground, ``INVALID_BODY`` for missing parts."""
    ground = recourse.ground(request.ground)
    allowed = () if ground is None else ground.outcomes.get(request.entry.kind.value, ())
    if decision.outcome.value not in allowed:
        raise DomainError(ErrorCode.OUTCOME_NOT_ALLOWED, allowed=", ".join(allowed))
    require_parts(decision)


def require_parts(decision: ObjectionDecision) -> None:
    """Raise ``INVALID_BODY`` for a decision that lacks what its outcome needs."""
    if decision.outcome is Outcome.SHORTENED and decision.ends_on is None:
        raise DomainError(ErrorCode.INVALID_BODY, faults=(_missing("/ends_on", "新的截止日期", "the new last day"),))
    if decision.outcome is Outcome.CORRECTED and not decision.contents:
        raise DomainError(ErrorCode.INVALID_BODY, faults=(_missing("/contents", "更正后的内容", "what it should say"),))


def require_amendable(record: Record, decision: ObjectionDecision) -> None:
    """Raise ``OUTCOME_NOT_ALLOWED`` for what no amendment does, ``INVALID_BODY`` for missing parts.

    A record under objection is amended by the decision on it (``UNDER_OBJECTION``), one that is undone no more
    (``STEP_NOT_ALLOWED``).
    """
    if decision.outcome not in AMENDS:
        raise DomainError(ErrorCode.OUTCOME_NOT_ALLOWED, allowed=", ".join(sorted(AMENDS)))
    require_parts(decision)
    if record.repair in UNDONE:
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED)
    if record.objection is Mark.OPEN:
        raise DomainError(ErrorCode.UNDER_OBJECTION)
    if decision.outcome is Outcome.SHORTENED and decision.ends_on is not None:
        require_earlier(decision.ends_on, starts_on=record.dates.judged_on, ended_on=record.display.until)


def confirm(amendment: Amendment, act: AmendmentAct, *, by: Caller) -> Amendment:
    """Return the amendment as confirmed; raises ``SAME_PERSON`` for whoever proposed it."""
    _require_proposed(amendment)
    require_another_person(by, amendment.proposed_by)
    return replace(amendment, confirmed=act)


def withdraw(amendment: Amendment, act: AmendmentAct) -> Amendment:
    """Return the amendment as withdrawn, by whoever proposed it or by a colleague."""
    _require_proposed(amendment)
    return replace(amendment, withdrawn=act)


def require_record_open(record: Record, *, on: date) -> None:
    """Raise ``REPAIRED``, ``DISPLAY_EXPIRED``, ``NOTHING_TO_REPAIR`` or ``NOT_FOUND`` for a record past redress."""
    if record.severity is Severity.NONE:
        raise DomainError(ErrorCode.NOTHING_TO_REPAIR)
    if record.repair is RepairState.REPAIRED:
        raise DomainError(ErrorCode.REPAIRED)
    if record.repair is RepairState.WITHDRAWN:
        raise DomainError(ErrorCode.NOT_FOUND)
    if record.display.until is not None and on > record.display.until:
        raise DomainError(ErrorCode.DISPLAY_EXPIRED)


def require_flag_open(flag: Flag, *, on: date) -> None:
    """Refuse a flag that has no effect to dispute: one that ended, was lifted, or is only proposed."""
    if flag.state is FlagState.ENDED or (flag.state in LIVE and on > flag.ends_on):
        raise DomainError(ErrorCode.DISPLAY_EXPIRED)
    if flag.state is FlagState.LIFTED:
        raise DomainError(ErrorCode.NOTHING_TO_REPAIR)
    if flag.state not in LIVE:
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED)


def repairable_from(
    records: Sequence[Record], flags: Sequence[Flag], *, display: Sequence[DisplayRules], on: date
) -> date:
    """Return the first day on which all of these may be repaired: the latest of their minimum display periods."""
    days = [record.display.repairable_from or record.dates.judged_on for record in records]
    for flag in flags:
        if flag.state in LIVE:
            judged_on = flag.document.effective_on
            period = rules_of_the_day(display, judged_on, on=on).periods.get(flag.severity.value)
            days.append(judged_on if period is None else months_after(judged_on, period.least_months))
    return max(days)


def is_put_right(case: Case, records: Sequence[Record]) -> bool:
    """Whether what was found in a case was put right, in the handling in which the broken promise was recorded.

    Without such a record it is the present handling.
    """
    recorded = {record.known_since for record in records if record.fulfilment is not None}
    present = (case.verification, case.rectification)
    if not recorded:
        return _is_done(present[1])
    handlings = (present, *((one.verification, one.rectification) for one in case.earlier_decisions))
    return any(found is not None and found.established_at in recorded and _is_done(order) for found, order in handlings)


def _is_done(order: Rectification | None) -> bool:
    return order is not None and order.fulfilled is True


def proofs_of(
    case: Case | None, records: Sequence[Record] = (), *, kept_promises: int, since: date
) -> tuple[Proof, ...]:
    """Return the proofs that the service has itself, so that nobody has to obtain them (R3.5).

    ``case`` is the one that the ``records`` or flags come from.
    """
    found = [
        Proof(
            kind=ProofKind.PERIOD_PASSED,
            source=CREDIT_OFFICE,
            zh=f"最短公示期已于{since.isoformat()}届满。",
            en=f"The least time of display ended on {since.isoformat()}.",
        )
    ]
    if case is not None and is_put_right(case, records):
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
                source=CREDIT_OFFICE,
                zh=f"已有{kept_promises}项承诺经核查属实。",
                en=f"{kept_promises} promises were verified as kept.",
            )
        )
    return tuple(found)


def promise_hash(recourse: Recourse) -> str:
    """Return the digest of the repair promise's wording, in both languages."""
    return hashlib.sha256(f"{recourse.promise.text}\n{recourse.promise.english}".encode()).hexdigest()


def require_refusal(recourse: Recourse, decision: RepairDecision) -> RepairRefusal:
    """Return the ground of a refusal; raises ``REFUSAL_UNKNOWN``, ``INVALID_BODY`` if ``missing`` is empty (R3.13)."""
    refusal = recourse.refusal(decision.refusal)
    if refusal is None:
        raise DomainError(ErrorCode.REFUSAL_UNKNOWN, allowed=", ".join(known.code for known in recourse.refusals))
    if not decision.missing:
        raise DomainError(ErrorCode.INVALID_BODY, faults=(_missing("/missing", "尚缺的内容", "what is still missing"),))
    return refusal


def affected_case(case: Case, entries: Collection[str], *, bases: Collection[str]) -> AffectedCase | None:
    """Return how one of the service's own cases was affected by the entries, or None (R6.8, R8.4)."""
    if case.case_no in bases:
        how, met_at = HowAffected.BASIS, case.received_at
    elif case.credit is not None and any(reason.partition(":")[2] in entries for reason in case.credit.reasons):
        how, met_at = HowAffected.PROMISE_REFUSED, case.credit.checked_at
    elif any(name in entries for name in case.refused_by):
        how, met_at = HowAffected.PROMISE_REFUSED, case.received_at
    else:
        return None
    return AffectedCase(case_no=case.case_no, item_code=case.terms.item_code, how=how, met_at=met_at)


def is_revoked_by(case: Case, document: Document, *, offices: Collection[str]) -> bool:
    """Whether a case of one of these offices was revoked by a document, however its number is typed."""
    revocation = case.revocation
    if revocation is None or case.department not in offices:
        return False
    return is_same_number(document.number, revocation.document_no)


def affected_by_query(query: Query, *, since: datetime, items: Collection[str] | None) -> AffectedCase | None:
    """Return the case for which a department's system queried and was given reasons, or None.

    ``items`` are those for which the entries had effect, None for all.
    """
    if query.case_no is None or not query.result_size or query.asked_at < since:
        return None
    if items is not None and query.item_code not in items:
        return None
    return AffectedCase(
        case_no=query.case_no, item_code=query.item_code, how=HowAffected.CHECKED, met_at=query.asked_at
    )


def reopening(case: Case | None, *, since: datetime) -> Reopening:
    """Return the present state of an affected case; ``since`` is when the revocation was recorded."""
    if case is None:
        return Reopening.ELSEWHERE
    if any(earlier.reopened_at >= since for earlier in case.earlier_decisions):
        return Reopening.REOPENED
    if any(fallen.reinstated_at >= since for fallen in case.fallen_revocations):
        return Reopening.REINSTATED
    return Reopening.FINISHED if case.is_finished else Reopening.GOING_ON


def require_in_effect(effective_on: date, *, on: date) -> None:
    """Raise ``INVALID_BODY`` for a revoking document that is not yet in effect."""
    if effective_on > on:
        fault = FieldError(
            pointer="/document/effective_on",
            detail="撤销文书尚未生效",
            english="the reversing document has not taken effect",
            code="IN_THE_FUTURE",
        )
        raise DomainError(ErrorCode.INVALID_BODY, faults=(fault,))


def require_earlier(ends_on: date, *, starts_on: date, ended_on: date | None) -> None:
    """Raise ``INVALID_BODY`` unless the new last day is before the present one and not before the first."""
    if ended_on is None or not starts_on <= ends_on < ended_on:
        fault = FieldError(
            pointer="/ends_on",
            detail="应早于现在的截止日期且不早于起始日期",
            english="before the last day so far, and not before the first",
            code="OUT_OF_RANGE",
        )
        raise DomainError(ErrorCode.INVALID_BODY, faults=(fault,))


def matter_event(
    kind: EventKind,
    matter: Objection | Repair | Amendment,
    *,
    actor: str,
    at: datetime,
    data: Mapping[str, Json],
    texts: Mapping[str, str] | None = None,
) -> NewEvent:
    """Return an event of an objection, repair or amendment; blank texts are left out."""
    return NewEvent(
        kind=kind,
        occurred_at=at,
        actor=actor,
        department=matter.department,
        data={"entry": str(matter.entry), **data},
        texts={name: text for name, text in (texts or {}).items() if text},
    )


def _require_proposed(amendment: Amendment) -> None:
    if amendment.state is not AmendmentState.PROPOSED:
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED)


def _missing(pointer: str, zh: str, en: str) -> FieldError:
    return FieldError(pointer=pointer, detail=f"缺少{zh}", english=f"missing: {en}", code="MISSING")
