"""Alerts: one for each clock, level and recipient, whatever is delivered twice or in the wrong order."""

import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.alerts.store.alerts import AlertStore
from chalicelib.clocks.services.clocks import clocks_payload
from chalicelib.container import container
from chalicelib.dynamo.transaction import transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event, NewEvent
from tests.channels import Channels
from tests.services.alerting import LAST_DAY, RED, a_running_clock, inbox, staff, tell
from tests.services.alerting import MORNING as MORNING_AFTER

pytestmark = pytest.mark.usefixtures("cloud", "channels")

ONE_DAY_LATER = datetime(2026, 11, 27, 16, 0, tzinfo=UTC)
"""The end of the working day after the one on which the first alert was raised."""
TWO_DAYS_LATER = datetime(2026, 12, 1, 16, 0, tzinfo=UTC)


def until(owner: str, *moments: datetime) -> None:
    """Let the sweep and the relay run on the clock's last day and at these moments."""
    for moment in (LAST_DAY, *moments):
        container().clocks.sweep(at=moment)
        tell(owner, at=moment)


def test_yellow_is_for_the_handler_and_red_for_the_supervisor() -> None:
    owner = a_running_clock()

    until(owner, datetime(2026, 11, 24, 23, 15, tzinfo=UTC))
    assert [alert.level for alert in inbox(Role.OFFICER, "traffic")] == [0]
    assert inbox(Role.SUPERVISOR, "traffic") == []
    until(owner, RED)

    alert = inbox(Role.SUPERVISOR, "traffic")[0]
    assert (alert.level, alert.clock_id, alert.due_on) == (1, "handling_promised", date(2026, 11, 25))
    assert inbox(Role.HEAD, "traffic") == []
    assert inbox(Role.SUPERVISOR, "market") == []


def test_an_unanswered_alert_climbs_a_level_each_working_day_and_ends_with_the_monitoring_office() -> None:
    owner = a_running_clock()
    until(owner, MORNING_AFTER)

    until(owner, ONE_DAY_LATER - timedelta(seconds=1))
    assert inbox(Role.HEAD, "traffic") == []
    until(owner, ONE_DAY_LATER)
    assert [alert.level for alert in inbox(Role.HEAD, "traffic")] == [2]
    assert inbox(Role.MONITOR, "monitoring") == []
    until(owner, TWO_DAYS_LATER, TWO_DAYS_LATER + timedelta(days=30))

    assert [alert.level for alert in inbox(Role.MONITOR, "monitoring")] == [3]
    assert [len(inbox(role, "traffic")) for role in (Role.OFFICER, Role.SUPERVISOR, Role.HEAD)] == [1, 1, 1]
    assert container().timeline.reading(owner).verified


@pytest.mark.requirement("R4.21", "R8.2")
def test_every_event_told_again_and_in_any_order_makes_no_second_alert() -> None:
    owner = a_running_clock()
    until(owner, MORNING_AFTER, ONE_DAY_LATER, TWO_DAYS_LATER)
    told_once = len(container().timeline.events(owner))
    chance = random.Random(7)

    for _ in range(3):
        events = list(container().timeline.events(owner)) * 2
        chance.shuffle(events)
        tell(owner, at=TWO_DAYS_LATER, events=events)

    counts = [len(inbox(role, "traffic")) for role in (Role.OFFICER, Role.SUPERVISOR, Role.HEAD)]
    assert (counts, len(inbox(Role.MONITOR, "monitoring"))) == ([1, 1, 1], 1)
    assert len(container().timeline.events(owner)) == told_once


def test_an_answer_stops_the_climbing_and_its_reason_stands_beside_the_event() -> None:
    owner = a_running_clock()
    until(owner, MORNING_AFTER)
    alert = inbox(Role.SUPERVISOR, "traffic")[0]

    answered = container().alerts.acknowledge(
        alert.alert_id,
        reason="制证设备检修",
        expected_on=date(2026, 11, 27),
        by=staff(Role.SUPERVISOR, "traffic"),
        at=MORNING_AFTER + timedelta(hours=1),
    )
    until(owner, ONE_DAY_LATER + timedelta(days=10))

    assert answered.acknowledgement is not None
    assert inbox(Role.HEAD, "traffic") == []
    assert [each.alert_id for each in inbox(Role.SUPERVISOR, "traffic", "acknowledged")] == [alert.alert_id]
    event = container().timeline.events(owner)[-1]
    assert (event.kind, event.texts, event.data["expected_on"]) == (
        "alert:acknowledged",
        {"reason": "制证设备检修"},
        "2026-11-27",
    )


def test_nobody_expects_to_be_done_on_a_day_that_is_over() -> None:
    owner = a_running_clock()
    until(owner, MORNING_AFTER)
    alert = inbox(Role.SUPERVISOR, "traffic")[0]

    def answer(expected_on: date) -> None:
        by = staff(Role.SUPERVISOR, "traffic")
        container().alerts.acknowledge(
            alert.alert_id, reason="正在办理", expected_on=expected_on, by=by, at=MORNING_AFTER
        )

    with pytest.raises(DomainError) as refused:
        answer(date(2026, 11, 25))
    assert (refused.value.code, refused.value.faults[0].pointer) == (ErrorCode.INVALID_BODY, "/expected_on")
    answer(date(2026, 11, 26))
    assert inbox(Role.SUPERVISOR, "traffic") == []


def test_one_answer_is_enough_for_a_clock_and_nothing_climbs_beyond_it() -> None:
    owner = a_running_clock()
    until(owner, MORNING_AFTER, ONE_DAY_LATER)
    alert = inbox(Role.SUPERVISOR, "traffic")[0]

    container().alerts.acknowledge(
        alert.alert_id,
        reason="制证设备检修",
        expected_on=date(2026, 12, 2),
        by=staff(Role.SUPERVISOR, "traffic"),
        at=ONE_DAY_LATER + timedelta(hours=1),
    )
    until(owner, TWO_DAYS_LATER, TWO_DAYS_LATER + timedelta(days=30))

    assert len(inbox(Role.HEAD, "traffic")) == 1
    assert inbox(Role.MONITOR, "monitoring") == []


def test_nothing_climbs_once_the_duty_is_done() -> None:
    owner = a_running_clock()
    until(owner, MORNING_AFTER)
    with transaction() as tx:
        container().clocks.stop(container().clocks.get(owner, "handling_promised"), at=MORNING_AFTER, tx=tx)

    until(owner, ONE_DAY_LATER)

    assert inbox(Role.HEAD, "traffic") == []


def test_an_alert_is_answered_once_and_by_its_recipient_only() -> None:
    owner = a_running_clock()
    until(owner, MORNING_AFTER)
    alert = inbox(Role.SUPERVISOR, "traffic")[0]

    def answer(by: Caller) -> None:
        container().alerts.acknowledge(
            alert.alert_id, reason="正在办理", expected_on=date(2026, 11, 27), by=by, at=MORNING_AFTER
        )

    for stranger in (staff(Role.SUPERVISOR, "market"), staff(Role.HEAD, "traffic")):
        with pytest.raises(DomainError) as refused:
            answer(stranger)
        assert refused.value.code is ErrorCode.NOT_FOUND
    answer(staff(Role.SUPERVISOR, "traffic"))
    with pytest.raises(DomainError) as refused:
        answer(staff(Role.SUPERVISOR, "traffic"))
    assert refused.value.code is ErrorCode.ALREADY_ACKNOWLEDGED


def test_an_alert_goes_to_the_topic_once(channels: Channels) -> None:
    owner = a_running_clock()
    until(owner, MORNING_AFTER)
    tell(owner, at=MORNING_AFTER)
    alert = inbox(Role.SUPERVISOR, "traffic")[0]

    assert [container().alerts.publish(alert.alert_id, at=MORNING_AFTER) for _ in range(3)] == [True, False, False]

    assert {"alert_id": alert.alert_id} in channels.deliveries.of("alert_id")
    assert [(one.name, one.message["recipient"], one.message["due_on"]) for one in channels.alerts.sent] == [
        (alert.alert_id, "supervisor.traffic", "2026-11-25"),
    ]


def test_a_topic_that_does_not_take_the_message_gets_it_again(channels: Channels) -> None:
    until(a_running_clock(), MORNING_AFTER)
    alert = inbox(Role.SUPERVISOR, "traffic")[0]
    channels.alerts.is_broken = True
    with pytest.raises(ConnectionError):
        container().alerts.publish(alert.alert_id, at=MORNING_AFTER)
    channels.alerts.is_broken = False

    assert container().alerts.publish(alert.alert_id, at=MORNING_AFTER)


def test_somebody_with_two_roles_pages_through_both_inboxes() -> None:
    owner = a_running_clock()
    until(owner, MORNING_AFTER)
    both = Caller(sub="zhang", roles=frozenset({Role.OFFICER, Role.SUPERVISOR}), department="traffic")

    first, after = container().alerts.inbox(both, state="open", limit=1, after=None)
    second, end = container().alerts.inbox(both, state="open", limit=5, after=after)

    assert [alert.recipient for alert in (*first, *second)] == ["officer.traffic", "supervisor.traffic"]
    assert end is None


def test_whoever_has_more_or_fewer_inboxes_than_before_goes_on_in_the_same_one() -> None:
    owner = a_running_clock()
    until(owner, MORNING_AFTER)
    roles = {Role.OFFICER, Role.SUPERVISOR}
    one, both = (
        Caller(sub="zhang", roles=frozenset(some), department="traffic") for some in ({Role.SUPERVISOR}, roles)
    )
    officer = Caller(sub="zhang", roles=frozenset({Role.OFFICER}), department="traffic")
    read = container().alerts.inbox

    _, in_theirs = read(both, state="open", limit=1, after=None)
    again, _ = read(one, state="open", limit=5, after=in_theirs)

    assert [alert.recipient for alert in again] == ["supervisor.traffic"]
    with pytest.raises(DomainError, match="INVALID_CURSOR"):
        read(officer, state="open", limit=5, after=in_theirs)


def test_nobody_without_a_department_has_an_inbox() -> None:
    assert container().alerts.inbox(
        Caller(sub="x", roles=frozenset({Role.SUPERVISOR})), state="open", limit=5, after=None
    ) == ((), None)


def test_a_missing_edition_is_told_to_the_calendar_editor_and_withdrawn_when_it_is_loaded() -> None:
    at = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)
    container().calendar_editions.watch(at)
    tell("calendar:2027", at=at)
    tell("calendar:2027", at=at)

    (alert,) = inbox(Role.CALENDAR_EDITOR, "monitoring")

    assert (alert.clock_id, alert.milestone, alert.level) == ("calendar_edition", "missing", 1)
    container().alerts.on_event(loaded("calendar:2027"), at)
    container().alerts.on_event(loaded("calendar:2027"), at)
    assert inbox(Role.CALENDAR_EDITOR, "monitoring") == []
    assert [each.alert_id for each in inbox(Role.CALENDAR_EDITOR, "monitoring", "withdrawn")] == [alert.alert_id]


def test_a_calendar_editor_can_answer_for_a_missing_edition() -> None:
    at = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)
    container().calendar_editions.watch(at)
    tell("calendar:2027", at=at)
    (alert,) = inbox(Role.CALENDAR_EDITOR, "monitoring")

    answered = container().alerts.acknowledge(
        alert.alert_id,
        reason="国务院办公厅尚未公布。",
        expected_on=date(2026, 11, 30),
        by=staff(Role.CALENDAR_EDITOR, "monitoring"),
        at=at,
    )

    assert answered.state == "acknowledged"


def taken_back(owner: str, number: int) -> Event:
    """Say that the red of a clock was taken back, and a later round has begun."""
    data = {"clock_id": "handling_promised", "taken_back": ["passed"], "round": number}
    return an_event_of(owner, EventKind.CLOCK_RECOUNTED, data)


def loaded(owner: str) -> Event:
    return an_event_of(owner, EventKind.CALENDAR_LOADED, {"year": 2027})


def an_event_of(owner: str, kind: EventKind, data: dict[str, Any]) -> Event:
    return Event(
        owner=owner,
        seq=99,
        kind=kind,
        occurred_at="2026-11-26T01:00:00Z",
        recorded_at="2026-11-26T01:00:00Z",
        actor="service:sweep",
        department="traffic",
        data=data,
        prev_hash="0" * 64,
        hash="1" * 64,
    )


def test_an_alert_whose_milestone_was_taken_back_is_withdrawn_once_at_every_level_and_climbs_no_more() -> None:
    owner = a_running_clock()
    until(owner, MORNING_AFTER, ONE_DAY_LATER)
    assert len(inbox(Role.SUPERVISOR, "traffic")) == len(inbox(Role.HEAD, "traffic")) == 1

    for _ in range(2):
        container().alerts.on_event(taken_back(owner, 1), ONE_DAY_LATER)
    until(owner, TWO_DAYS_LATER)

    kinds = [event.kind for event in container().timeline.events(owner)]
    assert kinds.count("alert:withdrawn") == 2
    assert inbox(Role.SUPERVISOR, "traffic") == inbox(Role.HEAD, "traffic") == []
    assert [alert.level for alert in inbox(Role.HEAD, "traffic", "withdrawn")] == [2]
    assert inbox(Role.MONITOR, "monitoring") == []
    assert len(inbox(Role.OFFICER, "traffic")) == 1


def test_a_milestone_that_comes_again_is_told_again_and_no_earlier_withdrawal_touches_it() -> None:
    owner = a_running_clock()
    until(owner, MORNING_AFTER)
    (passed,) = [event for event in container().timeline.events(owner) if event.kind == EventKind.CLOCK_PASSED]
    container().alerts.on_event(taken_back(owner, 1), MORNING_AFTER)
    again = replace(passed, data={**passed.data, "round": 1})

    tell(owner, at=MORNING_AFTER, events=[again, taken_back(owner, 1), passed, again])

    (alert,) = inbox(Role.SUPERVISOR, "traffic")
    assert (alert.round, alert.state) == (1, "open")


def test_after_a_stand_still_no_warning_goes_out_for_a_day_that_is_past() -> None:
    owner = a_running_clock()
    container().clocks.sweep(at=MORNING_AFTER)

    tell(owner, at=MORNING_AFTER)

    kinds = {event.kind for event in container().timeline.events(owner)}
    assert kinds >= {"clock:warned", "clock:passed"}
    assert inbox(Role.OFFICER, "traffic") == []
    assert [alert.milestone for alert in inbox(Role.SUPERVISOR, "traffic")] == ["passed"]


@pytest.mark.parametrize(
    "kind", [EventKind.CASE_DECIDED, EventKind.COMMITMENT_WITHDRAWN, EventKind.LATER_MATERIAL_RECEIVED]
)
def test_alerts_of_a_clock_close_with_whatever_stops_it(kind: EventKind) -> None:
    owner = a_running_clock()
    until(owner, MORNING_AFTER)
    assert (len(inbox(Role.OFFICER, "traffic")), len(inbox(Role.SUPERVISOR, "traffic"))) == (1, 1)
    stopped = [{"clock_id": "handling_promised", "kind": "handling_promised"}]

    tell(owner, at=MORNING_AFTER, events=[an_event_of(owner, kind, {"clocks_stopped": stopped})])

    assert (len(inbox(Role.OFFICER, "traffic")), len(inbox(Role.SUPERVISOR, "traffic"))) == (0, 0)


@pytest.mark.requirement("R8.2")
def test_no_alert_is_raised_for_a_clock_that_stopped_before_its_passing_was_told() -> None:
    owner = a_running_clock()
    container().clocks.sweep(at=MORNING_AFTER)
    with transaction() as tx:
        container().clocks.stop(container().clocks.get(owner, "handling_promised"), at=MORNING_AFTER, tx=tx)

    tell(owner, at=MORNING_AFTER)

    assert inbox(Role.SUPERVISOR, "traffic") == []


def test_an_alert_that_was_raised_while_its_clock_stopped_closes_instead_of_going_out(channels: Channels) -> None:
    owner = a_running_clock()
    until(owner, MORNING_AFTER)
    raised = [event for event in container().timeline.events(owner) if event.kind == EventKind.ALERT_RAISED]
    with transaction() as tx:
        clock = container().clocks.stop(container().clocks.get(owner, "handling_promised"), at=MORNING_AFTER, tx=tx)
        ended = NewEvent(
            kind=EventKind.CASE_TERMINATED,
            occurred_at=MORNING_AFTER,
            actor="staff:o-1",
            department="traffic",
            data={"clocks_stopped": clocks_payload(clock)},
        )
        container().timeline.append([ended], owner=owner, at=MORNING_AFTER, tx=tx)
    channels.deliveries.sent.clear()

    container().alerts.on_events(raised, MORNING_AFTER)

    closed = [event for event in container().timeline.events(owner) if event.kind == EventKind.ALERT_WITHDRAWN]
    assert [event.data["because"] for event in closed] == ["case:terminated", "case:terminated"]
    assert inbox(Role.OFFICER, "traffic") == inbox(Role.SUPERVISOR, "traffic") == []
    assert channels.deliveries.sent == []


def just_before_alerts_are_written(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Let something happen once, after everything has been read that alerts are raised by."""
    existing = AlertStore.existing
    once = iter([act])

    def existing_then_act(store: AlertStore, alert_ids: Iterable[str]) -> tuple[str, ...]:
        found = existing(store, alert_ids)
        next(once, lambda: None)()
        return found

    monkeypatch.setattr(AlertStore, "existing", existing_then_act)


@pytest.mark.requirement("R8.2")
def test_an_alert_that_is_answered_while_it_escalates_climbs_no_higher(monkeypatch: pytest.MonkeyPatch) -> None:
    owner = a_running_clock()
    until(owner, MORNING_AFTER)
    (alert,) = inbox(Role.SUPERVISOR, "traffic")
    container().clocks.sweep(at=ONE_DAY_LATER)
    passed = container().timeline.events(owner)[-1]

    def answer() -> None:
        supervisor = staff(Role.SUPERVISOR, "traffic")
        container().alerts.acknowledge(
            alert.alert_id, reason="正在办理。", expected_on=date(2026, 12, 1), by=supervisor, at=ONE_DAY_LATER
        )

    just_before_alerts_are_written(monkeypatch, answer)
    container().alerts.on_events([passed], ONE_DAY_LATER)

    assert passed.data["kind"] == "acknowledgement"
    assert inbox(Role.HEAD, "traffic") == []


def test_a_warning_is_pushed_on_the_last_day_and_not_after_it() -> None:
    owner = a_running_clock()
    until(owner)
    (alert,) = inbox(Role.OFFICER, "traffic")
    last_second = datetime(2026, 11, 25, 15, 59, 59, tzinfo=UTC)

    after = container().alerts.publish(alert.alert_id, at=last_second + timedelta(seconds=1))
    before = container().alerts.publish(alert.alert_id, at=last_second)

    assert (alert.due_on, after, before) == (date(2026, 11, 25), False, True)


def test_an_alert_that_was_withdrawn_before_it_went_out_is_not_pushed() -> None:
    owner = a_running_clock()
    until(owner, MORNING_AFTER)
    (alert,) = inbox(Role.SUPERVISOR, "traffic")
    container().alerts.on_event(taken_back(owner, 1), MORNING_AFTER)

    assert container().alerts.publish(alert.alert_id, at=MORNING_AFTER) is False


def test_an_alert_of_a_case_that_was_decided_is_closed_by_itself_and_says_why() -> None:
    owner = a_running_clock()
    until(owner, MORNING_AFTER)
    with transaction() as tx:
        container().clocks.stop(container().clocks.get(owner, "handling_promised"), at=MORNING_AFTER, tx=tx)

    tell(owner, at=ONE_DAY_LATER, events=[an_event_of(owner, EventKind.CASE_DELIVERED, {})])

    closed = [event for event in container().timeline.events(owner) if event.kind == EventKind.ALERT_WITHDRAWN]
    assert inbox(Role.OFFICER, "traffic") == inbox(Role.SUPERVISOR, "traffic") == []
    assert [event.data["because"] for event in closed] == ["case:delivered", "case:delivered"]
    assert [alert.level for alert in inbox(Role.SUPERVISOR, "traffic", "withdrawn")] == [1]


def test_what_still_runs_is_not_closed_by_a_decision() -> None:
    owner = a_running_clock()
    until(owner, MORNING_AFTER)

    tell(owner, at=MORNING_AFTER, events=[an_event_of(owner, EventKind.CASE_DELIVERED, {})])

    assert len(inbox(Role.SUPERVISOR, "traffic")) == 1
