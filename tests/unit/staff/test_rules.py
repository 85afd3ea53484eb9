"""Who is learned to be what, which roles have ended, and who acts for somebody absent."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role
from chalicelib.staff.model import Absence, Loaded, StaffMember, StaffState
from chalicelib.staff.rules import (
    acting_for,
    change_event,
    ended_roles,
    goes_beyond,
    is_same,
    is_superseded,
    learn,
    load,
    require_absence,
    require_staff_id,
)
from chalicelib.subjects.model.subjects import SubjectKey
from tests.builders import NOON

OFFICER = StaffMember(
    staff_id="a", person="ab", name="甲", department="traffic", roles=frozenset({Role.OFFICER}), heard_at=NOON
)
DEPUTY = replace(OFFICER, staff_id="b", name="乙")
TODAY = date(2026, 9, 28)
AWAY = Absence(since=TODAY, until=date(2026, 9, 30), deputy="b")


def a_login(**change: object) -> Caller:
    fields: dict[str, object] = {
        "sub": "a",
        "roles": frozenset({Role.OFFICER}),
        "department": "traffic",
        "name": "甲",
        "told_at": NOON,
    }
    return Caller(**{**fields, **change})  # type: ignore[arg-type]  # a test's own values


def learned(caller: Caller, known: StaffMember | None = OFFICER) -> StaffMember:
    return learn(known, caller, person="ab", heard_at=NOON)


def test_a_login_says_everything_of_somebody_new() -> None:
    assert learned(a_login(), None) == OFFICER


def test_a_login_leaves_what_only_the_register_knows() -> None:
    known = replace(OFFICER, absence=AWAY, subjects=(SubjectKey("k1.00"),), version=3)

    assert learned(a_login(name="甲甲"), known) == replace(known, name="甲甲")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("", "甲"),
        (" \n\t", "甲"),
        ("甲\u200b", "甲"),
        ("\u3164", "甲"),
        ("e\u0301", "\u00e9"),
        ("张\u3000 三", "张 三"),
        ("名" * 300, "名" * 200),
    ],
)
def test_a_name_is_readable_or_stays_as_it_was(name: str, expected: str) -> None:
    assert learned(a_login(name=name)).name == expected


def test_somebody_without_a_name_is_called_by_their_id() -> None:
    assert learned(a_login(name=""), None).name == "a"


def test_somebody_may_be_of_no_department() -> None:
    assert learned(a_login(department=None), None).department == ""


def test_when_it_was_heard_makes_no_difference() -> None:
    assert is_same(OFFICER, replace(OFFICER, heard_at=NOON + timedelta(days=1)))
    assert not is_same(OFFICER, replace(OFFICER, name="丙"))


@pytest.mark.parametrize(("seconds", "expected"), [(-1, True), (0, False), (1, False)])
def test_a_login_before_the_last_word_is_superseded(seconds: int, *, expected: bool) -> None:
    assert is_superseded(OFFICER, a_login(told_at=NOON + timedelta(seconds=seconds))) is expected


@pytest.mark.parametrize(("seconds", "expected"), [(-1, True), (0, False), (1, False)])
def test_of_two_tokens_of_one_login_the_later_counts(seconds: int, *, expected: bool) -> None:
    heard = replace(OFFICER, token_at=NOON)

    assert is_superseded(heard, a_login(token_at=NOON + timedelta(seconds=seconds))) is expected
    assert not is_superseded(OFFICER, a_login(token_at=NOON + timedelta(seconds=seconds)))
    assert not is_superseded(heard, a_login(told_at=NOON + timedelta(seconds=1), token_at=NOON - timedelta(days=1)))


def test_a_login_without_a_time_is_of_now() -> None:
    assert not is_superseded(OFFICER, a_login(told_at=None))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, False),
        ({"roles": frozenset({Role.OFFICER, Role.HEAD})}, True),
        ({"department": "market"}, True),
        ({"department": None}, True),
    ],
)
def test_a_login_goes_beyond_the_register_with_a_role_or_a_department(
    change: dict[str, object], *, expected: bool
) -> None:
    assert goes_beyond(a_login(**change), OFFICER) is expected


BOTH = replace(OFFICER, roles=frozenset({Role.OFFICER, Role.SUPERVISOR}))


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (BOTH, ()),
        (replace(BOTH, roles=frozenset({Role.OFFICER, Role.SUPERVISOR, Role.HEAD})), ()),
        (OFFICER, (Role.SUPERVISOR,)),
        (replace(BOTH, state=StaffState.ENDED), (Role.OFFICER, Role.SUPERVISOR)),
        (replace(BOTH, department="market"), (Role.OFFICER, Role.SUPERVISOR)),
    ],
)
def test_roles_end_when_taken_away_or_left_behind(after: StaffMember, expected: tuple[Role, ...]) -> None:
    assert ended_roles(BOTH, after) == expected


def test_who_has_left_has_no_role_that_could_end() -> None:
    assert ended_roles(replace(BOTH, state=StaffState.ENDED), replace(OFFICER, state=StaffState.ENDED)) == ()


def test_somebody_new_is_registered_on_a_timeline_by_their_own_name() -> None:
    event = change_event(None, OFFICER, actor="service:staff", at=NOON)

    assert OFFICER.owner == "staff:a"
    assert (event.kind, event.actor, event.department) == ("staff:registered", "service:staff", "traffic")
    assert event.data == {"department": "traffic", "roles": ["officer"], "state": "active"}


def test_an_ended_role_is_told_with_the_department_that_it_was_in() -> None:
    event = change_event(BOTH, replace(BOTH, department="market"), actor="staff:h", at=NOON)

    assert event.kind == "staff:role_ended"
    assert event.data == {
        "changed": ["department"],
        "department": "market",
        "ended": ["officer", "supervisor"],
        "left": "traffic",
        "roles": ["officer", "supervisor"],
        "state": "active",
    }


def test_a_return_is_a_change() -> None:
    event = change_event(replace(OFFICER, state=StaffState.ENDED), OFFICER, actor="staff:h", at=NOON)

    assert (event.kind, event.data["changed"]) == ("staff:changed", ["state"])


def test_what_is_loaded_replaces_all_but_the_absence_and_an_unnamed_number() -> None:
    known = replace(OFFICER, absence=AWAY, subjects=(SubjectKey("k1.00"),))
    loaded = Loaded(name="丙", department="market", roles=frozenset({Role.HEAD}))

    after = load(known, loaded, staff_id="a", person="ab", heard_at=NOON)

    assert after == replace(known, name="丙", department="market", roles=frozenset({Role.HEAD}))


@pytest.mark.parametrize("staff_id", ["a", "officer.traffic+", "auth0|5f7c", "u@example.gov", "x" * 200])
def test_an_issuers_name_is_a_staff_id(staff_id: str) -> None:
    require_staff_id(staff_id)


@pytest.mark.parametrize(
    "staff_id",
    ["", " ", "a b", "义", ".a", "x" * 201, "330725196806180004", "91330782ma0000028y"],
)
def test_anything_else_is_none(staff_id: str) -> None:
    with pytest.raises(DomainError, match="STAFF_ID_NOT_ALLOWED"):
        require_staff_id(staff_id)


@pytest.mark.parametrize(
    ("since", "until", "is_refused"),
    [
        (date(2026, 9, 28), date(2026, 9, 28), False),
        (date(2026, 9, 20), date(2026, 9, 28), False),
        (date(2026, 9, 20), date(2026, 9, 27), True),
        (date(2026, 9, 30), date(2026, 9, 29), True),
    ],
)
def test_an_absence_ends_today_or_later_and_not_before_it_begins(since: date, until: date, *, is_refused: bool) -> None:
    absence = Absence(since=since, until=until, deputy="b")
    if is_refused:
        with pytest.raises(DomainError) as refused:
            require_absence(OFFICER, absence, DEPUTY, today=TODAY)
        assert (refused.value.code, refused.value.faults[0].pointer) == (ErrorCode.INVALID_BODY, "/until")
    else:
        require_absence(OFFICER, absence, DEPUTY, today=TODAY)


@pytest.mark.parametrize(
    "deputy",
    [
        None,
        OFFICER,
        replace(DEPUTY, department="market"),
        replace(DEPUTY, state=StaffState.ENDED),
        replace(DEPUTY, roles=frozenset({Role.HEAD})),
    ],
)
def test_a_deputy_is_a_colleague_who_can_do_the_work(deputy: StaffMember | None) -> None:
    with pytest.raises(DomainError, match="STAFF_UNKNOWN"):
        require_absence(OFFICER, AWAY, deputy, today=TODAY)


def test_for_who_handles_no_cases_any_colleague_is_a_deputy() -> None:
    require_absence(replace(OFFICER, roles=frozenset({Role.SUPERVISOR})), AWAY, DEPUTY, today=TODAY)


@pytest.mark.parametrize(
    ("day", "expected"), [(27, "a"), (28, "b"), (30, "b"), (31, "a")], ids=["before", "first", "last", "after"]
)
def test_the_deputy_acts_from_the_first_day_to_the_last(day: int, expected: str) -> None:
    absent = replace(OFFICER, absence=AWAY)
    on = date(2026, 9, 27) + timedelta(days=day - 27)

    assert acting_for(absent, Role.OFFICER, on=on, find={"b": DEPUTY}.get).staff_id == expected


@pytest.mark.parametrize(
    ("deputies", "expected"),
    [
        ({}, "a"),
        ({"b": replace(DEPUTY, state=StaffState.ENDED)}, "a"),
        ({"b": replace(DEPUTY, roles=frozenset({Role.HEAD}))}, "a"),
        ({"b": replace(DEPUTY, absence=replace(AWAY, deputy="c")), "c": replace(DEPUTY, staff_id="c")}, "c"),
        ({"b": replace(DEPUTY, absence=replace(AWAY, deputy="a"))}, "a"),
        ({"b": replace(DEPUTY, absence=replace(AWAY, deputy="c"))}, "a"),
    ],
    ids=["unknown", "gone", "no officer", "a deputy's deputy", "in a circle", "nobody present"],
)
def test_whoever_is_present_and_serves_acts_or_else_the_person(deputies: dict[str, StaffMember], expected: str) -> None:
    absent = replace(OFFICER, absence=AWAY)

    assert acting_for(absent, Role.OFFICER, on=TODAY, find=deputies.get).staff_id == expected
