"""The board at its users' hands: tiles, the worst cases, the days to come, and the screen in the hall."""

import re
from datetime import timedelta

import pytest

from chalicelib.container import container
from chalicelib.supervision.model.statistics import Contribution
from chalicelib.supervision.store.statistics import StatisticsStore
from chalicelib.timeline.store import BEATS, Beat
from tests.builders import NOON
from tests.cloud import turn_clock
from tests.web.visitor import Come, Seen

LATER = NOON + timedelta(days=30)


def rows_of(seen: Seen, number: int) -> list[str]:
    """The rows of a table of the page, each as one text."""
    table = re.findall(r"<table.*?</table>", seen.text, re.DOTALL)[number]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in re.findall(r"<tr.*?</tr>", table, re.DOTALL)[1:]]


def links_of(seen: Seen) -> list[str]:
    return [link["href"] or "" for link in seen.page.named("a")]


def test_a_late_case_is_named_with_how_late_it_is_whose_it_is_and_what_comes_next(visitor: Come, case_no: str) -> None:
    turn_clock(LATER)

    seen = visitor("supervisor.traffic").open("/board")
    (row,) = [one for one in rows_of(seen, 0) if case_no in one]

    assert re.search(r"超期\d+天", row)
    for words in ("机动车号牌补领、换领", "公安交管", "还没有指定", "还没有说明原因", "交给谁办"):
        assert words in row
    assert "办理环节" not in row
    assert f"./desk/{case_no}" in links_of(seen)
    assert f"./desk/{case_no}/acts/assignment" in links_of(seen)
    assert [one for one in seen.page.named("div") if one.get("data-follow") == "30"]


def test_the_monitoring_office_gives_a_card_where_supervisors_open_the_case(visitor: Come, case_no: str) -> None:
    turn_clock(LATER)

    seen = visitor("monitor").open("/board")

    assert f"./card?case_no={case_no}" in links_of(seen)
    assert not [link for link in links_of(seen) if "/desk/" in link]


@pytest.mark.usefixtures("channels")
def test_who_was_asked_is_named_until_a_reason_is_given_which_then_stands_in_the_row(
    visitor: Come, case_no: str
) -> None:
    turn_clock(LATER)
    container().clocks.sweep(at=LATER)
    for event in container().timeline.events(f"case:{case_no}"):
        container().alerts.on_event(event, LATER)
    browser = visitor("supervisor.traffic")

    own = browser.open("/board")
    others = visitor("monitor").open("/board")
    (href, *_) = [link for link in links_of(own) if "/alerts/" in link]
    browser.send(browser.open(href.removeprefix(".")), href, {"reason": "系统升级。", "expected_on": "2026-11-30"})
    after = visitor("monitor").open("/board")

    assert "回应提醒" in rows_of(own, 0)[0]
    assert "已提醒公安交管的科室负责人，还没有回应" in rows_of(others, 0)[0]
    assert "系统升级。 预计11月30日(周一)办完" in rows_of(after, 0)[0]


def test_a_figure_leads_to_its_cases_and_a_zero_to_none(visitor: Come, case_no: str) -> None:
    browser = visitor("supervisor.traffic")
    turn_clock(NOON)

    seen = browser.open("/board")
    (day,) = [link for link in links_of(seen) if "show=due" in link]
    due = browser.open(f"/{day.removeprefix('./')}")

    assert "./board?show=late" not in links_of(seen)
    assert case_no not in seen.text
    assert "没有这样的件" not in due.text
    assert case_no in due.text
    assert "要办完的" in due.text


def test_what_an_officer_or_an_item_has_is_one_click_away_and_the_filter_stands_in_the_address(
    visitor: Come, case_no: str
) -> None:
    browser = visitor("supervisor.traffic")
    turn_clock(LATER)

    by_item = browser.open("/board?item=plate-replacement")
    by_other = browser.open("/board?item=business-address&show=late")

    assert "./board?item=plate-replacement" in links_of(browser.open("/board"))
    assert "只看“机动车号牌补领、换领”" in by_item.text
    assert case_no in by_item.text
    assert case_no not in by_other.text
    assert "./board?show=late" in links_of(by_other)


def test_nothing_is_said_not_to_be_late_while_nobody_knows(visitor: Come) -> None:
    assert "检查还不完整，不能说没有" in visitor("monitor").open("/board").text


def test_a_clock_that_was_set_back_is_told(visitor: Come) -> None:
    container().relay.hear(Beat(f"{number:02}", LATER) for number in range(BEATS))
    turn_clock(NOON)

    assert "系统时间调回过" in visitor("monitor").open("/board").text


def test_the_cases_are_taken_away_as_a_table(visitor: Come, case_no: str) -> None:
    turn_clock(LATER)

    file = visitor("supervisor.traffic").open("/board/cases?show=late")

    assert file.reply.headers["content-type"] == "text/csv; charset=utf-8"
    assert file.reply.headers["content-disposition"] == 'attachment; filename="xinnuo-board-late-2026-10-28.csv"'
    heading, row = file.text.splitlines()
    assert heading.startswith("\ufeff办件编号,事项,部门,谁在办")
    assert row.startswith(f"{case_no},机动车号牌补领、换领,公安交管,还没有指定,")


def test_the_screen_in_the_hall_says_what_was_filed_and_done_as_of_the_minute(visitor: Come) -> None:
    for number, counts in enumerate(({"received": 2253}, {"decided": 1881, "completed:0": 1881}, {"decided": 700})):
        StatisticsStore().add(
            Contribution(
                event_id=f"case:made-up/{number}",
                department="traffic",
                item_code="a",
                day=NOON.date(),
                at=NOON,
                counts=counts,
            )
        )
    turn_clock(NOON + timedelta(minutes=98))

    seen = visitor("monitor").open("/board/hall")

    assert "截至9月28日(周一)13:38" in seen.text
    assert seen.page.words["dd"] == ["2253", "1881", "83%"]


def test_the_board_says_what_it_has_to_say_in_english(visitor: Come, case_no: str) -> None:
    turn_clock(LATER)

    seen = visitor("monitor", language="en").open("/board")

    assert "29 days late" in seen.text
    assert case_no in seen.text
    assert "next 20 working days" in seen.text
