"""Verification and its consequences (核查与失信后果): which results, which steps in which order, and the defence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from chalicelib.cases.model.case import Case, Material, State, Way
from chalicelib.cases.model.stages import (
    Defence,
    Finding,
    Outcome,
    Rectification,
    RemedyTold,
    Termination,
    Verification,
)
from chalicelib.cases.rules.handling import CaseStep, is_unchecked, require_nothing_owed
from chalicelib.catalogue.model.items import Method, VerificationPlan
from chalicelib.clock import day_written
from chalicelib.clocks.model import Clock
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.policy import Caller, require_another_person
from chalicelib.rulepacks.model.consequences import Barred, Consequence, Stage, Step, StepKind
from chalicelib.rulepacks.model.pack import After, RulePack, TerminationGround, TermKey
from chalicelib.rulepacks.rules import Remedies, limit_words, limit_words_in_english, next_step, remedies_after
from chalicelib.workdays.model.limits import day_of

BROKEN = frozenset({Finding.UNTRUE, Finding.UNFULFILLED})
"""The only results with consequences (R1.15): a change of facts or a source that is down blames nobody (R1.16)."""

TWO = 2

NAMES: Mapping[Finding, str] = {
    Finding.TRUE: "属实",
    Finding.UNTRUE: "不实",
    Finding.UNFULFILLED: "未履行",
    Finding.CHANGED: "情况变化",
    Finding.UNVERIFIABLE: "无法核实",
}
"""The Chinese name of each result."""


class RectificationOutcome(StrEnum):
    """The outcome of a rectification order (整改结果)."""

    DONE = "done"
    NOT_DONE = "not_done"


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationDocument:
    """The document by which a supervisor revokes a decision (撤销决定书).

    ``served_at`` is when it reached the person, ``effective_on`` its first day of effect, ``remedy_until`` the last day
    for review, and ``court_until`` that for a court, the law's own if it is left out. ``statement_answer`` replies to
    the person's statement, if there was one.
    """

    document_no: str
    basis: str
    served_at: datetime
    effective_on: date
    remedy_until: date
    court_until: date | None = None
    statement_answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminationDocument:
    """The document by which a supervisor ends a case without a decision (终止办理决定书), and its ground."""

    ground: str
    document_no: str
    basis: str
    reasons: str
    served_at: datetime
    statement_answer: str = ""


def stage_of(case: Case) -> Stage:
    """Return how far a case has come: in hand, decided, or closed."""
    if case.decision is None:
        return Stage.IN_HAND
    return Stage.DECIDED if case.delivery is None else Stage.CLOSED


def consequence_of(case: Case, pack: RulePack) -> Consequence | None:
    """Return the row of the place's table that applies to what was found, or None if nothing was."""
    found = case.verification
    if found is None:
        return None
    return pack.consequence(found.result.value, stage=stage_of(case), severity=found.severity.value)


def is_settled(case: Case) -> bool:
    """Whether nothing more may follow a broken promise: what was ordered has been put right."""
    return case.rectification is not None and case.rectification.fulfilled is True


def require_not_barred(case: Case, pack: RulePack, act: Barred) -> None:
    """Raise ``STEP_NOT_ALLOWED`` for what the table bars until the consequences of a broken promise are settled.

    A finding bars as soon as one officer has made it, so that nobody gets away before the second one speaks.
    """
    row = consequence_of(case, pack)
    if row is not None and act in row.barred and not is_settled(case):
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED, step=act, result=row.finding, article=row.basis)


def require_verifiable(case: Case) -> None:
    """Raise ``STEP_NOT_ALLOWED`` unless a promise is in force and no final result exists; a refusal has none to keep.

    One that waits for the gate may still be refused, and nobody breaks a promise that nobody took (R6.10). A result
    that has not taken effect may be replaced, and an unverifiable one may be verified again.
    """
    if is_unchecked(case):
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED, step=CaseStep.VERIFY, waiting="gate")
    is_refused = case.decision is not None and case.decision.outcome is not Outcome.GRANTED
    if not case.has_promise or is_refused:
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED, step=CaseStep.VERIFY, verifiable="no_promise_in_force")
    found = case.verification
    if found is not None and found.has_effect and found.result is not Finding.UNVERIFIABLE:
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED, step=CaseStep.VERIFY, result=found.result)


def officers_for(plan: VerificationPlan, method: Method) -> int:
    """Return how many officers must confirm a result: two if the plan says so or the check is on site (R1.13).

    Substantive on-site checks always need two officers, whatever the plan says (行政许可法第34条).
    """
    is_on_site = method is Method.ONSITE and plan.substantive
    return TWO if is_on_site or plan.officers >= TWO else 1


def unconfirmed_verification(case: Case, *, by: Caller) -> Verification:
    """Return the result that awaits a second officer; raises ``SAME_PERSON`` for the officer who recorded it."""
    found = case.verification
    if found is None or found.has_effect:
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED, step=CaseStep.CONFIRM, waiting="no_result")
    require_another_person(by, found.found_by)
    return found


def is_found_broken(case: Case) -> bool:
    """Whether the promise was found false or unfulfilled, confirmed by as many officers as required."""
    found = case.verification
    return found is not None and found.has_effect and found.result in BROKEN


def is_counted(case: Case) -> bool:
    """Whether an earlier handling of the case already counted the promise as kept; it counts once per case (R1.20)."""
    earlier = (each.verification for each in case.earlier_decisions)
    return any(found is not None and found.has_effect and found.result is Finding.TRUE for found in earlier)


def next_step_for(case: Case, pack: RulePack) -> Step | None:
    """Return the next step in the rule pack's order for this case, or None if nothing may follow (R1.17).

    While a rectification is running it remains the next step; a fulfilled one ends the matter.
    """
    row = consequence_of(case, pack)
    if row is None or not is_found_broken(case) or is_settled(case):
        return None
    done = set()
    if case.state is State.SUSPENDED:
        done.add(StepKind.SUSPENSION)
    if case.rectification is not None and case.rectification.fulfilled is False:
        done |= {StepKind.SUSPENSION, StepKind.RECTIFICATION}
    if case.revocation is not None:
        done.add(StepKind.REVOCATION)
    return next_step(row, done=done)


def require_next(case: Case, pack: RulePack, kind: StepKind) -> Step:
    """Return the step if it is next; otherwise raise ``STEP_NOT_ALLOWED`` with the step that is, and its article."""
    step = next_step_for(case, pack)
    if step is None:
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED, step=kind, next="", article="")
    if step.kind is not kind:
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED, step=kind, next=step.kind, article=step.basis, basis=step.basis)
    return step


def require_heard(step: Step, case: Case, clock: Clock | None, *, at: datetime) -> None:
    """Raise ``DEFENCE_OPEN`` if the table asks for a hearing before this step and it is not over yet (R1.18)."""
    if step.hearing:
        require_defence_over(case.defence, clock, at=at)


def require_two_persons(case: Case, *, by: Caller) -> None:
    """Raise ``SAME_PERSON`` for the last word by whoever made the finding without anybody's confirming it (R2.9)."""
    found = case.verification
    if found is not None and found.confirmed_by is None:
        require_another_person(by, found.found_by)


def ground_of_termination(case: Case, pack: RulePack, code: str) -> TerminationGround:
    """Return a ground from the pack's closed list; raises ``TERMINATION_GROUND_UNKNOWN`` for any other."""
    ground = pack.termination_ground(code)
    if ground is None:
        known = ", ".join(one.code for one in pack.termination_grounds)
        raise DomainError(ErrorCode.TERMINATION_GROUND_UNKNOWN, known=known)
    waits_for = {After.MATERIALS: State.AWAITING_MATERIALS, After.CORRECTION: State.CORRECTION_ASKED}
    needed = waits_for.get(ground.after, case.state)
    if case.state is not needed:
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED, step=CaseStep.TERMINATE, state=case.state, allowed_in=needed)
    return ground


def require_time_over(clock: Clock | None, *, at: datetime) -> None:
    """Raise ``STEP_NOT_ALLOWED`` while the applicant may still answer in time, and without a limit at all.

    Its last second still belongs to the applicant. ``CALENDAR_UNKNOWN`` while the date is provisional (R4.4).
    """
    if clock is None:
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED, step=CaseStep.TERMINATE)
    if clock.is_undecidable(at):
        raise DomainError(ErrorCode.CALENDAR_UNKNOWN, due_on=clock.due_on.isoformat())
    if not clock.is_late(at):
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED, step=CaseStep.TERMINATE, due_on=clock.due_on.isoformat())


def terminate(
    document: TerminationDocument,
    *,
    case: Case,
    pack: RulePack,
    actor: str,
    at: datetime,
) -> Termination:
    """Return the end of a case by a document; raises ``INVALID_BODY`` for one that cannot be valid.

    It must have been served already and reply to the person's statement if there is one. The last days of the remedies
    are counted from its service.
    """
    wrong = {
        "/served_at": document.served_at > at,
        "/statement_answer": _leaves_unanswered(case, document.statement_answer),
    }
    _require_right(wrong)
    return Termination(
        ground=document.ground,
        document_no=document.document_no,
        basis=document.basis,
        reasons=document.reasons,
        served_at=document.served_at,
        remedies=_remedies_told(pack, served_on=day_of(document.served_at)),
        terminated_at=at,
        terminated_by=actor,
        statement_answer=document.statement_answer,
    )


def _remedies_told(pack: RulePack, *, served_on: date) -> tuple[RemedyTold, ...]:
    last = remedies_after(pack, served_on)
    days = ((TermKey.REMEDY_REVIEW, "review", last.review_until), (TermKey.REMEDY_COURT, "court", last.court_until))
    return tuple(RemedyTold(code=code, until=until, basis=pack.limit_term(key).basis) for key, code, until in days)


def require_no_order(case: Case) -> None:
    """Raise ``STEP_NOT_ALLOWED`` if rectification has already been ordered."""
    if case.rectification is not None:
        raise DomainError(
            ErrorCode.STEP_NOT_ALLOWED,
            step=CaseStep.RECTIFY,
            ordered_until=day_of(case.rectification.due_at).isoformat(),
        )


def require_long_enough(days: int, pack: RulePack) -> None:
    """Raise ``INVALID_BODY`` for an order to rectify that leaves less time than the pack says."""
    least = pack.limit_term(TermKey.RECTIFICATION)
    if days < least.value:
        fault = FieldError(
            pointer="/days",
            detail=f"整改期限不得少于{limit_words(least)}。",
            english=f"No order leaves less than {limit_words_in_english(least)}.",
        )
        raise DomainError(ErrorCode.INVALID_BODY, faults=(fault,))


def require_provable(case: Case, brought: Sequence[Material]) -> None:
    """Raise ``MATERIAL_NOT_LISTED`` for what is no material of the checklist, or one that authorities share."""
    listed = {asked.id for asked in case.checklist if asked.may_be_handed_in(Way.CERTIFICATE)}
    faults = tuple(
        FieldError(
            pointer=f"/materials/{index}/id",
            detail="清单中没有这项材料。",
            english="Not on the checklist.",
        )
        for index, material in enumerate(brought)
        if material.id not in listed
    )
    if faults:
        raise DomainError(ErrorCode.MATERIAL_NOT_LISTED, faults=faults)


def is_rectifying(case: Case) -> bool:
    """Whether an order to rectify is open, of which the person may report."""
    order = case.rectification
    return order is not None and order.ended_at is None and order.reported_at is None


def order_to_report(case: Case) -> Rectification:
    """Return the order that the person may report as done; once, and while it is open."""
    if case.rectification is None or not is_rectifying(case):
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED, step=CaseStep.REPORT)
    return case.rectification


def order_to_end(case: Case, clock: Clock | None, outcome: RectificationOutcome, *, at: datetime) -> Rectification:
    """Return the rectification order that may be ended with this outcome.

    ``NOT_DONE`` is possible only after the last second; ``DONE`` at any time. A provisional due date makes nobody late
    (R4.4, R4.7): once it has passed, ``NOT_DONE`` raises ``CALENDAR_UNKNOWN``.
    """
    if case.rectification is None or clock is None:
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED, step=CaseStep.END_RECTIFICATION, ordered="no")
    if outcome is RectificationOutcome.NOT_DONE and clock.is_undecidable(at):
        raise DomainError(ErrorCode.CALENDAR_UNKNOWN, due_on=clock.due_on.isoformat())
    if outcome is RectificationOutcome.NOT_DONE and not clock.is_late(at):
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED, step=CaseStep.END_RECTIFICATION, due_on=clock.due_on.isoformat())
    return case.rectification


def require_put_right(case: Case) -> None:
    """Raise ``STEP_NOT_ALLOWED`` for a promise that was not kept, while what should have come later still has not."""
    if case.verification is not None and case.verification.result is Finding.UNFULFILLED:
        require_nothing_owed(case, step=CaseStep.END_RECTIFICATION)


def require_defence_over(defence: Defence | None, clock: Clock | None = None, *, at: datetime) -> None:
    """Raise ``DEFENCE_OPEN`` until the person has answered or the time for it is over (R1.18).

    The date decides, not the sweep, and a person who was never notified cannot have been heard.
    ``clock`` is the one that runs until the person answers. While its date is provisional the time is not over (R4.4);
    once that date has passed, ``CALENDAR_UNKNOWN`` is raised.
    """
    if defence is None:
        raise DomainError(ErrorCode.DEFENCE_OPEN)
    if defence.stated_at is None and clock is not None and clock.is_undecidable(at):
        raise DomainError(ErrorCode.CALENDAR_UNKNOWN, due_on=clock.due_on.isoformat())
    if defence.is_open(at=at) or _may_still_answer(defence, clock, at=at):
        raise DomainError(ErrorCode.DEFENCE_OPEN, until=day_of(defence.until).isoformat())


def open_defence(case: Case, clock: Clock | None = None, *, at: datetime) -> Defence:
    """Return the defence if it can still be answered; otherwise raise ``STEP_NOT_ALLOWED``."""
    defence = case.defence
    if defence is None or not (defence.is_open(at=at) or _may_still_answer(defence, clock, at=at)):
        until = "" if defence is None else day_of(defence.until).isoformat()
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED, step=CaseStep.STATE, until=until)
    return defence


def _may_still_answer(defence: Defence, clock: Clock | None, *, at: datetime) -> bool:
    return defence.stated_at is None and clock is not None and not clock.is_late(at)


def require_sound(document: RevocationDocument, *, case: Case, least: Remedies, at: datetime) -> None:
    """Raise ``INVALID_BODY``, listing every fault, for a document that cannot be valid.

    It must have been served already, take effect no earlier than the day of service, leave at ``least`` the law's
    time for review and a court, and reply to the person's statement if there is one.
    """
    served_on = day_of(document.served_at)
    wrong = {
        "/served_at": document.served_at > at,
        "/effective_on": document.effective_on < served_on,
        "/remedy_until": document.remedy_until < least.review_until,
        "/court_until": document.court_until is not None and document.court_until < least.court_until,
        "/statement_answer": _leaves_unanswered(case, document.statement_answer),
    }
    _require_right(wrong)


def _leaves_unanswered(case: Case, answer: str) -> bool:
    return case.defence is not None and case.defence.statement is not None and not answer.strip()


def _require_right(wrong: Mapping[str, bool]) -> None:
    faults = tuple(
        FieldError(pointer=pointer, detail=WRONG[pointer][0], english=WRONG[pointer][1])
        for pointer, is_wrong in wrong.items()
        if is_wrong
    )
    if faults:
        raise DomainError(ErrorCode.INVALID_BODY, faults=faults)


WRONG: Mapping[str, tuple[str, str]] = {
    "/served_at": ("送达时间不得晚于现在。", "Served later than now."),
    "/effective_on": ("生效日不得早于送达日。", "In effect before it was served."),
    "/remedy_until": ("行政复议期限短于法定期限。", "The time for review is shorter than the law's."),
    "/court_until": ("行政诉讼期限短于法定期限。", "The time for a court is shorter than the law's."),
    "/statement_answer": ("须答复当事人的陈述申辩。", "Answer what the person stated."),
}
"""The error messages for each field of a revocation document, in Chinese and English."""


def notice_of_defence(found: Verification, *, basis: str, until: date) -> str:
    """Return the notice sent before anything adverse: facts, reasons, basis, and the time to answer (R1.18).

    ``until`` is the last day if nothing proves that the notice arrived sooner.
    """
    return (
        f"事实：{found.findings}\n"
        f"理由：经核查，承诺{NAMES[found.result]}。\n"
        f"依据：{basis}。\n"
        f"您有权进行陈述和申辩。期限自您收到本告知之日起计算，最晚{day_written(until)}（含当日）。"
    )


def is_in_effect(case: Case, document_no: str, *, subject: str, on: date) -> bool:
    """Whether the case was revoked by this document, about this subject, and it is in effect on that day (R2.2)."""
    revocation = case.revocation
    return (
        revocation is not None
        and revocation.document_no == document_no
        and case.subject == subject
        and revocation.effective_on <= on
    )
