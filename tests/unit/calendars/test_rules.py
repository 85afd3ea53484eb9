"""What an edition must be, which editions counted when, when a year is missed, and how a recount goes on."""

from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.calendars import rules
from chalicelib.calendars.model import Loaded, RecountState, Year, first_day_touched
from chalicelib.rulepacks.model.pack import EditionDay
from chalicelib.walks.model import Part, Step
from chalicelib.workdays.model.calendar import Calendar
from chalicelib.workdays.model.limits import Edition, Notice
from chalicelib.workdays.store import load_calendar

TODAY = date(2026, 11, 25)
AT = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
NOTICE = Notice("国务院办公厅关于2027年部分节假日安排的通知", None, date(2026, 11, 4))
NEW_YEAR = {date(2027, 1, 1): "元旦"}


def faults(
    year: int = 2027,
    *,
    notice: Notice = NOTICE,
    holidays: dict[date, str] | None = None,
    make_up_days: dict[date, str] | None = None,
) -> list[tuple[str, str]]:
    found = rules.faults_of(year, notice, NEW_YEAR if holidays is None else holidays, make_up_days or {}, today=TODAY)
    return [(fault.pointer, fault.code) for fault in found]


def an_edition(year: int = 2027, *, number: int = 0) -> Edition:
    return Edition(year=year, notice=NOTICE, holidays={date(year, 1, 1): "元旦"}, make_up_days={}, number=number)


def test_an_edition_as_it_is_announced_has_no_fault() -> None:
    assert faults(make_up_days={date(2027, 1, 9): "元旦"}) == []


@pytest.mark.parametrize(
    ("year", "fault"),
    [(2023, [("/year", "EDITION_YEAR")]), (2024, []), (2027, []), (2028, [("/year", "EDITION_YEAR")])],
)
def test_years_from_the_first_edition_to_the_next_year_are_within_reach(
    year: int, fault: list[tuple[str, str]]
) -> None:
    assert faults(year, holidays={date(year, 1, 1): "元旦"}) == fault


@pytest.mark.parametrize(
    ("day", "codes"),
    [("2026-11-30", ["EDITION_DAY"]), ("2026-12-01", []), ("2027-12-31", []), ("2028-01-01", ["EDITION_DAY"])],
)
def test_a_day_is_in_the_year_or_in_december_before(day: str, codes: list[str]) -> None:
    found = faults(holidays={date.fromisoformat(day): "元旦"})

    assert found == [(f"/holidays/{day}", code) for code in codes]


def test_a_make_up_day_is_at_a_weekend_and_no_day_off() -> None:
    days = {date(2027, 1, 1): "元旦", date(2027, 1, 2): "元旦", date(2027, 1, 3): "元旦"}
    holidays = {date(2027, 1, 2): "元旦"}

    assert faults(holidays=holidays, make_up_days=days) == [
        ("/make_up_days/2027-01-01", "EDITION_WEEKDAY"),
        ("/make_up_days/2027-01-02", "EDITION_BOTH"),
    ]


def test_names_and_days_off_are_wanted() -> None:
    nameless = NOTICE._replace(title=" ")

    assert faults(notice=nameless, holidays={}) == [("/notice/title", "EDITION_BLANK"), ("/holidays", "EDITION_EMPTY")]
    assert faults(holidays={date(2027, 1, 1): " "}) == [("/holidays/2027-01-01", "EDITION_BLANK")]


def test_an_edition_is_the_same_whatever_its_number() -> None:
    assert rules.is_same(an_edition(number=0), an_edition(number=4))
    assert not rules.is_same(an_edition(2027), an_edition(2026))


def test_each_edition_of_a_year_has_the_next_number() -> None:
    year = Year(year=2027)
    for hour in range(3):
        year = rules.with_edition(year, an_edition(), by="staff:calendar", at=AT + timedelta(hours=hour))

    assert [each.edition.number for each in year.editions] == [1, 2, 3]
    assert year.latest == an_edition(number=3)
    assert (Year(year=2027).latest, year.owner) == (None, "calendar:2027")


@pytest.mark.parametrize(("seconds", "numbers"), [(-1, {}), (0, {2027: 1}), (59, {2027: 1}), (60, {2027: 2})])
def test_the_edition_that_was_loaded_last_by_then_counts(seconds: int, numbers: dict[int, int]) -> None:
    loaded = (
        Loaded(edition=an_edition(number=1), loaded_at=AT, loaded_by="staff:calendar"),
        Loaded(edition=an_edition(number=2), loaded_at=AT + timedelta(minutes=1), loaded_by="staff:calendar"),
    )
    years = [Year(year=2027, editions=loaded), Year(year=2026)]

    editions = rules.editions_at([an_edition(2026)], years, at=AT + timedelta(seconds=seconds))

    assert {each.year: each.number for each in editions} == {2026: 0, **numbers}


def test_an_edition_takes_the_place_of_that_of_its_year() -> None:
    calendar = rules.calendar_with(Calendar((an_edition(2026), an_edition(2027))), an_edition(number=1))

    assert sorted((each.year, each.number) for each in calendar.editions) == [(2026, 0), (2027, 1)]


def test_the_first_year_within_reach_is_the_first_that_came_with_the_code() -> None:
    assert min(each.year for each in load_calendar().editions) == rules.FIRST_YEAR


def test_an_edition_is_late_the_day_after() -> None:
    day = EditionDay(month=11, day=15, basis="第1条")

    late = [rules.is_late(day, today=date(2026, 11, number)) for number in (14, 15, 16)]

    assert late == [False, False, True]


def test_an_edition_can_say_something_from_december_before() -> None:
    assert first_day_touched(2027) == date(2026, 12, 1)


STEP = Step(looked_at=100, changed=7, failed=1)


def test_a_recount_goes_on_behind_the_page_and_at_once() -> None:
    key = {"board": {"S": "traffic"}}

    following = rules.next_step(STEP, passage=1, key=key, loaded_at=AT)

    assert (following.place, following.not_before) == ({"passage": 1, "key": key}, None)
    assert (following.looked_at, following.changed, following.failed) == (100, 7, 1)


def test_the_second_passage_of_a_board_begins_when_nobody_counts_on_the_old_calendar() -> None:
    following = rules.next_step(STEP, passage=1, key=None, loaded_at=AT)

    assert (following.place, following.not_before) == ({"passage": 2}, AT + timedelta(minutes=3))


def test_the_second_passage_counts_what_it_moved_and_nobody_twice() -> None:
    following = rules.next_step(STEP, passage=2, key=None, loaded_at=AT)

    assert (following.looked_at, following.changed, following.place) == (0, 7, None)


@pytest.mark.parametrize(
    ("places", "state"),
    [([], RecountState.RUNNING), ([None, {}], RecountState.RUNNING), ([None, None], RecountState.DONE)],
)
def test_a_recount_is_done_when_every_part_is(places: list[dict[str, str] | None], state: RecountState) -> None:
    loaded = Loaded(edition=an_edition(number=2), loaded_at=AT, loaded_by="calendar")
    parts = [
        Part(walk="recount:2027/2", part=str(number), place=place, looked_at=5, changed=2, failed=1)
        for number, place in enumerate(places)
    ]

    recount = rules.recount_of(loaded, parts)

    assert (recount.year, recount.number, recount.state) == (2027, 2, state)
    assert (recount.looked_at, recount.moved, recount.failed) == (5 * len(places), 2 * len(places), len(places))
