from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.aws import client
from chalicelib.clocks.model import ClockKind
from chalicelib.container import container
from chalicelib.credit.model.records import Effect
from chalicelib.dynamo.idempotency import IdempotencyKey
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.redress.services.revocations import StandingDocuments
from chalicelib.rulepacks.model.pack import Term, TermKey
from chalicelib.rulepacks.store import load_rule_packs
from chalicelib.sanctions.model.flags import FlagFilter, FlagState, Service, Target
from chalicelib.sanctions.services.flags import Flags
from chalicelib.sanctions.store.flags import FlagStore
from chalicelib.settings import settings
from chalicelib.subjects.model.subjects import SubjectKey
from tests.builders import NOON, a_caller, a_proposal, an_identity, an_organisation
from tests.services.credit_office import (
    CREDIT,
    CREDIT2,
    DUE,
    ELSEWHERE,
    company,
    confirm,
    effect_at,
    lift,
    proposed,
    served,
)
from tests.services.timelines import kinds_of

pytestmark = pytest.mark.usefixtures("cloud")


def reason_of(refused: pytest.ExceptionInfo[DomainError]) -> ErrorCode:
    return refused.value.code


def test_a_proposed_flag_has_no_effect_yet() -> None:
    flag = proposed()

    assert (flag.state, flag.version, flag.party.masked_name[0]) == (FlagState.PROPOSED, 1, "义")
    assert effect_at(NOON) is Effect.NONE
    assert kinds_of(flag.owner) == ["flag:proposed"]


def test_the_deployments_rule_pack_sets_the_time_for_a_defence() -> None:
    longer = tuple(
        replace(pack, terms={**pack.terms, TermKey.DEFENCE: Term(value=9, unit="working_days", basis="第1条")})
        if pack.code == "revokes-at-once"
        else pack
        for pack in load_rule_packs()
    )
    known = container()
    punishment = Flags(
        FlagStore(known.timeline),
        known.clocks,
        known.credit,
        subjects=known.subjects,
        keys=known.subject_keys,
        packs=longer,
        pack="revokes-at-once",
        documents=StandingDocuments(known.redress_store, lambda: known.consequences),
        conflicts=lambda: known.conflicts,
        lengthen=lambda clock, _: clock,
        item_names=known.item_names,
    )
    service = Service(served_at=NOON, method="直接送达", proof="回证1号")

    flag = punishment.serve(proposed().flag_id, service, by=CREDIT, version=1, at=NOON)

    (clock,) = known.clocks.of_owner(flag.owner)
    assert (clock.limit.value, clock.pack) == (9, "revokes-at-once")


@pytest.mark.requirement("R2.3")
def test_a_flag_goes_all_the_way_and_opens_the_promise_again() -> None:
    after = DUE + timedelta(seconds=1)
    flag = confirm(served(), at=after)

    assert (flag.state, flag.version) == (FlagState.ACTIVE, 3)
    assert effect_at(after) is Effect.REFUSED
    assert effect_at(after, item="plate-replacement") is Effect.NONE

    lifted = lift(flag, at=after)

    assert (lifted.state, lifted.version) == (FlagState.LIFTED, 4)
    assert effect_at(after) is Effect.NONE
    assert kinds_of(flag.owner) == ["flag:proposed", "flag:served", "flag:confirmed", "flag:lifted"]
    assert kinds_of(f"credit:{flag.subject}") == ["flag:confirmed", "flag:lifted"]


def test_the_defence_runs_for_three_working_days_from_service() -> None:
    flag = served()

    (clock,) = container().clocks.of_owner(flag.owner)
    assert (clock.kind, clock.due_at, clock.started_at) == (ClockKind.DEFENCE, DUE, NOON)
    assert container().flags.defence_due_at(flag, at=NOON) == DUE


@pytest.mark.requirement("R1.18")
@pytest.mark.parametrize("at", [NOON, DUE])
def test_nothing_is_confirmed_while_the_defence_is_open(at: datetime) -> None:
    flag = served()

    with pytest.raises(DomainError) as refused:
        confirm(flag, at=at)

    assert reason_of(refused) is ErrorCode.DEFENCE_OPEN


def test_nothing_is_confirmed_while_nobody_knows_the_last_day_of_the_defence() -> None:
    year_end = datetime.fromisoformat("2026-12-31T02:00:00+00:00")
    service = Service(served_at=year_end, method="直接送达", proof="回证1号")
    flag = container().flags.serve(proposed().flag_id, service, by=CREDIT, version=1, at=year_end)

    with pytest.raises(DomainError) as early:
        confirm(flag, at=year_end + timedelta(days=1))
    with pytest.raises(DomainError) as refused:
        confirm(flag, at=year_end + timedelta(days=30))

    assert (reason_of(early), reason_of(refused)) == (ErrorCode.DEFENCE_OPEN, ErrorCode.CALENDAR_UNKNOWN)


@pytest.mark.requirement("R2.12")
def test_nothing_is_confirmed_before_service() -> None:
    with pytest.raises(DomainError) as refused:
        confirm(proposed(), at=DUE)

    assert reason_of(refused) is ErrorCode.DEFENCE_OPEN


@pytest.mark.requirement("R2.9")
def test_the_proposer_cannot_confirm() -> None:
    with pytest.raises(DomainError) as refused:
        confirm(served(), by=CREDIT, at=DUE + timedelta(seconds=1))

    assert reason_of(refused) is ErrorCode.SAME_PERSON


def test_the_sweep_that_told_the_end_changes_no_version() -> None:
    flag = served()
    container().clocks.sweep(at=DUE + timedelta(seconds=1))

    assert "clock:passed" in kinds_of(flag.owner)
    assert confirm(flag, at=DUE + timedelta(seconds=1)).state is FlagState.ACTIVE


def test_what_the_subject_says_ends_the_defence_and_is_answered() -> None:
    flag = container().flags.state(served().flag_id, "住所存在。", by=company(), at=NOON)

    assert flag.state is FlagState.ANSWERED
    with pytest.raises(DomainError) as refused:
        confirm(flag, at=NOON)
    assert reason_of(refused) is ErrorCode.INVALID_BODY
    assert confirm(flag, at=NOON, answer="现场核查未发现。").state is FlagState.ACTIVE
    (clock,) = container().clocks.of_owner(flag.owner)
    assert clock.stopped_at == NOON


def test_somebody_elses_flag_is_not_there() -> None:
    flag = served()
    stranger = a_caller(sub="applicant", subject=container().subject_keys.key_of(an_identity()))

    get = container().flags.get
    for flag_id, by in ((flag.flag_id, stranger), ("f" * 24, CREDIT)):
        with pytest.raises(DomainError) as refused:
            get(flag_id, by=by)
        assert reason_of(refused) is ErrorCode.NOT_FOUND
    with pytest.raises(DomainError) as refused:
        container().flags.state(flag.flag_id, "一", by=stranger, at=NOON)
    assert reason_of(refused) is ErrorCode.NOT_FOUND
    assert container().flags.get(flag.flag_id, by=company()) == flag


def test_another_offices_flag_is_forbidden() -> None:
    flag = proposed()

    with pytest.raises(DomainError) as refused:
        container().flags.get(flag.flag_id, by=ELSEWHERE)

    assert reason_of(refused) is ErrorCode.FORBIDDEN


def test_an_old_version_is_stale() -> None:
    flag = served()

    with pytest.raises(DomainError) as refused:
        lift(flag, version=1)

    assert reason_of(refused) is ErrorCode.STALE_VERSION


def test_a_proposal_may_be_dropped_before_it_has_effect() -> None:
    flag = lift(served())

    assert flag.state is FlagState.LIFTED
    assert kinds_of(flag.owner) == ["flag:proposed", "flag:served", "flag:lifted"]
    (clock,) = container().clocks.of_owner(flag.owner)
    assert clock.stopped_at == NOON


def test_the_same_key_proposes_once() -> None:
    once = IdempotencyKey(key="k", request="r")
    propose = container().flags.propose
    target = Target(about=an_organisation())

    first = propose(a_proposal(), target, by=CREDIT, at=NOON, idempotency_key=once)
    again = propose(a_proposal(), target, by=CREDIT, at=NOON, idempotency_key=once)

    assert (first.replayed, again.replayed) == (False, True)
    assert again.flag == first.flag


@pytest.mark.requirement("R2.1", "R2.2", "R2.3", "R2.5", "R2.7", "R2.14")
@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"measure_code": "99"}, ErrorCode.MEASURE_NOT_IN_LIST),
        ({"document_no": None}, ErrorCode.NO_EFFECTIVE_DOCUMENT),
        ({"case_no": "C1"}, ErrorCode.NO_EFFECTIVE_DOCUMENT),
        ({"measure_code": "6", "conduct": "duty_of_defence_refused"}, ErrorCode.TARGET_NOT_ELIGIBLE),
        ({"related_items": ("plate-replacement",)}, ErrorCode.NOT_RELATED),
        ({"conduct": "serious_list"}, ErrorCode.DISPROPORTIONATE),
        ({"ends_on": None}, ErrorCode.END_DATE_MISSING),
    ],
)
def test_a_proposal_that_does_not_stand_is_refused(given: dict[str, Any], reason: ErrorCode) -> None:
    with pytest.raises(DomainError) as refused:
        proposed(**given)

    assert reason_of(refused) is reason


@pytest.mark.requirement("R2.11")
def test_a_document_about_somebody_else_reaches_nobody() -> None:
    target = Target(about=an_organisation(), document_about=an_identity())

    with pytest.raises(DomainError) as refused:
        container().flags.propose(a_proposal(), target, by=CREDIT, at=NOON)

    assert reason_of(refused) is ErrorCode.TARGET_NOT_ELIGIBLE


def test_a_document_that_names_the_subject_itself_is_its_own() -> None:
    target = Target(about=an_organisation(), document_about=an_organisation())

    assert container().flags.propose(a_proposal(), target, by=CREDIT, at=NOON).flag.state is FlagState.PROPOSED


def test_people_see_their_own_flags_and_officers_those_of_a_subject() -> None:
    first, second = proposed(), proposed()
    flags_of = container().flags.flags_of

    own = flags_of(FlagFilter(subject=SubjectKey("k1.somebody-else")), by=company(), at=NOON, limit=10)
    page = flags_of(FlagFilter(subject=first.subject), by=CREDIT2, at=NOON, limit=1)
    rest = flags_of(FlagFilter(subject=first.subject), by=CREDIT2, at=NOON, limit=1, after=page.after)

    assert {flag.flag_id for flag in own.items} == {first.flag_id, second.flag_id}
    assert {flag.flag_id for flag in (*page.items, *rest.items)} == {first.flag_id, second.flag_id}
    assert flags_of(FlagFilter(subject=first.subject), by=ELSEWHERE, at=NOON, limit=10).items == ()
    with pytest.raises(DomainError) as refused:
        flags_of(FlagFilter(), by=CREDIT, at=NOON, limit=10)
    assert reason_of(refused) is ErrorCode.INVALID_QUERY


def test_a_flag_is_not_confirmed_while_credit_cannot_be_read() -> None:
    flag = served()
    client("dynamodb").delete_table(TableName=settings().table("credit"))

    with pytest.raises(DomainError) as refused:
        confirm(flag, at=DUE + timedelta(seconds=1))

    assert reason_of(refused) is ErrorCode.UNAVAILABLE
    assert container().flags.get(flag.flag_id, by=CREDIT).state is FlagState.SERVED


def test_an_unknown_edition_of_the_list_is_not_found() -> None:
    with pytest.raises(DomainError) as refused:
        container().flags.measures("1999", at=NOON)

    assert reason_of(refused) is ErrorCode.NOT_FOUND
    assert container().flags.measures(None, at=NOON).in_force_from == date(2024, 1, 1)
