"""On which lists a clock stands, and which of them answers a question."""

from dataclasses import replace
from datetime import UTC, date, datetime

from chalicelib.clocks.model import Clock, ClockKind, ClockPause, Light
from chalicelib.clocks.rules.indexes import ClockFilter, ClockStatus, Listing, binds_person, list_for, lists_of
from chalicelib.workdays.model.limits import Limit, Unit

DUE = datetime(2026, 11, 25, 15, 59, 59, tzinfo=UTC)


def a_clock(**other: object) -> Clock:
    fields: dict[str, object] = {
        "owner": "case:1",
        "clock_id": "delivery",
        "kind": ClockKind.DELIVERY,
        "department": "traffic",
        "responsible": "li",
        "limit": Limit(value=3, unit=Unit.WORKING_DAYS, basis="第1条"),
        "pack": "corrects-first",
        "started_at": datetime(2026, 11, 20, tzinfo=UTC),
        "due_at": DUE,
        "due_on": date(2026, 11, 25),
        "provisional": False,
        "yellow_at": datetime(2026, 11, 24, 16, tzinfo=UTC),
        "item": "plate",
        **other,
    }
    return Clock(**fields)  # type: ignore[arg-type]  # the fields are named above


def a_pause(day: int) -> ClockPause:
    return ClockPause(
        started_at=datetime(2026, 11, day, tzinfo=UTC),
        ground="expert_review",
        basis="第45条",
        expected_until=date(2026, 12, 1),
    )


def test_a_running_clock_stands_on_four_lists() -> None:
    assert lists_of(a_clock(kind=ClockKind.ACCEPTANCE)) == {
        Listing.DEPARTMENT: "traffic",
        Listing.KIND: "traffic/running/acceptance",
        Listing.OFFICER: "traffic/running/li",
        Listing.ITEM: "traffic/running/plate",
    }


def test_the_kinds_of_every_promise_and_what_nobody_has_in_hand_have_no_list_of_their_own() -> None:
    of_promises = [ClockKind.HANDLING_STATUTORY, ClockKind.STEP, ClockKind.DELIVERY, ClockKind.VERIFICATION]

    assert [kind for kind in ClockKind if Listing.KIND not in lists_of(a_clock(kind=kind))] == of_promises
    assert Listing.OFFICER not in lists_of(a_clock(responsible="officer"))
    assert lists_of(a_clock(responsible="officer"))[Listing.DEPARTMENT] == "traffic"


def test_a_clock_about_no_item_stands_on_no_list_of_one() -> None:
    assert Listing.ITEM not in lists_of(a_clock(item=""))


def test_a_stopped_clock_stands_on_no_list() -> None:
    assert lists_of(a_clock(stopped_at=DUE)) == {}


def test_paused_and_provisional_clocks_stand_apart_but_one_that_was_late_before_its_pause_does_not() -> None:
    assert lists_of(a_clock(pauses=(a_pause(25),)))[Listing.DEPARTMENT] == "traffic/paused"
    assert lists_of(a_clock(pauses=(a_pause(26),)))[Listing.DEPARTMENT] == "traffic"
    assert lists_of(a_clock(provisional=True))[Listing.DEPARTMENT] == "traffic/provisional"


def test_the_list_with_fewest_others_answers() -> None:
    sought = ClockFilter(department="traffic", kind=ClockKind.ACCEPTANCE, officer="li", item="plate")

    answering = [
        list_for(each, ClockStatus.PAUSED)
        for each in (sought, replace(sought, officer=None), replace(sought, officer=None, item=None))
    ]

    assert answering == [
        (Listing.OFFICER, "traffic/paused/li"),
        (Listing.ITEM, "traffic/paused/plate"),
        (Listing.KIND, "traffic/paused/acceptance"),
    ]


def test_what_has_no_list_of_its_own_is_found_among_the_others() -> None:
    sought = ClockFilter(department="traffic", kind=ClockKind.DELIVERY, officer="officer")

    assert list_for(ClockFilter(department="traffic"), ClockStatus.RUNNING) == (Listing.DEPARTMENT, "traffic")
    assert list_for(sought, ClockStatus.RUNNING) == (Listing.DEPARTMENT, "traffic")
    assert list_for(replace(sought, item="plate"), ClockStatus.RUNNING) == (Listing.ITEM, "traffic/running/plate")


def test_where_clocks_stand_that_show_a_light() -> None:
    standing = {light: ClockFilter(department="traffic", light=light).status.value for light in (None, *Light)}

    assert standing == {
        None: "running",
        Light.GREEN: "running",
        Light.YELLOW: "running",
        Light.RED: "running",
        Light.GREY: "paused",
        Light.WHITE: "provisional",
    }
    assert [light for light in standing if ClockFilter(department="traffic", light=light).is_near] == [
        None,
        Light.YELLOW,
    ]


def test_a_clock_binds_the_person_if_it_names_the_applicant_or_a_subject() -> None:
    bound = {name: binds_person(a_clock(responsible=name)) for name in ("applicant", "subject:k1.abc", "officer", "li")}

    assert bound == {"applicant": True, "subject:k1.abc": True, "officer": False, "li": False}
