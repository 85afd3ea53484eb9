"""Amendments: the credit office changes another department's record by two persons, or not at all."""

from datetime import date
from typing import Any

import pytest

from chalicelib.container import container
from chalicelib.credit.model.records import Effect, Record, RepairState
from chalicelib.credit.store.records import CreditStore
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role
from chalicelib.redress.model import Amendment, AmendmentState, Entry, Outcome
from tests.builders import NOON, a_caller
from tests.services.credit_office import (
    CREDIT,
    CREDIT2,
    MACHINE,
    MARKET,
    RECORD,
    company,
    decided,
    effect_at,
    entry_of,
    flagged,
    objected,
    ruling,
    stored,
)
from tests.services.timelines import kinds_of

pytestmark = pytest.mark.usefixtures("cloud")

SYSTEM_OF_CREDIT = a_caller(Role.SYSTEM, sub="system.credit", department="credit")


def refused(reason: ErrorCode) -> Any:  # noqa: ANN401 - pytest's own context manager
    return pytest.raises(DomainError, match=reason.value)


def propose(outcome: Outcome, *, entry: Entry = RECORD, by: Caller = CREDIT, **given: object) -> Amendment:
    return container().amendments.propose(entry, ruling(outcome, **given), by=by, at=NOON, idempotency_key=None)[0]


def confirm(amendment: Amendment, *, by: Caller = CREDIT2, version: int = 1) -> Amendment:
    return container().amendments.confirm(
        amendment.amendment_id, reason="已向提供单位核实。", by=by, version=version, at=NOON
    )


def record_now() -> Record:
    found = CreditStore(container().timeline).record("market", "r-1")
    assert found is not None
    return found


def test_a_proposal_changes_nothing_until_a_second_person_confirms_it() -> None:
    before = stored(contents={"fine": "一万元"})

    amendment = propose(Outcome.CORRECTED, contents={"fine": "一千元"})

    assert (amendment.state, amendment.department) == (AmendmentState.PROPOSED, "market")
    assert record_now() == before
    with refused(ErrorCode.SAME_PERSON):
        confirm(amendment, by=CREDIT)
    assert record_now() == before

    after = confirm(amendment)

    assert (after.state, after.proposed_by) == (AmendmentState.CONFIRMED, "staff:credit")
    assert record_now().contents == {"fine": "一千元"}
    assert kinds_of(amendment.owner) == ["amendment:proposed", "amendment:confirmed"]
    assert kinds_of(f"credit:{before.subject}") == ["record:stored", "record:corrected"]


def test_an_amendment_deletes_a_record_or_lets_it_end_earlier() -> None:
    stored()

    confirm(propose(Outcome.SHORTENED, ends_on=date(2026, 12, 31)))
    shortened = record_now()
    gone = confirm(propose(Outcome.DELETED))

    assert shortened.display.until == date(2026, 12, 31)
    assert record_now().repair is RepairState.WITHDRAWN
    assert [one.entry for one in gone.undone] == ["market/r-1"]
    assert effect_at(NOON) is Effect.NONE


@pytest.mark.parametrize("by", [MARKET, MACHINE, SYSTEM_OF_CREDIT])
def test_nobody_but_the_credit_office_amends(by: Caller) -> None:
    stored()
    amendment = propose(Outcome.DELETED)

    with refused(ErrorCode.FORBIDDEN):
        propose(Outcome.DELETED, by=by)
    with refused(ErrorCode.FORBIDDEN):
        confirm(amendment, by=by)
    with refused(ErrorCode.FORBIDDEN):
        container().amendments.withdraw(amendment.amendment_id, reason="不必。", by=by, version=1, at=NOON)


def test_the_department_sees_what_becomes_of_its_records_and_others_do_not() -> None:
    stored()
    amendment = propose(Outcome.DELETED)
    traffic = a_caller(Role.CREDIT_OFFICER, sub="credit.traffic", department="traffic")
    page = container().amendments.page

    assert container().amendments.one(amendment.amendment_id, by=MARKET) == amendment
    assert page(by=MARKET, department=None, limit=5, after=None).items == (amendment,)
    assert page(by=CREDIT, department="market", limit=5, after=None).items == (amendment,)
    with refused(ErrorCode.FORBIDDEN):
        container().amendments.one(amendment.amendment_id, by=traffic)
    with refused(ErrorCode.FORBIDDEN):
        page(by=traffic, department="market", limit=5, after=None)


def test_what_was_withdrawn_or_confirmed_is_over() -> None:
    stored()
    amendment = propose(Outcome.DELETED)

    withdrawn = container().amendments.withdraw(amendment.amendment_id, reason="有误。", by=CREDIT, version=1, at=NOON)

    assert withdrawn.state is AmendmentState.WITHDRAWN
    with refused(ErrorCode.STALE_VERSION):
        confirm(amendment)
    with refused(ErrorCode.STEP_NOT_ALLOWED):
        confirm(amendment, version=2)
    assert kinds_of(amendment.owner) == ["amendment:proposed", "amendment:withdrawn"]


def test_a_record_under_objection_or_undone_is_not_amended() -> None:
    stored()
    amendment = propose(Outcome.DELETED)
    objection = objected()

    with refused(ErrorCode.UNDER_OBJECTION):
        confirm(amendment)
    decided(objection, ruling(Outcome.DELETED))
    with refused(ErrorCode.STEP_NOT_ALLOWED):
        confirm(amendment)


def test_an_amendment_is_of_a_record_and_whole() -> None:
    stored()
    flag = flagged(document_no="另")

    with refused(ErrorCode.NOT_FOUND):
        propose(Outcome.DELETED, entry=entry_of(flag))
    with refused(ErrorCode.OUTCOME_NOT_ALLOWED):
        propose(Outcome.LIFTED)
    for outcome in (Outcome.SHORTENED, Outcome.CORRECTED):
        with refused(ErrorCode.INVALID_BODY):
            propose(outcome)
    with refused(ErrorCode.INVALID_BODY):
        propose(Outcome.SHORTENED, ends_on=date(2030, 1, 1))
    assert container().own_credit.report(by=company(), limit=100).records == (record_now(),)
