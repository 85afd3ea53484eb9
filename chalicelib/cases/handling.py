"""From receipt to delivery: corrections, acceptance, special procedures, extension, decision (办件处理)."""

from dataclasses import replace
from datetime import datetime

from chalicelib.cases import handling_rules as rules
from chalicelib.cases.acts import (
    AcceptanceManner,
    AcceptanceWord,
    Breach,
    Correction,
    Decision,
    Delivery,
    Extension,
    Interruption,
    LateReason,
    Outcome,
)
from chalicelib.cases.desk import Act, Desk, Done, Work
from chalicelib.cases.handling_rules import CaseStep
from chalicelib.cases.model import Case, Material, State
from chalicelib.cases.opening import materials_told
from chalicelib.cases.store import CaseStore
from chalicelib.clock import day_in_shanghai, instant_text
from chalicelib.clocks.model import ClockKind
from chalicelib.clocks.service import Clocks
from chalicelib.errors import Reason, Refusal
from chalicelib.rulepacks.model import TermKey
from chalicelib.timeline.kinds import EventKind
from chalicelib.transaction import again_if_moved, transaction
from chalicelib.workdays.calendar import Calendar
from chalicelib.workdays.model import Limit, Unit
from chalicelib.workdays.rules import working_day_after

BOTH_HANDLING = (ClockKind.HANDLING_PROMISED, ClockKind.HANDLING_STATUTORY)
SWEEP = "system:sweep"


class Handling:
    """What officers, heads and applicants do to a case from its receipt to its delivery."""

    def __init__(self, store: CaseStore, desk: Desk, *, clocks: Clocks, calendar: Calendar) -> None:
        """Do every act at the one desk."""
        self._store = store
        self._desk = desk
        self._clocks = clocks
        self._calendar = calendar

    def ask_correction(self, act: Act, *, missing: tuple[str, ...], basis: str) -> Done:
        """Tell the applicant, once, everything that is missing; this keeps the duty of the acceptance clock.

        ``MATERIAL_NOT_LISTED`` for anything that is not owed. A second, different demand is carried out,
        and recorded as the office's own breach (R4.2).
        """

        def deed(work: Work) -> Case:
            case = work.case
            rules.require_not_deemed(work.clock(ClockKind.ACCEPTANCE), at=act.at)
            rules.require_on_list(case, missing, pointer="/missing/{}")
            rules.require_demand(case, missing, basis=basis)
            asked = Correction(
                number=len(case.corrections) + 1,
                missing=missing,
                basis=basis,
                asked_at=act.at,
                asked_by=work.actor,
            )
            work.stop(ClockKind.ACCEPTANCE)
            work.tell(
                EventKind.CORRECTION_ASKED,
                {"correction": asked.number, "missing": missing, "basis": basis},
            )
            after = replace(case, state=State.CORRECTION_ASKED, corrections=(*case.corrections, asked))
            if not rules.is_breach(case, missing, basis=basis):
                return after
            breach = Breach(
                rule=rules.TELLING_ONCE,
                basis=rules.ONCE_ONLY,
                detail=f"第{asked.number}次要求补正,内容与此前告知的不同。",
                recorded_at=act.at,
                recorded_by=work.actor,
            )
            work.tell(
                EventKind.BREACH_RECORDED,
                {"rule": breach.rule, "basis": breach.basis, "correction": asked.number},
            )
            return replace(after, breaches=(*case.breaches, breach))

        return self._desk.take(CaseStep.CORRECT, act, deed)

    def answer_correction(self, act: Act, number: int, *, materials: tuple[Material, ...], text: str) -> Done:
        """Take the applicant's answer; with the last one outstanding the office's time to accept begins anew.

        ``NOT_FOUND`` for a demand that was never made, ``STEP_NOT_ALLOWED`` for one already answered.
        """

        def deed(work: Work) -> Case:
            case = work.case
            asked = next((one for one in case.corrections if one.number == number), None)
            if asked is None:
                raise Refusal(Reason.NOT_FOUND)
            if asked.answered_at is not None:
                raise Refusal(
                    Reason.STEP_NOT_ALLOWED, step=CaseStep.ANSWER, answered_at=instant_text(asked.answered_at)
                )
            rules.require_on_list(case, [material.id for material in materials], pointer="/materials/{}/id")
            if not materials:
                rules.require_text(text, pointer="/text")
            answered = replace(asked, answered_at=act.at, answer=text)
            corrections = tuple(answered if one is asked else one for one in case.corrections)
            is_complete = all(one.answered_at is not None for one in corrections)
            if is_complete:
                work.start(ClockKind.ACCEPTANCE, case.terms.acceptance, suffix=str(number))
            work.tell(
                EventKind.CORRECTION_ANSWERED,
                {"correction": number, "materials": materials_told(materials)},
                texts={"answer": text},
            )
            return replace(
                case,
                state=State.RECEIVED if is_complete else case.state,
                corrections=corrections,
                materials=rules.with_materials(case, materials),
            )

        return self._desk.take(CaseStep.ANSWER, act, deed)

    def accept(self, act: Act, *, reason: str = "") -> Done:
        """Accept: the promised and the statutory time begin to run."""

        def deed(work: Work) -> Case:
            rules.require_not_deemed(work.clock(ClockKind.ACCEPTANCE), at=act.at)
            word = AcceptanceWord(
                accepted=True,
                manner=AcceptanceManner.BY_OFFICER,
                counts_from=act.at,
                said_at=act.at,
                said_by=work.actor,
                reason=reason,
            )
            work.stop(ClockKind.ACCEPTANCE)
            work.start_handling(since=act.at)
            work.tell(EventKind.CASE_ACCEPTED, {"manner": word.manner.value}, texts={"reason": reason})
            return replace(work.case, state=State.ACCEPTED, acceptance=word)

        return self._desk.take(CaseStep.ACCEPT, act, deed)

    def turn_away(self, act: Act, *, reason: str) -> Done:
        """Do not accept, and say why (不予受理): every clock stops."""

        def deed(work: Work) -> Case:
            rules.require_not_deemed(work.clock(ClockKind.ACCEPTANCE), at=act.at)
            rules.require_text(reason, pointer="/reason")
            word = AcceptanceWord(
                accepted=False,
                manner=AcceptanceManner.BY_OFFICER,
                counts_from=act.at,
                said_at=act.at,
                said_by=work.actor,
                reason=reason,
            )
            work.stop()
            work.tell(EventKind.CASE_NOT_ACCEPTED, texts={"reason": reason})
            return replace(work.case, state=State.NOT_ACCEPTED, acceptance=word)

        return self._desk.take(CaseStep.ACCEPT, act, deed)

    @again_if_moved
    def deem_accepted(self, owner: str, clock_id: str, at: datetime) -> None:
        """Write down that silence has accepted a case, from the day its materials were received (R4.1).

        A step of the sweep for acceptance clocks; before their last second it only tells milestones.
        For a corrected case the day is the one on which the corrections came. Doing it twice does it once.
        """
        clock = self._clocks.get(owner, clock_id)
        case = self._store.load(owner.partition(":")[2])
        if not rules.is_deemed_accepted(case, clock, at=at):
            self._clocks.tell_milestones(owner, clock_id, at)
            return
        received = clock.started_at
        word = AcceptanceWord(
            accepted=True, manner=AcceptanceManner.DEEMED, counts_from=received, said_at=at, said_by=SWEEP
        )
        with transaction() as tx:
            work = self._desk.work_on(case, actor=SWEEP, at=at, tx=tx)
            work.stop(ClockKind.ACCEPTANCE)
            work.start_handling(since=received)
            work.tell(
                EventKind.CASE_DEEMED_ACCEPTED,
                {"counts_from": instant_text(received), "clock_id": clock_id, "basis": clock.limit.basis},
            )
            after = replace(case, state=State.ACCEPTED, acceptance=word)
            self._store.save(case, after, work.facts, at=at, tx=tx)

    def pause(self, act: Act, *, ground: str, basis: str, expected_days: int, notice_text: str | None) -> Done:
        """Begin a special procedure whose time does not count, told to the applicant with its expected length (R4.8).

        ``expected_days`` are working days, at least 1. ``PAUSE_WITHOUT_NOTICE``, ``PAUSE_GROUND_UNKNOWN``.
        """

        def deed(work: Work) -> Case:
            case = work.case
            notice = (notice_text or "").strip()
            if not notice:
                raise Refusal(Reason.PAUSE_WITHOUT_NOTICE)
            known = rules.ground_of(work.pack, ground)
            until = working_day_after(day_in_shanghai(act.at), expected_days, self._calendar)
            begun = Interruption(
                number=len(case.interruptions) + 1,
                ground=known.code,
                basis=basis,
                notice_text=notice,
                expected_until=until,
                started_at=act.at,
                started_by=work.actor,
            )
            work.pause(*BOTH_HANDLING, ground=known.code, basis=basis, expected_until=until)
            work.tell(
                EventKind.CASE_PAUSED,
                {
                    "pause": begun.number,
                    "ground": known.code,
                    "basis": basis,
                    "article": known.basis,
                    "expected_until": until.isoformat(),
                },
                texts={"notice": notice},
            )
            return replace(case, state=State.PAUSED, interruptions=(*case.interruptions, begun))

        return self._desk.take(CaseStep.PAUSE, act, deed)

    def end_pause(self, act: Act, number: int) -> Done:
        """End the special procedure; ``NOT_FOUND`` for one that was never begun."""

        def deed(work: Work) -> Case:
            case = work.case
            ending = next((one for one in case.interruptions if one.number == number), None)
            if ending is None:
                raise Refusal(Reason.NOT_FOUND)
            if ending.ended_at is not None:
                raise Refusal(Reason.STEP_NOT_ALLOWED, step=CaseStep.RESUME, ended_at=instant_text(ending.ended_at))
            ended = replace(ending, ended_at=act.at, ended_by=work.actor)
            work.resume(*BOTH_HANDLING)
            work.tell(EventKind.CASE_RESUMED, {"pause": number})
            interruptions = tuple(ended if one is ending else one for one in case.interruptions)
            return replace(case, state=State.ACCEPTED, interruptions=interruptions)

        return self._desk.take(CaseStep.RESUME, act, deed)

    def extend(self, act: Act, *, days: int, reason: str) -> Done:
        """Grant the one extension, with its reason told to the applicant (行政许可法第42条).

        ``days`` are working days. ``ALREADY_EXTENDED``, ``EXTENSION_TOO_LONG``, ``EXTENSION_TOO_LATE``.
        """

        def deed(work: Work) -> Case:
            promised = work.clock(ClockKind.HANDLING_PROMISED)
            more = rules.extension_of(work.case, work.pack, promised, days=days, at=act.at)
            work.extend(*BOTH_HANDLING, by=more)
            work.tell(
                EventKind.CASE_EXTENDED,
                {"by": {"value": more.value, "unit": more.unit.value, "basis": more.basis}},
                texts={"reason": reason},
            )
            granted = Extension(limit=more, reason=reason, granted_at=act.at, granted_by=work.actor)
            return replace(work.case, extension=granted)

        return self._desk.take(CaseStep.EXTEND, act, deed)

    def decide(
        self, act: Act, *, outcome: Outcome, document_no: str, reasons: str = "", late_reason: str | None = None
    ) -> Done:
        """Decide; a late decision says why, and the applicant sees it (``LATE_REASON_REQUIRED``, R4.18).

        The time to deliver begins, and with it, for a promise that was granted, the time to verify it.
        """

        def deed(work: Work) -> Case:
            case = work.case
            rules.require_reasons(outcome, reasons)
            late = rules.late_reason_for(work.clock(ClockKind.HANDLING_PROMISED), late_reason, at=act.at)
            decision = Decision(
                outcome=outcome,
                document_no=document_no,
                reasons=reasons,
                decided_at=act.at,
                decided_by=work.actor,
                late_reason=late,
            )
            decided = _with_late_reason(
                replace(case, state=State.DECIDED, decision=decision),
                late,
                clock=ClockKind.HANDLING_PROMISED,
                work=work,
            )
            work.stop(*BOTH_HANDLING)
            work.start(ClockKind.DELIVERY, case.terms.delivery)
            verifying = _time_to_verify(decided, work)
            if verifying is not None:
                work.start(ClockKind.VERIFICATION, verifying)
            work.tell(
                EventKind.CASE_DECIDED,
                {"outcome": outcome.value, "document_no": document_no, "is_late": late is not None},
                texts={"reasons": reasons, "late_reason": late},
            )
            return decided

        return self._desk.take(CaseStep.DECIDE, act, deed)

    def deliver(self, act: Act, *, late_reason: str | None = None) -> Done:
        """Record that the result reached the applicant: the case is closed (办结)."""

        def deed(work: Work) -> Case:
            late = rules.late_reason_for(work.clock(ClockKind.DELIVERY), late_reason, at=act.at)
            delivery = Delivery(delivered_at=act.at, delivered_by=work.actor, late_reason=late)
            work.stop(ClockKind.DELIVERY)
            work.tell(EventKind.CASE_DELIVERED, {"is_late": late is not None}, texts={"late_reason": late})
            closed = replace(work.case, state=State.CLOSED, delivery=delivery)
            return _with_late_reason(closed, late, clock=ClockKind.DELIVERY, work=work)

        return self._desk.take(CaseStep.DELIVER, act, deed)


def _with_late_reason(case: Case, reason: str | None, *, clock: ClockKind, work: Work) -> Case:
    if reason is None:
        return case
    given = LateReason(clock=clock.value, reason=reason, given_at=work.at, given_by=work.actor)
    return replace(case, late_reasons=(*case.late_reasons, given))


def _time_to_verify(case: Case, work: Work) -> Limit | None:
    """Return how long the office has to verify a granted promise: the item's own limit, else the rule pack's."""
    if not rules.must_be_verified(case):
        return None
    term = work.pack.limit_term(TermKey.VERIFICATION)
    return case.terms.verification.limit or Limit(value=term.value, unit=Unit(term.unit), basis=term.basis)
