"""Records, flags and ways back driven at random beside a plain model, in any order, as days pass.

The model keeps dates and words and shares no line with the service.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from chalicelib.container import container
from chalicelib.credit.model.links import LinkKind
from chalicelib.credit.model.records import (
    CheckAnswer,
    Document,
    Effect,
    Fulfilment,
    PromiseOutcome,
    Purpose,
    Severity,
)
from chalicelib.credit.services.checks import Inquiry
from chalicelib.credit.services.identity_links import IdentityLinkProposal
from chalicelib.dynamo.transaction import transaction
from chalicelib.errors import DomainError
from chalicelib.policy import Caller, Role
from chalicelib.redress.model import (
    Entry,
    EntryKind,
    ObjectionDecision,
    ObjectionRequest,
    Outcome,
    RepairDecision,
    RevokingDocument,
)
from chalicelib.redress.services.revocations import Fall
from chalicelib.sanctions.model.flags import Flag, FlagState, MeasureList, Service, Target
from chalicelib.sanctions.store.flags import measure_lists
from chalicelib.subjects.model.subjects import Identity
from tests.builders import a_caller, a_promise_report, a_proposal, a_submission, an_organisation
from tests.cloud import forget_everything
from tests.depth import goes, walk
from tests.quick_dynamodb import empty_tables
from tests.services.replay import require_the_same_flag
from tests.services.walking import ended

if TYPE_CHECKING:
    from chalicelib.credit.model.identity_links import IdentityLink

BEGIN = datetime(2026, 5, 6, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
MACHINE = a_caller(Role.SYSTEM, sub="system.market", department="market")
CREDIT = a_caller(Role.CREDIT_OFFICER, sub="credit", department="credit")
MARKET = a_caller(Role.CREDIT_OFFICER, sub="credit.market", department="market")
CREDIT2 = a_caller(Role.CREDIT_OFFICER, sub="credit2", department="credit")
ITEM = "road-occupation"
ORGAN = "义乌市市场监督管理局"
PAPERS = ("甲1号", "乙2号")
WHOLE = (Outcome.DELETED, Outcome.NOT_THEIRS)


@dataclass
class Plain:
    """What the model knows of an entry: what it stands on, from when to when, and whether it is over."""

    entry: Entry
    paper: str
    starts_on: date
    ends_on: date
    is_first_class: bool = False
    is_promise: bool = False
    is_over: bool = False
    is_suspended: bool = False
    objection: str = ""
    objector: Caller | None = None
    repairable_from: date = date.min
    grounds: dict[str, int] = field(default_factory=dict)

    def has_effect(self, on: date) -> bool:
        is_automatic = self.is_first_class or self.entry.kind is EntryKind.RECORD
        waits = is_automatic and bool(self.objection)
        return not (self.is_over or self.is_suspended or waits) and self.starts_on <= on <= self.ends_on

    def is_marked(self, on: date) -> bool:
        is_there = not (self.is_over or self.is_suspended) and self.starts_on <= on <= self.ends_on
        return is_there and bool(self.objection)


class WaysBackAsAMachine(RuleBasedStateMachine):
    """Everything that can happen to one organisation, another that may take it over, and somebody nothing ever met."""

    number = 0

    @initialize()
    def move_to_town(self) -> None:
        type(self).number += 1
        empty_tables()
        forget_everything()
        self.now = BEGIN
        self.about = _organisation(2 * self.number)
        self.never = _organisation(2 * self.number + 1)
        self.successor = _organisation(500_000 + self.number)
        self.alias: IdentityLink | None = None
        self.plain: list[Plain] = []
        self.fallen: set[str] = set()
        self.made = 0
        self.lists = 0

    @property
    def today(self) -> date:
        return (self.now + timedelta(hours=8)).date()

    def company(self) -> Caller:
        return a_caller(sub="company", subject=container().subject_keys.key_of(self.about))

    def voice(self, data: st.DataObject) -> Caller:
        """Return who speaks for the organisation: itself, or the one that it went into."""
        if self.alias is None or data.draw(st.booleans()):
            return self.company()
        return a_caller(sub="successor", subject=container().subject_keys.key_of(self.successor))

    def paper(self, name: str) -> str:
        return f"{name}-{self.number}"

    def on(self, paper: str) -> Iterator[Plain]:
        return (plain for plain in self.plain if plain.paper == paper and not plain.is_over)

    def live(self, kind: EntryKind | None = None) -> list[Plain]:
        return [
            plain
            for plain in self.plain
            if not plain.is_over
            and plain.starts_on <= self.today <= plain.ends_on
            and (kind is None or plain.entry.kind is kind)
        ]

    def name(self) -> str:
        self.made += 1
        return f"m{self.number}-{self.made}"

    @rule(paper=st.sampled_from(PAPERS))
    def a_source_speaks(self, paper: str) -> None:
        if len(self.plain) >= 6:
            return
        given = a_submission(
            record_id=self.name(),
            document_no=self.paper(paper),
            organ=ORGAN,
            effective_on=self.today,
            judged_on=self.today,
            related_items=[ITEM],
        )
        record = container().ingest.put_record(given, about=self.about, by=MACHINE, at=self.now)
        assert record.display.until is not None
        assert record.display.repairable_from is not None
        self.plain.append(
            Plain(
                Entry(kind=EntryKind.RECORD, name=f"market/{record.record_id}"),
                self.paper(paper),
                self.today,
                record.display.until,
                repairable_from=record.display.repairable_from,
                is_over=self.paper(paper) in self.fallen,
            )
        )

    @rule(severity=st.sampled_from([Severity.MINOR, Severity.GENERAL]))
    def a_promise_is_broken(self, severity: Severity) -> None:
        if len(self.plain) >= 6:
            return
        name = self.name()
        report = a_promise_report(
            subject=container().subject_keys.key_of(self.about),
            case_no=name,
            fulfilment=Fulfilment(case_no=name, outcome=PromiseOutcome.UNTRUE, department="market"),
            item_code=ITEM,
            severity=severity,
            bars=True,
        )
        with transaction() as tx:
            container().promise_keeping.record(report, by="staff:officer.market", at=self.now, tx=tx)
        entry = Entry(kind=EntryKind.RECORD, name=f"commitments/{name}")
        record = container().withdrawal.alone(entry).record
        assert record is not None
        assert record.display.until is not None
        assert record.display.repairable_from is not None
        self.plain.append(
            Plain(
                entry,
                name,
                self.today,
                record.display.until,
                is_promise=True,
                repairable_from=record.display.repairable_from,
            )
        )

    def handed_in(self) -> list[Plain]:
        return [one for one in self.plain if one.entry.kind is EntryKind.RECORD and not one.is_promise]

    @precondition(lambda self: self.handed_in())
    @rule(data=st.data())
    def a_source_says_it_again(self, data: st.DataObject) -> None:
        plain = data.draw(st.sampled_from(self.handed_in()))
        source, record_id = plain.entry.record
        known = container().withdrawal.standing(plain.entry).record
        assert known is not None
        given = a_submission(
            source=source,
            record_id=record_id,
            document_no=plain.paper,
            organ=ORGAN,
            effective_on=known.dates.effective_on,
            judged_on=known.dates.judged_on,
            related_items=[ITEM],
            source_version=known.source_version + 1,
            contents={"said": str(known.source_version + 1)},
        )
        container().ingest.put_record(given, about=self.about, by=MACHINE, at=self.now)

    def stands_on_a_list(self) -> None:
        """Put the organisation on a serious list, for an item that nobody here asks about."""
        given = a_submission(
            record_id=self.name(),
            kind="serious_list",
            document_no=f"列-{self.number}",
            organ=ORGAN,
            effective_on=self.today,
            judged_on=self.today,
            related_items=["archive-query"],
        )
        container().ingest.put_record(given, about=self.about, by=MACHINE, at=self.now)

    @rule(
        paper=st.sampled_from(PAPERS),
        measure=st.sampled_from(["1", "9"]),
        days=st.integers(20, 60),
        remedy_days=st.sampled_from([60, 60, 10]),
    )
    def a_flag_is_put(self, paper: str, measure: str, days: int, remedy_days: int) -> None:
        if len(self.plain) >= 6:
            return
        self.stands_on_a_list()
        proposal = a_proposal(
            measure_code=measure,
            edition=None,
            conduct="serious_list",
            severity=Severity.SERIOUS,
            document_no=self.paper(paper),
            organ=ORGAN,
            effective_on=self.today - DAY,
            served_at=self.now - DAY,
            remedy_until=self.today + remedy_days * DAY,
            related_items=(ITEM,),
            starts_on=self.today,
            ends_on=self.today + days * DAY,
        )
        punishment = container().flags
        is_possible = self.paper(paper) not in self.fallen and not (measure == "9" and self.lists % 2)
        is_possible = is_possible and remedy_days == 60
        try:
            flag = punishment.propose(proposal, Target(about=self.about), by=CREDIT, at=self.now).flag
        except DomainError:
            assert not is_possible
            return
        assert is_possible
        served = Service(served_at=self.now, method="直接送达", proof="回证1号")
        punishment.serve(flag.flag_id, served, by=CREDIT, version=1, at=self.now)
        punishment.state(flag.flag_id, "不同意。", by=self.company(), at=self.now)
        flag = punishment.confirm(
            flag.flag_id, "事实清楚。", statement_answer="不成立。", by=CREDIT2, version=3, at=self.now
        )
        entry = Entry(kind=EntryKind.FLAG, name=flag.flag_id)
        self.plain.append(Plain(entry, self.paper(paper), self.today, flag.ends_on, is_first_class=measure == "1"))

    @precondition(lambda self: any(not one.objection for one in self.live()))
    @rule(data=st.data(), ground=st.sampled_from(["fact", "period", "list_entry"]))
    def somebody_objects(self, data: st.DataObject, ground: str) -> None:
        plain = data.draw(st.sampled_from([one for one in self.live() if not one.objection]))
        plea = ObjectionRequest(entry=plain.entry, ground=ground, text="不对。")
        objector = self.voice(data)
        try:
            made, _ = container().objections.make(plea, by=objector, at=self.now, idempotency_key=None)
        except DomainError:
            assert plain.grounds.get(ground, 0) >= 2
            return
        assert plain.grounds.get(ground, 0) < 2
        plain.objection, plain.objector = made.objection_id, objector

    @precondition(lambda self: any(one.objection for one in self.live()))
    @rule(data=st.data(), is_kept=st.booleans())
    def somebody_decides(self, data: st.DataObject, *, is_kept: bool) -> None:
        plain = data.draw(st.sampled_from([one for one in self.live() if one.objection]))
        objection = container().objections.one(plain.objection, by=CREDIT)
        ground = objection.plea.ground
        outcome = {"fact": Outcome.DELETED, "period": Outcome.SHORTENED, "list_entry": Outcome.DELISTED}[ground]
        ends_on = self.today if self.today < plain.ends_on else None
        if is_kept or (outcome is Outcome.SHORTENED and ends_on is None):
            outcome = Outcome.KEPT
        ruling = ObjectionDecision(
            outcome=outcome, reason="经核实。", basis="第30条", ends_on=ends_on, late_reason="忙。"
        )
        by = CREDIT2 if objection.is_review else CREDIT
        container().objections.decide(objection.objection_id, ruling, by=by, version=objection.version, at=self.now)
        plain.grounds[ground] = plain.grounds.get(ground, 0) + 1
        plain.objection = ""
        if outcome is Outcome.SHORTENED:
            plain.ends_on = self.today
        elif outcome is Outcome.DELISTED and plain.entry.kind is EntryKind.FLAG:
            plain.is_over = True
        elif outcome is not Outcome.KEPT:
            self.let_fall(plain.paper)

    @precondition(lambda self: any(one.objection for one in self.live()))
    @rule(data=st.data())
    def somebody_takes_it_back(self, data: st.DataObject) -> None:
        plain = data.draw(st.sampled_from([one for one in self.live() if one.objection]))
        assert plain.objector is not None
        container().objections.withdraw(plain.objection, by=plain.objector, at=self.now)
        plain.objection = ""

    @precondition(lambda self: self.live(EntryKind.RECORD))
    @rule(data=st.data(), is_approved=st.booleans())
    def somebody_repairs(self, data: st.DataObject, *, is_approved: bool) -> None:
        plain = data.draw(st.sampled_from(self.live(EntryKind.RECORD)))
        owner = self.voice(data)
        form = container().repairs.form(plain.entry, by=owner, at=self.now)
        try:
            repair, _ = container().repairs.ask(
                plain.entry, "", form.promise_hash, by=owner, at=self.now, idempotency_key=None
            )
        except DomainError:
            assert form.repairable_from > self.today
            return
        assert form.repairable_from <= self.today
        verdict = RepairDecision(is_approved=is_approved, reason="核实。", refusal="not_corrected", missing=("更正",))
        container().repairs.judge(repair.repair_id, verdict, by=CREDIT, version=1, at=self.now)
        if is_approved:
            self.let_fall(plain.paper)

    @precondition(lambda self: self.plain)
    @rule(data=st.data())
    def a_document_falls(self, data: st.DataObject) -> None:
        plain = data.draw(st.sampled_from(self.plain))
        self.reverse(plain)

    def reverse(self, plain: Plain) -> None:
        paper = RevokingDocument(number="复1号", organ="义乌市人民政府", effective_on=self.today, basis="第64条")
        fall = Fall(entry=plain.entry, by_document=paper, reason="复议撤销。")
        # The document is the market department's if there is a record on it, else the office's that proposed the flag.
        for officer in (MARKET, CREDIT):
            with suppress(DomainError):
                container().revocations.record(fall, by=officer, at=self.now, idempotency_key=None)
        self.let_fall(plain.paper)

    def let_fall(self, paper: str) -> None:
        self.fallen.add(paper)
        for plain in self.on(paper):
            plain.is_over = True

    @precondition(lambda self: self.lists < 2)
    @rule()
    def a_list_is_loaded(self) -> None:
        """Load a list without the second-class measure, then one with it again, which gives nobody's flag back."""
        self.lists += 1
        (packaged,) = measure_lists()
        without = tuple(one for one in packaged.measures if one.code != "9") if self.lists == 1 else packaged.measures
        edition: MeasureList = replace(
            packaged, edition=f"e{self.number}.{self.lists}", in_force_from=self.today, measures=without
        )
        try:
            container().measure_editions.load(edition, by=CREDIT, at=self.now)
        except DomainError:
            self.lists -= 1
            return
        container().clocks.sweep(at=self.now)
        if self.lists == 1:
            for plain in self.live(EntryKind.FLAG):
                plain.is_suspended = plain.is_suspended or not plain.is_first_class

    @precondition(lambda self: self.alias is None)
    @rule()
    def another_takes_it_over(self) -> None:
        proposal = IdentityLinkProposal(
            kind=LinkKind.MERGED,
            former=self.about,
            present=self.successor,
            document=Document(number="合1号", organ=ORGAN, effective_on=self.today),
            evidence="登记档案第3页。",
        )
        alias, _ = container().identity_links.propose(proposal, by=CREDIT, at=self.now)
        self.alias = container().identity_links.confirm(
            alias.alias_id, reason="属实。", by=CREDIT2, version=1, at=self.now
        )

    @precondition(lambda self: self.alias is not None)
    @rule()
    def that_is_taken_back(self) -> None:
        assert self.alias is not None
        container().identity_links.revoke(
            self.alias.alias_id, reason="有误。", basis="更正1号", by=CREDIT, version=self.alias.version, at=self.now
        )
        self.alias = None

    @rule(days=st.sampled_from([0, 1, 15, 100, 400]))
    def days_pass(self, days: int) -> None:
        self.now += days * DAY

    @rule()
    def the_daily_job_runs(self) -> None:
        assert ended("records", at=self.now).failed == 0
        assert ended("flags", at=self.now).failed == 0

    def check(self, about: Identity) -> CheckAnswer:
        inquiry = Inquiry(item_code=ITEM, purpose=Purpose.HANDLING)
        return container().credit.check(about, inquiry, by=MACHINE, at=self.now)

    @invariant()
    def a_check_says_what_the_model_says(self) -> None:
        answer = self.check(self.about)
        effective = [plain for plain in self.plain if plain.has_effect(self.today)]
        bars = {str(plain.entry) for plain in effective}
        gravest = Effect.REFUSED if any(not plain.is_promise for plain in effective) else Effect.LIMITED
        marks = {str(plain.entry) for plain in self.plain if plain.is_marked(self.today)}

        assert {ground.record for ground in answer.reasons if ground.code.value == "SUBJECT_BARRED"} == bars
        assert {ground.record for ground in answer.reasons if ground.code.value == "UNDER_OBJECTION"} == marks
        assert answer.effect is (gravest if bars else Effect.NONE)

    @invariant()
    def whoever_took_it_over_meets_the_same_and_nothing_of_it_before_or_after(self) -> None:
        about, successor = self.check(self.about), self.check(self.successor)

        met = about if self.alias is not None else self.check(self.never)
        assert successor.effect is met.effect
        assert [(one.code, one.record) for one in successor.reasons] == [(one.code, one.record) for one in met.reasons]

    @invariant()
    def no_summary_differs_from_what_records_and_flags_give(self) -> None:
        for identity in (self.about, self.successor):
            assert not container().reconciliation.mend(container().subject_keys.key_of(identity), at=self.now)

    @invariant()
    def flags_are_what_their_events_say(self) -> None:
        for plain in self.plain:
            if plain.entry.kind is EntryKind.FLAG:
                require_the_same_flag(plain.entry.name, on=self.today)

    @invariant()
    def no_flag_has_effect_without_everything_that_the_law_wants(self) -> None:
        for plain in self.live(EntryKind.FLAG):
            flag = container().flags.get(plain.entry.name, by=CREDIT)
            if flag.is_in_force(self.today):
                require_lawful(flag)

    def teardown(self) -> None:
        """Undo everything: others see what they see of somebody never flagged, and the trail proves all of it."""
        for plain in self.plain:
            self.reverse(plain)
        assert self.check(self.about) == self.check(self.successor) == self.check(self.never)
        if self.alias is not None:
            self.that_is_taken_back()
        assert self.check(self.successor) == self.check(self.never)
        owners = [f"credit:{container().subject_keys.key_of(self.about)}", *(str(one.entry) for one in self.plain)]
        for owner in owners:
            if owner.startswith(("credit:", "flag:")) and (self.plain or owner.startswith("flag:")):
                assert container().timeline.reading(owner).verified


def require_lawful(flag: Flag) -> None:
    """Hold a flag in force against all that the law wants of one."""
    edition = next(one for one in container().lists.current() if one.edition == flag.edition)
    measure = edition.measure(flag.measure_code)
    assert measure is not None
    assert measure.basis
    assert measure.organ
    assert set(flag.related_items) <= set(measure.related_items)
    assert flag.related_items
    assert flag.severity in measure.allowed[flag.conduct]
    assert flag.document.number
    assert flag.document.organ
    assert flag.document.served_at is not None
    assert flag.document.remedy_until is not None
    assert flag.document.remedy_until - flag.document.served_at.date() >= 60 * DAY
    assert "行政复议" in flag.remedies
    assert flag.repair_notice
    assert flag.starts_on <= flag.ends_on
    assert flag.state is FlagState.ACTIVE
    assert flag.service is not None
    assert flag.confirmation is not None
    assert flag.confirmation.by != flag.proposed_by


def _organisation(number: int) -> Identity:
    return an_organisation(number=_code(number), name=f"合成第{number}号有限公司")


def _code(number: int) -> str:
    """Return a valid code of an organisation that does not exist (GB 32100-2015)."""
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = f"91330782MA{number:07d}"
    weights = [pow(3, place, 31) for place in range(17)]
    total = sum(letters.index(letter) * weight for letter, weight in zip(body, weights, strict=True))
    return body + letters[(31 - total % 31) % 31]


@pytest.mark.requirement("R2.14", "R3.15", "R8.2")
@pytest.mark.usefixtures("cloud")
@goes("walks", usually=4, deep=100)
def test_records_flags_and_ways_back_in_any_order_are_as_the_model_says(walks: int) -> None:
    walk(WaysBackAsAMachine, walks=walks, steps=20)
