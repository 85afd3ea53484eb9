"""One case driven at random through all that can happen to it, as days pass, credit fails and systems stand still.

The model keeps where the case is, what was decided and found, and whether the person was heard; it shares no line with
the service. After each act it asks: is there a way out, has every duty a date, did everything adverse follow a hearing
and name its remedies, is no decision or finding lost? At the end all is undone, and the person stands as somebody whom
nothing ever met.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from chalicelib.cases.model.case import FINISHED, WAITING, Case, State
from chalicelib.cases.model.stages import Finding, Notice, Outcome, Verification
from chalicelib.cases.rules.consequences import RectificationOutcome, RevocationDocument, TerminationDocument
from chalicelib.cases.rules.handling import must_be_verified
from chalicelib.cases.services.commands import Command
from chalicelib.catalogue.model.items import Acceptance, Method
from chalicelib.clock import SHANGHAI
from chalicelib.clocks.model import OUTLASTING
from chalicelib.container import container
from chalicelib.credit.model.records import CheckAnswer, Purpose
from chalicelib.credit.services.checks import Credit, Inquiry
from chalicelib.credit.store.records import CreditStore, UnreadableError
from chalicelib.errors import DomainError
from chalicelib.inspection.model import ChangeOf
from chalicelib.inspection.rules import changes_of
from chalicelib.policy import Caller, Role
from chalicelib.redress.model import Entry, EntryKind, RevokingDocument
from chalicelib.redress.services.revocations import Fall
from chalicelib.sanctions.model.flags import Service, Target
from chalicelib.subjects.model.subjects import Identity
from chalicelib.supervision.model.outages import Proof, Window
from tests.builders import a_caller, a_plan, a_proposal, an_identity, an_item
from tests.cloud import forget_everything
from tests.depth import goes, walk
from tests.quick_dynamodb import empty_tables
from tests.services.case_office import Applicant, a_paper, publish
from tests.services.replay import require_the_same_lights

BEGIN = datetime(2026, 5, 6, 2, 0, tzinfo=UTC)
OFFICER = a_caller(Role.OFFICER, sub="officer.traffic", department="traffic")
SECOND = a_caller(Role.OFFICER, sub="officer2.traffic", department="traffic")
SUPERVISOR = a_caller(Role.SUPERVISOR, sub="supervisor.traffic", department="traffic")
HEAD = a_caller(Role.HEAD, sub="head.traffic", department="traffic")
MONITOR = a_caller(Role.MONITOR, sub="monitor", department="monitoring")
BROKEN = (Finding.UNTRUE, Finding.UNFULFILLED)
PACKS = ("corrects-first", "revokes-at-once")
GROUNDS = ("materials_missing", "correction_unanswered", "broken_promise", "applicant_ended")
OWN_CREDIT = a_caller(Role.CREDIT_OFFICER, sub="credit.traffic", department="traffic")
CREDIT = a_caller(Role.CREDIT_OFFICER, sub="credit", department="credit")
CREDIT2 = a_caller(Role.CREDIT_OFFICER, sub="credit2", department="credit")
MACHINE = a_caller(Role.SYSTEM, sub="system.market", department="market")
RELATED = "business-address"
NEVER = an_identity(number="330725196803120006", name="王从未")
"""Somebody whom nothing ever met."""

DAY = timedelta(days=1)
LEAST_TO_ANSWER, REVIEW, COURT = 3 * DAY, 60 * DAY, 180 * DAY
"""What nobody's time may be shorter than: to answer a finding, to ask for a review, to go to a court."""

WAITS_FOR: dict[State, frozenset[str]] = {
    State.PENDING_CREDIT: frozenset({"credit_recheck"}),
    State.AWAITING_MATERIALS: frozenset({"materials"}),
    State.RECEIVED: frozenset({"acceptance"}),
    State.CORRECTION_ASKED: frozenset({"correction"}),
    State.ACCEPTED: frozenset({"handling_promised", "handling_statutory"}),
    State.PAUSED: frozenset({"handling_promised", "handling_statutory"}),
    State.SUSPENDED: frozenset({"suspension"}),
    State.DECIDED: frozenset({"delivery"}),
}
"""What a case waits for in each state in which somebody owes something: all of these have a date."""

SHOWN = frozenset({"verification", "consequence", "rectification"}.union(*WAITS_FOR.values()))
"""What lists of cases show."""

BY_THEMSELVES = {
    (State.PENDING_CREDIT, State.ACCEPTED),
    (State.PENDING_CREDIT, State.RECEIVED),
    (State.RECEIVED, State.ACCEPTED),
}
"""What becomes of a case while nobody acts: its credit can be read again, or silence accepts it."""


@dataclass
class Plain:
    """What the model knows.

    ``pending`` is what one of two officers has found; ``found`` what is in effect, and ``told_at`` since when.
    """

    state: State = State.RECEIVED
    is_delivered: bool = False
    decisions: list[str] = field(default_factory=list)
    broken: int = 0
    pending: Finding | None = None
    found: Finding | None = None
    told_at: datetime = BEGIN
    has_stated: bool = False
    is_tempted: bool = False
    flagged_until: date = date.min
    flags: list[str] = field(default_factory=list)

    def find(self, result: Finding, at: datetime) -> None:
        """Let a result take effect; one that is broken is told to the person, who may answer."""
        self.pending, self.found, self.told_at = None, result, at
        self.has_stated = self.is_tempted = False
        self.broken += result in BROKEN

    def forget(self) -> None:
        """Begin anew: what was found belongs to what was decided before."""
        self.pending = self.found = None
        self.has_stated = self.is_delivered = False

    def is_heard(self, at: datetime) -> bool:
        return self.found in BROKEN and (self.has_stated or at - self.told_at > LEAST_TO_ANSWER)


def mostly(*states: State) -> Callable[[Any], Any]:
    """Let a rule be tried in the states in which it may be taken, and every fourth time in any other."""
    return precondition(lambda self: self.plain.state in states or self.tried % 4 == 0)


class CaseAsAMachine(RuleBasedStateMachine):
    """Everything that applicant, office, sweep, credit and outages can do to one case, in any order."""

    @initialize(
        pack=st.sampled_from(PACKS),
        officers=st.sampled_from([1, 2]),
        acceptance=st.sampled_from([Acceptance.OFFICER, Acceptance.AUTOMATIC]),
        is_down=st.sampled_from([False, False, True]),
        far=st.sampled_from([12, 2, 4, 9, 2, 6, 11, 3, 10, 5, 8, 1, 7, 0]),
        goes_back=st.booleans(),
    )
    def file(
        self, *, pack: str, officers: int, acceptance: Acceptance, is_down: bool, far: int, goes_back: bool
    ) -> None:
        """File a promise, lead it some way towards the hardest consequence, and perhaps withdraw it there."""
        empty_tables()
        forget_everything()
        self.patch = pytest.MonkeyPatch()
        self.now = BEGIN
        self.plain = Plain()
        self.made = self.tried = 0
        self.seen: Case | None = None
        self.officers = officers
        publish(an_item(jurisdiction=pack, acceptance=acceptance, verification=a_plan(officers=officers)), at=BEGIN)
        publish(an_item(code=RELATED, department="market"), at=BEGIN)
        self.applicant = Applicant().enrol(at=BEGIN)
        drafted = self.applicant.draft(at=BEGIN)
        if is_down:
            self.credit_fails()
        self.case_no = self.applicant.promise(drafted, at=BEGIN).case.case_no
        self.plain.state = self.case.state
        self.lead(far)
        if goes_back:
            self.the_person_withdraws(is_whole=False)

    def lead(self, far: int) -> None:
        """Take so many steps of the long way to a revocation and a flag."""
        way: list[Callable[[], object]] = [
            lambda: self.the_office_accepts(is_accepted=True),
            lambda: self.the_office_decides(Outcome.GRANTED),
            self.the_office_delivers,
            lambda: self.the_office_verifies(Finding.UNTRUE),
            self.a_second_officer_confirms,
            self.the_person_states,
            lambda: self.the_office_has_it_put_right(is_order=True, outcome=RectificationOutcome.NOT_DONE),
            lambda: self.days_pass(40),
            lambda: self.the_office_has_it_put_right(is_order=False, outcome=RectificationOutcome.NOT_DONE),
            lambda: self.the_supervisor_revokes(days=60),
            lambda: self.days_pass(1),
            lambda: self.the_credit_office_flags(days=60),
        ]
        for step in way[:far]:
            step()
            self.nothing_adverse_comes_before_a_hearing()

    @property
    def today(self) -> date:
        return self.now.astimezone(SHANGHAI).date()

    @property
    def case(self) -> Case:
        if self.seen is None:
            self.seen = container().cases.load(self.case_no)
        return self.seen

    def by(self, who: Caller) -> Command:
        return Command(case_no=self.case_no, by=who, at=self.now, version=self.case.version)

    def number(self) -> str:
        self.made += 1
        return f"{self.made}号"

    def act(self, what: Callable[[], Any], *, then: State | None = None) -> bool:
        """Try an act, and return whether it was taken; what is refused changes nothing."""
        self.tried += 1
        before = self.case
        try:
            what()
        except DomainError:
            self.seen = None
            assert self.case == before
            return False
        self.seen = None
        self.plain.state = then or self.plain.state
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
        self.seen = None
        container().clocks.sweep(at=self.now)
        if (self.plain.state, self.case.state) in BY_THEMSELVES:
            self.plain.state = self.case.state

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
        self.seen = None
        container().outages.record(window, by=MONITOR, at=self.now, idempotency_key=None)

    @mostly(State.RECEIVED, State.CORRECTION_ASKED)
    @rule(is_accepted=st.booleans())
    def the_office_accepts(self, *, is_accepted: bool) -> None:
        accepting = container().acceptance
        step = accepting.accept if is_accepted else accepting.turn_away
        mine, then = self.by(OFFICER), State.ACCEPTED if is_accepted else State.NOT_ACCEPTED
        if self.act(lambda: step(mine, reason="理由。"), then=then) and not is_accepted:
            word = self.case.acceptance
            assert word is not None
            require_remedies_named(word.remedies)

    @mostly(State.RECEIVED, State.CORRECTION_ASKED)
    @rule()
    def the_office_asks_for_a_correction(self) -> None:
        ask, mine = container().acceptance.ask_correction, self.by(OFFICER)
        self.act(lambda: ask(mine, missing=("old-plate",), basis="第24条"), then=State.CORRECTION_ASKED)

    @mostly(State.CORRECTION_ASKED)
    @rule()
    def the_person_answers(self) -> None:
        number, mine = len(self.case.corrections), self.by(self.applicant.caller)
        answer = container().acceptance.answer_correction
        self.act(lambda: answer(mine, number, materials=(), text="没有了。"), then=State.RECEIVED)

    @mostly(State.AWAITING_MATERIALS)
    @rule()
    def the_person_hands_in(self) -> None:
        changing, by = container().commitment_withdrawal, self.applicant.caller
        self.act(lambda: changing.hand_in(self.case_no, (a_paper(),), by=by, at=self.now), then=State.RECEIVED)

    @rule(is_whole=st.booleans())
    def the_person_withdraws(self, *, is_whole: bool) -> None:
        if is_whole:
            mine, end = self.by(self.applicant.caller), container().case_endings.withdraw
            if self.act(lambda: end(mine, reason="不办了。"), then=State.WITHDRAWN):
                assert not self.evades
            return
        changing, by, before = container().commitment_withdrawal, self.applicant.caller, self.case
        taken = self.act(lambda: changing.withdraw(self.case_no, reason="找到了。", by=by, at=self.now))
        if taken and self.case != before:
            assert not self.evades
            self.plain.state = State.AWAITING_MATERIALS
            if before.decision is not None:
                self.plain.forget()

    @mostly(State.ACCEPTED, State.PAUSED, State.SUSPENDED)
    @rule(is_pause=st.booleans(), is_begin=st.booleans())
    def the_office_holds_or_goes_on(self, *, is_pause: bool, is_begin: bool) -> None:
        handling, mine, case = container().handling, self.by(OFFICER), self.case
        told: dict[str, Any] = {"basis": "第45条", "expected_days": 5, "notice_text": "暂停。"}
        if is_begin and is_pause:
            self.act(lambda: handling.pause(mine, ground="hearing", **told), then=State.PAUSED)
        elif is_begin:
            self.act(lambda: handling.suspend(mine, ground="broken_promise", **told), then=State.SUSPENDED)
        elif is_pause:
            self.act(lambda: handling.end_pause(mine, len(case.interruptions)), then=State.ACCEPTED)
        else:
            self.act(lambda: handling.end_suspension(mine, len(case.suspensions)), then=State.ACCEPTED)

    @mostly(State.ACCEPTED, State.PAUSED)
    @rule()
    def the_head_extends(self) -> None:
        was_extended = self.case.extension is not None or any(one.extension for one in self.case.earlier_decisions)
        is_taken = self.act(lambda: container().handling.extend(self.by(HEAD), days=10, reason="复杂。"))
        assert not (is_taken and was_extended)

    @mostly(State.ACCEPTED)
    @rule(outcome=st.sampled_from(Outcome))
    def the_office_decides(self, outcome: Outcome) -> None:
        number, mine = self.number(), self.by(OFFICER)
        told: dict[str, Any] = {"outcome": outcome, "document_no": number, "reasons": "理由。", "late_reason": "忙。"}
        if self.act(lambda: container().handling.decide(mine, **told), then=State.DECIDED):
            self.plain.decisions.append(number)
            assert not self.evades
            decision = self.case.decision
            assert decision is not None
            if outcome is Outcome.REFUSED:
                require_remedies_named(decision.remedies)

    @mostly(State.DECIDED)
    @rule()
    def the_office_delivers(self) -> None:
        mine = self.by(OFFICER)
        if self.act(lambda: container().handling.deliver(mine, late_reason="忙。"), then=State.CLOSED):
            self.plain.is_delivered = True

    @mostly(State.DECIDED, State.CLOSED)
    @rule()
    def the_supervisor_reopens(self) -> None:
        mine = self.by(SUPERVISOR)
        if self.act(lambda: container().assignment.reopen(mine, reason="没有收到。"), then=State.ACCEPTED):
            assert not self.evades
            self.plain.forget()

    @mostly(State.ACCEPTED, State.PAUSED, State.SUSPENDED, State.DECIDED, State.CLOSED)
    @rule(result=st.sampled_from([Finding.UNTRUE, *Finding]))
    def the_office_verifies(self, result: Finding) -> None:
        told: dict[str, Any] = {"result": result, "method": Method.ONLINE, "findings": "查过。", "late_reason": "忙。"}
        mine = self.by(OFFICER)
        if self.act(lambda: container().consequences.verify(mine, **told)):
            if self.officers == 1:
                self.plain.find(result, self.now)
            else:
                self.plain.pending, self.plain.found = result, None

    @precondition(lambda self: self.plain.pending)
    @rule()
    def a_second_officer_confirms(self) -> None:
        mine = self.by(SECOND)
        if self.act(lambda: container().consequences.confirm_verification(mine)):
            assert self.plain.pending is not None
            self.plain.find(self.plain.pending, self.now)

    def held_against(self) -> list[str]:
        """Return the records of broken promises that bar the next one today, as credit has them."""
        bars = CreditStore(container().timeline).summary(self.applicant.caller.own_subject()).bars
        return [bar.record_id for bar in bars if bar.starts_on <= self.today <= bar.ends_on]

    def is_held(self, found: Verification | None) -> bool:
        """Whether a finding was established, no more than a year ago, after which it is shown no longer."""
        if found is None or found.established_at is None:
            return False
        since = found.established_at.astimezone(SHANGHAI).date()
        return self.today <= since.replace(year=since.year + 1)

    @precondition(lambda self: self.plain.pending or self.plain.found in BROKEN)
    @rule(notice=st.sampled_from(Notice))
    def the_person_signs_for_a_notice(self, notice: Notice) -> None:
        receipts, signed = container().receipts, self.by(OFFICER)
        self.act(lambda: receipts.record(signed, notice, proof="signed_at_counter", received_at=self.now))

    @precondition(lambda self: self.plain.pending or self.plain.found in BROKEN)
    @rule()
    def the_person_states(self) -> None:
        mine = self.by(self.applicant.caller)
        if self.act(lambda: container().consequences.state(mine, text="不是。")):
            self.plain.has_stated = True

    @precondition(lambda self: self.plain.pending or self.plain.found in BROKEN)
    @rule()
    def the_person_reports_it_put_right(self) -> None:
        self.act(lambda: container().consequences.report(self.by(self.applicant.caller), text="已改正。"))

    @precondition(lambda self: self.plain.pending or self.plain.found in BROKEN)
    @rule(is_order=st.booleans(), outcome=st.sampled_from(RectificationOutcome))
    def the_office_has_it_put_right(self, *, is_order: bool, outcome: RectificationOutcome) -> None:
        office, mine = container().consequences, self.by(OFFICER)
        if is_order:
            if self.act(lambda: office.order_rectification(mine, days=3, basis="第64条")):
                assert self.plain.is_heard(self.now)
        else:
            self.act(lambda: office.end_rectification(mine, outcome=outcome, findings="看过。"))

    @mostly(State.DECIDED, State.CLOSED)
    @rule(days=st.sampled_from([10, 60, 200]))
    def the_supervisor_revokes(self, days: int) -> None:
        document = RevocationDocument(
            document_no=self.number(),
            basis="第69条",
            served_at=self.now,
            effective_on=self.today,
            remedy_until=self.today + days * DAY,
            statement_answer="不成立。",
        )
        mine = self.by(SUPERVISOR)
        if self.act(lambda: container().consequences.revoke(mine, document), then=State.REVOKED):
            revoked = self.case.revocation
            assert revoked is not None
            assert self.plain.is_heard(self.now)
            assert revoked.remedy_until - self.today >= REVIEW
            assert revoked.court_until - self.today >= COURT
            require_remedies_named(revoked.remedies)
            assert revoked.repair_notice

    @mostly(State.REVOKED)
    @rule(days=st.sampled_from([10, 60, 200]))
    def the_credit_office_flags(self, days: int) -> None:
        """Propose, serve and confirm a flag on the revocation of this case, however it stands."""
        case, office = self.case, container().flags
        number = self.number() if case.revocation is None else case.revocation.document_no
        served_at = self.now - timedelta(hours=9) if case.revocation is None else case.revocation.served_at
        proposal = a_proposal(
            case_no=self.case_no,
            document_no=number,
            effective_on=self.today,
            served_at=served_at,
            remedy_until=self.today + days * DAY,
            starts_on=self.today,
            ends_on=self.today + 100 * DAY,
            related_items=(RELATED,),
        )
        target = Target(about=self.applicant.identity)

        def flag() -> None:
            made = office.propose(proposal, target, by=CREDIT, at=self.now).flag
            self.plain.flags.append(made.flag_id)
            service = Service(served_at=self.now, method="直接送达", proof="回证1号")
            office.serve(made.flag_id, service, by=CREDIT, version=1, at=self.now)
            office.state(made.flag_id, "不同意。", by=self.applicant.caller, at=self.now)
            told: dict[str, Any] = {"statement_answer": "不成立。", "by": CREDIT2, "version": 3, "at": self.now}
            office.confirm(made.flag_id, "事实清楚。", **told)

        if self.act(flag):
            assert self.plain.state is State.REVOKED
            assert self.today + days * DAY - served_at.date() >= REVIEW
            self.plain.flagged_until = self.today + 100 * DAY

    @mostly(State.AWAITING_MATERIALS, State.CORRECTION_ASKED, State.SUSPENDED)
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
        mine, was = self.by(SUPERVISOR), self.plain.state
        if self.act(lambda: container().case_endings.terminate(mine, document), then=State.TERMINATED):
            ended = self.case.termination
            assert ended is not None
            remedies = {one.code: one.until - self.today for one in ended.remedies}
            assert remedies["review"] >= REVIEW
            assert remedies["court"] >= COURT
            assert ground != "broken_promise" or self.plain.is_heard(self.now)
            assert ground != "materials_missing" or was is State.AWAITING_MATERIALS
            assert ground != "correction_unanswered" or was is State.CORRECTION_ASKED

    @mostly(State.REVOKED)
    @rule()
    def the_revocation_falls(self) -> None:
        case = self.case
        paper = RevokingDocument(number="复1号", organ="政府", effective_on=self.today, basis="第64条")
        fall = Fall(
            entry=Entry(kind=EntryKind.CASE, name=self.case_no),
            by_document=paper,
            reason="撤销。",
            version=case.version,
        )
        record = container().revocations.record
        then = State.CLOSED if self.plain.is_delivered else State.DECIDED
        if self.act(lambda: record(fall, by=SUPERVISOR, at=self.now, idempotency_key=None), then=then):
            after = self.case
            assert (after.verification, after.defence, after.rectification, after.revocation) == (None,) * 4
            assert after.decision == case.decision
            self.plain.pending = self.plain.found = None
            self.plain.has_stated, self.plain.flagged_until = False, date.min
            flags = [container().flags.get(flag_id, by=CREDIT) for flag_id in self.plain.flags]
            assert not any(flag.is_in_force(self.today) for flag in flags)

    @property
    def evades(self) -> bool:
        """Whether going on as if nothing had been found would evade the consequences of a broken promise."""
        found = self.plain.pending or self.plain.found
        order = self.case.rectification
        return found in BROKEN and not (order is not None and order.fulfilled)

    def check(self, about: Identity, item: str = RELATED) -> CheckAnswer:
        return container().credit.check(
            about, Inquiry(item_code=item, purpose=Purpose.HANDLING), by=MACHINE, at=self.now
        )

    @invariant()
    def the_case_is_where_the_model_says(self) -> None:
        assert self.case.state is self.plain.state
        found = self.case.verification
        assert (found is None or not found.has_effect) is (self.plain.found is None)

    @invariant()
    def nothing_adverse_comes_before_a_hearing(self) -> None:
        """Try whatever harms, once for each finding, as long as the person can still answer it."""
        if self.plain.found not in BROKEN or self.plain.is_heard(self.now) or self.plain.is_tempted:
            return
        self.plain.is_tempted = True
        self.the_office_has_it_put_right(is_order=True, outcome=RectificationOutcome.DONE)
        self.the_supervisor_ends_it("broken_promise")
        self.the_supervisor_revokes(days=60)

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
        kinds = {clock.kind.value for clock in running}
        assert WAITS_FOR.get(self.plain.state, frozenset()) <= kinds
        assert all(clock.due_at and clock.responsible + clock.department for clock in running)
        shown = container().case_queries.due([case.card], at=self.now).get(case.case_no)
        assert shown[0] in running if shown else not kinds & SHOWN
        on_hold = [one for one in (*case.interruptions, *case.suspensions) if one.ended_at is None]
        assert bool(on_hold) is (self.plain.state in {State.PAUSED, State.SUSPENDED})
        assert all(one.expected_until for one in on_hold)
        if case.state is State.CLOSED:
            assert bool(running) is ((is_broken and not is_settled) or (must_be_verified(case) and not is_verified))
        else:
            assert bool(running) is (case.state not in FINISHED)
        if is_broken and not is_settled and case.state not in FINISHED - {State.CLOSED}:
            assert {clock.kind for clock in running} & {"consequence", "rectification"}

    @invariant()
    def only_what_was_heard_and_stands_behind_two_bars_the_next_promise(self) -> None:
        case = self.case
        found = case.verification
        founds = [found, *(earlier.verification for earlier in case.earlier_decisions)]
        assert len(self.held_against()) == sum(map(self.is_held, founds))
        if found is not None and found.established_at is not None:
            assert found.result in BROKEN
            assert case.defence is not None
            assert case.defence.stated_at is not None or found.established_at > case.defence.until
            assert found.confirmed_by is not None or case.revocation or case.termination
        if case.revocation is not None:
            assert found is not None
            assert found.established_at is not None

    @invariant()
    def the_events_say_which_state_it_is_in(self) -> None:
        changes = changes_of(container().timeline.events(self.case.owner))
        assert [one.after for one in changes if one.what is ChangeOf.STATE][-1] == self.case.state

    @invariant()
    def no_decision_and_no_finding_is_lost(self) -> None:
        case = self.case
        numbers = [earlier.decision.document_no for earlier in case.earlier_decisions]
        assert [*numbers, *([] if case.decision is None else [case.decision.document_no])] == self.plain.decisions
        earlier = [one.verification for one in case.earlier_decisions]
        founds = [*earlier, *(one.verification for one in case.fallen_revocations), case.verification]
        effective = [one for one in founds if one is not None and one.has_effect and one.result in BROKEN]
        assert len(effective) == self.plain.broken

    def undo_what_is_held(self) -> None:
        """Have every finding fall on review: then the person stands as one who was never touched."""
        for number, record_id in enumerate(self.held_against()):
            paper = RevokingDocument(
                number=f"复末{number}号", organ="政府", effective_on=self.today, basis="《行政复议法》第64条"
            )
            entry = Entry(kind=EntryKind.RECORD, name=f"commitments/{record_id}")
            fall = Fall(entry=entry, by_document=paper, reason="撤销。")
            container().revocations.record(fall, by=OWN_CREDIT, at=self.now, idempotency_key=None)
        assert self.held_against() == []

    def teardown(self) -> None:
        """Undo what harms and lead the case to its end: there always is a way, and the trail proves all of it."""
        self.patch.undo()
        if self.today <= self.plain.flagged_until:
            assert {reason.code.value for reason in self.check(self.applicant.identity).reasons} == {"SUBJECT_BARRED"}
        if self.case.state is State.REVOKED:
            self.the_revocation_falls()
        self.undo_what_is_held()
        for item in (RELATED, self.case.terms.item_code):
            assert self.check(self.applicant.identity, item) == self.check(NEVER, item)
        if self.case.state not in FINISHED and self.case.decision is None:
            self.the_supervisor_ends_it("applicant_ended")
        if self.case.state is State.DECIDED:
            self.the_office_delivers()
        assert self.case.state in FINISHED
        assert container().timeline.reading(self.case.owner).verified
        require_the_same_lights(self.case.owner, at=self.now)
        self.the_events_say_which_state_it_is_in()


def require_remedies_named(words: str) -> None:
    assert "行政复议" in words
    assert "行政诉讼" in words


@pytest.mark.requirement("R1.9", "R1.17", "R1.18", "R4.11", "R8.2", "R7.12", "R8.3")
@pytest.mark.usefixtures("cloud")
@goes("walks", usually=5, deep=2_000)
def test_a_case_always_has_a_way_out_a_date_and_all_that_was_decided(walks: int) -> None:
    walk(CaseAsAMachine, walks=walks, steps=12)
