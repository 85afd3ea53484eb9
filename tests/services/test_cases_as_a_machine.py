"""One case driven at random through all that can happen to it, as days pass, credit fails and systems stand still.

The model keeps what was decided and found, and shares no line with the service. After each act it asks three things:
is there always a way out, has every duty a date, and is no decision or finding lost?
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from chalicelib.cases.model.case import FINISHED, WAITING, Case, State
from chalicelib.cases.model.stages import Finding, Notice, Outcome
from chalicelib.cases.rules.consequences import RectificationOutcome, RevocationDocument, TerminationDocument
from chalicelib.cases.rules.handling import must_be_verified
from chalicelib.cases.services.commands import Command
from chalicelib.catalogue.model.items import Acceptance, Method
from chalicelib.clocks.model import OUTLASTING
from chalicelib.container import container
from chalicelib.credit.services.checks import Credit
from chalicelib.credit.store.records import UnreadableError
from chalicelib.errors import DomainError
from chalicelib.policy import Caller, Role
from chalicelib.redress.model import Entry, EntryKind, RevokingDocument
from chalicelib.redress.services.revocations import Fall
from chalicelib.supervision.model.outages import Proof, Window
from tests.builders import a_caller, a_plan, an_item
from tests.cloud import forget_everything
from tests.depth import goes
from tests.quick_dynamodb import empty_tables
from tests.services.case_office import Applicant, a_paper, publish

BEGIN = datetime(2026, 5, 6, 2, 0, tzinfo=UTC)
OFFICER = a_caller(Role.OFFICER, sub="officer.traffic", department="traffic")
SECOND = a_caller(Role.OFFICER, sub="officer2.traffic", department="traffic")
SUPERVISOR = a_caller(Role.SUPERVISOR, sub="supervisor.traffic", department="traffic")
HEAD = a_caller(Role.HEAD, sub="head.traffic", department="traffic")
MONITOR = a_caller(Role.MONITOR, sub="monitor", department="monitoring")
BROKEN = (Finding.UNTRUE, Finding.UNFULFILLED)
PACKS = ("corrects-first", "revokes-at-once")
GROUNDS = ("materials_missing", "correction_unanswered", "broken_promise", "applicant_ended")


@dataclass
class Plain:
    """What the model knows: the numbers of all decisions, and how often a promise was found broken."""

    decisions: list[str] = field(default_factory=list)
    broken: int = 0


class CaseAsAMachine(RuleBasedStateMachine):
    """Everything that applicant, office, sweep, credit and outages can do to one case, in any order."""

    @initialize(
        pack=st.sampled_from(PACKS),
        officers=st.sampled_from([1, 2]),
        acceptance=st.sampled_from([Acceptance.OFFICER, Acceptance.AUTOMATIC]),
        is_down=st.booleans(),
    )
    def file(self, *, pack: str, officers: int, acceptance: Acceptance, is_down: bool) -> None:
        empty_tables()
        forget_everything()
        self.patch = pytest.MonkeyPatch()
        self.now = BEGIN
        self.plain = Plain()
        self.made = 0
        publish(an_item(jurisdiction=pack, acceptance=acceptance, verification=a_plan(officers=officers)), at=BEGIN)
        self.applicant = Applicant().enrol(at=BEGIN)
        drafted = self.applicant.draft(at=BEGIN)
        if is_down:
            self.credit_fails()
        self.case_no = self.applicant.promise(drafted, at=BEGIN).case.case_no

    @property
    def case(self) -> Case:
        return container().cases.load(self.case_no)

    def by(self, who: Caller) -> Command:
        return Command(case_no=self.case_no, by=who, at=self.now, version=self.case.version)

    def number(self) -> str:
        self.made += 1
        return f"{self.made}号"

    def act(self, what: Callable[[], Any]) -> bool:
        """Try an act, and return whether it was taken; what is refused changes nothing."""
        before = self.case
        try:
            what()
        except DomainError:
            assert self.case == before
            return False
        return True

    def credit_fails(self) -> None:
        def unreadable(*_: object, **__: object) -> None:
            raise UnreadableError

        for name in ("summary", "summary_from"):
            self.patch.setattr(Credit, name, unreadable)

    @rule()
    def credit_fails_or_is_back(self) -> None:
        if self.case.state in WAITING:
            self.patch.undo()
        else:
            self.credit_fails()

    @rule(days=st.sampled_from([0, 1, 3, 10, 40, 100]))
    def days_pass(self, days: int) -> None:
        self.now += timedelta(days=days, minutes=1)
        container().clocks.sweep(at=self.now)

    @rule(hours=st.sampled_from([1, 30]))
    def everything_stood_still(self, hours: int) -> None:
        window = Window(
            starts_at=self.now - timedelta(hours=hours),
            ends_at=self.now,
            departments=(),
            kinds=(),
            reason="停电。",
            evidence=(Proof(name="通知.pdf", sha256="ab" * 32),),
        )
        container().outages.record(window, by=MONITOR, at=self.now, idempotency_key=None)

    @rule(is_accepted=st.booleans())
    def the_office_accepts(self, *, is_accepted: bool) -> None:
        accepting = container().acceptance
        step = accepting.accept if is_accepted else accepting.turn_away
        self.act(lambda: step(self.by(OFFICER), reason="理由。"))

    @rule()
    def the_office_asks_for_a_correction(self) -> None:
        ask = container().acceptance.ask_correction
        self.act(lambda: ask(self.by(OFFICER), missing=("old-plate",), basis="第24条"))

    @rule()
    def the_person_answers(self) -> None:
        number, mine = len(self.case.corrections), self.by(self.applicant.caller)
        self.act(lambda: container().acceptance.answer_correction(mine, number, materials=(), text="没有了。"))

    @rule()
    def the_person_hands_in(self) -> None:
        changing, by = container().commitment_withdrawal, self.applicant.caller
        self.act(lambda: changing.hand_in(self.case_no, (a_paper(),), by=by, at=self.now))

    @rule(is_whole=st.booleans())
    def the_person_withdraws(self, *, is_whole: bool) -> None:
        if is_whole:
            self.act(lambda: container().case_endings.withdraw(self.by(self.applicant.caller), reason="不办了。"))
            return
        changing, by = container().commitment_withdrawal, self.applicant.caller
        self.act(lambda: changing.withdraw(self.case_no, reason="找到了。", by=by, at=self.now))

    @rule(is_pause=st.booleans(), is_begin=st.booleans())
    def the_office_holds_or_goes_on(self, *, is_pause: bool, is_begin: bool) -> None:
        handling, mine, case = container().handling, self.by(OFFICER), self.case
        told: dict[str, Any] = {"basis": "第45条", "expected_days": 5, "notice_text": "暂停。"}
        if is_begin and is_pause:
            self.act(lambda: handling.pause(mine, ground="hearing", **told))
        elif is_begin:
            self.act(lambda: handling.suspend(mine, ground="broken_promise", **told))
        elif is_pause:
            self.act(lambda: handling.end_pause(mine, len(case.interruptions)))
        else:
            self.act(lambda: handling.end_suspension(mine, len(case.suspensions)))

    @rule()
    def the_head_extends(self) -> None:
        was_extended = self.case.extension is not None or any(one.extension for one in self.case.earlier_decisions)
        is_taken = self.act(lambda: container().handling.extend(self.by(HEAD), days=10, reason="复杂。"))
        assert not (is_taken and was_extended)

    @rule(outcome=st.sampled_from(Outcome))
    def the_office_decides(self, outcome: Outcome) -> None:
        number, mine = self.number(), self.by(OFFICER)
        told: dict[str, Any] = {"outcome": outcome, "document_no": number, "reasons": "理由。", "late_reason": "忙。"}
        if self.act(lambda: container().handling.decide(mine, **told)):
            self.plain.decisions.append(number)

    @rule()
    def the_office_delivers(self) -> None:
        self.act(lambda: container().handling.deliver(self.by(OFFICER), late_reason="忙。"))

    @rule()
    def the_supervisor_reopens(self) -> None:
        self.act(lambda: container().assignment.reopen(self.by(SUPERVISOR), reason="没有收到。"))

    @rule(result=st.sampled_from([Finding.UNTRUE, *Finding]))
    def the_office_verifies(self, result: Finding) -> None:
        told: dict[str, Any] = {"result": result, "method": Method.ONLINE, "findings": "查过。", "late_reason": "忙。"}
        self.act(lambda: container().consequences.verify(self.by(OFFICER), **told))
        self.count_the_finding()

    @rule()
    def a_second_officer_confirms(self) -> None:
        self.act(lambda: container().consequences.confirm_verification(self.by(SECOND)))
        self.count_the_finding()

    def count_the_finding(self) -> None:
        kinds = [(event.kind, event.data.get("result")) for event in container().timeline.events(self.case.owner)]
        self.plain.broken = sum(kind == "case:verified" and result in BROKEN for kind, result in kinds)

    @rule(notice=st.sampled_from(Notice))
    def the_person_signs_for_a_notice(self, notice: Notice) -> None:
        receipts, signed = container().receipts, self.by(OFFICER)
        self.act(lambda: receipts.record(signed, notice, proof="signed_at_counter", received_at=self.now))

    @rule()
    def the_person_states(self) -> None:
        self.act(lambda: container().consequences.state(self.by(self.applicant.caller), text="不是。"))

    @rule()
    def the_person_reports_it_put_right(self) -> None:
        self.act(lambda: container().consequences.report(self.by(self.applicant.caller), text="已改正。"))

    @rule(is_order=st.booleans(), outcome=st.sampled_from(RectificationOutcome))
    def the_office_has_it_put_right(self, *, is_order: bool, outcome: RectificationOutcome) -> None:
        office, mine = container().consequences, self.by(OFFICER)
        if is_order:
            self.act(lambda: office.order_rectification(mine, days=3, basis="第64条"))
        else:
            self.act(lambda: office.end_rectification(mine, outcome=outcome, findings="看过。"))

    @rule()
    def the_supervisor_revokes(self) -> None:
        document = RevocationDocument(
            document_no=self.number(),
            basis="第69条",
            served_at=self.now,
            effective_on=self.now.date() + timedelta(days=1),
            remedy_until=self.now.date() + timedelta(days=200),
            statement_answer="不成立。",
        )
        if self.act(lambda: container().consequences.revoke(self.by(SUPERVISOR), document)):
            self.require_heard()

    @rule(ground=st.sampled_from(GROUNDS))
    def the_supervisor_ends_it(self, ground: str) -> None:
        document = TerminationDocument(
            ground=ground,
            document_no=self.number(),
            basis="第70条",
            reasons="理由。",
            served_at=self.now,
            statement_answer="不成立。",
        )
        if self.act(lambda: container().case_endings.terminate(self.by(SUPERVISOR), document)):
            ended = self.case.termination
            assert ended is not None
            assert [one.code for one in ended.remedies] == ["review", "court"]
            if ground == "broken_promise":
                self.require_heard()

    @rule()
    def the_revocation_falls(self) -> None:
        case = self.case
        paper = RevokingDocument(number="复1号", organ="政府", effective_on=self.now.date(), basis="第64条")
        fall = Fall(
            entry=Entry(kind=EntryKind.CASE, name=self.case_no),
            by_document=paper,
            reason="撤销。",
            version=case.version,
        )
        record = container().revocations.record
        if self.act(lambda: record(fall, by=SUPERVISOR, at=self.now, idempotency_key=None)):
            after = self.case
            assert (after.verification, after.defence, after.rectification, after.revocation) == (None,) * 4
            assert after.decision == case.decision

    def require_heard(self) -> None:
        defence = self.case.defence
        assert defence is not None
        assert defence.stated_at is not None or self.now > defence.until

    @invariant()
    def what_is_not_finished_has_a_date_and_what_is_over_has_none(self) -> None:
        case = self.case
        running = [
            clock
            for clock in container().clocks.of_owner(case.owner)
            if clock.stopped_at is None and clock.kind not in OUTLASTING
        ]
        found = case.verification
        is_broken = found is not None and found.has_effect and found.result in BROKEN
        is_settled = case.rectification is not None and case.rectification.fulfilled is True
        is_verified = found is not None and found.has_effect and found.result is not Finding.UNVERIFIABLE
        if case.state is State.CLOSED:
            assert bool(running) is ((is_broken and not is_settled) or (must_be_verified(case) and not is_verified))
        else:
            assert bool(running) is (case.state not in FINISHED)
        if is_broken and not is_settled and case.state not in FINISHED - {State.CLOSED}:
            assert {clock.kind for clock in running} & {"consequence", "rectification"}

    @invariant()
    def no_decision_and_no_finding_is_lost(self) -> None:
        case = self.case
        numbers = [earlier.decision.document_no for earlier in case.earlier_decisions]
        assert [*numbers, *([] if case.decision is None else [case.decision.document_no])] == self.plain.decisions
        earlier = [one.verification for one in case.earlier_decisions]
        founds = [*earlier, *(one.verification for one in case.fallen_revocations), case.verification]
        effective = [one for one in founds if one is not None and one.has_effect and one.result in BROKEN]
        assert len(effective) == self.plain.broken

    def teardown(self) -> None:
        """Lead whatever is left to its end: there always is one, and the trail proves all of it."""
        self.patch.undo()
        if self.case.state not in FINISHED and self.case.decision is None:
            end = TerminationDocument(
                ground="applicant_ended",
                document_no="末号",
                basis="第70条",
                reasons="已注销。",
                served_at=self.now,
                statement_answer="不成立。",
            )
            container().case_endings.terminate(self.by(SUPERVISOR), end)
        if self.case.state is State.DECIDED:
            container().handling.deliver(self.by(OFFICER), late_reason="忙。")
        assert self.case.state in FINISHED
        assert container().timeline.reading(self.case.owner).verified


@pytest.mark.requirement("R1.9", "R1.17", "R1.18", "R4.11", "R8.2")
@pytest.mark.usefixtures("cloud")
@goes("walks", usually=3, deep=2_000)
def test_a_case_always_has_a_way_out_a_date_and_all_that_was_decided(walks: int) -> None:
    run_state_machine_as_test(
        CaseAsAMachine,
        settings=settings(
            max_examples=walks,
            stateful_step_count=25,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
