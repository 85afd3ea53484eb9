from datetime import UTC, date, datetime

import pytest

from chalicelib.workdays.model.limits import Edition, Limit, Notice, Pause, Unit

NOTICE = Notice(title="关于2030年部分节假日安排的通知", number=None, issued_on=date(2029, 11, 1))


@pytest.mark.requirement("R4.3")
def test_a_limit_without_a_unit_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="needs a unit"):
        Limit(value=5, unit=None, basis="《行政许可法》第32条")  # type: ignore[arg-type]


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Limit(value=0, unit=Unit.HOURS, basis="《行政许可法》第32条")


@pytest.mark.requirement("R4.3")
def test_a_limit_without_a_legal_basis_is_refused() -> None:
    with pytest.raises(ValueError, match="legal basis"):
        Limit(value=1, unit=Unit.HOURS, basis=" ")


def test_a_pause_may_end_at_the_moment_it_starts() -> None:
    moment = datetime(2026, 9, 18, 1, tzinfo=UTC)

    assert Pause(started_at=moment, ended_at=moment).ended_at == moment


def test_a_pause_cannot_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="cannot end"):
        Pause(started_at=datetime(2026, 9, 18, 1, tzinfo=UTC), ended_at=datetime(2026, 9, 18, tzinfo=UTC))


def test_a_pause_needs_instants_with_an_offset() -> None:
    with pytest.raises(ValueError, match="offset"):
        Pause(started_at=datetime(2026, 9, 18))  # noqa: DTZ001 - what is refused
    with pytest.raises(ValueError, match="offset"):
        Pause(started_at=datetime(2026, 9, 18, tzinfo=UTC), ended_at=datetime(2026, 9, 19))  # noqa: DTZ001 - likewise


def test_a_notice_is_cited_with_its_number_where_that_is_known() -> None:
    numbered = Notice(title="通知", number="国办发明电〔2024〕12号", issued_on=date(2024, 11, 12))

    assert numbered.citation == "《通知》（国办发明电〔2024〕12号，2024-11-12）"
    assert NOTICE.citation == "《关于2030年部分节假日安排的通知》（2029-11-01）"


def test_an_edition_may_reach_back_into_the_december_before() -> None:
    edition = Edition(year=2030, notice=NOTICE, holidays={date(2029, 12, 31): "元旦"}, make_up_days={})

    assert edition.holidays == {date(2029, 12, 31): "元旦"}


@pytest.mark.parametrize("day", [date(2029, 11, 30), date(2031, 1, 1)])
def test_an_edition_refuses_a_day_of_another_year(day: date) -> None:
    with pytest.raises(ValueError, match="does not belong"):
        Edition(year=2030, notice=NOTICE, holidays={day: "元旦"}, make_up_days={})


def test_an_edition_refuses_a_make_up_day_on_a_weekday() -> None:
    with pytest.raises(ValueError, match="make-up"):
        Edition(year=2030, notice=NOTICE, holidays={}, make_up_days={date(2030, 1, 4): "元旦"})


def test_an_edition_refuses_a_day_that_is_off_and_made_up() -> None:
    saturday = date(2030, 1, 5)

    with pytest.raises(ValueError, match="make-up"):
        Edition(year=2030, notice=NOTICE, holidays={saturday: "元旦"}, make_up_days={saturday: "元旦"})
