"""Clocks with their lights, and flags, built again from nothing but their events (R8.3)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from chalicelib.clock import instant_from
from chalicelib.clocks.model import Clock, ClockKind, ClockPause, Light
from chalicelib.clocks.rules import clocks as rules
from chalicelib.container import container
from chalicelib.credit.model.records import FlagMark, ObjectionState, Severity
from chalicelib.sanctions.model.flags import FlagState
from chalicelib.sanctions.rules.measures import edition_of
from chalicelib.sanctions.store.flags import FlagStore
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event
from chalicelib.workdays.model.limits import Limit, Unit

SECOND = timedelta(seconds=1)
BEGINS_PAUSE = {EventKind.CASE_PAUSED.value, EventKind.CASE_SUSPENDED.value}
ENDS_PAUSE = {EventKind.CASE_RESUMED.value, EventKind.SUSPENSION_ENDED.value}
STATES = {
    EventKind.FLAG_PROPOSED.value: FlagState.PROPOSED,
    EventKind.FLAG_SERVED.value: FlagState.SERVED,
    EventKind.FLAG_ANSWERED.value: FlagState.ANSWERED,
    EventKind.FLAG_CONFIRMED.value: FlagState.ACTIVE,
    EventKind.FLAG_SUSPENDED.value: FlagState.SUSPENDED,
    EventKind.FLAG_RESUMED.value: FlagState.ACTIVE,
    EventKind.FLAG_LIFTED.value: FlagState.LIFTED,
    EventKind.FLAG_ENDED.value: FlagState.ENDED,
}


def clocks_from(events: Iterable[Event]) -> dict[str, Clock]:
    """The clocks of a case, by their ids, as its events leave them."""
    clocks: dict[str, Clock] = {}
    pack = ""
    for event in events:
        pack = str(event.data.get("pack", pack))
        for said in _said(event, "clocks_started"):
            clocks[said["clock_id"]] = _started(event, said, pack=pack)
        for said in _said(event, "clocks_changed"):
            clocks[said["clock_id"]] = _changed(event, said, clocks[said["clock_id"]])
        for said in _said(event, "clocks_stopped"):
            clocks[said["clock_id"]] = rules.stop(clocks[said["clock_id"]], at=instant_from(event.recorded_at))
    return clocks


def lights_at(events: Sequence[Event], at: datetime) -> dict[str, Light]:
    """The light that each clock of a case showed at a moment, by the events up to it."""
    known = clocks_from(event for event in events if instant_from(event.recorded_at) <= at)
    return {name: rules.light(clock, at=at) for name, clock in known.items() if clock.started_at <= at}


def require_the_same_lights(owner: str, *, at: datetime) -> int:
    """Compare a case's clocks with those of its events, now and at every moment at which anything may have changed.

    Returns how many lights were compared.
    """
    events = container().timeline.events(owner)
    stored = {clock.clock_id: clock for clock in container().clocks.of_owner(owner)}
    rebuilt = clocks_from(events)
    assert {name: _dates(clock) for name, clock in rebuilt.items()} == {
        name: _dates(clock) for name, clock in stored.items()
    }
    assert lights_at(events, at) == {
        name: container().clocks.light(clock, at=at) for name, clock in stored.items() if clock.started_at <= at
    }
    changed = {name for event in events if event.kind == EventKind.NOTICE_RECEIVED for name in _names(event)}
    told = {
        said["clock_id"]: instant_from(event.recorded_at) for event in events for said in _said(event, "clocks_started")
    }
    moments = {instant_from(event.recorded_at) for event in events}
    moments |= {clock.due_at + late for clock in stored.values() for late in (timedelta(0), SECOND)}
    compared = 0
    for moment in sorted(one for one in moments if one <= at):
        # A clock that was let begin sooner keeps nothing of when it would have begun.
        shown = {name: light for name, light in lights_at(events, moment).items() if name not in changed}
        assert shown == {
            name: light
            for name, clock in stored.items()
            # What silence accepts begins with the receipt, and is told of when the silence is over.
            if name not in changed and told[name] <= moment and (light := _light_then(clock, moment)) is not None
        }, moment
        compared += len(shown)
    return compared


def mark_from(events: Sequence[Event]) -> tuple[FlagState, FlagMark]:
    """A flag's state and its mark in the summary, by its events and the list of measures."""
    proposed = events[0].data
    edition = edition_of(container().lists.current(), str(proposed["edition"]), on=date.min)
    measure = None if edition is None else edition.measure(str(proposed["measure_code"]))
    assert measure is not None
    mark = FlagMark(
        flag_id=events[0].owner.partition(":")[2],
        measure_code=measure.code,
        measure=measure.measure,
        edition=str(proposed["edition"]),
        effect=measure.effect,
        items=tuple(_strings(proposed["related_items"])),
        organ=str(proposed["organ"]),
        document_no=str(proposed["document_no"]),
        basis=measure.basis,
        starts_on=date.fromisoformat(str(proposed["starts_on"])),
        ends_on=date.fromisoformat(str(proposed["ends_on"])),
        severity=Severity(str(proposed["severity"])),
    )
    state = FlagState.PROPOSED
    for event in events:
        state = STATES.get(event.kind, state)
        mark = _marked(mark, event)
    return state, mark


def require_the_same_flag(flag_id: str, *, on: date) -> None:
    """Compare a flag, and what the gate reads of it, with what its events say."""
    flag = FlagStore(container().timeline).load(flag_id)
    state, mark = mark_from(container().timeline.events(flag.owner))
    assert (state, mark.objection, mark.is_paused) == (flag.state, flag.objection, flag.is_paused)
    assert (mark.starts_on, mark.ends_on) == (flag.starts_on, flag.ends_on)
    at_the_gate = [one for one in container().credit.summary(flag.subject).flags if one.flag_id == flag_id]
    if mark.ends_on >= on:
        assert at_the_gate == ([mark] if state is FlagState.ACTIVE else [])


def _said(event: Event, name: str) -> list[Mapping[str, Any]]:
    said: Any = event.data.get(name) or ()
    return list(said)


def _names(event: Event) -> list[str]:
    return [str(said["clock_id"]) for said in _said(event, "clocks_changed")]


def _started(event: Event, said: Mapping[str, Any], *, pack: str) -> Clock:
    kind, started_at = ClockKind(said["kind"]), instant_from(said["started_at"])
    return rules.start(
        kind,
        Limit(value=said["limit"]["value"], unit=Unit(said["limit"]["unit"]), basis=said["limit"]["basis"]),
        owner=event.owner,
        department=event.department,
        responsible="",
        pack=pack,
        started_at=started_at,
        calendar=container().calendars.current(),
        yellow=container().yellow(pack, started_at),
        suffix=said["clock_id"].partition(".")[2],
    )


def _changed(event: Event, said: Mapping[str, Any], clock: Clock) -> Clock:
    at = instant_from(event.recorded_at)
    law: dict[str, Any] = {
        "calendar": container().calendars.current(),
        "yellow": container().yellow(clock.pack, clock.started_at),
    }
    if event.kind in BEGINS_PAUSE:
        pause = ClockPause(
            started_at=at,
            ground=str(event.data["ground"]),
            basis=str(event.data["basis"]),
            expected_until=date.fromisoformat(str(event.data["expected_until"])),
        )
        return rules.with_pause(clock, pause)
    if event.kind in ENDS_PAUSE:
        return rules.resume(clock, at=at, **law)
    if event.kind == EventKind.CASE_EXTENDED:
        by: Any = event.data["by"]
        more = Limit(value=by["value"], unit=Unit(by["unit"]), basis=by["basis"])
        return rules.with_extension(clock, more, at=at, **law)
    if event.kind == EventKind.NOTICE_RECEIVED:
        return rules.restart(clock, started_at=instant_from(said["started_at"]), at=at, **law)
    assert event.kind == EventKind.CLOCK_RECOUNTED, event.kind
    return rules.recount(clock, at=at, **law)


def _dates(clock: Clock) -> dict[str, object]:
    """What a clock's lights follow from."""
    return {
        "started_at": clock.started_at,
        "due_at": clock.due_at,
        "due_on": clock.due_on,
        "provisional": clock.provisional,
        "yellow_at": clock.yellow_at,
        "stopped_at": clock.stopped_at,
        "pauses": [(pause.started_at, pause.ended_at, pause.expected_until) for pause in clock.pauses],
    }


def _light_then(clock: Clock, at: datetime) -> Light | None:
    past = container().clocks.as_of(clock, at=at)
    return None if past is None else rules.light(past, at=at)


def _marked(mark: FlagMark, event: Event) -> FlagMark:
    days: dict[str, Any] = {
        name: date.fromisoformat(str(event.data[name])) for name in ("starts_on", "ends_on") if name in event.data
    }
    mark = replace(mark, **days)
    if event.kind == EventKind.FLAG_OBJECTED:
        return replace(mark, objection=ObjectionState.OPEN, is_paused=bool(event.data["paused"]))
    if event.kind == EventKind.FLAG_OBJECTION_ENDED:
        return replace(mark, objection=ObjectionState.NONE, is_paused=bool(event.data["paused"]))
    if event.kind in {EventKind.FLAG_LIFTED, EventKind.FLAG_ENDED}:
        return replace(mark, objection=ObjectionState.NONE, is_paused=False)
    return mark


def _strings(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list | tuple) else []
