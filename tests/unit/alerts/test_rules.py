"""Which alerts an event calls for, without any store."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from chalicelib.alerts.model.alerts import Acknowledgement, Alert
from chalicelib.alerts.rules.alerts import (
    Withdrawal,
    alert_ids,
    alerts_for,
    has_clock,
    is_handlers,
    is_past,
    news,
    officer_of,
    recipients_of,
    settled,
    stopped_by,
    withdrawals,
)
from chalicelib.clock import day_in_shanghai
from chalicelib.clocks.model import ClockKind
from chalicelib.clocks.rules.clocks import start
from chalicelib.rulepacks.model.pack import RulePack
from chalicelib.rulepacks.rules import pack_in_force
from chalicelib.rulepacks.store import load_rule_packs
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event
from chalicelib.workdays.model.limits import Limit, Unit
from chalicelib.workdays.store import load_calendar

AT = datetime(2026, 11, 26, 1, 0, tzinfo=UTC)


def the_pack() -> RulePack:
    return pack_in_force(load_rule_packs(), "corrects-first", on=day_in_shanghai(AT))


def an_event(*, kind: str = EventKind.CLOCK_PASSED, clock: str = "handling_promised", level: int = 0) -> Event:
    return Event(
        owner="case:1",
        seq=4,
        kind=kind,
        occurred_at="2026-11-25T16:00:00Z",
        recorded_at="2026-11-25T16:00:10Z",
        actor="service:sweep",
        department="traffic",
        data={
            "clock_id": clock,
            "kind": clock.partition(".")[0],
            "due_on": "2026-11-25",
            "level": level,
            "about": clock.partition(".")[2],
            "pack": "corrects-first",
        },
        prev_hash="0" * 64,
        hash="1" * 64,
    )


def alerts_of(event: Event, about: Alert | None = None) -> tuple[Alert, ...]:
    told = news(event)
    assert told is not None
    return alerts_for(told, the_pack(), about=about, at=AT)


def test_an_event_that_is_no_milestone_calls_for_nothing() -> None:
    assert news(an_event(kind=EventKind.CASE_DECIDED)) is None


def test_a_passed_clock_calls_its_department_s_supervisor() -> None:
    (alert,) = alerts_of(an_event())

    assert (alert.recipient, alert.level, alert.due_on) == ("supervisor.traffic", 1, date(2026, 11, 25))
    assert (alert.is_open, alert.state) == (True, "open")


@pytest.mark.requirement("R4.21")
def test_the_same_milestone_makes_the_same_alert_and_another_recipient_another() -> None:
    (first,) = alerts_of(an_event())
    (again,) = alerts_of(an_event())
    (yellow,) = alerts_of(an_event(kind=EventKind.CLOCK_WARNED))

    assert first.alert_id == again.alert_id
    assert yellow.alert_id != first.alert_id


def test_an_unanswered_alert_climbs_for_the_clock_that_it_was_raised_for() -> None:
    (first,) = alerts_of(an_event())

    (second,) = alerts_of(an_event(clock=f"acknowledgement.{first.alert_id}", level=1), about=first)
    (third,) = alerts_of(an_event(clock=f"acknowledgement.{second.alert_id}", level=2), about=second)

    assert [(alert.recipient, alert.level, alert.clock_id) for alert in (second, third)] == [
        ("head.traffic", 2, "handling_promised"),
        ("monitor.monitoring", 3, "handling_promised"),
    ]
    assert alerts_of(an_event(clock=f"acknowledgement.{third.alert_id}", level=3), about=third) == ()


@pytest.mark.parametrize("number", [0, 2])
def test_the_alerts_of_a_late_duty_are_known_by_its_clock_level_by_level(number: int) -> None:
    clock = replace(
        start(
            ClockKind.HANDLING_PROMISED,
            Limit(value=3, unit=Unit.WORKING_DAYS, basis="《行政许可法》第42条"),
            owner="case:1",
            department="traffic",
            responsible="li",
            pack="corrects-first",
            started_at=AT,
            calendar=load_calendar(),
        ),
        round=number,
    )
    passed = an_event()
    (first,) = alerts_of(replace(passed, data={**passed.data, "round": number}))
    (second,) = alerts_of(an_event(clock=f"acknowledgement.{first.alert_id}", level=1), about=first)
    (third,) = alerts_of(an_event(clock=f"acknowledgement.{second.alert_id}", level=2), about=second)

    assert alert_ids(clock, the_pack()) == (first.alert_id, second.alert_id, third.alert_id)


def test_an_answered_alert_or_one_that_is_gone_does_not_climb() -> None:
    (first,) = alerts_of(an_event())
    answer = Acknowledgement(by="staff:a", at=AT, reason="正在办理", expected_on=date(2026, 11, 27))
    answered = Alert(**{name: getattr(first, name) for name in Alert.__slots__} | {"acknowledgement": answer})
    passed = an_event(clock=f"acknowledgement.{first.alert_id}", level=1)

    assert alerts_of(passed, about=answered) == ()
    assert alerts_of(passed, about=None) == ()
    assert answered.state == "acknowledged"


def test_a_defence_period_that_ends_alerts_nobody() -> None:
    assert alerts_of(an_event(clock="defence")) == ()


def test_a_missing_calendar_calls_the_calendar_editor_of_the_monitoring_office() -> None:
    missed = replace(an_event(kind=EventKind.CALENDAR_MISSED, clock="calendar_edition"), department="")

    (alert,) = alerts_of(missed)

    assert (alert.recipient, alert.department, alert.level) == ("calendar_editor.monitoring", "monitoring", 1)
    assert (alert.clock_id, alert.milestone, alert.due_on) == ("calendar_edition", "missing", date(2026, 11, 25))


def test_somebody_is_told_under_each_role_in_their_department() -> None:
    assert recipients_of(["supervisor", "officer"], "traffic") == ("officer.traffic", "supervisor.traffic")
    assert recipients_of(["supervisor"], None) == ()


def told_of(kind: EventKind, **data: object) -> Event:
    return replace(an_event(kind=kind), data=data)  # type: ignore[arg-type]  # a test's builder


def test_a_recount_that_takes_nothing_back_withdraws_nothing() -> None:
    event = told_of(EventKind.CLOCK_RECOUNTED, clock_id="handling_promised", taken_back=[], round=0)

    assert withdrawals(event) == ()
    assert withdrawals(an_event()) == ()


@pytest.mark.parametrize("kind", [EventKind.CASE_EXTENDED, EventKind.CASE_RESUMED, EventKind.SUSPENSION_ENDED])
def test_whatever_moves_clocks_into_the_future_withdraws_what_was_told_of_them_and_of_no_others(
    kind: EventKind,
) -> None:
    changed = [
        {"clock_id": "a", "round": 1, "due_at": "2026-11-25T16:00:01Z"},
        {"clock_id": "b", "round": 0, "due_at": "2026-11-26T16:00:00Z"},
        {"clock_id": "c", "round": 1, "due_at": "2026-11-25T16:00:00Z"},
    ]

    found = withdrawals(told_of(kind, clocks_changed=changed))

    assert [(one.clock_id, one.milestones, one.before_round) for one in found] == [("a", ("passed",), 1)]


def test_a_recount_withdraws_the_milestones_that_it_took_back_from_before_its_round() -> None:
    event = told_of(EventKind.CLOCK_RECOUNTED, clock_id="handling_promised", taken_back=["warned", "passed"], round=2)

    (found,) = withdrawals(event)

    assert (found.clock_id, found.milestones, found.before_round) == ("handling_promised", ("yellow", "passed"), 2)


def test_a_loaded_calendar_withdraws_that_it_is_missing() -> None:
    loaded = replace(told_of(EventKind.CALENDAR_LOADED), owner="calendar:2027")

    (found,) = withdrawals(loaded)

    assert (found.owner, found.clock_id) == ("calendar:2027", "calendar_edition")
    assert (found.milestones, found.before_round) == (("missing",), None)


def test_a_withdrawal_covers_open_alerts_of_its_clock_and_milestones_from_before_its_round() -> None:
    (alert,) = alerts_of(an_event())
    withdrawal = Withdrawal(owner="case:1", clock_id="handling_promised", milestones=("passed",), before_round=1)

    assert withdrawal.covers(alert)
    assert not withdrawal.covers(replace(alert, round=1))
    assert not withdrawal.covers(replace(alert, clock_id="delivery"))
    assert not withdrawal.covers(replace(alert, milestone="yellow"))
    assert not withdrawal.covers(replace(alert, withdrawn_at=AT))


def test_a_withdrawal_without_a_round_covers_alerts_of_every_round() -> None:
    (alert,) = alerts_of(an_event())
    withdrawal = Withdrawal(owner="case:1", clock_id="handling_promised", milestones=("passed",), before_round=None)

    assert withdrawal.covers(replace(alert, round=7))


@pytest.mark.parametrize("kind", EventKind)
def test_whatever_stops_a_clock_settles_its_warning_and_that_it_was_late(kind: EventKind) -> None:
    stopped = [{"clock_id": "later_material.m1", "kind": "later_material"}, {"clock_id": "defence", "kind": "defence"}]
    event = told_of(kind, clocks_stopped=stopped)

    assert settled(event) == tuple(
        Withdrawal(owner=event.owner, clock_id=clock_id, milestones=("yellow", "passed"), before_round=None)
        for clock_id in ("later_material.m1", "defence")
    )
    assert settled(told_of(kind)) == ()


def test_that_silence_accepted_is_answered_for_although_its_clock_stops_with_it() -> None:
    event = told_of(EventKind.CASE_DEEMED_ACCEPTED, clocks_stopped=[{"clock_id": "acceptance", "kind": "acceptance"}])

    (warning,) = settled(event)

    assert warning.milestones == ("yellow",)


def test_no_alert_is_looked_for_when_an_acknowledgement_is_given() -> None:
    event = told_of(
        EventKind.ALERT_ACKNOWLEDGED, clocks_stopped=[{"clock_id": "acknowledgement.a1", "kind": "acknowledgement"}]
    )

    assert settled(event) == ()


def test_it_is_found_with_which_event_a_clock_stopped() -> None:
    stop = told_of(EventKind.CASE_DECIDED, clocks_stopped=[{"clock_id": "delivery", "kind": "delivery"}])
    events = [told_of(EventKind.CASE_FILED), stop, told_of(EventKind.CASE_DELIVERED)]

    assert stopped_by(events, "delivery") == "case:decided"
    assert stopped_by(events, "verification") is None


@pytest.mark.parametrize(
    ("responsible", "officer"),
    [("zhang", "zhang"), ("officer.traffic", "officer.traffic"), ("officer", ""), ("applicant", ""), ("system:x", "")],
)
def test_only_a_person_of_the_office_is_the_officer_of_a_clock(responsible: str, officer: str) -> None:
    assert officer_of(responsible) == officer


def test_a_warning_lies_with_who_has_the_case_and_an_overdue_one_with_the_supervisors() -> None:
    warned = news(an_event(kind=EventKind.CLOCK_WARNED))
    passed = news(an_event())
    assert warned is not None
    assert passed is not None

    (warning,) = alerts_for(replace(warned, officer="zhang"), the_pack(), about=None, at=AT)
    (overdue,) = alerts_for(replace(passed, officer="zhang"), the_pack(), about=None, at=AT)

    assert (warning.inbox, is_handlers(warning)) == ("officer.traffic/zhang", True)
    assert (overdue.inbox, is_handlers(overdue)) == ("supervisor.traffic", False)
    assert replace(warning, officer="").inbox == "officer.traffic"


@pytest.mark.parametrize(
    ("at", "kinds"),
    [
        (datetime(2026, 11, 25, 15, 59, 59, tzinfo=UTC), []),
        (datetime(2026, 11, 25, 16, tzinfo=UTC), [EventKind.CLOCK_WARNED]),
    ],
)
def test_only_a_warning_is_past_and_only_after_the_last_second_of_its_day(at: datetime, kinds: list[EventKind]) -> None:
    both = (EventKind.CLOCK_WARNED, EventKind.CLOCK_PASSED)

    assert [kind for kind in both if is_past(alerts_of(an_event(kind=kind))[0], at=at)] == kinds


def test_an_officer_has_the_inboxes_of_the_desk_and_their_own_and_of_those_for_whom_they_stand_in() -> None:
    assert recipients_of(["officer"], "traffic", officers=["zhang", "li"]) == (
        "officer.traffic/li",
        "officer.traffic/zhang",
        "officer.traffic",
    )
    assert recipients_of(["officer"], None, officers=["zhang"]) == ()


@pytest.mark.parametrize(
    ("kind", "about", "inboxes"),
    [
        (EventKind.CASE_BARRED, "flag:f1", ["officer.traffic/zhang"]),
        (EventKind.TIMELINE_ALTERED, "3", ["supervisor.traffic", "inspector.inspection"]),
    ],
)
def test_what_is_found_out_about_a_case_alerts_without_a_clock(kind: EventKind, about: str, inboxes: list[str]) -> None:
    event = replace(an_event(kind=kind), data={"about": about, "pack": "corrects-first", "officer": "zhang"})

    found = alerts_of(event)

    assert [alert.inbox for alert in found] == inboxes
    assert {alert.due_on for alert in found} == {date(2026, 11, 26)}
    assert not has_clock(found[0].clock_id)


def test_the_end_of_a_bar_withdraws_its_warning_and_a_decision_all_of_clocks_that_have_stopped() -> None:
    ended = replace(an_event(kind=EventKind.CASE_BAR_ENDED), data={"about": "flag:f1"})
    decided = an_event(kind=EventKind.CASE_DECIDED)

    assert withdrawals(ended) == (
        Withdrawal(owner="case:1", clock_id="credit_bar.flag:f1", milestones=("barred",), before_round=None),
    )
    (over,) = withdrawals(decided)
    assert (over.clock_id, over.milestones) == (None, ("yellow", "passed", "barred"))


@pytest.mark.parametrize(
    "kind",
    [
        EventKind.CASE_NOT_ACCEPTED,
        EventKind.CASE_TERMINATED,
        EventKind.APPLICATION_WITHDRAWN,
        EventKind.CASE_REVOKED,
    ],
)
def test_any_other_end_of_a_case_withdraws_the_warnings_of_what_bars(kind: EventKind) -> None:
    (ended,) = withdrawals(an_event(kind=kind))

    assert (ended.clock_id, ended.milestones, ended.before_round) == (None, ("barred",), None)
