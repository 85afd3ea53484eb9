from datetime import date

import pytest

from chalicelib.cases.model.case import Case, State
from chalicelib.cases.model.stages import Delivery, Revocation
from chalicelib.cases.rules.reinstatement import ReversingDocument, reinstate
from chalicelib.errors import DomainError
from tests.builders import NOON, a_case, a_decision, a_verification

DOCUMENT = ReversingDocument(
    number="复〔2026〕1号",
    organ="义乌市人民政府",
    effective_on=date(2026, 9, 28),
    basis="《行政复议法》第64条",
    reason="事实不清。",
)
DELIVERY = Delivery(delivered_at=NOON, delivered_by="staff:o")


def a_revoked_case(delivery: Delivery | None = None) -> Case:
    revocation = Revocation(
        document_no="撤〔2026〕1号",
        basis="第64条",
        served_at=NOON,
        effective_on=date(2026, 9, 28),
        remedy_until=date(2026, 11, 27),
        court_until=date(2027, 3, 28),
        revoked_at=NOON,
        revoked_by="staff:s",
    )
    return a_case(
        state=State.REVOKED,
        decision=a_decision(),
        delivery=delivery,
        verification=a_verification(),
        revocation=revocation,
    )


@pytest.mark.requirement("R3.11", "R8.4")
@pytest.mark.parametrize(("delivery", "state"), [(None, State.DECIDED), (DELIVERY, State.CLOSED)])
def test_a_decision_stands_again_as_far_as_it_had_come(delivery: Delivery | None, state: State) -> None:
    before = a_revoked_case(delivery)

    after = reinstate(before, DOCUMENT, actor="staff:s", at=NOON)

    assert (after.state, after.decision, after.verification, after.revocation) == (state, before.decision, None, None)
    (fallen,) = after.fallen_revocations
    assert (fallen.revocation, fallen.verification) == (before.revocation, before.verification)
    assert (fallen.document_no, fallen.reason) == ("复〔2026〕1号", "事实不清。")
    assert (before.clock_suffix, after.clock_suffix) == ("", "reinstated-1")


def test_what_was_never_revoked_cannot_fall() -> None:
    with pytest.raises(DomainError, match="STEP_NOT_ALLOWED"):
        reinstate(a_case(), DOCUMENT, actor="staff:s", at=NOON)
