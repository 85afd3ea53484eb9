"""Walks by messages: sent on before the time is over, doubled, put back, and dead in between."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from chalicelib.dynamo.model import Page
from chalicelib.walks.model import Part, Place, Step
from chalicelib.walks.services import Walks, step_over
from chalicelib.walks.store import WalkStore
from tests.builders import NOON
from tests.wire import Parameters, Wire, interrupted, watched

pytestmark = pytest.mark.usefixtures("cloud")

ROWS = 5


class Line:
    """A queue that keeps what is sent: the part, and for how long it is held back."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, timedelta]] = []

    def send(self, message: str, *, name: str, after: timedelta = timedelta(0)) -> None:
        assert name
        self.sent.append((json.loads(message)["part"], after))


class Road:
    """A walk over five rows, one a step; the last step of its first passage may let the second wait."""

    def __init__(self, *, wait: timedelta | None = None) -> None:
        self.done: list[tuple[str, int]] = []
        self.line = Line()
        self.walks = Walks(WalkStore(), self.line, {"road": self.step})
        self.wait = wait

    def step(self, about: str, part: str, place: Place, _at: object) -> Step:
        assert about == "2027"
        row = place.get("row", 0)
        self.done.append((part, row))
        following = row + 1
        not_before = None if self.wait is None or following != 1 else NOON + self.wait
        return Step(
            looked_at=1, changed=1, place={"row": following} if following < ROWS else None, not_before=not_before
        )

    def go_on(self, part: str = "a", *, steps: int = 99, minutes: int = 0) -> Step:
        left = iter(range(steps))
        at = NOON + timedelta(minutes=minutes)
        return self.walks.go_on("road:2027", part, is_time_left=lambda: next(left, None) is not None, now=lambda: at)

    def part(self, name: str = "a") -> Part:
        (found,) = [part for part in self.walks.of("road:2027") if part.part == name]
        return found


def test_a_part_goes_on_until_its_end_and_is_sent_on_when_the_time_is_over() -> None:
    road = Road()
    road.walks.begin("road:2027", ("a", "b"), at=NOON)

    steps = [road.go_on(steps=2).looked_at for _ in range(3)]

    assert steps == [2, 2, 1]
    assert [part for part, _ in road.line.sent] == ["a", "b", "a", "a"]
    assert (road.part().is_done, road.part().looked_at, road.part("b").looked_at) == (True, ROWS, 0)


def test_a_message_that_comes_twice_does_nothing_twice_and_a_done_part_nothing_at_all() -> None:
    road = Road()
    road.walks.begin("road:2027", ("a",), at=NOON)

    road.go_on()
    road.go_on()

    assert road.done == [("a", row) for row in range(ROWS)]
    assert road.go_on("unknown") == Step()


def test_of_two_that_take_the_same_step_one_notes_it_and_the_other_leaves() -> None:
    road = Road()
    road.walks.begin("road:2027", ("a",), at=NOON)

    with watched(interrupted("TransactWriteItems", road.go_on)):
        slower = road.go_on()

    assert slower == Step()
    assert (road.part().is_done, road.part().looked_at, road.part().changed) == (True, ROWS, ROWS)


@pytest.mark.parametrize("dies_at", range(ROWS))
def test_a_run_that_dies_before_it_has_noted_a_step_takes_that_step_again(dies_at: int) -> None:
    road = Road()
    road.walks.begin("road:2027", ("a",), at=NOON)
    step = road.step

    def dying(about: str, part: str, place: Place, at: object) -> Step:
        taken = step(about, part, place, at)
        if place.get("row", 0) == dies_at:
            raise KeyboardInterrupt
        return taken

    with pytest.raises(KeyboardInterrupt):
        Walks(WalkStore(), road.line, {"road": dying}).go_on(
            "road:2027", "a", is_time_left=lambda: True, now=lambda: NOON
        )
    road.go_on()

    assert road.part().looked_at == ROWS
    assert sorted(set(road.done)) == [("a", row) for row in range(ROWS)]
    assert len(road.done) == ROWS + 1


@pytest.mark.parametrize(("wait", "after"), [(3, 3), (15, 15), (60, 15)])
def test_what_waits_is_held_back_for_as_long_as_the_queue_can(wait: int, after: int) -> None:
    road = Road(wait=timedelta(minutes=wait))
    road.walks.begin("road:2027", ("a",), at=NOON)
    road.line.sent.clear()

    early = road.go_on()

    assert (early.looked_at, road.line.sent) == (1, [("a", timedelta(minutes=after))])
    assert road.go_on(minutes=wait).looked_at == ROWS - 1


def test_what_is_done_once_stays_done_and_what_is_repeated_begins_anew() -> None:
    road = Road()
    road.walks.begin("road:2027", ("a", "b"), at=NOON)
    road.go_on("a")
    road.go_on("b", steps=2)
    road.line.sent.clear()

    road.walks.begin("road:2027", ("a", "b"), at=NOON)
    once = [part for part, _ in road.line.sent]
    road.walks.repeat("road:2027", ("a", "b"), at=NOON)

    assert once == ["b"]
    assert [part for part, _ in road.line.sent] == ["b", "a", "b"]
    assert (road.part("a").looked_at, road.part("b").looked_at) == (0, 2)


def test_a_beginning_that_dies_has_sent_no_part_before_all_are_there() -> None:
    road = Road()

    def die() -> None:
        raise KeyboardInterrupt

    with watched(_at_call(2, die)), pytest.raises(KeyboardInterrupt):
        road.walks.begin("road:2027", ("a", "b", "c"), at=NOON)

    assert (len(road.walks.of("road:2027")), road.line.sent) == (1, [])
    road.walks.begin("road:2027", ("a", "b", "c"), at=NOON)
    assert [part for part, _ in road.line.sent] == ["a", "b", "c"]


def test_one_row_that_fails_keeps_no_other_from_its_turn() -> None:
    def change(row: str) -> bool:
        if row == "bad":
            raise ValueError(row)
        return row == "new"

    step = step_over(Page(("new", "bad", "old"), {"key": 1}), change, named=str)

    assert step == Step(looked_at=3, changed=1, failed=1, place={"key": 1})


def _at_call(number: int, happens: Callable[[], None]) -> Wire:
    """Let something happen before the n-th transaction goes out."""
    seen: list[str] = []

    def before(called: str, _parameters: Parameters) -> None:
        if called == "TransactWriteItems":
            seen.append(called)
            if len(seen) == number:
                happens()

    return Wire(before=before)
