import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib.cases.model.case import Case, State, Way
from chalicelib.cases.model.stages import AcceptanceManner, CommitmentStatus, Outcome
from chalicelib.cases.model.stages import Finding as VerifiedAs
from chalicelib.cases.rules.filing import Submission
from chalicelib.cases.services.commands import Command
from chalicelib.cases.services.filing import SubjectBarredError
from chalicelib.catalogue.model.items import Acceptance, Method, Recommitment
from chalicelib.catalogue.model.items import Way as MaterialWay
from chalicelib.clocks.model import ClockKind
from chalicelib.container import container
from chalicelib.credit.model.identity_conflicts import Cause
from chalicelib.credit.model.identity_conflicts import Outcome as Finding
from chalicelib.credit.services.checks import Credit
from chalicelib.dynamo.model import connection
from chalicelib.dynamo.transaction import transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Role
from chalicelib.settings import settings
from chalicelib.workdays.model.limits import Limit, Unit
from tests.authorities import for_
from tests.builders import (
    NOON,
    KeyPair,
    a_caller,
    a_condition,
    a_flag_mark,
    a_material,
    an_identity,
    an_item,
    an_organisation,
)
from tests.services.case_office import SHA, Applicant, a_paper, employ, publish
from tests.services.conflict_desk import conflicts, decide_the_one
from tests.services.timelines import kinds_of
from tests.wire import Parameters, Wire, watched

pytestmark = pytest.mark.usefixtures("cloud")

MINUTE = timedelta(minutes=1)
ZHANG_SAN = replace(an_identity(), name="张三")
LI_SI = replace(an_identity(), name="李四")


def flag(applicant: Applicant, *items: str) -> None:
    mark = a_flag_mark(items=items or ("plate-replacement",))
    with transaction() as tx:
        container().credit.put_flag(
            applicant.caller.own_subject(),
            mark,
            name_digest=container().subject_keys.digest_of_name(applicant.identity),
            by=a_caller(Role.CREDIT_OFFICER, sub="credit2"),
            at=NOON,
            tx=tx,
        )


def waiting_promise() -> Case:
    applicant = Applicant(identity=ZHANG_SAN).enrol()
    return applicant.promise(applicant.draft()).case


def refused(reason: ErrorCode) -> Any:  # noqa: ANN401 - pytest's own
    return pytest.raises(DomainError, match=reason.value)


@pytest.fixture
def wire() -> Iterator[Wire]:
    """Every call to the store."""
    with watched(Wire()) as wire:
        yield wire


@pytest.fixture
def no_credit() -> Iterator[Callable[[], None]]:
    """Credit cannot be read, until the function is called."""

    def break_off(_operation: str, parameters: Parameters) -> None:
        named = {parameters.get("TableName"), *parameters.get("RequestItems", ())}
        if settings().table("credit") in named:
            raise EndpointConnectionError(endpoint_url="https://dynamodb.test")

    with ExitStack() as until:
        until.enter_context(watched(Wire(before=break_off)))
        yield until.close


def test_a_signed_promise_is_accepted_on_filing_and_its_clock_runs_three_working_days() -> None:
    publish()
    applicant = Applicant().enrol()

    filed = applicant.promise(applicant.draft())

    assert filed.case.state is State.ACCEPTED
    clocks = {clock.kind: clock for clock in container().clocks.of_owner(filed.case.owner)}
    assert set(clocks) == {ClockKind.HANDLING_PROMISED, ClockKind.HANDLING_STATUTORY}
    assert clocks[ClockKind.HANDLING_PROMISED].due_on == date(2026, 10, 8)
    reading = container().timeline.reading(filed.case.owner)
    assert [event.kind for event in reading.events] == ["commitment:signed", "case:filed", "case:accepted"]
    assert reading.verified


def test_filing_is_one_batch_of_reads_and_one_transaction(wire: Wire) -> None:
    publish()
    applicant = Applicant().enrol()
    drafted = applicant.draft()
    # A process reads the editions of the calendar once in half a minute, whatever it does.
    container().calendars.current()
    wire.calls.clear()

    applicant.promise(drafted)

    assert wire.operations == ["BatchGetItem", "TransactWriteItems"]


@pytest.mark.requirement("R1.6")
def test_the_payload_stands_beside_the_event_and_its_digest_in_it() -> None:
    publish()
    applicant = Applicant().enrol()
    drafted = applicant.draft()

    filed = applicant.promise(drafted)

    signed = container().timeline.events(filed.case.owner)[0]
    assert signed.texts == {"payload": drafted.draft.payload}
    assert signed.data["payload_hash"] == drafted.draft.payload_hash
    assert signed.data["text_digests"] != {"payload": drafted.draft.payload_hash}


def test_what_is_signed_holds_a_salt_so_that_its_digest_and_signature_tell_nothing_once_it_is_deleted() -> None:
    publish()
    applicant = Applicant().enrol()

    salts = [json.loads(applicant.draft().draft.payload)["salt"] for _ in range(2)]

    assert salts[0] != salts[1]
    assert [len(bytes.fromhex(salt)) for salt in salts] == [16, 16]


@pytest.mark.requirement("R5.7")
def test_the_same_draft_again_is_the_same_case() -> None:
    publish()
    applicant = Applicant().enrol()
    drafted = applicant.draft()
    first = applicant.promise(drafted)

    second = applicant.promise(drafted, at=NOON + timedelta(days=3))

    assert second.is_repeat
    assert second.case == first.case
    assert len(kinds_of(first.case.owner)) == 3


def test_a_case_outlives_its_draft() -> None:
    publish()
    applicant = Applicant().enrol()
    drafted = applicant.draft()
    case = applicant.promise(drafted).case
    connection().delete_item(settings().table("cases"), f"draft:{drafted.draft.draft_id}")

    again = applicant.promise(drafted)

    assert (again.case, again.is_repeat) == (case, True)
    with refused(ErrorCode.NOT_FOUND):
        Applicant(identity=an_organisation()).enrol().promise(drafted)


@pytest.mark.parametrize("operation", ["BatchGetItem", "TransactWriteItems"])
@pytest.mark.parametrize("reached", [False, True])
def test_wherever_filing_dies_the_retry_finds_or_makes_one_case(operation: str, *, reached: bool) -> None:
    publish()
    applicant = Applicant().enrol()
    drafted = applicant.draft()

    def die(called: str, _parameters: Parameters) -> None:
        if called == operation:
            raise KeyboardInterrupt

    with watched(Wire(after=die) if reached else Wire(before=die)), pytest.raises(KeyboardInterrupt):
        applicant.promise(drafted)

    filed = applicant.promise(drafted)

    assert filed.is_repeat == (reached and operation == "TransactWriteItems")
    page = container().cases.of_subject(
        applicant.caller.own_subject(), state=None, department=None, limit=10, after=None
    )
    assert [card.case_no for card in page.items] == [drafted.draft.case_no]
    assert len(kinds_of(filed.case.owner)) == 3
    assert len(container().clocks.of_owner(filed.case.owner)) == 2


@pytest.mark.requirement("R5.7")
def test_two_filings_of_one_draft_at_once_make_one_case(monkeypatch: pytest.MonkeyPatch) -> None:
    publish()
    applicant = Applicant().enrol()
    drafted = applicant.draft()
    original = Credit.require_unchanged
    others: list[str] = []

    def files_in_between(self: Credit, *arguments: Any) -> None:  # noqa: ANN401 - handed on
        monkeypatch.setattr(Credit, "require_unchanged", original)
        others.append(applicant.promise(drafted).case.case_no)
        original(self, *arguments)

    monkeypatch.setattr(Credit, "require_unchanged", files_in_between)

    filed = applicant.promise(drafted)

    assert filed.is_repeat
    assert others == [filed.case.case_no]
    assert len(kinds_of(filed.case.owner)) == 3


@pytest.mark.requirement("R1.6")
def test_one_changed_character_is_another_payload() -> None:
    publish()
    applicant = Applicant().enrol()
    drafted = applicant.draft()
    altered = drafted.draft.payload.replace("确实丢了", "也许丢了")

    with refused(ErrorCode.SIGNATURE_INVALID):
        applicant.promise(drafted, payload=altered)

    applicant.promise(drafted)
    with refused(ErrorCode.SIGNATURE_INVALID):
        applicant.promise(drafted, payload=altered)


@pytest.mark.requirement("R7.1")
def test_a_key_that_is_not_the_signers_own_signs_nothing() -> None:
    publish()
    applicant = Applicant().enrol()
    drafted = applicant.draft()

    with refused(ErrorCode.SIGNATURE_INVALID):
        applicant.promise(drafted, signature=KeyPair().sign(drafted.draft.payload))


def test_a_revoked_key_signs_nothing_any_more() -> None:
    publish()
    applicant = Applicant().enrol()
    drafted = applicant.draft()
    container().signing_keys.revoke(applicant.caller.own_subject(), applicant.key.key_id, at=NOON)

    with refused(ErrorCode.KEY_REVOKED):
        applicant.promise(drafted)


@pytest.mark.requirement("R1.7")
def test_each_condition_is_confirmed_on_its_own() -> None:
    publish(
        an_item(
            conditions=(a_condition(), a_condition(id="not-seized", text="旧车牌没有被扣押。")),
        )
    )
    applicant = Applicant().enrol()
    drafted = applicant.draft()

    for confirmed in ((), ("plate-lost",), ("plate-lost", "not-seized", "all"), ("plate-lost", "plate-lost")):
        with refused(ErrorCode.CONFIRMATIONS_MISSING):
            applicant.promise(drafted, confirmed=confirmed)
    assert applicant.promise(drafted).case.commitment is not None


def test_a_promise_without_a_signature_is_none() -> None:
    publish()
    applicant = Applicant().enrol()

    with refused(ErrorCode.SIGNATURE_INVALID):
        applicant.promise(applicant.draft(), signature=None)


def test_a_draft_lives_a_day_less_a_second() -> None:
    publish()
    applicant = Applicant().enrol()
    drafted = applicant.draft()
    ends = drafted.draft.expires_at

    with refused(ErrorCode.DRAFT_EXPIRED):
        applicant.promise(drafted, at=ends)

    assert applicant.promise(drafted, at=ends - timedelta(seconds=1)).case.state is State.ACCEPTED


def test_somebody_elses_draft_is_not_there() -> None:
    publish()
    drafted = Applicant().enrol().draft()
    stranger = Applicant(identity=an_organisation()).enrol()

    with refused(ErrorCode.NOT_FOUND):
        stranger.promise(drafted)
    with refused(ErrorCode.NOT_FOUND):
        container().filing.file(Submission(draft_id="none"), by=stranger.caller, at=NOON)


@pytest.mark.requirement("R1.6")
def test_a_notice_that_is_out_of_date_cannot_be_signed() -> None:
    publish()
    applicant = Applicant().enrol()
    drafted = applicant.draft()
    publish(an_item(version=2))

    with refused(ErrorCode.NOTICE_OUTDATED):
        applicant.promise(drafted)


def test_a_flag_that_landed_after_the_draft_stops_the_filing_with_its_reason() -> None:
    publish()
    applicant = Applicant().enrol()
    drafted = applicant.draft()
    assert drafted.standing is CommitmentStatus.ALLOWED
    flag(applicant)

    with pytest.raises(SubjectBarredError) as barred:
        applicant.promise(drafted)

    assert [ground.record for ground in barred.value.grounds] == ["flag:f1"]


@pytest.mark.requirement("R6.3")
def test_what_is_known_under_another_name_and_does_not_bar_lets_the_promise_go_on_and_a_person_hears_of_it() -> None:
    publish()
    flag(Applicant(identity=LI_SI), "business-address")
    applicant = Applicant(identity=ZHANG_SAN).enrol()

    drafted = applicant.draft()
    case = applicant.promise(drafted).case

    assert (drafted.standing, [ground.code for ground in drafted.grounds]) == (
        CommitmentStatus.ALLOWED,
        [ErrorCode.IDENTITY_CONFLICT],
    )
    assert case.state is State.ACCEPTED
    assert case.credit is not None
    assert case.credit.reasons == ("IDENTITY_CONFLICT:",)
    assert [(one.cause, one.reference) for one in conflicts()] == [(Cause.FILING, case.case_no)]


@pytest.mark.requirement("R6.3")
def test_a_promise_waits_where_something_bars_under_another_name_until_a_person_has_decided() -> None:
    publish()
    flag(Applicant(identity=LI_SI))
    applicant = Applicant(identity=ZHANG_SAN).enrol()

    drafted = applicant.draft()
    case = applicant.promise(drafted).case

    assert (drafted.standing, [ground.code for ground in drafted.grounds]) == (
        CommitmentStatus.PENDING,
        [ErrorCode.IDENTITY_CONFLICT],
    )
    assert (case.state, case.way) == (State.PENDING_IDENTITY, Way.COMMITMENT)
    assert kinds_of(case.owner) == ["commitment:signed", "case:filed", "case:identity_awaited"]
    clock = container().clocks.get(case.owner, "identity_check")
    assert (clock.kind, clock.department, clock.responsible) == (ClockKind.IDENTITY_CHECK, "credit", "credit_officer")
    assert clock.limit == Limit(
        value=3,
        unit=Unit.WORKING_DAYS,
        basis="本服务配置：承诺人姓名（名称）与信用信息登记的不一致的，3个工作日内核对，全国无统一期限",
    )
    assert [(one.cause, one.said, one.reference) for one in conflicts()] == [(Cause.FILING, "张*", case.case_no)]
    assert container().credit.summary(case.subject).apart == ()
    assert container().timeline.reading(case.owner).verified


@pytest.mark.requirement("R6.3")
def test_the_time_to_compare_names_stays_with_the_credit_office_whoever_gets_the_case() -> None:
    publish()
    flag(Applicant(identity=LI_SI))
    case = waiting_promise()
    officer = a_caller(Role.OFFICER, sub="o-1", department="traffic")
    employ(officer)

    superior = a_caller(Role.SUPERVISOR, sub="s-1", department="traffic")
    command = Command(case_no=case.case_no, by=superior, at=NOON, version=case.version)
    container().assignment.assign(command, officer=officer.sub)

    responsible = {clock.kind.value: clock.responsible for clock in container().clocks.of_owner(case.owner)}
    assert responsible == {"acceptance": "o-1", "identity_check": "credit_officer"}


@pytest.mark.requirement("R6.3")
def test_nothing_is_decided_of_a_waiting_promise_before_the_names_are_and_the_office_is_warned() -> None:
    publish()
    flag(Applicant(identity=LI_SI))
    case = waiting_promise()

    container().clocks.sweep(at=NOON + 10 * MINUTE)
    assert container().cases.load(case.case_no).state is State.PENDING_IDENTITY
    container().clocks.sweep(at=NOON + timedelta(days=14))

    assert kinds_of(case.owner)[3:] == ["clock:warned", "clock:passed"] * 2 + ["case:deemed_accepted"]
    accepted = container().cases.load(case.case_no)
    assert (accepted.state, accepted.way, accepted.decision) == (State.ACCEPTED, Way.COMMITMENT, None)
    assert len(conflicts()) == 1


@pytest.mark.requirement("R6.3")
def test_a_promise_goes_on_once_the_names_are_found_to_be_two_peoples_and_the_next_one_does_not_wait() -> None:
    publish()
    flag(Applicant(identity=LI_SI))
    case = waiting_promise()
    decide_the_one(Finding.ANOTHER_PERSON)

    container().clocks.sweep(at=NOON + 10 * MINUTE)

    after = container().cases.load(case.case_no)
    assert (after.state, after.way) == (State.ACCEPTED, Way.COMMITMENT)
    assert after.credit is not None
    assert after.credit.reasons == ()
    assert kinds_of(case.owner)[3:] == ["case:credit_checked", "case:accepted"]
    running = [clock.kind for clock in container().clocks.of_owner(case.owner) if clock.stopped_at is None]
    assert sorted(running) == [ClockKind.HANDLING_PROMISED, ClockKind.HANDLING_STATUTORY]
    again = Applicant(identity=ZHANG_SAN).enrol()
    assert again.promise(again.draft()).case.state is State.ACCEPTED
    assert conflicts() == ()
    barred = Applicant(identity=LI_SI)
    assert barred.draft().standing is CommitmentStatus.REFUSED


@pytest.mark.requirement("R6.3")
def test_a_promise_meets_the_bar_once_both_names_are_found_to_be_one_persons() -> None:
    publish()
    flag(Applicant(identity=LI_SI))
    case = waiting_promise()
    decide_the_one(Finding.SAME_PERSON)

    container().clocks.sweep(at=NOON + 10 * MINUTE)

    after = container().cases.load(case.case_no)
    assert (after.state, after.way) == (State.AWAITING_MATERIALS, Way.CERTIFICATE)
    assert after.credit is not None
    assert after.credit.reasons == ("SUBJECT_BARRED:flag:f1",)
    assert kinds_of(case.owner)[3:] == ["commitment:refused"]
    assert Applicant(identity=ZHANG_SAN).draft().standing is CommitmentStatus.REFUSED


def test_who_does_not_want_to_wait_for_the_check_goes_on_by_certificate() -> None:
    publish()
    flag(Applicant(identity=LI_SI))
    case = waiting_promise()
    applicant = Applicant(identity=ZHANG_SAN)

    container().commitment_withdrawal.withdraw(case.case_no, reason="不想等了", by=applicant.caller, at=NOON)
    container().filing.recheck(case.owner, "identity_check", NOON + 10 * MINUTE)

    after = container().cases.load(case.case_no)
    assert (after.state, after.way) == (State.AWAITING_MATERIALS, Way.CERTIFICATE)
    assert kinds_of(case.owner)[3:] == ["commitment:withdrawn"]


@pytest.mark.requirement("R6.3")
@pytest.mark.requirement("R1.11")
def test_a_promise_taken_back_while_a_person_compared_names_does_not_cost_the_right_to_promise() -> None:
    publish(an_item(recommitment=Recommitment(allowed=False)))
    flag(Applicant(identity=LI_SI))
    case = waiting_promise()
    applicant = Applicant(identity=ZHANG_SAN).enrol()
    container().commitment_withdrawal.withdraw(case.case_no, reason="不想等了", by=applicant.caller, at=NOON)
    decide_the_one(Finding.ANOTHER_PERSON)

    again = applicant.promise(applicant.draft()).case

    assert again.state is State.ACCEPTED
    container().commitment_withdrawal.withdraw(again.case_no, reason="找到了", by=applicant.caller, at=NOON)
    assert applicant.draft().draft.closed_by == (ErrorCode.RECOMMITMENT_NOT_ALLOWED,)


def test_a_promise_that_waited_for_credit_may_have_to_wait_for_a_person_next(no_credit: Callable[[], None]) -> None:
    publish()
    applicant = Applicant(identity=ZHANG_SAN).enrol()
    case = applicant.promise(applicant.draft()).case
    no_credit()
    flag(Applicant(identity=LI_SI))

    container().clocks.sweep(at=NOON + MINUTE)

    assert container().cases.load(case.case_no).state is State.PENDING_IDENTITY
    assert kinds_of(case.owner)[3:] == ["case:identity_awaited"]
    running = [clock.kind for clock in container().clocks.of_owner(case.owner) if clock.stopped_at is None]
    assert running == [ClockKind.ACCEPTANCE, ClockKind.IDENTITY_CHECK]
    assert [one.reference for one in conflicts()] == [case.case_no]
    assert container().timeline.reading(case.owner).verified


@pytest.mark.requirement("R1.1")
def test_a_flag_that_lands_between_the_check_and_the_write_stops_the_filing(monkeypatch: pytest.MonkeyPatch) -> None:
    publish()
    applicant = Applicant().enrol()
    drafted = applicant.draft()
    original = Credit.require_unchanged

    def lands_first(self: Credit, *arguments: Any) -> None:  # noqa: ANN401 - handed on
        monkeypatch.setattr(Credit, "require_unchanged", original)
        flag(applicant)
        original(self, *arguments)

    monkeypatch.setattr(Credit, "require_unchanged", lands_first)

    with pytest.raises(SubjectBarredError):
        applicant.promise(drafted)
    with refused(ErrorCode.NOT_FOUND):
        container().cases.load(drafted.draft.case_no)


def test_a_flag_on_another_matter_between_check_and_write_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    publish()
    applicant = Applicant().enrol()
    drafted = applicant.draft()
    original = Credit.require_unchanged

    def lands_first(self: Credit, *arguments: Any) -> None:  # noqa: ANN401 - handed on
        monkeypatch.setattr(Credit, "require_unchanged", original)
        flag(applicant, "business-address")
        original(self, *arguments)

    monkeypatch.setattr(Credit, "require_unchanged", lands_first)

    filed = applicant.promise(drafted)

    assert filed.case.credit is not None
    assert filed.case.credit.version == 1


def test_credit_that_never_holds_still_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    publish()
    applicant = Applicant().enrol()
    drafted = applicant.draft()
    original = Credit.require_unchanged

    def always_other(self: Credit, summary: Any, tx: Any) -> None:  # noqa: ANN401 - handed on
        original(self, replace(summary, version=summary.version + 1, head=replace(summary.head, seq=9)), tx)

    monkeypatch.setattr(Credit, "require_unchanged", always_other)

    with refused(ErrorCode.CREDIT_CHANGED):
        applicant.promise(drafted)


@pytest.mark.requirement("R1.1", "R1.3")
def test_the_certificate_way_is_open_to_a_barred_subject_on_the_same_draft() -> None:
    publish()
    applicant = Applicant().enrol()
    flag(applicant)
    drafted = applicant.draft()
    assert drafted.standing is CommitmentStatus.REFUSED

    filed = applicant.certify(drafted, "old-plate")

    assert (filed.case.state, filed.case.way) == (State.RECEIVED, Way.CERTIFICATE)
    (clock,) = container().clocks.of_owner(filed.case.owner)
    assert (clock.kind, clock.due_on) == (ClockKind.ACCEPTANCE, date(2026, 10, 10))


@pytest.mark.requirement("R5.3", "R5.4")
def test_materials_are_exactly_those_of_the_list() -> None:
    publish(an_item(materials=(a_material(), a_material(id="licence", name="行驶证", ways=(MaterialWay.CERTIFICATE,)))))
    applicant = Applicant()
    drafted = applicant.draft(way=Way.CERTIFICATE)

    with refused(ErrorCode.MATERIALS_MISSING):
        applicant.certify(drafted, "old-plate")
    with refused(ErrorCode.MATERIAL_NOT_LISTED):
        applicant.certify(drafted, "old-plate", "licence", "marriage")
    with refused(ErrorCode.MATERIAL_NOT_LISTED):
        applicant.certify(drafted, "old-plate", "old-plate", "licence")

    assert applicant.certify(drafted, "licence", "old-plate").case.materials[0].sha256 == SHA


def test_a_promise_on_an_item_that_an_officer_accepts_waits_for_the_officer() -> None:
    publish(an_item(acceptance=Acceptance.OFFICER))
    applicant = Applicant().enrol()

    filed = applicant.promise(applicant.draft())

    assert filed.case.state is State.RECEIVED
    assert filed.case.acceptance is None
    assert [clock.kind for clock in container().clocks.of_owner(filed.case.owner)] == [ClockKind.ACCEPTANCE]


def test_an_instant_item_is_accepted_answered_and_closed_on_filing() -> None:
    publish(
        an_item(
            code="archive-query", acceptance=Acceptance.INSTANT, materials=(a_material(ways=(MaterialWay.SHARED,)),)
        )
    )
    applicant = Applicant()

    filed = applicant.certify(applicant.draft("archive-query", way=Way.CERTIFICATE))

    assert filed.case.state is State.CLOSED
    assert filed.case.decision is not None
    assert filed.case.decision.outcome is Outcome.GRANTED
    assert kinds_of(filed.case.owner) == ["case:filed", "case:accepted", "case:decided", "case:delivered"]
    assert container().clocks.of_owner(filed.case.owner) == ()


@pytest.mark.requirement("R6.10")
def test_a_promise_waits_while_credit_cannot_be_read(no_credit: Callable[[], None]) -> None:
    publish()
    applicant = Applicant().enrol()
    drafted = applicant.draft()

    filed = applicant.promise(drafted)

    assert drafted.standing is CommitmentStatus.PENDING
    assert filed.case.state is State.PENDING_CREDIT
    assert kinds_of(filed.case.owner) == ["commitment:signed", "case:filed", "case:credit_awaited"]
    silence, clock = sorted(container().clocks.of_owner(filed.case.owner), key=lambda clock: clock.kind)
    assert (clock.kind, clock.recheck_at) == (ClockKind.CREDIT_RECHECK, NOON + MINUTE)
    assert (silence.kind, silence.due_on) == (ClockKind.ACCEPTANCE, date(2026, 10, 10))
    assert clock.limit == Limit(
        value=1, unit=Unit.WORKING_DAYS, basis="本服务配置：信用信息恢复可读后1个工作日内核对，全国无统一期限"
    )
    no_credit()


@pytest.mark.requirement("R6.10")
def test_certificates_are_taken_while_credit_cannot_be_read(no_credit: Callable[[], None]) -> None:
    publish()
    applicant = Applicant()

    filed = applicant.certify(applicant.draft(), "old-plate")

    assert filed.case.state is State.RECEIVED
    no_credit()


def test_a_promise_that_waited_is_accepted_once_credit_lets_it(no_credit: Callable[[], None]) -> None:
    publish()
    applicant = Applicant().enrol()
    case = applicant.promise(applicant.draft()).case
    filing = container().filing
    filing.recheck(case.owner, "credit_recheck", NOON + MINUTE)
    clock = container().clocks.get(case.owner, "credit_recheck")
    assert clock.recheck_at == NOON + 2 * MINUTE
    no_credit()

    filing.recheck(case.owner, "credit_recheck", NOON + 2 * MINUTE)
    filing.recheck(case.owner, "credit_recheck", NOON + 2 * MINUTE)

    after = container().cases.load(case.case_no)
    assert after.state is State.ACCEPTED
    assert after.acceptance is not None
    assert after.acceptance.manner is AcceptanceManner.ON_FILING
    assert kinds_of(case.owner)[3:] == ["case:credit_checked", "case:accepted"]
    running = [clock.kind for clock in container().clocks.of_owner(case.owner) if clock.stopped_at is None]
    assert sorted(running) == [ClockKind.HANDLING_PROMISED, ClockKind.HANDLING_STATUTORY]
    assert container().timeline.reading(case.owner).verified


AFTER_SILENCE = datetime(2026, 10, 10, 16, 0, tzinfo=UTC)
"""The second after the five working days for accepting: 29 and 30 September, 8, 9 and Saturday 10 October."""


def a_promise_accepted_by_silence(applicant: Applicant) -> Case:
    """A promise that waited for credit until the office's time to say something was over."""
    publish()
    case = applicant.promise(applicant.draft()).case
    container().clocks.sweep(at=AFTER_SILENCE)
    return container().cases.load(case.case_no)


@pytest.mark.requirement("R4.1", "R6.10")
def test_silence_accepts_a_promise_that_nobody_could_check_and_nobody_decides_it_unchecked(
    no_credit: Callable[[], None],
) -> None:
    case = a_promise_accepted_by_silence(Applicant().enrol())

    assert (case.state, case.way, case.credit) == (State.ACCEPTED, Way.COMMITMENT, None)
    assert case.acceptance is not None
    assert (case.acceptance.manner, case.acceptance.counts_from) == (AcceptanceManner.DEEMED, NOON)
    told = kinds_of(case.owner)[3:]
    assert sorted(told) == ["case:deemed_accepted", "clock:passed", "clock:passed", "clock:warned"]
    running = {clock.kind: clock.due_on for clock in container().clocks.of_owner(case.owner) if not clock.stopped_at}
    assert running == {
        ClockKind.CREDIT_RECHECK: date(2026, 9, 29),
        ClockKind.HANDLING_PROMISED: date(2026, 10, 8),
        ClockKind.HANDLING_STATUTORY: date(2026, 10, 23),
    }
    officer = a_caller(Role.OFFICER, sub="officer.traffic", department="traffic")
    command = Command(case_no=case.case_no, by=officer, at=AFTER_SILENCE, version=case.version)
    with pytest.raises(DomainError, match="STEP_NOT_ALLOWED") as refused:
        container().handling.decide(command, outcome=Outcome.GRANTED, document_no="1号", late_reason="系统故障。")
    assert refused.value.facts["waiting"] == "gate"
    with pytest.raises(DomainError, match="STEP_NOT_ALLOWED") as unchecked:
        container().consequences.verify(command, result=VerifiedAs.UNTRUE, method=Method.ONLINE, findings="查过。")
    assert unchecked.value.facts["waiting"] == "gate"

    no_credit()
    container().clocks.sweep(at=AFTER_SILENCE + MINUTE)
    checked = container().cases.load(case.case_no)
    assert (checked.state, checked.credit is None) == (State.ACCEPTED, False)
    command = replace(command, version=checked.version)
    decided = container().handling.decide(command, outcome=Outcome.GRANTED, document_no="1号", late_reason="系统故障。")
    assert decided.case.state is State.DECIDED
    assert container().timeline.reading(case.owner).verified


@pytest.mark.requirement("R4.1")
def test_a_promise_that_silence_accepted_goes_on_by_certificate_if_credit_bars_it(
    no_credit: Callable[[], None],
) -> None:
    applicant = Applicant().enrol()
    case = a_promise_accepted_by_silence(applicant)
    no_credit()
    flag(applicant)

    container().clocks.sweep(at=AFTER_SILENCE + MINUTE)

    after = container().cases.load(case.case_no)
    assert (after.state, after.way, after.acceptance) == (State.AWAITING_MATERIALS, Way.CERTIFICATE, None)
    running = [clock.kind for clock in container().clocks.of_owner(case.owner) if not clock.stopped_at]
    assert running == [ClockKind.MATERIALS]
    handed = container().commitment_withdrawal.hand_in(
        case.case_no, (a_paper(),), by=applicant.caller, at=AFTER_SILENCE + 2 * MINUTE
    )
    assert handed.state is State.RECEIVED


def test_a_promise_taken_back_while_it_waits_is_not_filed_any_more(no_credit: Callable[[], None]) -> None:
    publish()
    applicant = Applicant().enrol()
    case = applicant.promise(applicant.draft()).case
    no_credit()
    container().commitment_withdrawal.withdraw(case.case_no, reason="不想等了", by=applicant.caller, at=NOON)

    container().filing.recheck(case.owner, "credit_recheck", NOON + MINUTE)

    assert container().cases.load(case.case_no).state is State.AWAITING_MATERIALS
    assert kinds_of(case.owner)[3:] == ["commitment:withdrawn"]


def test_the_sweep_asks_again_each_minute(no_credit: Callable[[], None]) -> None:
    publish()
    applicant = Applicant().enrol()
    case = applicant.promise(applicant.draft()).case
    container().clocks.sweep(at=NOON + MINUTE)
    assert container().cases.load(case.case_no).state is State.PENDING_CREDIT
    no_credit()

    container().clocks.sweep(at=NOON + 2 * MINUTE)

    assert container().cases.load(case.case_no).state is State.ACCEPTED


def test_a_promise_that_waited_goes_on_by_certificate_if_credit_bars_it(no_credit: Callable[[], None]) -> None:
    publish()
    applicant = Applicant().enrol()
    case = applicant.promise(applicant.draft()).case
    no_credit()
    flag(applicant)

    container().filing.recheck(case.owner, "credit_recheck", NOON + MINUTE)

    after = container().cases.load(case.case_no)
    assert (after.state, after.way) == (State.AWAITING_MATERIALS, Way.CERTIFICATE)
    assert after.credit is not None
    assert after.credit.reasons == ("SUBJECT_BARRED:flag:f1",)
    (ground,) = after.credit.grounds
    assert (ground.record, ground.contact) == ("flag:f1", "义乌市市场监督管理局")
    assert kinds_of(case.owner)[3:] == ["commitment:refused"]
    handed = container().commitment_withdrawal.hand_in(
        case.case_no, (a_paper(),), by=applicant.caller, at=NOON + 2 * MINUTE
    )
    assert handed.state is State.RECEIVED


@pytest.mark.requirement("R1.8")
def test_an_agent_files_for_the_principal_and_all_three_are_on_record() -> None:
    publish()
    agent = Applicant(role=Role.AGENT, identity=an_identity(number="330106198307270002", name="王代办")).enrol()
    principal = for_(Applicant().caller, agent.identity)
    drafted = agent.draft(on_behalf_of=principal)

    filed = agent.promise(drafted)

    assert filed.case.agent is not None
    assert (filed.case.applicant_name, filed.case.agent.name) == ("李*", "王*")
    assert filed.case.agent.authority == principal.authority
    assert filed.case.people == (Applicant().caller.subject, agent.caller.subject)
    event = container().timeline.events(filed.case.owner)[1]
    assert (event.data["agent"], event.data["authority"]) == (agent.caller.subject, principal.authority)


def test_an_agent_s_list_shows_the_cases_in_which_the_agent_acts() -> None:
    publish(an_item(proxy_allowed=True))
    agent = Applicant(role=Role.AGENT, identity=an_identity(number="330106198307270002", name="王代办")).enrol()
    principal = for_(Applicant().caller, agent.identity)
    case = agent.promise(agent.draft(on_behalf_of=principal)).case

    def listed(who: Applicant) -> list[str]:
        page = container().case_queries.page(by=who.caller, at=NOON, state=None, department=None, limit=10, after=None)
        return [card.case_no for card in page.items]

    assert (listed(agent), listed(Applicant())) == ([case.case_no], [case.case_no])


@pytest.mark.requirement("R4.1")
def test_an_officer_accepts_a_case_that_silence_had_accepted_as_a_promise(no_credit: Callable[[], None]) -> None:
    applicant = Applicant().enrol()
    case = a_promise_accepted_by_silence(applicant)
    officer = a_caller(Role.OFFICER, sub="officer.traffic", department="traffic")
    pausing = Command(case_no=case.case_no, by=officer, at=AFTER_SILENCE, version=case.version)
    container().handling.pause(
        pausing, ground="expert_review", basis="第45条", expected_days=5, notice_text="需要专家评审。"
    )
    no_credit()
    flag(applicant)
    container().clocks.sweep(at=AFTER_SILENCE + MINUTE)
    handed = container().commitment_withdrawal.hand_in(
        case.case_no, (a_paper(),), by=applicant.caller, at=AFTER_SILENCE + 2 * MINUTE
    )

    command = Command(case_no=case.case_no, by=officer, at=AFTER_SILENCE + 3 * MINUTE, version=handed.version)
    accepted = container().acceptance.accept(command).case

    assert accepted.state is State.ACCEPTED
    assert [pause.ended_at for pause in accepted.interruptions] == [AFTER_SILENCE + MINUTE]
    running = {
        clock.kind: clock.started_at for clock in container().clocks.of_owner(case.owner) if not clock.stopped_at
    }
    assert running == {
        ClockKind.HANDLING_PROMISED: AFTER_SILENCE + 3 * MINUTE,
        ClockKind.HANDLING_STATUTORY: AFTER_SILENCE + 3 * MINUTE,
    }


@pytest.mark.requirement("R6.3")
def test_whoever_takes_a_case_does_not_take_the_credit_office_s_time_to_compare_the_names() -> None:
    publish()
    flag(Applicant(identity=LI_SI))
    case = waiting_promise()
    officer = a_caller(Role.OFFICER, sub="officer.traffic", department="traffic")
    employ(officer)

    command = Command(case_no=case.case_no, by=officer, at=NOON, version=case.version)
    container().assignment.assign(command, officer="officer.traffic")

    clocks = container().clocks.of_owner(case.owner)
    assert {clock.kind: clock.responsible for clock in clocks} == {
        ClockKind.ACCEPTANCE: "officer.traffic",
        ClockKind.IDENTITY_CHECK: "credit_officer",
    }
