"""The working calendar, and the editions that are packaged with the code."""

from datetime import date

import pytest

from chalicelib.workdays.model.calendar import Calendar
from chalicelib.workdays.model.limits import DayReason, Edition, Notice
from chalicelib.workdays.rules.due_dates import working_day_after
from chalicelib.workdays.store import EDITIONS, load_calendar
from infra.calendar.build_editions import NOTICES, edition_text

CALENDAR = load_calendar()


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_the_committed_edition_is_what_the_script_builds(year: int) -> None:
    assert (EDITIONS / f"{year}.json").read_text(encoding="utf-8") == edition_text(year)


def test_every_notice_has_its_edition_and_no_other_is_packaged() -> None:
    assert sorted(path.stem for path in EDITIONS.glob("*.json")) == [str(year) for year in NOTICES]


def test_the_editions_are_read_once() -> None:
    assert load_calendar() is CALENDAR


@pytest.mark.parametrize(
    ("day", "working", "reason", "holiday", "source"),
    [
        (
            date(2026, 10, 7),
            False,
            DayReason.HOLIDAY,
            "国庆节",
            "《国务院办公厅关于2026年部分节假日安排的通知》（2025-11-04）",
        ),
        (date(2026, 10, 8), True, DayReason.WORKING_DAY, None, "《国务院关于职工工作时间的规定》第7条"),
        (
            date(2026, 10, 10),
            True,
            DayReason.MAKE_UP_DAY,
            "国庆节",
            "《国务院办公厅关于2026年部分节假日安排的通知》（2025-11-04）",
        ),
        (date(2026, 10, 11), False, DayReason.WEEKEND, None, "《国务院关于职工工作时间的规定》第7条"),
        (date(2027, 1, 1), True, DayReason.UNANNOUNCED_YEAR, None, "2027年的节假日安排尚未载入，暂按周一至周五推算"),
        (date(2027, 1, 2), False, DayReason.UNANNOUNCED_YEAR, None, "2027年的节假日安排尚未载入，暂按周一至周五推算"),
    ],
)
def test_each_day_says_what_it_is_and_by_which_text(
    day: date, *, working: bool, reason: DayReason, holiday: str | None, source: str
) -> None:
    assert CALENDAR.is_working(day) is working
    assert CALENDAR.reason(day) is reason
    assert CALENDAR.holiday_name(day) == holiday
    assert CALENDAR.day_source(day) == source


@pytest.mark.parametrize(
    ("day", "announced"),
    [
        (date(2023, 12, 31), False),
        (date(2024, 1, 1), True),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), False),
    ],
)
def test_a_day_is_announced_with_the_edition_of_its_year(day: date, *, announced: bool) -> None:
    assert CALENDAR.is_announced(day) is announced


@pytest.mark.parametrize(("year", "days"), [(2024, 251), (2025, 248), (2026, 248)])
def test_a_year_has_as_many_working_days_as_announced(year: int, days: int) -> None:
    assert len(CALENDAR.working_days(year)) == days


def test_working_days_are_counted_across_the_turn_of_a_year() -> None:
    assert CALENDAR.working_days_within(date(2025, 12, 29), date(2026, 1, 5)) == 5


@pytest.mark.parametrize(
    ("day", "number", "answer"),
    [
        (date(2026, 12, 30), 1, date(2026, 12, 31)),
        (date(2026, 12, 31), 1, date(2027, 1, 1)),
        (date(2024, 12, 31), 500, date(2027, 1, 6)),
    ],
)
def test_the_next_working_day_may_lie_in_another_year(day: date, number: int, answer: date) -> None:
    assert working_day_after(day, number, CALENDAR) == answer


def test_there_is_no_working_day_number_zero() -> None:
    with pytest.raises(ValueError, match="number 0"):
        working_day_after(date(2026, 1, 4), 0, CALENDAR)


def test_two_editions_of_one_year_are_refused() -> None:
    with pytest.raises(ValueError, match="two editions"):
        Calendar((*CALENDAR.editions, CALENDAR.editions[0]))


def test_the_later_notice_holds_where_it_reaches_back_into_december() -> None:
    notice = Notice(title="2027", number=None, issued_on=date(2026, 11, 1))
    last_saturday, last_thursday = date(2026, 12, 26), date(2026, 12, 31)
    earlier = Edition(
        year=2026,
        notice=CALENDAR.editions[2].notice,
        holidays={date(2026, 12, 27): "旧"},
        make_up_days={last_saturday: "旧"},
    )
    later = Edition(
        year=2027,
        notice=notice,
        holidays={last_saturday: "元旦", last_thursday: "元旦"},
        make_up_days={date(2026, 12, 27): "元旦"},
    )

    calendar = Calendar((later, earlier))

    assert not calendar.is_working(last_saturday)
    assert not calendar.is_working(last_thursday)
    assert calendar.is_working(date(2026, 12, 27))
    assert calendar.day_source(last_saturday) == "《2027》（2026-11-01）"
