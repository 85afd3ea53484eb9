from datetime import date

import pytest

from chalicelib.cases.model import State
from chalicelib.clocks.model import ClockKind
from chalicelib.wiring import services
from tests.services.case_office import Applicant, publish

pytestmark = pytest.mark.usefixtures("cloud")


def test_a_signed_promise_is_accepted_on_filing_and_its_clock_runs_three_working_days() -> None:
    publish()
    applicant = Applicant().enrol()

    filed = applicant.promise(applicant.draft())

    assert filed.case.state is State.ACCEPTED
    clocks = {clock.kind: clock for clock in services().clocks.of_owner(filed.case.owner)}
    assert set(clocks) == {ClockKind.HANDLING_PROMISED, ClockKind.HANDLING_STATUTORY}
    assert clocks[ClockKind.HANDLING_PROMISED].due_on == date(2026, 10, 8)
    reading = services().timeline.reading(filed.case.owner)
    assert [event.kind for event in reading.events] == ["commitment:signed", "case:filed", "case:accepted"]
    assert reading.verified
