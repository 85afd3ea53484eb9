"""A number that comes with another name: no effect, a person, and what the person finds."""

from dataclasses import replace

import pytest

from chalicelib.container import container
from chalicelib.credit.model.identity_conflicts import Conflict, ConflictState, Outcome
from chalicelib.credit.model.records import Effect, Purpose, Record, Severity
from chalicelib.credit.services.checks import Inquiry
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Role
from chalicelib.subjects.model.subjects import NameRank
from tests.builders import NOON, a_caller, a_submission, an_organisation
from tests.services.conflict_desk import CREDIT, conflicts, decide
from tests.services.timelines import kinds_of

pytestmark = pytest.mark.usefixtures("cloud")

MARKET = a_caller(Role.CREDIT_OFFICER, sub="credit.market", department="market")
TRAFFIC = a_caller(Role.CREDIT_OFFICER, sub="credit.traffic", department="traffic")
MACHINE = a_caller(Role.SYSTEM, sub="system.market", department="market")
RENAMED = an_organisation(name="义乌更名后有限公司（合成）")


def put(record_id: str = "r-1", *, renamed: bool = False) -> Record:
    submission = replace(a_submission(), source="market", record_id=record_id, severity=Severity.SERIOUS)
    about = RENAMED if renamed else an_organisation()
    return container().ingest.put_record(submission, about=about, by=MACHINE, at=NOON)


def conflicting(record_id: str = "r-2") -> Conflict:
    put()
    with pytest.raises(DomainError) as refused:
        put(record_id, renamed=True)
    assert refused.value.code is ErrorCode.IDENTITY_CONFLICT
    return conflicts()[-1]


def check_of(*, renamed: bool) -> Effect:
    about = RENAMED if renamed else an_organisation()
    inquiry = Inquiry(item_code="business-address", purpose=Purpose.HANDLING)
    return container().credit.check(about, inquiry, by=MACHINE, at=NOON).effect


@pytest.mark.requirement("R6.3")
def test_a_number_with_another_name_has_no_effect_and_waits_for_a_person_once() -> None:
    conflict = conflicting()

    with pytest.raises(DomainError):
        put("r-2", renamed=True)

    assert [each.conflict_id for each in conflicts()] == [conflict.conflict_id]
    assert (conflict.known_as, conflict.said, conflict.source, conflict.record_id) == ("义*", "义*", "market", "r-2")
    assert kinds_of(conflict.owner) == ["conflict:opened"]
    assert kinds_of(f"credit:{conflict.subject}") == ["record:stored"]
    assert check_of(renamed=True) is Effect.UNKNOWN


def test_one_person_with_two_names_is_known_by_both_and_the_source_may_send_again() -> None:
    conflict = conflicting()

    decided = decide(conflict, Outcome.SAME_PERSON)

    assert (decided.state, decided.version) == (ConflictState.DECIDED, 2)
    assert put("r-2", renamed=True).record_id == "r-2"
    assert check_of(renamed=True) is check_of(renamed=False) is Effect.REFUSED
    assert kinds_of(conflict.owner) == ["conflict:opened", "conflict:decided"]
    assert kinds_of(f"credit:{conflict.subject}") == ["record:stored", "credit:name_linked", "record:stored"]
    assert (conflicts(), [each.conflict_id for each in conflicts(ConflictState.DECIDED)]) == (
        (),
        [conflict.conflict_id],
    )


def test_one_person_with_two_names_is_known_by_both_before_any_record_is_there() -> None:
    container().subjects.know(an_organisation(), CREDIT.naming(NameRank.REGISTER), NOON)
    with pytest.raises(DomainError):
        put("r-2", renamed=True)
    decide(conflicts()[-1], Outcome.SAME_PERSON)

    put("r-2", renamed=True)

    assert check_of(renamed=True) is check_of(renamed=False) is Effect.REFUSED


def test_another_persons_record_stays_refused_and_does_not_ask_again() -> None:
    conflict = conflicting()

    decide(conflict, Outcome.ANOTHER_PERSON)

    with pytest.raises(DomainError) as refused:
        put("r-2", renamed=True)
    assert refused.value.code is ErrorCode.IDENTITY_CONFLICT
    assert conflicts() == ()
    assert kinds_of(f"credit:{conflict.subject}") == ["record:stored"]


def test_two_conflicts_about_one_name_are_settled_one_after_the_other() -> None:
    first = conflicting("r-2")
    second = conflicting("r-3")

    decide(first, Outcome.SAME_PERSON)
    decide(second, Outcome.SAME_PERSON)

    assert conflicts() == ()
    assert kinds_of(f"credit:{first.subject}").count("credit:name_linked") == 1


def test_a_conflict_is_decided_once_on_the_version_that_was_read_and_by_somebody_else() -> None:
    conflict = conflicting()
    decide(conflict, Outcome.ANOTHER_PERSON)

    with pytest.raises(DomainError) as stale:
        decide(conflict, Outcome.SAME_PERSON)
    with pytest.raises(DomainError) as again:
        decide(conflict, Outcome.SAME_PERSON, version=2)
    with pytest.raises(DomainError) as unknown:
        container().conflicts.get("0" * 32, by=CREDIT)

    assert [each.value.code for each in (stale, again, unknown)] == [
        ErrorCode.STALE_VERSION,
        ErrorCode.STEP_NOT_ALLOWED,
        ErrorCode.NOT_FOUND,
    ]


def test_whoever_put_the_record_in_is_not_their_own_judge() -> None:
    put()
    submission = replace(a_submission(), source="market", record_id="r-9", severity=Severity.SERIOUS)
    with pytest.raises(DomainError):
        container().ingest.put_record(submission, about=RENAMED, by=MARKET, at=NOON)

    with pytest.raises(DomainError) as refused:
        decide(conflicts()[0], Outcome.SAME_PERSON, by=MARKET)

    assert refused.value.code is ErrorCode.SAME_PERSON


def test_a_conflict_is_the_business_of_the_source_and_of_the_credit_office() -> None:
    conflict = conflicting()
    page = container().conflicts.page

    for officer in (CREDIT, MARKET):
        assert container().conflicts.get(conflict.conflict_id, by=officer) == conflict
        assert page(ConflictState.OPEN, by=officer, limit=10, after=None).items == (conflict,)
    assert page(ConflictState.OPEN, by=TRAFFIC, limit=10, after=None).items == ()
    with pytest.raises(DomainError) as refused:
        decide(conflict, Outcome.SAME_PERSON, by=TRAFFIC)
    assert refused.value.code is ErrorCode.FORBIDDEN


def test_any_other_refusal_asks_nobody() -> None:
    submission = replace(a_submission(), source="traffic")

    with pytest.raises(DomainError) as refused:
        container().ingest.put_record(submission, about=an_organisation(), by=MACHINE, at=NOON)

    assert refused.value.code is ErrorCode.FORBIDDEN
    assert conflicts() == ()
