"""What a mandate reaches: the day before, on and after, and each list that narrows it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from chalicelib.clocks.model import Light
from chalicelib.inspection.model import CaseFacts, CaseFilter, Mandate, Scope
from chalicelib.inspection.rules import changes_of, covers, gravest, is_in_force, may_audit, narrowed, reminders_of
from chalicelib.policy import Caller, Role
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event

CASE = CaseFacts(case_no="A1", department="traffic", item_code="plate-replacement", received_on=date(2026, 11, 22))
MANDATE = Mandate(
    mandate_id="m1",
    file_no="监〔2026〕1号",
    basis="《监察法》第18条",
    scope=Scope(departments=("traffic",)),
    expires_on=date(2026, 11, 30),
    inspector="staff:inspector",
    department="inspection",
    asked_at=datetime(2026, 11, 20, 1, 0, tzinfo=UTC),
    approver="staff:approver",
    approved_at=datetime(2026, 11, 20, 2, 0, tzinfo=UTC),
)


@pytest.mark.requirement("R7.11")
@pytest.mark.parametrize(
    ("scope", "is_covered"),
    [
        (Scope(departments=("traffic",)), True),
        (Scope(departments=("market",)), False),
        (Scope(case_nos=("A1",)), True),
        (Scope(case_nos=("B2",)), False),
        (Scope(departments=("traffic",), case_nos=("B2",)), False),
        (Scope(departments=("traffic",), items=("plate-replacement",)), True),
        (Scope(departments=("traffic",), items=("road-occupation",)), False),
        (Scope(departments=("traffic",), received_from=date(2026, 11, 22)), True),
        (Scope(departments=("traffic",), received_from=date(2026, 11, 23)), False),
        (Scope(departments=("traffic",), received_to=date(2026, 11, 22)), True),
        (Scope(departments=("traffic",), received_to=date(2026, 11, 21)), False),
        (Scope(), False),
        (Scope(items=("plate-replacement",)), False),
    ],
)
def test_a_scope_reaches_what_all_of_its_lists_name(scope: Scope, is_covered: bool) -> None:  # noqa: FBT001 - a table
    assert covers(scope, CASE) is is_covered


@pytest.mark.requirement("R7.11")
@pytest.mark.parametrize(
    ("at", "may_read"),
    [
        (datetime(2026, 11, 29, 16, 0, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 30, 16, 0, 0, tzinfo=UTC), False),
    ],
)
def test_a_mandate_is_in_force_to_the_end_of_its_last_day_in_shanghai(at: datetime, may_read: bool) -> None:  # noqa: FBT001 - a table
    assert is_in_force(MANDATE, at=at) is may_read


def test_a_mandate_that_nobody_approved_is_not_in_force() -> None:
    asked = replace(MANDATE, approver=None, approved_at=None)

    assert not is_in_force(asked, at=datetime(2026, 11, 21, tzinfo=UTC))


def test_a_mandate_has_a_timeline_of_its_own() -> None:
    assert MANDATE.owner == "mandate:m1"


def test_the_gravest_light_is_the_one_that_most_needs_looking_at() -> None:
    assert gravest([Light.GREEN, Light.RED, Light.YELLOW]) is Light.RED
    assert gravest([Light.GREY, Light.WHITE]) is Light.WHITE
    assert gravest([]) is Light.GREEN


@pytest.mark.requirement("R7.13")
def test_nobody_audits_a_mandate_over_their_own_department_or_that_they_had_a_part_in() -> None:
    def auditor(name: str, department: str = "monitoring") -> Caller:
        return Caller(sub=name, roles=frozenset({Role.MONITOR}), department=department)

    inspector, approver = (str(name).removeprefix("staff:") for name in (MANDATE.inspector, MANDATE.approver))

    assert may_audit(MANDATE, auditor("monitor"))
    assert not may_audit(MANDATE, auditor("monitor", "traffic"))
    assert not may_audit(MANDATE, auditor(inspector))
    assert not may_audit(MANDATE, auditor(approver))
    assert may_audit(replace(MANDATE, approver=None), auditor(approver))


def events(*told: tuple[EventKind, dict[str, Any]]) -> list[Event]:
    """Events of a case, one a minute."""
    return [
        Event(
            owner="case:X",
            seq=seq,
            kind=kind,
            occurred_at=f"2026-11-22T03:{seq:02}:00Z",
            recorded_at=f"2026-11-22T03:{seq:02}:00Z",
            actor="staff:o-1",
            department="traffic",
            data=data,
            prev_hash="",
            hash="",
        )
        for seq, (kind, data) in enumerate(told, start=1)
    ]


def clock(due_on: str) -> list[dict[str, str]]:
    return [{"clock_id": "handling_promised.2", "kind": "handling_promised", "due_on": due_on}]


@pytest.mark.requirement("R7.12")
def test_each_event_says_what_was_before_it_and_after() -> None:
    changes = changes_of(
        events(
            (EventKind.CASE_FILED, {}),
            (EventKind.CASE_ACCEPTED, {"clocks_started": clock("2026-11-27")}),
            (EventKind.CASE_ASSIGNED, {"before": "", "officer": "o-2"}),
            (EventKind.CASE_EXTENDED, {"clocks_changed": clock("2026-12-04")}),
            (EventKind.CLOCK_WARNED, {}),
            (EventKind.CASE_PAUSED, {"clocks_changed": clock("2026-12-04")}),
            (EventKind.CASE_DECIDED, {"clocks_stopped": clock("2026-12-04")}),
        )
    )

    assert [(one.seq, one.what, one.clock, one.before, one.after) for one in changes] == [
        (1, "state", "", "", "received"),
        (2, "state", "", "received", "accepted"),
        (2, "due", "handling_promised", "", "2026-11-27"),
        (3, "officer", "", "", "o-2"),
        (4, "due", "handling_promised", "2026-11-27", "2026-12-04"),
        (6, "state", "", "accepted", "paused"),
        (7, "state", "", "paused", "decided"),
        (7, "due", "handling_promised", "2026-12-04", ""),
    ]


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ([(EventKind.COMMITMENT_WITHDRAWN, {}), (EventKind.MATERIALS_RECEIVED, {})], "received"),
        ([(EventKind.CASE_ACCEPTED, {}), (EventKind.MATERIALS_RECEIVED, {})], "accepted"),
        ([(EventKind.CORRECTION_ASKED, {}), (EventKind.CORRECTION_ANSWERED, {})], "correction_asked"),
        ([(EventKind.CORRECTION_ASKED, {}), (EventKind.CORRECTION_ANSWERED, {"clocks_started": []})], "received"),
        ([(EventKind.CASE_REVOKED, {}), (EventKind.CASE_REINSTATED, {"state": "closed"})], "closed"),
        ([(EventKind.CREDIT_AWAITED, {}), (EventKind.IDENTITY_AWAITED, {})], "pending_identity"),
        ([(EventKind.CREDIT_AWAITED, {}), (EventKind.CREDIT_CHECKED, {})], "received"),
        ([(EventKind.CASE_DEEMED_ACCEPTED, {}), (EventKind.CREDIT_CHECKED, {})], "accepted"),
        ([(EventKind.CASE_PAUSED, {}), (EventKind.IDENTITY_AWAITED, {})], "paused"),
    ],
)
def test_some_events_change_the_state_only_of_a_case_that_waited_for_them(
    told: list[tuple[EventKind, dict[str, Any]]], state: str
) -> None:
    changes = changes_of(events((EventKind.CASE_FILED, {}), *told))

    assert changes[-1].after == state


@pytest.mark.requirement("R7.12")
def test_a_reminder_says_to_whom_it_went_and_whether_it_was_read() -> None:
    raised = {"alert_id": "a", "recipient": "role:supervisor.traffic", "level": 1}

    reminders = reminders_of(
        events(
            (EventKind.ALERT_RAISED, raised),
            (EventKind.ALERT_RAISED, {**raised, "alert_id": "b", "level": 2}),
            (EventKind.ALERT_ACKNOWLEDGED, {"alert_id": "a"}),
            (EventKind.ALERT_ACKNOWLEDGED, {"alert_id": "a"}),
        )
    )

    assert [(one.seq, one.to, one.level) for one in reminders] == [
        (1, "role:supervisor.traffic", 1),
        (2, "role:supervisor.traffic", 2),
    ]
    assert [one.read_at for one in reminders] == [datetime(2026, 11, 22, 3, 3, tzinfo=UTC), None]


FIRST, LAST = date(2026, 9, 1), date(2026, 9, 30)
WIDE = Scope(departments=("traffic", "market"), received_from=FIRST, received_to=LAST)


@pytest.mark.requirement("R7.11")
@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        (CaseFilter(), WIDE),
        (CaseFilter(department="market"), replace(WIDE, departments=("market",))),
        (CaseFilter(department="water"), None),
        (CaseFilter(item="plate-replacement"), replace(WIDE, items=("plate-replacement",))),
        (CaseFilter(case_no="A" * 17), replace(WIDE, case_nos=("A" * 17,))),
        (CaseFilter(received_from=date(2026, 8, 31), received_to=date(2026, 10, 1)), WIDE),
        (CaseFilter(received_from=date(2026, 9, 2)), replace(WIDE, received_from=date(2026, 9, 2))),
        (CaseFilter(received_to=date(2026, 9, 29)), replace(WIDE, received_to=date(2026, 9, 29))),
    ],
)
def test_a_search_narrows_a_scope_and_never_widens_it(wanted: CaseFilter, left: Scope | None) -> None:
    assert narrowed(WIDE, wanted) == left


def test_a_number_that_a_scope_does_not_name_is_not_looked_for() -> None:
    assert narrowed(Scope(case_nos=("A" * 17,)), CaseFilter(case_no="B" * 17)) is None
