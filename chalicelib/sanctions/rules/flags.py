"""Proposing, serving, answering, confirming and lifting a flag, with the notices and events."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from chalicelib.clock import day_written, instant_text
from chalicelib.credit.model.records import Document, FlagMark, ObjectionState
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.policy import Caller, is_own_matter, require_another_person
from chalicelib.rulepacks.model.pack import RulePack
from chalicelib.rulepacks.rules import remedy_notice
from chalicelib.sanctions.model.flags import (
    LIVE,
    Confirmation,
    Flag,
    FlagFilter,
    FlagState,
    Lifting,
    Measure,
    Party,
    Proposal,
    Request,
    Service,
    Statement,
    Suspension,
)
from chalicelib.sanctions.rules.state_machine import STEPS, FlagStep, is_defence_open
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Json, NewEvent

NOTHING_SOUGHT = FieldError(
    pointer="/subject",
    detail="请说明主体、文书号，或者状态",
    english="name a subject, the number of a document, or a state",
    code="missing",
)
"""The error for a search that names neither a subject, nor a document, nor a state."""


def propose(  # noqa: PLR0913 - a flag stands on this many things, and each is named at the call
    proposal: Proposal,
    party: Party,
    *,
    flag_id: str,
    edition: str,
    measure: Measure,
    document: Document,
    ends_on: date,
    pack: RulePack,
    by: str,
    department: str,
    at: datetime,
) -> Flag:
    """Return the proposed flag; it has no effect until it has been served and confirmed."""
    return Flag(
        flag_id=flag_id,
        version=1,
        state=FlagState.PROPOSED,
        party=party,
        department=department,
        case_no=proposal.case_no,
        measure_code=measure.code,
        measure=measure.measure,
        edition=edition,
        effect=measure.effect,
        basis=measure.basis,
        conduct=proposal.conduct,
        severity=proposal.severity,
        document=document,
        related_items=tuple(sorted(set(proposal.related_items))),
        starts_on=proposal.starts_on,
        ends_on=ends_on,
        facts=proposal.facts,
        personal_finding=proposal.personal_finding or "",
        remedies=remedy_notice(pack),
        repair_notice=pack.recourse.repair_notice.text,
        proposed_by=by,
        proposed_at=at,
    )


def serve(flag: Flag, service: Service, *, at: datetime) -> Flag:
    """Return the flag with its notice served, after which the subject may make a statement.

    The time of service must lie between the proposal and now, to the second.
    """
    _require(flag, FlagStep.SERVE)
    if not flag.proposed_at <= service.served_at <= at:
        fault = FieldError(
            pointer="/served_at",
            detail="应在提出之后、当前时间之前",
            english="between the proposal and now",
            code="OUT_OF_RANGE",
        )
        raise DomainError(ErrorCode.INVALID_BODY, faults=(fault,))
    return replace(flag, state=FlagState.SERVED, service=service)


def answer(flag: Flag, statement: Statement) -> Flag:
    """Return the flag with a statement added; the subject may add more until the flag is decided."""
    _require(flag, FlagStep.STATE)
    return replace(flag, state=FlagState.ANSWERED, statements=(*flag.statements, statement))


def confirm(flag: Flag, confirmation: Confirmation, *, by: Caller, defence_due_at: datetime | None, on: date) -> Flag:
    """Return the flag in force, confirmed by a second person after the defence (R1.18, R2.9).

    Statements must have been replied to. ``defence_due_at`` is the last second for a statement, None before service.
    """
    _require(flag, FlagStep.CONFIRM)
    require_another_person(by, flag.proposed_by)
    if is_defence_open(defence_due_at, has_spoken=bool(flag.statements), at=confirmation.confirmed_at):
        if defence_due_at is None:
            raise DomainError(ErrorCode.DEFENCE_OPEN)
        raise DomainError(ErrorCode.DEFENCE_OPEN, until=instant_text(defence_due_at))
    if flag.statements and not confirmation.statement_answer.strip():
        fault = FieldError(
            pointer="/statement_answer",
            detail="应当答复当事人的陈述申辩",
            english="the subject's statement must be answered",
            code="MISSING",
        )
        raise DomainError(ErrorCode.INVALID_BODY, faults=(fault,))
    if on > flag.ends_on:
        raise DomainError(ErrorCode.END_DATE_MISSING, latest=flag.ends_on.isoformat())
    return replace(
        flag,
        state=FlagState.ACTIVE,
        starts_on=max(flag.starts_on, on),
        confirmation=confirmation,
    )


def lift(flag: Flag, lifting: Lifting) -> Flag:
    """Return the flag lifted, whether in force or only proposed."""
    _require(flag, FlagStep.LIFT)
    return replace(_undisputed(flag), state=FlagState.LIFTED, lifting=lifting)


def has_ended(flag: Flag, *, on: date) -> bool:
    """Whether a flag's last day has passed and this has not been recorded yet."""
    return flag.state in LIVE and on > flag.ends_on


def end(flag: Flag) -> Flag:
    """Return the flag ended after its last day (R2.7)."""
    return replace(_undisputed(flag), state=FlagState.ENDED)


def suspend(flag: Flag, suspension: Suspension) -> Flag:
    """Return the flag suspended because an edition of the list no longer supports it (R2.10)."""
    if flag.state is not FlagState.ACTIVE:
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED)
    return replace(flag, state=FlagState.SUSPENDED, suspension=suspension)


def resume(flag: Flag, request: Request, *, by: Caller, on: date) -> Flag:
    """Return the flag with a request to resume it or, if another person already asked, in force again."""
    _require(flag, FlagStep.RESUME)
    if on > flag.ends_on:
        raise DomainError(ErrorCode.END_DATE_MISSING, latest=flag.ends_on.isoformat())
    suspension = flag.suspension
    if suspension is None or suspension.request is None:
        asked = None if suspension is None else replace(suspension, request=request)
        return replace(flag, suspension=asked)
    require_another_person(by, suspension.request.by)
    return replace(flag, state=FlagState.ACTIVE, suspension=None)


def suspension_event(flag: Flag, suspension: Suspension) -> NewEvent:
    """Return the event of a suspension."""
    return NewEvent(
        kind=EventKind.FLAG_SUSPENDED,
        occurred_at=suspension.suspended_at,
        actor="service:evaluation",
        department=flag.department,
        data={
            "subject": flag.subject,
            "edition": suspension.edition,
            "measure_code": flag.measure_code,
            "grounds": [ground.value for ground in suspension.grounds],
        },
    )


def mark_of(flag: Flag) -> FlagMark:
    """Return the flag as the credit summary holds it."""
    return FlagMark(
        flag_id=flag.flag_id,
        measure_code=flag.measure_code,
        measure=flag.measure,
        edition=flag.edition,
        effect=flag.effect,
        items=flag.related_items,
        organ=flag.document.organ,
        document_no=flag.document.number,
        basis=flag.basis,
        starts_on=flag.starts_on,
        ends_on=flag.ends_on,
        objection=flag.objection,
        is_paused=flag.is_paused,
        severity=flag.severity,
    )


def notice_of(flag: Flag, names: Mapping[str, str]) -> str:
    """Return the notice of basis, cause, remedies and repair to serve on the subject (拟惩戒告知书、信用修复告知书).

    ``names`` are those of items, by code.
    """
    items = "、".join(names.get(code, code) for code in flag.related_items)
    return (
        f"拟对你（单位）实施失信惩戒措施“{flag.measure}”（{flag.edition}年版清单第{flag.measure_code}项）。"
        f"事实：{flag.facts} "
        f"依据：{flag.basis}；{flag.document.organ}{flag.document.number}"
        f"（自{day_written(flag.document.effective_on)}起生效）。"
        f"范围：仅限事项{items}。"
        f"期限：{day_written(flag.starts_on)}至{day_written(flag.ends_on)}。"
        "你（单位）有权陈述、申辩；对措施不服的，可以提出异议申诉，不收费。"
        f"{flag.remedies}{flag.repair_notice}"
    )


def proposal_event(flag: Flag, names: Mapping[str, str]) -> NewEvent:
    """Return the event of a proposal; texts that may contain personal data are kept separately.

    ``names`` are those of items, by code.
    """
    return NewEvent(
        kind=EventKind.FLAG_PROPOSED,
        occurred_at=flag.proposed_at,
        actor=flag.proposed_by,
        department=flag.department,
        data={
            "subject": flag.subject,
            "case_no": flag.case_no,
            "edition": flag.edition,
            "measure_code": flag.measure_code,
            "conduct": flag.conduct,
            "severity": flag.severity.value,
            "document_no": flag.document.number,
            "organ": flag.document.organ,
            "effective_on": flag.document.effective_on.isoformat(),
            "related_items": flag.related_items,
            "starts_on": flag.starts_on.isoformat(),
            "ends_on": flag.ends_on.isoformat(),
        },
        texts={
            name: text
            for name, text in (
                ("facts", flag.facts),
                ("notice", notice_of(flag, names)),
                ("personal_finding", flag.personal_finding),
            )
            if text
        },
    )


def flag_event(
    kind: EventKind, *, by: Caller, at: datetime, data: Mapping[str, Json], texts: Mapping[str, str]
) -> NewEvent:
    """Return the event of a step on a flag; blank texts are left out."""
    said = {name: text for name, text in texts.items() if text}
    return NewEvent(kind=kind, occurred_at=at, actor=by.actor, department=by.department or "", data=data, texts=said)


def matches(flag: Flag, sought: FlagFilter, *, by: Caller) -> bool:
    """Whether a flag belongs to the caller's office, is not their own matter, and is in the state and on the item."""
    return (
        flag.department == by.department
        and not is_own_matter(by, flag.party.keys)
        and sought.state in {None, flag.state}
        and (sought.item is None or sought.item in flag.related_items)
    )


def _undisputed(flag: Flag) -> Flag:
    """Return the flag without the mark of an objection, because there is nothing left to dispute."""
    return replace(flag, objection=ObjectionState.NONE, is_paused=False)


def _require(flag: Flag, step: FlagStep) -> None:
    if flag.state not in STEPS[step].states:
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED)
