from dataclasses import replace
from datetime import date, timedelta

import pytest
from pynamodb.connection import Connection

from chalicelib.aws import client
from chalicelib.clock import day_in_shanghai
from chalicelib.container import container
from chalicelib.credit.model.records import Effect, FlagMark, Purpose, Record, Summary
from chalicelib.credit.model.submissions import Submission
from chalicelib.credit.rules import limits
from chalicelib.credit.services.checks import Credit, Inquiry
from chalicelib.credit.services.ingest import Ingest
from chalicelib.credit.services.own_credit import OwnCredit
from chalicelib.credit.store.records import CreditStore
from chalicelib.credit.store.sources import listed_sources
from chalicelib.dynamo.transaction import ConflictError, Transaction, read_together, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role
from chalicelib.rulepacks.model.display import DisplayPeriod
from chalicelib.rulepacks.model.pack import Choice, Retention
from chalicelib.rulepacks.store import load_rule_packs
from chalicelib.settings import settings
from chalicelib.subjects.model.subjects import Identity, SubjectKey
from tests.builders import NOON, a_caller, a_flag_mark, a_submission, an_identity, an_organisation
from tests.services.credit_office import promise_kept
from tests.services.timelines import kinds_of

pytestmark = pytest.mark.usefixtures("cloud")

MACHINE = a_caller(Role.SYSTEM, sub="system.market", department="market")
OFFICER = a_caller(Role.OFFICER, sub="officer.market", department="market")
ABOUT_ADDRESSES = Inquiry(item_code="business-address", purpose=Purpose.HANDLING, case_no="C1")


def subject_of(identity: Identity) -> SubjectKey:
    return container().subject_keys.key_of(identity)


def summary_of(identity: Identity) -> Summary:
    return container().credit.summary(subject_of(identity))


def put(submission: Submission | None = None, *, by: Caller = MACHINE) -> Record:
    return container().ingest.put_record(submission or a_submission(), about=an_organisation(), by=by, at=NOON)


def land(flag: FlagMark | None = None) -> None:
    company = an_organisation()
    with transaction() as tx:
        container().credit.put_flag(
            subject_of(company),
            flag or a_flag_mark(),
            name_digest=container().subject_keys.digest_of_name(company),
            by=a_caller(Role.CREDIT_OFFICER, sub="credit2", department="credit"),
            at=NOON,
            tx=tx,
        )


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The operations that reach DynamoDB."""
    made: list[str] = []
    dispatch = Connection.dispatch

    def counted(self: Connection, operation: str, *args: object, **kwargs: object) -> object:
        made.append(operation)
        return dispatch(self, operation, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(Connection, "dispatch", counted)
    return made


def test_a_record_its_summary_and_its_event_are_stored_together() -> None:
    record = put()

    summary = summary_of(an_organisation())
    assert record.version == 1
    assert (summary.version, [bar.record for bar in summary.bars]) == (1, ["market/r-1"])
    assert kinds_of(summary.owner) == ["record:stored"]


def test_the_same_record_again_changes_nothing() -> None:
    put()

    assert put().version == 1
    assert summary_of(an_organisation()).version == 1
    assert kinds_of(summary_of(an_organisation()).owner) == ["record:stored"]


@pytest.mark.requirement("R8.2")
def test_records_in_any_order_end_the_same() -> None:
    first, second = a_submission(source_version=1), a_submission(source_version=2, severity="minor")
    put(second)

    assert put(first).source_version == 2
    assert summary_of(an_organisation()).bars == ()


@pytest.mark.parametrize("role", [Role.SYSTEM, Role.CREDIT_OFFICER])
def test_a_department_hands_in_its_own_sources_alone(role: Role) -> None:
    market = a_caller(role, sub="market", department="market")
    put(a_submission(source="market-penalties", record_id="r-2"), by=market)

    for source in ("traffic", "marketing", "market-unheard-of", "credit"):
        with pytest.raises(DomainError) as refused:
            put(a_submission(source=source), by=market)
        assert refused.value.code is ErrorCode.FORBIDDEN


@pytest.mark.parametrize("department", ["credit", "traffic", "", None])
def test_nobody_else_hands_in_or_overwrites_a_departments_record(department: str | None) -> None:
    record = put(a_submission(source="market"))

    for role in (Role.SYSTEM, Role.CREDIT_OFFICER):
        other = a_caller(role, sub="other", department=department)
        with pytest.raises(DomainError) as refused:
            put(a_submission(source="market", severity="minor", source_version=9), by=other)
        assert refused.value.code is ErrorCode.FORBIDDEN

    own = container().own_credit.report(by=a_caller(sub="company", subject=subject_of(an_organisation())), limit=100)
    assert own.records == (record,)


@pytest.mark.requirement("R6.3")
def test_a_number_under_another_name_is_not_stored_against_anybody() -> None:
    put()
    other = replace(an_organisation(), name="另一家有限公司")

    with pytest.raises(DomainError) as refused:
        container().ingest.put_record(a_submission(record_id="r-2"), about=other, by=MACHINE, at=NOON)

    assert refused.value.code is ErrorCode.IDENTITY_CONFLICT


def test_no_serious_record_is_refused_or_lost_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_BARS", 3)
    long = "《市场主体登记管理条例》第44条" * 10
    for number in range(12):
        put(a_submission(record_id=f"r-{number:02}", basis=long))
    subject = subject_of(an_organisation())
    land()
    promise_kept(subject)

    own = container().own_credit.report(by=a_caller(sub="company", subject=subject), limit=100)
    plates = Inquiry(item_code="plate-replacement", purpose=Purpose.HANDLING)
    answer = container().credit.check(an_organisation(), plates, by=OFFICER, at=NOON)

    assert [record.record_id for record in own.records if record.source == "market"] == [
        f"r-{number:02}" for number in range(12)
    ]
    assert (len(own.summary.bars), len(own.summary.overflow)) == (3, 1)
    assert (len(own.summary.flags), own.summary.kept_promises) == (1, 1)
    assert (answer.effect, len(answer.reasons)) == (Effect.REFUSED, 4)
    event = container().timeline.reading(own.summary.owner).events[11]
    assert event.data["left_out_until"] == {"serious": "2029-01-08"}


def test_more_records_than_the_old_bound_held_are_all_bars() -> None:
    for number in range(20):
        put(a_submission(record_id=f"r-{number}", basis="《市场主体登记管理条例》第44条" * 10))

    assert len(summary_of(an_organisation()).bars) == 20


def test_a_check_asks_the_rule_pack_of_the_item_how_grave_a_record_bars() -> None:
    one, other, *_ = load_rule_packs()
    lenient = replace(other, bar_severity=Choice(value="general", basis="示例条例第1条"))
    known = container()
    parts = (CreditStore(known.timeline), known.subjects, known.subject_keys)
    credit = Credit(*parts, packs=(one, lenient), pack=one.code, conflicts=lambda: known.conflicts)
    receiving = Ingest(
        *parts, packs=(one, lenient), pack=one.code, sources=listed_sources(), conflicts=lambda: known.conflicts
    )
    receiving.put_record(a_submission(severity="general"), about=an_organisation(), by=MACHINE, at=NOON)

    def effect(pack: str | None) -> Effect:
        return credit.check(an_organisation(), replace(ABOUT_ADDRESSES, pack=pack), by=OFFICER, at=NOON).effect

    assert [effect(pack) for pack in (None, one.code, lenient.code)] == [Effect.NONE, Effect.NONE, Effect.REFUSED]


def test_the_deployments_rule_pack_says_how_long_questions_are_kept_and_records_are_shown() -> None:
    one, other, *_ = load_rule_packs()
    stricter = replace(
        other,
        query_log=Retention(years=12, basis="示例条例第1条"),
        display=tuple(
            rules._replace(
                periods={
                    **rules.periods,
                    "serious": DisplayPeriod(least_months=6, most_months=24, basis="示例条例第2条"),
                },
            )
            for rules in other.display
        ),
    )
    known = container()
    parts = (CreditStore(known.timeline), known.subjects, known.subject_keys)
    credit = Credit(*parts, packs=(one, stricter), pack=stricter.code, conflicts=lambda: known.conflicts)
    receiving = Ingest(
        *parts, packs=(one, stricter), pack=stricter.code, sources=listed_sources(), conflicts=lambda: known.conflicts
    )
    record = receiving.put_record(a_submission(), about=an_organisation(), by=MACHINE, at=NOON)
    credit.check(an_organisation(), ABOUT_ADDRESSES, by=OFFICER, at=NOON)

    company = a_caller(sub="company", subject=subject_of(an_organisation()))
    (query,) = (
        OwnCredit(parts[0], credit, known.subject_keys, law=known.usual_pack).queries(by=company, limit=1).queries
    )
    assert query.kept_until == date(2038, 9, 28)
    assert [bar.ends_on for bar in summary_of(an_organisation()).bars] == [date(2028, 1, 8)]
    assert (record.display.until, record.display.repairable_from) == (date(2028, 1, 8), date(2026, 7, 8))


@pytest.mark.requirement("R6.13")
def test_a_check_is_one_read_and_one_line_in_the_log(calls: list[str]) -> None:
    for number in range(3):
        put(a_submission(record_id=f"r-{number}"))
    calls.clear()

    answer = container().credit.check(an_organisation(), ABOUT_ADDRESSES, by=OFFICER, at=NOON)

    assert calls == ["GetItem", "PutItem"]
    assert answer.effect is Effect.REFUSED
    assert [reason.record for reason in answer.reasons] == ["market/r-0", "market/r-1", "market/r-2"]
    assert answer.as_of == NOON


def test_a_check_of_somebody_unknown_says_none() -> None:
    assert container().credit.check(an_identity(), ABOUT_ADDRESSES, by=OFFICER, at=NOON).effect is Effect.NONE


@pytest.mark.requirement("R6.3")
def test_a_number_under_another_name_gives_no_adverse_effect() -> None:
    land()
    other = replace(an_organisation(), name="另一家有限公司")

    answer = container().credit.check(other, ABOUT_ADDRESSES, by=OFFICER, at=NOON)

    assert answer.effect is Effect.UNKNOWN
    assert [reason.code for reason in answer.reasons] == [ErrorCode.IDENTITY_CONFLICT]


def test_the_same_name_otherwise_written_is_the_same_name() -> None:
    land()
    spaced = replace(an_organisation(), name=f"  {an_organisation().name} ")

    assert container().credit.check(spaced, ABOUT_ADDRESSES, by=OFFICER, at=NOON).effect is Effect.REFUSED


@pytest.mark.requirement("R6.10")
def test_an_unreadable_store_says_neither_clean_nor_bad() -> None:
    client("dynamodb").delete_table(TableName=settings().table("credit"))

    answer = container().credit.check(an_organisation(), ABOUT_ADDRESSES, by=OFFICER, at=NOON)

    assert answer.effect is Effect.UNKNOWN
    assert [reason.code for reason in answer.reasons] == [ErrorCode.CREDIT_SOURCE_DOWN]


@pytest.mark.requirement("R6.13", "R7.15")
def test_the_subject_sees_who_asked_when_and_why() -> None:
    company = a_caller(sub="company", subject=subject_of(an_organisation()))
    for minute in range(3):
        container().credit.check(an_organisation(), ABOUT_ADDRESSES, by=OFFICER, at=NOON + timedelta(minutes=minute))

    first = container().own_credit.queries(by=company, limit=2)
    rest = container().own_credit.queries(by=company, limit=2, after=first.after)

    assert [query.asked_at for query in first.queries] == [NOON + timedelta(minutes=2), NOON + timedelta(minutes=1)]
    assert [query.asked_at for query in rest.queries] == [NOON]
    assert rest.after is None
    query = rest.queries[0]
    assert (query.by, query.department, query.purpose) == ("staff:officer.market", "market", Purpose.HANDLING)
    assert (query.case_no, query.item_code, query.result_size) == ("C1", "business-address", 0)
    assert query.kept_until == date(2036, 9, 28)


def test_own_credit_holds_records_flags_and_kept_promises() -> None:
    put()
    land()
    promise_kept(subject_of(an_organisation()))

    own = container().own_credit.report(by=a_caller(sub="company", subject=subject_of(an_organisation())), limit=100)

    assert [record.source for record in own.records] == ["commitments", "market"]
    assert (own.summary.kept_promises, len(own.summary.bars), len(own.summary.flags)) == (1, 1, 1)
    assert kinds_of(own.summary.owner) == ["record:stored", "flag:confirmed", "promise:kept"]


def test_own_credit_is_not_guessed_while_the_store_is_down() -> None:
    client("dynamodb").delete_table(TableName=settings().table("credit"))

    with pytest.raises(DomainError) as refused:
        container().own_credit.report(by=a_caller(sub="company", subject=subject_of(an_organisation())), limit=100)

    assert refused.value.code is ErrorCode.UNAVAILABLE


def test_the_gate_is_open_while_nothing_moved() -> None:
    unknown = summary_of(an_organisation())
    with transaction() as tx:
        container().credit.require_unchanged(unknown, tx)
    land()
    known = summary_of(an_organisation())
    with transaction() as tx:
        container().credit.require_unchanged(known, tx)

    assert (unknown.version, summary_of(an_organisation())) == (0, known)


def test_a_flag_that_lands_in_between_shuts_the_gate() -> None:
    for read_before in (summary_of(an_organisation()),):
        land()
        with pytest.raises(ConflictError), transaction() as tx:
            container().credit.require_unchanged(read_before, tx)
    known = summary_of(an_organisation())
    land(a_flag_mark(flag_id="f2"))
    with pytest.raises(ConflictError), transaction() as tx:
        container().credit.require_unchanged(known, tx)


def test_a_kept_promise_shuts_no_gate_of_a_known_subject() -> None:
    land()
    known = summary_of(an_organisation())
    promise_kept(known.subject)

    with transaction() as tx:
        container().credit.require_unchanged(known, tx)
    assert summary_of(an_organisation()).kept_promises == 1


def test_the_gate_holds_for_a_subject_of_whom_only_kept_promises_are_known() -> None:
    subject = subject_of(an_organisation())
    promise_kept(subject)
    known = summary_of(an_organisation())
    with transaction() as tx:
        container().credit.require_unchanged(known, tx)
    land()
    with pytest.raises(ConflictError), transaction() as tx:
        container().credit.require_unchanged(known, tx)


def test_a_promise_is_counted_once() -> None:
    subject = subject_of(an_organisation())
    promise_kept(subject)
    promise_kept(subject)

    assert summary_of(an_organisation()).kept_promises == 1


def test_two_writers_of_one_summary_never_lose_a_write() -> None:
    subject, company = subject_of(an_organisation()), an_organisation()
    name_digest = container().subject_keys.digest_of_name(company)
    officer = a_caller(Role.CREDIT_OFFICER, sub="credit2", department="credit")

    tx = Transaction()
    container().credit.put_flag(subject, a_flag_mark(), name_digest=name_digest, by=officer, at=NOON, tx=tx)
    land(a_flag_mark(flag_id="f2"))
    with pytest.raises(ConflictError):
        tx.commit()

    assert [flag.flag_id for flag in summary_of(company).flags] == ["f2"]


def test_an_ended_flag_leaves_the_summary() -> None:
    land()
    officer = a_caller(Role.CREDIT_OFFICER, sub="credit", department="credit")
    with transaction() as tx:
        container().credit.end_flag(subject_of(an_organisation()), "f1", by=officer, at=NOON, tx=tx)

    assert (summary_of(an_organisation()).version, summary_of(an_organisation()).flags) == (2, ())


def test_a_batch_of_reads_brings_the_summary() -> None:
    land()
    subject = subject_of(an_organisation())
    credit = container().credit
    (row,) = read_together(credit.summary_row(subject))
    (nothing,) = read_together(credit.summary_row(subject_of(an_identity())))

    assert credit.summary_from(row, subject) == credit.summary(subject)
    assert credit.summary_from(nothing, subject) == Summary(subject=subject)
    with pytest.raises(TypeError):
        credit.summary_from(container().signing_keys.row(subject, "k"), subject)


def test_the_day_of_a_check_is_the_day_in_china() -> None:
    last_second = NOON.replace(hour=15, minute=59, second=59)
    assert day_in_shanghai(last_second) == date(2026, 9, 28)
    land(a_flag_mark(ends_on=date(2026, 9, 28)))

    check = container().credit.check
    assert check(an_organisation(), ABOUT_ADDRESSES, by=OFFICER, at=last_second).effect is Effect.REFUSED
    late = last_second + timedelta(seconds=1)
    assert check(an_organisation(), ABOUT_ADDRESSES, by=OFFICER, at=late).effect is Effect.NONE
