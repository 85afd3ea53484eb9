"""Whose word a name is: higher ranks correct, others change nothing, and a name meets its bar in every form."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.authorities.model import AuthorityDocument
from chalicelib.cases.model.case import Way
from chalicelib.cases.model.stages import CommitmentStatus
from chalicelib.container import container
from chalicelib.credit.model.identity_conflicts import Cause, Outcome
from chalicelib.credit.model.records import CheckAnswer, Effect, Purpose
from chalicelib.credit.services.checks import Inquiry
from chalicelib.credit.store.records import CreditStore
from chalicelib.dynamo.transaction import transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role
from chalicelib.sanctions.model.flags import Target
from chalicelib.subjects.model.subjects import Identity, NameRank, NameSource, SubjectKey
from chalicelib.subjects.store import SubjectStore
from chalicelib.timeline.events import Event
from infra.local.seeding import resident_of
from tests.authorities import a_grant
from tests.builders import (
    NOON,
    a_caller,
    a_flag_mark,
    a_proposal,
    a_submission,
    an_identity,
    an_item,
    an_organisation,
)
from tests.names import COMPANY, ONE_NAME_EACH, PERSON, WAYS_TO_WRITE
from tests.services.case_office import Applicant, publish
from tests.services.conflict_desk import CREDIT, conflicts, decide
from tests.services.timelines import kinds_of
from tests.wire import Wire, interrupted, watched

pytestmark = pytest.mark.usefixtures("cloud")

MACHINE = a_caller(Role.SYSTEM, sub="system.market", department="market")
TRAFFIC = a_caller(Role.SYSTEM, sub="system.traffic", department="traffic")
OFFICER = a_caller(Role.OFFICER, sub="officer.traffic", department="traffic")
LI, LI_TOO, ZHANG = an_identity(), an_identity(name="李示列"), an_identity(name="张三")
ITEM = "plate-replacement"


def word(rank: NameRank) -> NameSource:
    return NameSource(rank=rank, actor=f"staff:{rank}", department="market")


def know(identity: Identity, rank: NameRank) -> bool:
    return container().subjects.know(identity, word(rank), NOON).is_conflicting


def subject_of(identity: Identity) -> SubjectKey:
    return container().subject_keys.key_of(identity)


def name_of(identity: Identity) -> str:
    return container().subjects.unmasked(subject_of(identity)).name


def rank_of(identity: Identity) -> NameRank:
    return SubjectStore().known((subject_of(identity),))[0].rank


def corrections_of(identity: Identity) -> list[Event]:
    events = container().timeline.events(f"credit:{subject_of(identity)}")
    return [event for event in events if event.kind == "credit:name_corrected"]


def put(about: Identity, record_id: str = "r-1", *, source: str = "market", **other: Any) -> None:  # noqa: ANN401 - any field
    by = TRAFFIC if source == "traffic" else MACHINE
    container().ingest.put_record(
        a_submission(source=source, record_id=record_id, **other), about=about, by=by, at=NOON
    )


def check(about: Identity, item: str = ITEM) -> CheckAnswer:
    inquiry = Inquiry(item_code=item, purpose=Purpose.HANDLING, department="traffic")
    return container().credit.check(about, inquiry, by=OFFICER, at=NOON)


@pytest.mark.requirement("R6.3")
@pytest.mark.parametrize(
    ("first", "second", "name", "rank"),
    [
        (NameRank.OFFICE, NameRank.PLATFORM, "李示列", NameRank.PLATFORM),
        (NameRank.OFFICE, NameRank.REGISTER, "李示列", NameRank.REGISTER),
        (NameRank.REGISTER, NameRank.PLATFORM, "李示列", NameRank.PLATFORM),
        (NameRank.OFFICE, NameRank.OFFICE, "李示例", NameRank.OFFICE),
        (NameRank.REGISTER, NameRank.OFFICE, "李示例", NameRank.REGISTER),
        (NameRank.PLATFORM, NameRank.REGISTER, "李示例", NameRank.PLATFORM),
        (NameRank.PLATFORM, NameRank.PLATFORM, "李示例", NameRank.PLATFORM),
        (NameRank.PLATFORM, NameRank.AGENT, "李示例", NameRank.PLATFORM),
        (NameRank.AGENT, NameRank.OFFICE, "李示列", NameRank.OFFICE),
    ],
)
def test_the_higher_word_stands_whoever_speaks_first(
    first: NameRank, second: NameRank, name: str, rank: NameRank
) -> None:
    know(LI, first)

    is_conflicting = know(LI_TOO, second)

    assert (name_of(LI), rank_of(LI)) == (name, rank)
    assert is_conflicting is (name == "李示例")
    assert know(an_identity(name=name), NameRank.OFFICE) is False
    assert len(corrections_of(LI)) == (name == "李示列" and first is not NameRank.AGENT)


def test_a_correction_says_who_said_so_and_changes_no_check() -> None:
    know(LI, NameRank.OFFICE)
    know(LI_TOO, NameRank.PLATFORM)

    (event,) = corrections_of(LI)
    assert (event.actor, event.department) == ("staff:platform", "market")
    assert event.data == {"rank": "platform", "rank_before": "office"}
    assert container().credit.summary(subject_of(LI)).version == 0
    assert container().timeline.reading(f"credit:{subject_of(LI)}").verified


def test_the_same_name_from_a_higher_source_is_nobody_elses_to_correct_any_more() -> None:
    know(an_identity(name="買買提・艾力"), NameRank.OFFICE)

    know(an_identity(name=PERSON), NameRank.PLATFORM)

    assert (rank_of(LI), corrections_of(LI)) == (NameRank.PLATFORM, [])
    assert know(an_identity(name="另一人"), NameRank.REGISTER)
    assert not know(an_identity(name="买买提•艾力"), NameRank.REGISTER)


def test_names_that_a_person_linked_outlast_a_correction() -> None:
    know(LI, NameRank.OFFICE)
    with transaction() as tx:
        linked = container().subject_keys.digest_of_name(ZHANG)
        container().subjects.also_called(subject_of(LI), linked, tx=tx)

    know(LI_TOO, NameRank.PLATFORM)

    assert (know(ZHANG, NameRank.OFFICE), know(LI_TOO, NameRank.OFFICE), know(LI, NameRank.OFFICE)) == (
        False,
        False,
        True,
    )


def test_two_who_give_a_name_at_once_end_with_the_higher_word() -> None:
    know(LI, NameRank.OFFICE)

    with watched(interrupted("TransactWriteItems", lambda: know(ZHANG, NameRank.REGISTER))):
        know(LI_TOO, NameRank.PLATFORM)

    assert (name_of(LI), rank_of(LI)) == ("李示列", NameRank.PLATFORM)
    assert [event.data["rank"] for event in corrections_of(LI)] == ["register", "platform"]


def test_a_lower_word_that_comes_at_the_same_time_finds_the_higher_one() -> None:
    know(LI, NameRank.OFFICE)

    with watched(interrupted("TransactWriteItems", lambda: know(ZHANG, NameRank.PLATFORM))):
        assert know(LI_TOO, NameRank.REGISTER)

    assert (name_of(LI), rank_of(LI)) == ("张三", NameRank.PLATFORM)


@pytest.mark.requirement("R6.3")
def test_a_register_corrects_an_office_and_its_record_is_stored() -> None:
    company, typed = an_organisation(), an_organisation(name="义乌示列市场主体有限公司（合成）")
    put(typed, source="traffic")

    put(company, "r-2")

    summary = container().credit.summary(subject_of(company))
    assert kinds_of(f"credit:{subject_of(company)}") == ["record:stored", "credit:name_corrected", "record:stored"]
    assert [(bar.record, bool(bar.named)) for bar in summary.bars] == [("market/r-2", True), ("traffic/r-1", False)]
    assert name_of(company) == company.name
    answer = check(company)
    assert (answer.effect, [reason.record for reason in answer.reasons]) == (Effect.REFUSED, ["market/r-2"])


@pytest.mark.requirement("R6.3")
def test_what_came_under_the_old_name_waits_for_a_person_to_count_against_the_new_one() -> None:
    publish()
    put(LI_TOO, source="traffic")
    person = Applicant(identity=LI).enrol()

    case = person.promise(person.draft()).case

    assert (name_of(LI), case.state) == (LI.name, "pending_identity")
    decide(conflicts()[0], Outcome.SAME_PERSON)
    container().filing.recheck(case.owner, "identity_check", NOON)
    assert container().cases.load(case.case_no).way is Way.CERTIFICATE


@pytest.mark.requirement("R6.3")
def test_an_agents_typing_error_does_not_make_the_sources_right_record_a_conflict() -> None:
    publish(an_item(proxy_allowed=True))
    agent = Applicant(role=Role.AGENT, identity=an_identity(number="330106198307270002", name="王代办")).caller
    letter = AuthorityDocument(name="授权委托书1号.pdf", sha256="ab" * 32)
    container().authorities.claim(a_grant(items=(an_item().code,)), LI_TOO, letter, by=agent, at=NOON)

    put(LI, source="traffic")

    assert (name_of(LI), conflicts()) == (LI.name, ())


@pytest.mark.requirement("R6.3")
def test_a_sources_right_record_is_not_refused_over_a_bracket() -> None:
    put(an_organisation(name=COMPANY))

    put(an_organisation(name=COMPANY.replace("（", "(").replace("）", ")")), "r-2")

    summary = container().credit.summary(subject_of(an_organisation()))
    assert (len(summary.bars), len(summary.name_digests), conflicts()) == (2, 1, ())
    assert name_of(an_organisation()) == COMPANY


@pytest.mark.requirement("R6.3")
def test_a_bar_and_a_flag_are_met_under_every_way_to_write_the_name() -> None:
    publish()
    for number, name in enumerate(dict.fromkeys(name for name, _ in WAYS_TO_WRITE)):
        ways = [name, *(written for one, written in WAYS_TO_WRITE if one == name)]
        barred, flagged = _person(2 * number, name), _person(2 * number + 1, name)
        put(barred, f"r-{number}", source="traffic")
        know(flagged, NameRank.OFFICE)
        with transaction() as tx:
            digest = container().subject_keys.digest_of_name(flagged)
            mark = a_flag_mark(flag_id=f"f{number}", items=(ITEM,))
            container().credit.put_flag(subject_of(flagged), mark, name_digest=digest, by=CREDIT, at=NOON, tx=tx)
        for written in ways:
            for person in (barred, flagged):
                applicant = replace(person, name=written)
                assert check(applicant).effect is not Effect.UNKNOWN, ascii(written)
                assert check(applicant).effect is not Effect.NONE, ascii(written)
        met = [Applicant(identity=replace(barred, name=written)).draft().standing for written in ways]
        assert set(met) == {CommitmentStatus.REFUSED}
    assert conflicts() == ()


@pytest.mark.requirement("R6.3")
@pytest.mark.parametrize(("name", "other"), ONE_NAME_EACH)
def test_another_name_never_meets_a_bar_and_waits(name: str, other: str) -> None:
    publish()
    put(an_identity(name=name), source="traffic")

    drafted = Applicant(identity=an_identity(name=other)).draft()

    assert drafted.standing is CommitmentStatus.PENDING
    assert [ground.code for ground in drafted.grounds] == [ErrorCode.IDENTITY_CONFLICT]
    assert check(an_identity(name=other)).effect is Effect.UNKNOWN


def _person(number: int, name: str) -> Identity:
    return an_identity(number=resident_of(number), name=name)


@pytest.mark.requirement("R6.3")
def test_a_check_says_nothing_of_what_stands_under_another_name_and_a_person_hears_of_it_once() -> None:
    put(LI, source="traffic", related_items=("business-address",))

    answers = [check(LI_TOO), check(LI_TOO), check(LI_TOO, "business-address")]

    assert {answer.effect for answer in answers} == {Effect.UNKNOWN}
    assert {tuple(ground.code for ground in answer.reasons) for answer in answers} == {(ErrorCode.IDENTITY_CONFLICT,)}
    (conflict,) = conflicts()
    assert (conflict.cause, conflict.reference, conflict.known_as, conflict.said) == (Cause.CHECK, ITEM, "李*", "李*")
    decide(conflict, Outcome.ANOTHER_PERSON)
    assert (check(LI_TOO).effect, conflicts()) == (Effect.UNKNOWN, ())


def test_a_measure_proposed_under_another_name_is_refused_and_a_person_hears_of_it() -> None:
    know(LI, NameRank.PLATFORM)
    market = a_caller(Role.CREDIT_OFFICER, sub="credit.market", department="market")

    with pytest.raises(DomainError) as refused:
        propose(LI_TOO, by=market)

    assert refused.value.code is ErrorCode.IDENTITY_CONFLICT
    assert [(one.cause, one.said_by) for one in conflicts()] == [(Cause.FLAG, "staff:credit.market")]


def propose(about: Identity, *, by: Caller) -> None:
    container().flags.propose(a_proposal(), Target(about=about), by=by, at=NOON)


def test_a_person_who_logs_in_under_a_new_name_is_referred_and_nothing_is_changed() -> None:
    publish()
    Applicant(identity=LI).draft()

    Applicant(identity=ZHANG).draft()

    assert name_of(LI) == LI.name
    assert [(one.cause, one.known_as, one.said) for one in conflicts()] == [(Cause.FILING, "李*", "张*")]


def test_a_name_that_is_no_longer_the_subjects_is_referred_again() -> None:
    put(LI, source="traffic")
    check(ZHANG)
    decide(conflicts()[0], Outcome.SAME_PERSON)
    assert check(ZHANG).effect is Effect.REFUSED
    store = CreditStore(container().timeline)
    before = store.summary(subject_of(LI))
    with transaction() as tx:
        names = before.name_digests[-1:]
        store.save(before, replace(before, version=before.version + 1, name_digests=names), [], at=NOON, tx=tx)

    assert check(ZHANG).effect is Effect.UNKNOWN

    assert len(conflicts()) == 1


def test_a_check_takes_one_read_and_one_write_unless_the_name_differs() -> None:
    put(LI, source="traffic")

    def calls(identity: Identity) -> list[str]:
        with watched(Wire()) as wire:
            check(identity)
        return wire.operations

    assert calls(LI) == ["GetItem", "PutItem"]
    assert calls(ZHANG) == ["GetItem", "PutItem", "GetItem", "BatchGetItem", "TransactWriteItems"]
    assert calls(ZHANG) == ["GetItem", "PutItem", "GetItem"]
