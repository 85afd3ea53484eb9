"""Why this date: each day of the count with the text that settles it."""

from datetime import date, datetime, timedelta

from chalicelib.workdays.model.limits import DayCount, DayReason, Limit, Pause, Unit
from chalicelib.workdays.rules.due_dates import explanation
from chalicelib.workdays.store import load_calendar

CALENDAR = load_calendar()
WEEK = "《国务院关于职工工作时间的规定》第7条"
NOTICE_2026 = "《国务院办公厅关于2026年部分节假日安排的通知》（2025-11-04）"


def explained(value: int, unit: Unit, start: str, *pauses: Pause) -> tuple[DayCount, ...]:
    limit = Limit(value=value, unit=unit, basis="《行政许可法》第42条")
    started_at = datetime.fromisoformat(f"{start}T12:00:00+08:00")
    return explanation(limit, started_at=started_at, calendar=CALENDAR, pauses=pauses)


def lines(days: tuple[DayCount, ...]) -> list[tuple[str, int | None, DayReason]]:
    return [(day.day.strftime("%m-%d"), day.number, day.reason) for day in days]


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00+08:00")


def test_working_days_name_each_rest_day_and_make_up_day() -> None:
    days = explained(3, Unit.WORKING_DAYS, "2026-09-30")

    assert lines(days) == [
        ("09-30", None, DayReason.START_DAY),
        *[(f"10-0{number}", None, DayReason.HOLIDAY) for number in range(1, 8)],
        ("10-08", 1, DayReason.WORKING_DAY),
        ("10-09", 2, DayReason.WORKING_DAY),
        ("10-10", 3, DayReason.MAKE_UP_DAY),
    ]
    assert days[0].source == "《民法典》第201条第1款"
    assert (days[1].source, days[1].holiday) == (NOTICE_2026, "国庆节")
    assert (days[8].source, days[8].holiday) == (WEEK, None)
    assert (days[10].source, days[10].holiday) == (NOTICE_2026, "国庆节")
    assert [day.counted for day in days] == [False] * 8 + [True] * 3


def test_weekends_are_not_counted() -> None:
    assert lines(explained(1, Unit.WORKING_DAYS, "2026-11-20")) == [
        ("11-20", None, DayReason.START_DAY),
        ("11-21", None, DayReason.WEEKEND),
        ("11-22", None, DayReason.WEEKEND),
        ("11-23", 1, DayReason.WORKING_DAY),
    ]


def test_paused_days_name_the_article_of_their_pause() -> None:
    pause = Pause(started_at=noon("2026-11-03"), ended_at=noon("2026-11-05"), basis="《行政许可法》第45条（专家评审）")
    other = Pause(started_at=noon("2026-11-05"), ended_at=noon("2026-11-06"))

    days = explained(2, Unit.WORKING_DAYS, "2026-11-02", pause, other)

    assert lines(days) == [
        ("11-02", None, DayReason.START_DAY),
        ("11-03", 1, DayReason.WORKING_DAY),
        ("11-04", None, DayReason.PAUSED),
        ("11-05", None, DayReason.PAUSED),
        ("11-06", None, DayReason.PAUSED),
        ("11-07", None, DayReason.WEEKEND),
        ("11-08", None, DayReason.WEEKEND),
        ("11-09", 2, DayReason.WORKING_DAY),
    ]
    assert days[3].source == "《行政许可法》第45条（专家评审）"
    assert days[4].source == "自2026-11-05起暂停计算"


def test_an_unannounced_year_is_said_to_be_a_guess() -> None:
    days = explained(2, Unit.WORKING_DAYS, "2026-12-31")

    assert lines(days) == [
        ("12-31", None, DayReason.START_DAY),
        ("01-01", 1, DayReason.UNANNOUNCED_YEAR),
        ("01-02", None, DayReason.UNANNOUNCED_YEAR),
        ("01-03", None, DayReason.UNANNOUNCED_YEAR),
        ("01-04", 2, DayReason.UNANNOUNCED_YEAR),
    ]
    assert days[1].source == "2027年的节假日安排尚未载入，暂按周一至周五推算"


def test_calendar_days_say_which_rest_days_moved_their_end() -> None:
    pause = Pause(started_at=noon("2026-09-21"), ended_at=noon("2026-09-22"))

    days = explained(3, Unit.CALENDAR_DAYS, "2026-09-21", pause)

    assert lines(days) == [
        ("09-21", None, DayReason.START_DAY),
        ("09-22", None, DayReason.PAUSED),
        ("09-23", 1, DayReason.CALENDAR_DAY),
        ("09-24", 2, DayReason.CALENDAR_DAY),
        ("09-25", None, DayReason.MOVED_OFF_REST_DAY),
        ("09-26", None, DayReason.MOVED_OFF_REST_DAY),
        ("09-27", None, DayReason.MOVED_OFF_REST_DAY),
        ("09-28", 3, DayReason.CALENDAR_DAY),
    ]
    assert days[2].source == "《民法典》第200条"
    assert (days[4].source, days[4].holiday) == (f"《民法典》第203条第1款；{NOTICE_2026}", "中秋节")


def test_months_number_their_days() -> None:
    days = explained(1, Unit.MONTHS, "2026-01-31")

    assert days[-1] == DayCount(
        day=date(2026, 2, 28), counted=True, number=28, reason=DayReason.CALENDAR_DAY, source="《民法典》第200条"
    )


def test_hours_tell_how_many_have_run_by_the_end_of_each_day() -> None:
    pause = Pause(started_at=noon("2026-11-02") + timedelta(hours=2), ended_at=noon("2026-11-04"), basis="检测")

    days = explained(30, Unit.HOURS, "2026-11-02", pause)

    assert lines(days) == [
        ("11-02", 2, DayReason.HOURS_RUN),
        ("11-03", None, DayReason.PAUSED),
        ("11-04", 14, DayReason.HOURS_RUN),
        ("11-05", 30, DayReason.HOURS_RUN),
    ]
    assert (days[0].source, days[1].source) == ("《民法典》第201条第2款", "检测")


def test_hours_that_end_at_midnight_count_the_day_they_end_on() -> None:
    assert lines(explained(12, Unit.HOURS, "2026-11-02")) == [
        ("11-02", 12, DayReason.HOURS_RUN),
        ("11-03", 12, DayReason.HOURS_RUN),
    ]
