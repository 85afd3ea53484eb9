"""A document on which more rests than one transaction changes: barred at once, and undone to the last in steps."""

import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from chalicelib.clocks.model import TaskKind
from chalicelib.clocks.store import TaskStore
from chalicelib.container import container
from chalicelib.credit.model.records import UNDONE, Effect, ObjectionState, Purpose, Query, RepairState
from chalicelib.credit.store.records import CreditStore
from chalicelib.dynamo.transaction import transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.redress.model import Entry, EntryKind, Outcome, Remainder, RepairStage, Revocation
from chalicelib.redress.store import RemainderStore, owner_of
from chalicelib.sanctions.model.flags import Confirmation, Flag, FlagState, Party
from chalicelib.sanctions.rules.flags import mark_of
from chalicelib.sanctions.store.flags import FlagStore
from chalicelib.subjects.model.subjects import SubjectKey
from tests.builders import NOON, a_flag, a_summary, an_organisation
from tests.services.credit_office import (
    AFTER_DEFENCE,
    CREDIT,
    MARKET,
    PAPER,
    asked,
    decided,
    effect_at,
    judged,
    objected,
    reversal,
    ruling,
    stored,
)
from tests.services.mending import mending
from tests.services.timelines import kinds_of
from tests.wire import Parameters, Wire, watched

pytestmark = pytest.mark.usefixtures("cloud")

ORGAN = "义乌市市场监督管理局"
MANY = 105
"""More records than a summary has room for, and than one transaction changes."""


def subject() -> SubjectKey:
    return container().subject_keys.key_of(an_organisation())


def many_records(number: int = MANY) -> None:
    for each in range(1, number + 1):
        stored(f"r-{each}", document_no=PAPER, organ=ORGAN)


def record_states() -> list[RepairState]:
    return [record.repair for record in CreditStore(container().timeline).records(subject())]


def person(number: int) -> SubjectKey:
    return SubjectKey(f"k1.person{number:02}")


def flags_of_persons(number: int) -> list[Flag]:
    """Flags in force of persons who answer for the company, each with the summary of its person."""
    made = []
    for each in range(number):
        who = person(each)
        flag = a_flag(flag_id=f"{each:032x}", state=FlagState.ACTIVE)
        flag = replace(
            flag,
            party=Party(subject=who, document_subject=subject(), name_digest="k1.00", masked_name="义*"),
            document=replace(flag.document, number=PAPER, organ=ORGAN),
            confirmation=Confirmation(confirmed_at=NOON, by="staff:credit2", reason="事实清楚。", statement_answer=""),
        )
        with transaction() as tx:
            made.append(FlagStore(container().timeline).add(flag, [], at=NOON, tx=tx))
            CreditStore(container().timeline).add(
                a_summary(subject=who, version=1, flags=(mark_of(flag),)), [], at=NOON, tx=tx
            )
    return made


def revoked() -> Revocation:
    return container().revocations.record(reversal(), by=MARKET, at=AFTER_DEFENCE, idempotency_key=None)[0]


def remainder(made: Revocation) -> Remainder:
    found = RemainderStore(TaskStore()).of(f"{TaskKind.WITHDRAWAL}:{made.reversal_id}")
    assert found is not None
    return found


def swept(made: Revocation) -> Remainder:
    """The steps gone through to their end, a sweep a minute."""
    at = AFTER_DEFENCE
    for _ in range(20):
        at += timedelta(minutes=1)
        container().clocks.sweep(at=at)
        if (left := remainder(made)).finished_at is not None:
            return left
    raise AssertionError(left)


def bars() -> int:
    summary = container().credit.summary(subject())
    return len(summary.bars) + len(summary.overflow) + len(summary.flags)


def test_a_document_with_many_records_bars_nobody_from_the_first_transaction_on() -> None:
    many_records()
    assert effect_at(AFTER_DEFENCE) is Effect.REFUSED

    made = revoked()

    assert (effect_at(AFTER_DEFENCE), bars()) == (Effect.NONE, 0)
    assert 0 < len(made.undone) < MANY
    assert record_states().count(RepairState.NONE) == MANY - len(made.undone)
    assert stored("r-new", document_no=PAPER, organ=ORGAN).repair is RepairState.WITHDRAWN


def test_every_entry_is_undone_once_and_the_end_is_on_record() -> None:
    many_records()
    made = revoked()

    left = swept(made)

    assert set(record_states()) == {RepairState.WITHDRAWN}
    assert left.undone == left.left == MANY - len(made.undone)
    kinds = kinds_of(f"credit:{subject()}")
    assert kinds.count("record:withdrawn") == MANY
    assert kinds.count("credit:document_fell") == kinds.count("credit:document_undone") == 1
    assert kinds[-1] == "credit:document_undone"
    container().clocks.sweep(at=AFTER_DEFENCE + timedelta(hours=1))
    assert kinds_of(f"credit:{subject()}") == kinds


def test_what_is_still_to_be_undone_comes_back_into_force_by_nothing() -> None:
    many_records()
    made = revoked()
    waiting = next(
        record.record_id
        for record in CreditStore(container().timeline).records(subject())
        if record.repair is RepairState.NONE
    )

    mending().mend(subject(), at=AFTER_DEFENCE)
    again = objected(Entry(kind=EntryKind.RECORD, name=f"market/{waiting}"), at=AFTER_DEFENCE)
    stored("other", document_no="另〔2026〕1号", organ=ORGAN)

    assert (effect_at(AFTER_DEFENCE), bars()) == (Effect.REFUSED, 1)
    swept(made)
    assert bars() == 1
    record = CreditStore(container().timeline).record("market", waiting)
    assert record is not None
    assert (record.repair, record.objection) == (RepairState.WITHDRAWN, ObjectionState.NONE)
    assert container().objections.one(again.objection_id, by=MARKET).state == "open"


def test_others_are_let_go_first_and_all_of_them() -> None:
    many_records(40)
    flags = flags_of_persons(30)

    made = revoked()

    first = [one.entry for one in made.undone if one.entry.startswith("flag:")]
    assert len(first) > 10
    assert len(made.undone) - len(first) == 1
    swept(made)
    store = FlagStore(container().timeline)
    assert {store.load(flag.flag_id).state for flag in flags} == {FlagState.LIFTED}
    assert {len(container().credit.summary(flag.subject).flags) for flag in flags} == {0}
    assert set(record_states()) == {RepairState.WITHDRAWN}


def test_a_suspended_flag_is_not_resumed_on_a_document_that_has_been_revoked() -> None:
    many_records(40)
    (flag,) = flags_of_persons(1)
    revoked()
    with transaction() as tx:
        store = FlagStore(container().timeline)
        before = store.load(flag.flag_id)
        suspended = store.save(before, replace(before, state=FlagState.SUSPENDED), [], at=NOON, tx=tx)

    with pytest.raises(DomainError, match=ErrorCode.NO_EFFECTIVE_DOCUMENT.value):
        container().reinstatement.resume(
            flag.flag_id, "理由", by=replace(CREDIT, department=flag.department), version=suspended.version, at=NOON
        )


def test_a_repair_of_many_records_is_asked_for_and_granted_as_a_whole() -> None:
    many_records()
    at = AFTER_DEFENCE + timedelta(days=180)
    repair = asked(Entry(kind=EntryKind.RECORD, name="market/r-1"), at=at)
    assert record_states().count(RepairState.APPLIED) > 30

    granted = judged(repair, at=at)

    assert (granted.stage, bars()) == (RepairStage.APPROVED, 0)
    for minute in range(1, 20):
        container().clocks.sweep(at=at + timedelta(minutes=minute))
    assert set(record_states()) == {RepairState.REPAIRED}


def test_a_refused_repair_leaves_no_mark_behind() -> None:
    many_records()
    at = AFTER_DEFENCE + timedelta(days=180)
    repair = asked(Entry(kind=EntryKind.RECORD, name="market/r-1"), at=at)
    stored("a-1", document_no=PAPER, organ=ORGAN)

    judged(repair, at=at, is_approved=False, refusal="proof_insufficient", missing=("缴款凭证",))

    assert set(record_states()) == {RepairState.NONE}


def dying(seed: int) -> Iterator[Wire]:
    """Wires on each of which some call dies before it goes out, or after it has had its effect."""
    chance = random.Random(seed)

    def sometimes(_operation: str, _parameters: Parameters) -> None:
        if chance.random() < 0.1:
            raise ConnectionError

    while True:
        yield Wire(before=sometimes) if chance.random() < 0.5 else Wire(after=sometimes)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_dies_on_the_way_everything_is_undone_once(seed: int) -> None:
    many_records(60)
    flags = flags_of_persons(20)
    made = revoked()

    at = AFTER_DEFENCE
    for wire, _ in zip(dying(seed), range(60), strict=False):
        at += timedelta(minutes=1)
        with suppress(Exception), watched(wire):
            container().remainders.step(owner_of(remainder(made)), TaskKind.WITHDRAWAL, at)
    left = swept(made)

    assert left.undone == left.left
    assert {record.version for record in CreditStore(container().timeline).records(subject())} == {2}
    assert all(record in UNDONE for record in record_states())
    for flag in flags:
        assert kinds_of(flag.owner).count("flag:lifted") == 1
    assert kinds_of(f"credit:{subject()}").count("record:withdrawn") == 60
    assert kinds_of(f"credit:{subject()}").count("credit:document_undone") == 1


def test_whoever_looks_sees_how_far_it_has_come() -> None:
    many_records(60)
    made = revoked()

    before = container().remainders.of(subject(), organ=made.organ, number=made.document_no)
    left = swept(made)
    after = container().remainders.of(subject(), organ=made.organ, number=made.document_no)

    assert before is not None
    assert (before.left, before.undone, before.finished_at) == (60 - len(made.undone), 0, None)
    assert after == left
    assert container().remainders.of(person(1), organ=made.organ, number=made.document_no) is None


def met_by_others(flags: list[Flag]) -> None:
    """A case of another system for which each of these flags was asked for."""
    for number, flag in enumerate(flags):
        CreditStore(container().timeline).log(
            Query(
                subject=flag.subject,
                query_id=f"2026-10-01-{number}",
                asked_at=AFTER_DEFENCE,
                by="system:system.market",
                department="market",
                purpose=Purpose.HANDLING,
                item_code="business-address",
                case_no=f"EXT-{number:02}",
                fields=("reasons",),
                result_size=1,
                kept_until=NOON.date(),
            )
        )


MET = [f"EXT-{number:02}" for number in range(30)]


def swept_for_long(at: datetime) -> None:
    for minute in range(1, 20):
        container().clocks.sweep(at=at + timedelta(minutes=minute))


def test_the_cases_of_those_who_are_let_go_later_are_listed_too() -> None:
    many_records(1)
    met_by_others(flags_of_persons(30))

    made = revoked()
    swept(made)

    after = container().revocations.one(made.reversal_id, by=MARKET)
    assert 0 < len(made.touched) < 30
    assert sorted(one.case_no for one in after.touched) == MET


def test_an_objection_that_undoes_in_steps_lists_the_cases_of_those_who_are_let_go_later() -> None:
    many_records(1)
    met_by_others(flags_of_persons(30))

    made = decided(objected(at=AFTER_DEFENCE), ruling(Outcome.DELETED), by=MARKET, at=AFTER_DEFENCE)
    swept_for_long(AFTER_DEFENCE)

    after = container().objections.one(made.objection_id, by=MARKET)
    assert made.decided is not None
    assert after.decided is not None
    assert 0 < len(made.decided.touched) < 30
    assert sorted(one.case_no for one in after.decided.touched) == MET


def test_a_revocation_takes_over_what_a_repair_has_not_undone_yet() -> None:
    many_records(1)
    flags = flags_of_persons(30)
    met_by_others(flags)
    at = AFTER_DEFENCE + timedelta(days=180)
    judged(asked(Entry(kind=EntryKind.RECORD, name="market/r-1"), at=at), at=at)

    made = container().revocations.record(reversal(late_reason="刚刚送达。"), by=MARKET, at=at, idempotency_key=None)[0]
    swept_for_long(at)

    assert remainder(made).lifting.because == made.owner
    assert {FlagStore(container().timeline).load(flag.flag_id).state for flag in flags} == {FlagState.LIFTED}
    after = container().revocations.one(made.reversal_id, by=MARKET)
    assert sorted(one.case_no for one in after.touched) == MET
