"""A page of a filtered list is one query of so many rows, and says where to go on however few of them match."""

import pytest

from chalicelib.cases.model.case import State
from chalicelib.cases.rules.case_numbers import case_no_for
from chalicelib.cases.store import CaseStore
from chalicelib.dynamo import pages
from chalicelib.dynamo.model import Page, Position
from chalicelib.dynamo.pages import MOST_LISTS, page_of_lists
from chalicelib.dynamo.transaction import transaction
from chalicelib.timeline.store import Timeline
from tests.builders import A_SUBJECT, NOON, a_case
from tests.wire import Wire, watched

pytestmark = pytest.mark.usefixtures("cloud")


@pytest.fixture
def cases(monkeypatch: pytest.MonkeyPatch) -> CaseStore:
    monkeypatch.setattr(pages, "LOOKED_AT", 3)
    store = CaseStore(Timeline())
    states = [State.ACCEPTED, State.RECEIVED, State.ACCEPTED, State.ACCEPTED, *[State.RECEIVED] * 5]
    for number, state in enumerate(states):
        with transaction() as tx:
            store.add(a_case(draft_id=f"draft-{number}", state=state), [], at=NOON, tx=tx)
    return store


def accepted(store: CaseStore, *, limit: int) -> list[tuple[set[str], int]]:
    """What each page of a person's accepted cases shows, and how many calls it makes."""
    seen: list[tuple[set[str], int]] = []
    after: Position | None = None
    while not seen or after is not None:
        with watched(Wire()) as wire:
            page = store.of_subject(A_SUBJECT, state=State.ACCEPTED, department=None, limit=limit, after=after)
        seen.append(({card.case_no for card in page.items}, len(wire.calls)))
        after = page.after
    return seen


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_no_match_is_left_out_or_shown_twice_and_no_page_is_more_than_one_query(cases: CaseStore, limit: int) -> None:
    seen = accepted(cases, limit=limit)

    assert sorted(number for page, _ in seen for number in page) == sorted(
        case_no_for(f"draft-{number}") for number in (0, 2, 3)
    )
    assert {calls for _, calls in seen} == {1}
    assert max(len(page) for page, _ in seen) <= limit


def test_a_department_s_cases_in_one_state_need_no_filter(cases: CaseStore) -> None:
    with watched(Wire()) as wire:
        page = cases.of_department("traffic", state=State.ACCEPTED, limit=2, after=None)
        rest = cases.of_department("traffic", state=State.ACCEPTED, limit=2, after=page.after)

    assert {card.case_no for card in (*page.items, *rest.items)} == {
        case_no_for(f"draft-{number}") for number in (0, 2, 3)
    }
    assert [len(page.items), len(rest.items)] == [2, 1]
    assert all("FilterExpression" not in call.parameters for call in wire.calls)


def test_a_department_s_cases_in_any_state_follow_one_another(cases: CaseStore) -> None:
    seen: list[str] = []
    after: Position | None = None
    while not seen or after is not None:
        page = cases.of_department("traffic", state=None, limit=4, after=after)
        seen += [card.case_no for card in page.items]
        after = page.after

    assert sorted(seen) == sorted(case_no_for(f"draft-{number}") for number in range(9))


def test_lists_that_follow_one_another_are_left_after_so_many_queries() -> None:
    asked: list[str] = []

    def empty(name: str, _limit: int, _after: Position | None) -> Page[str]:
        asked.append(name)
        return Page(("found",) if name == "24" else (), None)

    names = [str(number) for number in range(25)]
    first = page_of_lists(names, empty, limit=5, after=None)
    second = page_of_lists(names, empty, limit=5, after=first.after)
    third = page_of_lists(names, empty, limit=5, after=second.after)

    assert [page.items for page in (first, second, third)] == [(), (), ("found",)]
    assert first.after == {"list": names[MOST_LISTS], "key": None}
    assert third.after is None
    assert asked == names
