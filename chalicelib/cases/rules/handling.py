"""The rules of handling (办理规则): who may take which step in which state, and what each step requires."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from chalicelib.authorities.model import Act
from chalicelib.cases.model.case import WAITING, Case, Material, State, Terms
from chalicelib.cases.model.stages import CommitmentStatus, Decision, EarlierDecision, Finding, Interruption, Outcome
from chalicelib.catalogue.model.items import Step as StepOfItem
from chalicelib.clock import instant_text
from chalicelib.clocks.model import Clock
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.policy import Caller, Role
from chalicelib.rulepacks.model.pack import Ground, RulePack, TermKey
from chalicelib.rulepacks.rules import remedy_notice
from chalicelib.workdays.model.limits import Limit, Unit

ONCE_ONLY = "《行政许可法》第32条第1款第4项（一次告知需要补正的全部内容）"
TELLING_ONCE = "correction.told_once"
"""The rule that a second, different demand breaks (R4.2)."""


StepsOf = Callable[[Terms], Sequence[StepOfItem]]
"""Returns the steps of handling (办理环节) of the item's version that a case was filed under."""


class CaseStep(StrEnum):
    """The steps that can be taken on a case once it is filed (办件步骤)."""

    CORRECT = "correction"
    ANSWER = "correction_answer"
    ACCEPT = "acceptance"
    PAUSE = "pause"
    RESUME = "pause_end"
    SUSPEND = "suspension"
    END_SUSPENSION = "suspension_end"
    TERMINATE = "termination"
    WITHDRAW_APPLICATION = "application_withdrawal"
    COMPLETE_STEP = "step_completion"
    EXTEND = "extension"
    DECIDE = "decision"
    DELIVER = "delivery"
    VERIFY = "verification"
    CONFIRM = "verification_confirmation"
    RECEIVE = "notice_receipt"
    STATE = "statement"
    RECTIFY = "rectification"
    REPORT = "rectification_report"
    END_RECTIFICATION = "rectification_outcome"
    REVOKE = "revocation"
    REINSTATE = "reinstatement"
    REOPEN = "reopening"
    ASSIGN = "assignment"


class Right(NamedTuple):
    """Who may take a step, in which states, and for which act an agent needs authority."""

    roles: tuple[Role, ...]
    states: tuple[State, ...]
    act: Act = Act.VIEW


PEOPLE = (Role.APPLICANT, Role.AGENT)
OFFICER = (Role.OFFICER,)
BEFORE_ACCEPTANCE = (State.RECEIVED, State.CORRECTION_ASKED)
IN_HAND = (State.ACCEPTED, State.PAUSED)
ACCEPTED_AND_ON = (*IN_HAND, State.SUSPENDED)
AFTER_DECISION = (State.DECIDED, State.CLOSED)
SUPERIORS = (Role.SUPERVISOR, Role.HEAD)
UNDECIDED = (
    State.PENDING_CREDIT,
    State.PENDING_IDENTITY,
    State.AWAITING_MATERIALS,
    *BEFORE_ACCEPTANCE,
    *ACCEPTED_AND_ON,
)
VERIFIABLE = (*ACCEPTED_AND_ON, *AFTER_DECISION)
WITH_THE_OFFICE = (*UNDECIDED, *AFTER_DECISION)

FOUND_GOOD = frozenset({Finding.TRUE, Finding.CHANGED})
"""Results of a verification after which nothing is owed any more."""

STEPS: Mapping[CaseStep, Right] = {
    CaseStep.CORRECT: Right(OFFICER, BEFORE_ACCEPTANCE),
    CaseStep.ANSWER: Right(PEOPLE, (State.CORRECTION_ASKED,), Act.FILE),
    CaseStep.ACCEPT: Right(OFFICER, BEFORE_ACCEPTANCE),
    CaseStep.PAUSE: Right(OFFICER, (State.ACCEPTED,)),
    CaseStep.RESUME: Right(OFFICER, (State.PAUSED,)),
    CaseStep.SUSPEND: Right(OFFICER, (State.ACCEPTED,)),
    CaseStep.END_SUSPENSION: Right(OFFICER, (State.SUSPENDED,)),
    CaseStep.TERMINATE: Right((Role.SUPERVISOR,), UNDECIDED),
    CaseStep.WITHDRAW_APPLICATION: Right(PEOPLE, UNDECIDED, Act.WITHDRAWAL),
    CaseStep.COMPLETE_STEP: Right(OFFICER, (State.ACCEPTED,)),
    CaseStep.EXTEND: Right((Role.HEAD,), IN_HAND),
    CaseStep.DECIDE: Right(OFFICER, (State.ACCEPTED,)),
    CaseStep.DELIVER: Right(OFFICER, (State.DECIDED,)),
    CaseStep.VERIFY: Right(OFFICER, VERIFIABLE),
    CaseStep.CONFIRM: Right(OFFICER, VERIFIABLE),
    CaseStep.RECEIVE: Right(OFFICER, (State.CORRECTION_ASKED, *VERIFIABLE)),
    CaseStep.STATE: Right(PEOPLE, VERIFIABLE, Act.STATEMENT),
    CaseStep.RECTIFY: Right(OFFICER, VERIFIABLE),
    CaseStep.REPORT: Right(PEOPLE, VERIFIABLE, Act.STATEMENT),
    CaseStep.END_RECTIFICATION: Right(OFFICER, VERIFIABLE),
    CaseStep.REVOKE: Right((Role.SUPERVISOR,), AFTER_DECISION),
    CaseStep.REINSTATE: Right(SUPERIORS, (State.REVOKED,)),
    CaseStep.REOPEN: Right(SUPERIORS, AFTER_DECISION),
    CaseStep.ASSIGN: Right((*SUPERIORS, Role.OFFICER), WITH_THE_OFFICE),
}
"""Every step with its roles and states: the whole procedure of handling at a glance."""


def require_step(case: Case, step: CaseStep) -> None:
    """Raise ``STEP_NOT_ALLOWED``, listing the states that allow it, if the case's state does not allow the step."""
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
    """Raise ``STEP_NOT_ALLOWED`` after the acceptance clock's last second: the case is then deemed accepted.

    The due date decides, not the sweep, which records it up to a minute later (行政许可法第32条第4项).
    """
    if acceptance is not None and acceptance.is_late(at):
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED, deemed_accepted="true", due_on=acceptance.due_on.isoformat())


def is_deemed_accepted(case: Case, acceptance: Clock, *, at: datetime) -> bool:
    """Whether the case is deemed accepted (视为受理, R4.1): from the second after the acceptance clock's last.

    Silence accepts a promise that still waits to be checked, too; it cannot be decided before it was.
    """
    waits = case.state is State.RECEIVED or case.state in WAITING
    return waits and acceptance.stopped_at is None and acceptance.is_late(at)


def is_unchecked(case: Case) -> bool:
    """Whether a promise in force has not passed the gate yet: credit was unreadable, or a name is being compared."""
    is_checked = case.credit is not None and case.credit.standing is not CommitmentStatus.PENDING
    return case.has_promise and not case.is_finished and not is_checked


def require_checked(case: Case) -> None:
    """Raise ``STEP_NOT_ALLOWED`` for a promise that has not passed the gate: nobody is served unchecked (R6.10)."""
    if is_unchecked(case):
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED, step=CaseStep.DECIDE, waiting="gate")


def require_on_list(case: Case, names: Sequence[str], *, pointer: str) -> None:
    """Raise ``MATERIAL_NOT_LISTED`` for materials that this case does not require (R5.3, R1.4), or not yet."""
    later = {each.id for each in case.owed_later}
    owed = {asked.id for asked in case.checklist if asked.must_be_handed_in(case.way)} - later
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
    """Whether a demand asks for something, or cites a basis, that no earlier demand did."""
    asked = {(name, correction.basis) for correction in case.demands for name in correction.missing}
    return any((name, basis) not in asked for name in missing)


def is_breach(case: Case, missing: Sequence[str], *, basis: str) -> bool:
    """Whether a demand breaks the one-time notice rule (一次告知): a second one that differs from the first (R4.2)."""
    return bool(case.demands) and is_new_demand(case, missing, basis=basis)


def require_demand(case: Case, missing: Sequence[str], *, basis: str) -> None:
    """Raise ``STEP_NOT_ALLOWED`` for a demand that repeats one still awaiting its answer."""
    waiting = [correction.number for correction in case.demands if correction.answered_at is None]
    if waiting and not is_new_demand(case, missing, basis=basis):
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED, step=CaseStep.CORRECT, unanswered=waiting[0])


def with_materials(case: Case, brought: Sequence[Material]) -> Case:
    """Return the case once more was handed in; it takes the place of whatever has the same id."""
    again = {material.id for material in brought}
    kept = tuple(material for material in case.materials if material.id not in again)
    gone = tuple(material for material in case.materials if material.id in again)
    return replace(case, materials=(*kept, *brought), replaced=(*case.replaced, *gone))


def is_brought_later(case: Case, brought: Sequence[Material]) -> bool:
    """Whether these are what the promise said would come later: as long as it stands and nothing has ended the case."""
    owed = {each.id for each in case.owed_later}
    return case.state in (*UNDECIDED, *AFTER_DECISION) and bool(brought) and {each.id for each in brought} <= owed


def with_later_brought(case: Case, here: Collection[str], *, at: datetime) -> Case:
    """Return the case with the time at which what was owed came; what had come before keeps its own."""
    later = tuple(replace(each, brought_at=each.brought_at or at) if each.id in here else each for each in case.later)
    return replace(case, later=later)


def require_nothing_owed(case: Case, *, step: CaseStep) -> None:
    """Raise ``STEP_NOT_ALLOWED`` while something that the promise said would come later has not: it is not kept yet."""
    if case.owed_later:
        owed = ", ".join(each.id for each in case.owed_later)
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED, step=step, owed_later=owed)


def require_overdue(case: Case, clocks: Sequence[Clock], *, at: datetime) -> None:
    """Raise ``STEP_NOT_ALLOWED`` while all that is to come later still has time: nothing is unkept before its day."""
    if case.owed_later and not any(clock.is_late(at) for clock in clocks):
        first = min(clock.due_on for clock in clocks)
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED, step=CaseStep.VERIFY, due_on=first.isoformat())


def open_pause(case: Case) -> Interruption | None:
    """Return the special procedure that is under way, if any."""
    return next((pause for pause in case.interruptions if pause.ended_at is None), None)


def without_interruptions(case: Case, *, at: datetime, by: str) -> Case:
    """Return the case with its special procedure or suspension ended, if one is under way."""

    def ended(those: Sequence[Interruption]) -> tuple[Interruption, ...]:
        return tuple(replace(one, ended_at=one.ended_at or at, ended_by=one.ended_by or by) for one in those)

    return replace(case, interruptions=ended(case.interruptions), suspensions=ended(case.suspensions))


def suspension_ground_of(pack: RulePack, code: str) -> Ground:
    """Return a ground for a suspension from the pack's closed list; raises ``PAUSE_GROUND_UNKNOWN`` for any other."""
    ground = pack.suspension_ground(code)
    if ground is None:
        known = ", ".join(ground.code for ground in pack.suspension_grounds)
        raise DomainError(ErrorCode.PAUSE_GROUND_UNKNOWN, known=known)
    return ground


def suspension_to_end(case: Case, number: int) -> Interruption:
    """Return a suspension that is under way; raises ``NOT_FOUND``, ``STEP_NOT_ALLOWED`` for one that has ended."""
    found = next((one for one in case.suspensions if one.number == number), None)
    if found is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    if found.ended_at is not None:
        raise DomainError(
            ErrorCode.STEP_NOT_ALLOWED, step=CaseStep.END_SUSPENSION, ended_at=instant_text(found.ended_at)
        )
    return found


def timed(steps: Sequence[StepOfItem]) -> Sequence[StepOfItem]:
    """Return the steps of an item that have clocks of their own: of two or more; one alone is the handling itself."""
    return steps if len(steps) > 1 else ()


def step_suffix(step: StepOfItem, suffix: str) -> str:
    """Return what tells the clock of a step from those of others, and of other handlings of the case."""
    return "-".join(part for part in (step.id, suffix) if part)


def step_after(steps: Sequence[StepOfItem], done: str) -> StepOfItem | None:
    """Return the step that follows one in the item's order (办理环节), or None after the last."""
    ids = [step.id for step in steps]
    return next(iter(steps[ids.index(done) + 1 :]), None)


def require_running(clock: Clock | None, step: str) -> Clock:
    """Return the clock of a step that is under way; ``STEP_NOT_ALLOWED`` for any other, naming the one that is."""
    if clock is None or clock.about != step:
        running = "" if clock is None else clock.about
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED, step=CaseStep.COMPLETE_STEP, under_way=running)
    return clock


def ground_of(pack: RulePack, code: str) -> Ground:
    """Return a ground for a pause from the pack's closed list; raises ``PAUSE_GROUND_UNKNOWN`` for any other (R4.8)."""
    ground = pack.pause_ground(code)
    if ground is None:
        raise DomainError(ErrorCode.PAUSE_GROUND_UNKNOWN, known=", ".join(ground.code for ground in pack.pause_grounds))
    return ground


def is_extended(case: Case) -> bool:
    """Whether the case has had its one extension, in this handling or in an earlier one."""
    return case.extension is not None or any(earlier.extension is not None for earlier in case.earlier_decisions)


def extension_of(case: Case, pack: RulePack, statutory: Clock | None, *, days: int, at: datetime) -> Limit:
    """Return the extension to grant: once a case, within the pack's limit, and before the statutory time has expired.

    The law lets the head extend the statutory time (行政许可法第42条, R4.11), whose last second is still in time. What
    the office promised stays promised: whoever misses it says why.
    """
    if is_extended(case):
        raise DomainError(ErrorCode.ALREADY_EXTENDED)
    most = pack.limit_term(TermKey.EXTENSION)
    if days > most.value:
        raise DomainError(ErrorCode.EXTENSION_TOO_LONG, most=most.value, basis=most.basis)
    if statutory is None or statutory.is_late(at):
        raise DomainError(ErrorCode.EXTENSION_TOO_LATE)
    return Limit(value=days, unit=Unit(most.unit), basis=most.basis)


def late_reason_for(clock: Clock | None, reason: str | None, *, at: datetime) -> str | None:
    """Return the reason for lateness, None if in time; raises ``LATE_REASON_REQUIRED`` if late without one (R4.18).

    The due day counts as in time until 23:59:59 in Shanghai; a provisional date makes nobody late.
    """
    if clock is None or not clock.is_late(at):
        return None
    given = (reason or "").strip()
    if not given:
        raise DomainError(ErrorCode.LATE_REASON_REQUIRED, due_on=clock.due_on.isoformat())
    return given


def remedies_of(outcome: Outcome, pack: RulePack) -> str:
    """Return the remedies that a refusal names, nothing for a grant (行政许可法第38条第2款)."""
    return remedy_notice(pack) if outcome is Outcome.REFUSED else ""


def require_reasons(outcome: Outcome, reasons: str) -> None:
    """Require reasons for a refusal (行政许可法第38条第2款)."""
    if outcome is Outcome.REFUSED:
        require_text(reasons, pointer="/reasons")


def require_occurred(case: Case, occurred_at: datetime | None, *, at: datetime) -> None:
    """Raise ``INVALID_BODY`` if a step is said to have happened in the future or before the case was received.

    The moment of receipt and the present moment are both allowed.
    """
    if occurred_at is None or case.received_at <= occurred_at <= at:
        return
    fault = FieldError(
        pointer="/occurred_at",
        detail="发生时间不得早于收件时间，也不得晚于现在。",
        english="Neither before the case was received nor later than now.",
    )
    raise DomainError(ErrorCode.INVALID_BODY, faults=(fault,))


def require_assignable(case: Case, officer: str, *, by: Caller) -> None:
    """Check that officers only take unassigned cases for themselves; reassigning takes a superior."""
    if by.roles & frozenset(SUPERIORS):
        return
    if officer != by.sub:
        raise DomainError(ErrorCode.FORBIDDEN)
    if case.officer not in {"", officer}:
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED, step=CaseStep.ASSIGN, assigned_to=case.officer)


def waits_for_second_officer(case: Case) -> bool:
    """Whether somebody found out whether the promise was kept, and a second officer has yet to confirm it (R1.13)."""
    found = case.verification
    return case.state in STEPS[CaseStep.CONFIRM].states and found is not None and not found.has_effect


def has_work_left(case: Case) -> bool:
    """Whether an office still owes something in a case: it is under way, or closed and not verified for good.

    A promise found broken stays open: its consequences follow, until it is put right or the decision is revoked.
    """
    if case.state is not State.CLOSED:
        return not case.is_finished
    found = case.verification
    if case.rectification is not None and case.rectification.fulfilled:
        return False
    return must_be_verified(case) and (found is None or not found.has_effect or found.result not in FOUND_GOOD)


def require_reopenable(case: Case) -> Decision:
    """Return the decision of a case that may be reopened."""
    if case.decision is None:
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED, step=CaseStep.REOPEN, state=case.state)
    return case.decision


def set_aside(case: Case, decision: Decision, *, reason: str, actor: str, at: datetime) -> Case:
    """Return the case undecided again, with the decision and all that came of it among the earlier ones."""
    earlier = EarlierDecision(
        decision=decision,
        delivery=case.delivery,
        verification=case.verification,
        extension=case.extension,
        defence=case.defence,
        rectification=case.rectification,
        reason=reason,
        reopened_at=at,
        reopened_by=actor,
    )
    return replace(
        case,
        decision=None,
        delivery=None,
        verification=None,
        extension=None,
        defence=None,
        rectification=None,
        earlier_decisions=(*case.earlier_decisions, earlier),
    )


def responsible_for(case: Case, by: Caller) -> str:
    """Return who is responsible for what a step starts: the case's officer, else the acting officer, else nobody."""
    return case.officer or (by.sub if Role.OFFICER in by.roles else "")


def require_text(text: str, *, pointer: str) -> None:
    """Raise ``INVALID_BODY`` for a required text that is blank."""
    if not text.strip():
        raise DomainError(
            ErrorCode.INVALID_BODY, faults=(FieldError(pointer=pointer, detail="missing", code="missing"),)
        )


def must_be_verified(case: Case) -> bool:
    """Whether the office must verify the case: a promise in force, granted, on an item not exempt (R1.12)."""
    is_granted = case.decision is not None and case.decision.outcome is Outcome.GRANTED
    return case.has_promise and is_granted and case.terms.verification.required
