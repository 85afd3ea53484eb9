"""Who may take which step in which state, and what each step of handling asks for (办理规则)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from chalicelib.cases.model.case import Case, Material, State
from chalicelib.cases.model.stages import Decision, Interruption, Outcome
from chalicelib.clocks.model import Clock
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.policy import Caller, Role
from chalicelib.rulepacks.model.pack import Ground, RulePack, TermKey
from chalicelib.workdays.model.limits import Limit, Unit

ONCE_ONLY = "《行政许可法》第32条第1款第4项(一次告知需要补正的全部内容)"
TELLING_ONCE = "correction.told_once"
"""The name of the rule that a second, different demand breaks (R4.2)."""


class CaseStep(StrEnum):
    """What can be done to a case once it is filed (办件步骤)."""

    CORRECT = "correction"
    ANSWER = "correction_answer"
    ACCEPT = "acceptance"
    PAUSE = "pause"
    RESUME = "pause_end"
    EXTEND = "extension"
    DECIDE = "decision"
    DELIVER = "delivery"
    VERIFY = "verification"
    CONFIRM = "verification_confirmation"
    STATE = "statement"
    RECTIFY = "rectification"
    END_RECTIFICATION = "rectification_outcome"
    REVOKE = "revocation"
    REOPEN = "reopening"
    ASSIGN = "assignment"


class Right(NamedTuple):
    """Whose step it is, and the states in which it may be taken."""

    roles: tuple[Role, ...]
    states: tuple[State, ...]


PEOPLE = (Role.APPLICANT, Role.AGENT)
OFFICER = (Role.OFFICER,)
BEFORE_ACCEPTANCE = (State.RECEIVED, State.CORRECTION_ASKED)
IN_HAND = (State.ACCEPTED, State.PAUSED)
AFTER_DECISION = (State.DECIDED, State.CLOSED)
SUPERIORS = (Role.SUPERVISOR, Role.HEAD)
WITH_THE_OFFICE = (
    State.PENDING_CREDIT,
    State.AWAITING_MATERIALS,
    *BEFORE_ACCEPTANCE,
    *IN_HAND,
    *AFTER_DECISION,
)

STEPS: Mapping[CaseStep, Right] = {
    CaseStep.CORRECT: Right(OFFICER, BEFORE_ACCEPTANCE),
    CaseStep.ANSWER: Right(PEOPLE, (State.CORRECTION_ASKED,)),
    CaseStep.ACCEPT: Right(OFFICER, BEFORE_ACCEPTANCE),
    CaseStep.PAUSE: Right(OFFICER, (State.ACCEPTED,)),
    CaseStep.RESUME: Right(OFFICER, (State.PAUSED,)),
    CaseStep.EXTEND: Right((Role.HEAD,), IN_HAND),
    CaseStep.DECIDE: Right(OFFICER, (State.ACCEPTED,)),
    CaseStep.DELIVER: Right(OFFICER, (State.DECIDED,)),
    CaseStep.VERIFY: Right(OFFICER, AFTER_DECISION),
    CaseStep.CONFIRM: Right(OFFICER, AFTER_DECISION),
    CaseStep.STATE: Right(PEOPLE, AFTER_DECISION),
    CaseStep.RECTIFY: Right(OFFICER, AFTER_DECISION),
    CaseStep.END_RECTIFICATION: Right(OFFICER, AFTER_DECISION),
    CaseStep.REVOKE: Right((Role.SUPERVISOR,), AFTER_DECISION),
    CaseStep.REOPEN: Right(SUPERIORS, AFTER_DECISION),
    CaseStep.ASSIGN: Right((*SUPERIORS, Role.OFFICER), WITH_THE_OFFICE),
}
"""Every step with its right: the whole order of handling, to be read line by line."""


def require_step(case: Case, step: CaseStep) -> None:
    """Refuse with ``STEP_NOT_ALLOWED`` a step that the case's state does not allow, and say in which ones it is."""
    states = STEPS[step].states
    if case.state in states:
        return
    pause = open_pause(case)
    raise DomainError(
        ErrorCode.STEP_NOT_ALLOWED,
        step=step,
        state=case.state,
        allowed_in=", ".join(states),
        open_pause=0 if pause is None else pause.number,
    )


def require_not_deemed(acceptance: Clock | None, *, at: datetime) -> None:
    """Refuse whatever comes after the last second for accepting or telling what is missing: silence has accepted.

    The clock's own date decides, not the sweep, which writes it down a minute later (行政许可法第32条第4项).
    """
    if acceptance is not None and acceptance.is_late(at):
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED, deemed_accepted="true", due_on=acceptance.due_on.isoformat())


def is_deemed_accepted(case: Case, acceptance: Clock, *, at: datetime) -> bool:
    """Whether silence has accepted the case (视为受理, R4.1): from the second after the acceptance clock's last."""
    return case.state is State.RECEIVED and acceptance.stopped_at is None and acceptance.is_late(at)


def require_on_list(case: Case, names: Sequence[str], *, pointer: str) -> None:
    """Refuse with ``MATERIAL_NOT_LISTED`` to ask for, or take, what this case does not owe (R5.3, R1.4)."""
    owed = {asked.id for asked in case.checklist if asked.must_be_handed_in(case.way)}
    faults = tuple(
        FieldError(
            pointer=pointer.format(index),
            detail="清单中没有这项应交材料。",
            english="Not among the materials that are owed.",
        )
        for index, name in enumerate(names)
        if name not in owed
    )
    if faults:
        raise DomainError(ErrorCode.MATERIAL_NOT_LISTED, faults=faults)


def is_new_demand(case: Case, missing: Sequence[str], *, basis: str) -> bool:
    """Whether a demand asks for anything, or on any ground, that was not asked for before."""
    asked = {(name, correction.basis) for correction in case.demands for name in correction.missing}
    return any((name, basis) not in asked for name in missing)


def is_breach(case: Case, missing: Sequence[str], *, basis: str) -> bool:
    """Whether a demand breaks the duty to tell once: a second one, other than the first (R4.2)."""
    return bool(case.demands) and is_new_demand(case, missing, basis=basis)


def require_demand(case: Case, missing: Sequence[str], *, basis: str) -> None:
    """Refuse a demand that repeats one still waiting for its answer."""
    waiting = [correction.number for correction in case.demands if correction.answered_at is None]
    if waiting and not is_new_demand(case, missing, basis=basis):
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED, step=CaseStep.CORRECT, unanswered=waiting[0])


def with_materials(case: Case, brought: Sequence[Material]) -> tuple[Material, ...]:
    """Return the case's materials after an answer: what is brought again takes the place of what was there."""
    again = {material.id for material in brought}
    return (*(material for material in case.materials if material.id not in again), *brought)


def open_pause(case: Case) -> Interruption | None:
    """Return the special procedure that is going on, if any."""
    return next((pause for pause in case.interruptions if pause.ended_at is None), None)


def ground_of(pack: RulePack, code: str) -> Ground:
    """Return a pause's ground out of the pack's closed list; ``PAUSE_GROUND_UNKNOWN`` for any other (R4.8)."""
    ground = pack.pause_ground(code)
    if ground is None:
        raise DomainError(ErrorCode.PAUSE_GROUND_UNKNOWN, known=", ".join(ground.code for ground in pack.pause_grounds))
    return ground


def extension_of(case: Case, pack: RulePack, promised: Clock | None, *, days: int, at: datetime) -> Limit:
    """Return by how much a case may be extended: once, not beyond the pack's limit, before the promise expires.

    The last second of the promised time is still in time (行政许可法第42条, R4.11).
    """
    if case.extension is not None:
        raise DomainError(ErrorCode.ALREADY_EXTENDED)
    most = pack.limit_term(TermKey.EXTENSION)
    if days > most.value:
        raise DomainError(ErrorCode.EXTENSION_TOO_LONG, most=most.value, basis=most.basis)
    if promised is None or promised.is_late(at):
        raise DomainError(ErrorCode.EXTENSION_TOO_LATE)
    return Limit(value=days, unit=Unit(most.unit), basis=most.basis)


def late_reason_for(clock: Clock | None, reason: str | None, *, at: datetime) -> str | None:
    """Return why a duty is done late, None if it is done in time; ``LATE_REASON_REQUIRED`` without one (R4.18).

    The due day is in time to 23:59:59 in Shanghai; a provisional date makes nobody late.
    """
    if clock is None or not clock.is_late(at):
        return None
    given = (reason or "").strip()
    # Marks of direction and of no width are no reason, although no blanks either.
    if not any(char.isprintable() and not char.isspace() for char in given):
        raise DomainError(ErrorCode.LATE_REASON_REQUIRED, due_on=clock.due_on.isoformat())
    return given


def require_reasons(outcome: Outcome, reasons: str) -> None:
    """Refuse a refusal without its reasons (行政许可法第38条第2款)."""
    if outcome is Outcome.REFUSED:
        require_text(reasons, pointer="/reasons")


def require_occurred(case: Case, occurred_at: datetime | None, *, at: datetime) -> None:
    """Refuse an act that is told to have happened later than now, or before the case came in.

    The moment of receipt and the moment of telling are both still possible.
    """
    if occurred_at is None or case.received_at <= occurred_at <= at:
        return
    fault = FieldError(
        pointer="/occurred_at",
        detail="发生时间不得早于收件时间,也不得晚于现在。",
        english="Neither before the case was received nor later than now.",
    )
    raise DomainError(ErrorCode.INVALID_BODY, faults=(fault,))


def require_assignable(case: Case, officer: str, *, by: Caller) -> None:
    """Refuse an officer who gives a case to somebody else, or takes it from somebody: that is for a superior."""
    if by.roles & frozenset(SUPERIORS):
        return
    if officer != by.sub:
        raise DomainError(ErrorCode.FORBIDDEN)
    if case.officer not in {"", officer}:
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED, step=CaseStep.ASSIGN, assigned_to=case.officer)


def require_reopenable(case: Case) -> Decision:
    """Return the decision that may be handled again; a promise found broken goes its own way, to its end (R1.17)."""
    if case.decision is None or case.defence is not None:
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED, step=CaseStep.REOPEN, state=case.state)
    return case.decision


def responsible_for(case: Case, by: Caller) -> str:
    """Return who answers for what an act starts: whoever has the case, else the officer who acts, else nobody yet."""
    return case.officer or (by.sub if Role.OFFICER in by.roles else "")


def require_text(text: str, *, pointer: str) -> None:
    """Refuse with ``INVALID_BODY`` a text that has to be there and is blank."""
    if not text.strip():
        raise DomainError(
            ErrorCode.INVALID_BODY, faults=(FieldError(pointer=pointer, detail="missing", code="missing"),)
        )


def must_be_verified(case: Case) -> bool:
    """Whether the office owes a verification: of a promise in force, granted, on an item not exempt (R1.12)."""
    is_granted = case.decision is not None and case.decision.outcome is Outcome.GRANTED
    return case.has_promise and is_granted and case.terms.verification.required
