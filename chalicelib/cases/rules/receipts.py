"""When a notice has reached a person (送达), from which their time limit runs, and what that changes in a case."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from chalicelib.cases.model.case import Case
from chalicelib.cases.model.stages import Correction, Defence, Notice, Receipt, Rectification
from chalicelib.clocks.model import Clock, ClockKind
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.rulepacks.model.pack import Proof, ProofSource, RulePack
from chalicelib.timeline.event_types import EventKind

Told: TypeAlias = Correction | Defence | Rectification
"""What somebody was told in a case."""

NOTICES: Mapping[str, Notice] = {
    EventKind.CORRECTION_ASKED.value: Notice.CORRECTION,
    EventKind.DEFENCE_OPENED.value: Notice.HEARING,
    EventKind.RECTIFICATION_ORDERED.value: Notice.RECTIFICATION,
}
"""The events that tell a person something with a time of theirs."""

CLOCKS: Mapping[Notice, ClockKind] = {
    Notice.CORRECTION: ClockKind.CORRECTION,
    Notice.HEARING: ClockKind.DEFENCE,
    Notice.RECTIFICATION: ClockKind.RECTIFICATION,
}
"""The clock that runs from the receipt of a notice, the last one of its kind."""


def waiting(case: Case, notice: Notice, *, told_at: datetime | None = None) -> Told | None:
    """Return what the person was told and has neither acknowledged nor answered; None if there is no such notice.

    With ``told_at`` only what was told in that second counts.
    """
    told = (one for one in _of(case, notice) if told_at is None or _told_at(one) == told_at.replace(microsecond=0))
    return next((one for one in told if one.receipt is None and not _is_answered(one)), None)


def require_waiting(case: Case, notice: Notice) -> Told:
    """Return what waits for a proof; ``STEP_NOT_ALLOWED`` if nothing does."""
    told = waiting(case, notice)
    if told is None:
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED, notice=notice, waits_for_proof="no")
    return told


def require_proof(pack: RulePack, code: str) -> Proof:
    """Return the proof that an officer has seen; ``INVALID_BODY`` if the pack does not accept it from offices."""
    found = next((proof for proof in pack.proofs_from(ProofSource.OFFICE) if proof.code == code), None)
    if found is None:
        fault = FieldError(
            pointer="/proof", detail="规则包不接受这种送达凭证。", english="The rule pack does not accept this proof."
        )
        raise DomainError(ErrorCode.INVALID_BODY, faults=(fault,))
    return found


def received_between(received_at: datetime, told: Told, *, at: datetime) -> datetime:
    """Return when a notice arrived; ``INVALID_BODY`` unless that was after it was given and before now.

    Both moments are allowed. Forms name minutes: whoever signs in the minute of the notice signed right after it.
    """
    told_at = _told_at(told)
    if told_at.replace(second=0) <= received_at <= at:
        return max(received_at, told_at)
    fault = FieldError(
        pointer="/received_at",
        detail="送达时间不得早于告知，也不得晚于现在。",
        english="Neither before it was told nor later than now.",
    )
    raise DomainError(ErrorCode.INVALID_BODY, faults=(fault,))


def is_latest(case: Case, notice: Notice, told: Told) -> bool:
    """Whether no later notice of the same kind has taken the place of this one: the clock runs for the last alone."""
    return told is _of(case, notice)[-1]


def starts_sooner(clock: Clock | None, received_at: datetime) -> bool:
    """Whether a receipt lets a clock begin before the instant at which the notice would be deemed received."""
    return clock is not None and clock.stopped_at is None and received_at < clock.started_at


def with_receipt(case: Case, told: Told, receipt: Receipt, *, clock: Clock | None) -> Case:
    """Return the case with a receipt, and with the last day that the clock has since."""
    if isinstance(told, Correction):
        known = replace(told, receipt=receipt)
        return replace(case, corrections=tuple(known if one is told else one for one in case.corrections))
    due_at = None if clock is None else clock.due_at
    if isinstance(told, Defence):
        return replace(case, defence=replace(told, receipt=receipt, until=due_at or told.until))
    return replace(case, rectification=replace(told, receipt=receipt, due_at=due_at or told.due_at))


def _of(case: Case, notice: Notice) -> tuple[Told, ...]:
    if notice is Notice.CORRECTION:
        return case.demands
    told = case.defence if notice is Notice.HEARING else case.rectification
    return () if told is None else (told,)


def _is_answered(told: Told) -> bool:
    if isinstance(told, Correction):
        return told.answered_at is not None
    return (told.stated_at if isinstance(told, Defence) else told.ended_at) is not None


def _told_at(told: Told) -> datetime:
    """Return when it was told, in whole seconds, as timelines have them."""
    if isinstance(told, Correction):
        at = told.asked_at
    else:
        at = told.opened_at if isinstance(told, Defence) else told.ordered_at
    return at.replace(microsecond=0)
