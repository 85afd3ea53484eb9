"""What waits for a second person is found in one place, and nobody is offered what they did themselves."""

from datetime import UTC, datetime

import pytest

from chalicelib.web.core import request
from tests.cloud import turn_clock
from tests.web.flags import links, noon, office, place_of, proposed
from tests.web.forms import MANDATE
from tests.web.test_punishing import served
from tests.web.visitor import Come, Seen

__all__ = ["noon", "office", "proposed", "served"]

QUEUE = "/confirmations"
FILE = str(MANDATE["file_no"])
LAST_SECOND = datetime(2026, 10, 8, 15, 59, 59, tzinfo=UTC)


def badge(seen: Seen) -> list[str]:
    """The numbers beside the places of the navigation."""
    return [words for words in seen.page.words["span"] if words.endswith("件")]


@pytest.mark.requirement("R7.11")
def test_an_inspector_finds_a_colleague_s_mandate_and_approves_it_in_three_clicks(visitor: Come) -> None:
    first, second = visitor("inspector"), visitor("inspector2")
    asked = first.send(first.open("/inspection"), "inspection", MANDATE)
    place = place_of(asked)

    mine, theirs = first.open(QUEUE), second.open(QUEUE)
    done = second.send(second.open(place), place)

    assert FILE in mine.text
    assert FILE in theirs.text
    assert place[1:] not in links(mine)
    assert place[1:] in links(theirs)
    assert (badge(mine), badge(theirs)) == ([], ["1件"])
    assert "已批准" in done.text
    assert FILE not in second.open(QUEUE).text
    assert badge(second.open("/inspection")) == []


@pytest.mark.requirement("R2.9")
def test_a_served_flag_waits_for_its_time_and_then_for_another_officer(visitor: Come, served: Seen) -> None:
    confirmation = f"{place_of(served)[1:]}/confirmation"
    second = visitor("credit2")

    turn_clock(LAST_SECOND)
    before = second.open(QUEUE)
    turn_clock(LAST_SECOND.replace(hour=16, minute=0, second=0))
    after, proposer = second.open(QUEUE), visitor("credit").open(QUEUE)

    assert confirmation not in links(before)
    assert "10月8日(周四)23:59以后可以确认" in before.text
    assert badge(before) == []
    assert confirmation in links(after)
    assert "承诺的住所不存在。" in after.text
    assert badge(after) == ["1件"]
    assert confirmation not in links(proposer)
    assert "您本人" in proposer.text


@pytest.mark.parametrize(("pages", "number"), [(10, "2件"), (1, "至少1件")])
def test_a_queue_is_read_on_and_says_where_there_may_be_more(
    visitor: Come, monkeypatch: pytest.MonkeyPatch, pages: int, number: str
) -> None:
    first, second = visitor("inspector"), visitor("inspector2")
    for _ in range(2):
        first.send(first.open("/inspection"), "inspection", MANDATE)
    monkeypatch.setattr(request, "AT_A_TIME", "1")
    monkeypatch.setattr(request, "IN_ALL", pages)

    seen = second.open(QUEUE)

    assert badge(seen) == [number]
    assert seen.text.count(FILE) == min(pages, 2)
    assert ("一次列不完" in seen.text) is (pages == 1)


def test_the_queue_says_in_english_that_nothing_waits(visitor: Come) -> None:
    assert "Nothing is waiting for you to confirm." in visitor("officer.traffic", language="en").open(QUEUE).text
