"""What is due as a month: each day with how much, which leads to the very cases."""

from tests.web.cases import filed
from tests.web.visitor import Come, Seen, Visitor
from tests.wire import Wire, watched


def links(seen: Seen) -> list[str]:
    return [link["href"] or "" for link in seen.page.named("a")]


def test_a_day_shows_how_much_is_due_and_leads_to_it(officer: Visitor, case_no: str) -> None:
    month = officer.open("/worklist/days")
    following = officer.open("/worklist/days?day=2026-10-17")
    that_day = officer.open("/worklist?due_on=2026-09-29")
    another = officer.open("/worklist?due_on=2026-09-30")
    mine = officer.open("/worklist/days?officer=officer.traffic")

    assert "../worklist?due_on=2026-09-29" in links(month)
    assert "../worklist?due_on=2026-10-08" in links(following)
    assert "../worklist/days?day=2026-11-01" in links(following)
    assert f"./desk/{case_no}" in links(that_day)
    assert f"./desk/{case_no}" not in links(another)
    assert not [link for link in links(mine) if "due_on" in link]


def test_a_month_is_one_query_of_clocks_beside_one_case_and_beside_several(
    officer: Visitor, visitor: Come, case_no: str
) -> None:
    asked: list[list[str]] = []
    for _ in range(2):
        with watched(Wire()) as wire:
            assert officer.open("/worklist/days").status == 200
        asked.append(wire.operations)
        filed(visitor("applicant"))

    assert case_no
    assert asked[0] == asked[1]


def test_a_day_or_a_month_that_there_is_not_is_a_page_that_says_so(officer: Visitor) -> None:
    assert officer.open("/worklist/days?day=2026-13-01").status == 400
    assert officer.open("/worklist?due_on=someday").status == 400
