"""The time that cases live by, and the machine's own."""

from datetime import UTC, datetime, timedelta

from chalicelib.clock import ServiceClock, real_now
from tests.clock import a_machine_that_stands

AT = datetime(2026, 9, 28, 4, 0, 0, 999_999, tzinfo=UTC)


def test_cases_live_by_whole_seconds_of_the_machine_s_time() -> None:
    with a_machine_that_stands(AT):
        assert real_now() == AT
        assert ServiceClock().now() == AT.replace(microsecond=0)


def test_the_local_stage_s_clock_is_shifted_and_the_machine_s_is_not() -> None:
    with a_machine_that_stands(AT):
        assert ServiceClock(timedelta(days=-11)).now() == datetime(2026, 9, 17, 4, 0, tzinfo=UTC)
        assert real_now() == AT
