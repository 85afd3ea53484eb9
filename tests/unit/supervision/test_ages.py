"""How old open cases are: a clock of today has waited no day, and each band ends with its last day."""

from datetime import date, datetime, timedelta

import pytest

from chalicelib.clock import SHANGHAI
from chalicelib.clocks.model import Clock, ClockKind
from chalicelib.clocks.rules.indexes import ClockStatus
from chalicelib.supervision.rules.ageing import Ageing, Waiting, ageing_of, together
from chalicelib.workdays.model.limits import Limit, Unit

TODAY = date(2026, 11, 25)


def a_clock(days: int, kind: ClockKind = ClockKind.HANDLING_PROMISED) -> Clock:
    """A clock that started so many days ago, in the last minute of the day."""
    started = datetime(2026, 11, 25, 23, 59, tzinfo=SHANGHAI) - timedelta(days=days)
    return Clock(
        owner="case:1",
        clock_id=kind.value,
        kind=kind,
        department="traffic",
        responsible="li",
        limit=Limit(value=3, unit=Unit.WORKING_DAYS, basis="第1条"),
        pack="corrects-first",
        started_at=started,
        due_at=started + timedelta(days=90),
        due_on=TODAY,
        provisional=False,
        yellow_at=started + timedelta(days=80),
    )


def aged(*days: int, standing: ClockStatus = ClockStatus.RUNNING, is_more: bool = False) -> Ageing:
    return ageing_of("traffic", [(a_clock(one), standing) for one in days], today=TODAY, is_more=is_more)


@pytest.mark.parametrize(
    ("days", "first", "last"),
    [
        (0, 0, 1),
        (1, 0, 1),
        (2, 2, 3),
        (3, 2, 3),
        (4, 4, 5),
        (10, 6, 10),
        (11, 11, 20),
        (20, 11, 20),
        (21, 21, 60),
        (60, 21, 60),
        (61, 61, None),
        (4_000, 61, None),
    ],
)
def test_a_case_stands_in_the_band_of_its_days(days: int, first: int, last: int | None) -> None:
    (band,) = [band for band in aged(days).bands if any(band.waiting.values())]

    assert (band.first, band.last) == (first, last)
    assert band.waiting == {Waiting.ACCEPTANCE: 0, Waiting.DECISION: 1, Waiting.PAUSE: 0}


def test_what_a_case_waits_for_is_told_apart() -> None:
    accepting = a_clock(2, ClockKind.ACCEPTANCE)
    waits = [
        (accepting, ClockStatus.RUNNING),
        (accepting, ClockStatus.PROVISIONAL),
        (accepting, ClockStatus.PAUSED),
        (a_clock(3), ClockStatus.PAUSED),
        (a_clock(3), ClockStatus.RUNNING),
    ]

    told = ageing_of("traffic", waits, today=TODAY, is_more=False)

    assert told.bands[1].waiting == {Waiting.ACCEPTANCE: 2, Waiting.DECISION: 1, Waiting.PAUSE: 2}
    assert (told.open, told.oldest, told.is_more) == (5, 3, False)


def test_of_nothing_the_bands_are_there_and_empty() -> None:
    assert [sum(band.waiting.values()) for band in aged().bands] == [0] * 7
    assert (aged().open, aged().oldest) == (0, None)


def test_departments_together_are_their_sums_and_the_longest_wait() -> None:
    told = together([aged(1, 5), aged(5, 70, is_more=True), aged()], department="*")

    assert [band.waiting[Waiting.DECISION] for band in told.bands] == [1, 0, 2, 0, 0, 0, 1]
    assert (told.department, told.open, told.oldest, told.is_more) == ("*", 4, 70, True)


def test_no_departments_together_are_none_open() -> None:
    told = together([], department="*")

    assert (len(told.bands), told.open, told.oldest, told.is_more) == (7, 0, None, False)
