"""What one event adds to the figures (R4.23): always the same, whatever the order and however often it is asked.

An event counts together with the chain before it, which never changes, and with the calendar and the office hours at
the time it was recorded. Every count belongs to the day in Shanghai on which its event was recorded, so the figures of
past days never change, however late something is entered.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import Enum, auto
from typing import Any

from chalicelib.clock import day_in_shanghai, instant_from
from chalicelib.clocks.model import ClockKind
from chalicelib.rulepacks.model.pack import RulePack, TermKey
from chalicelib.supervision.model.statistics import Contribution, Figures, Late, Measure, Span
from chalicelib.supervision.rules.measure_statistics import FLAGS, flag_step
from chalicelib.supervision.rules.quantiles import bucket
from chalicelib.timeline.event_types import LOOKS, EventKind
from chalicelib.timeline.events import Event
from chalicelib.workdays.model.calendar import Calendar
from chalicelib.workdays.model.limits import Pause
from chalicelib.workdays.rules import hours

STAFF = "staff:"
CASE = "case:"
COMMITMENT = "commitment"

ONCE: dict[str, Measure] = {
    EventKind.CASE_NOT_ACCEPTED: Measure.NOT_ACCEPTED,
    EventKind.CORRECTION_ASKED: Measure.RETURNED,
    EventKind.CASE_PAUSED: Measure.PAUSED,
    EventKind.CASE_REOPENED: Measure.REOPENED,
}
"""Events of a case that add one to a single measure."""

LEVELLED: dict[str, tuple[Measure, str]] = {
    EventKind.RATING_GIVEN: (Measure.RATED, "level"),
    EventKind.ALERT_RAISED: (Measure.ALERTED, "level"),
    EventKind.ALERT_ACKNOWLEDGED: (Measure.ACKNOWLEDGED, "level"),
    EventKind.CARD_GIVEN: (Measure.CARD_GIVEN, "colour"),
    EventKind.CARD_WITHDRAWN: (Measure.CARD_WITHDRAWN, "colour"),
    EventKind.COMPLAINT_RECEIVED: (Measure.COMPLAINED, "category"),
}
"""Events counted separately by a value in their data."""

OPENS = frozenset({EventKind.CASE_FILED, EventKind.CASE_REOPENED})
ENDS = frozenset(
    {
        EventKind.CASE_DECIDED,
        EventKind.CASE_NOT_ACCEPTED,
        EventKind.CASE_TERMINATED,
        EventKind.APPLICATION_WITHDRAWN,
    }
)
"""The last of these and ``OPENS`` says whether a case is still to be decided (在办)."""

OF_CASES = frozenset({*ONCE, *OPENS, *ENDS})
ACCEPTED = frozenset({EventKind.CASE_ACCEPTED, EventKind.CASE_DEEMED_ACCEPTED})
BEGINS = ACCEPTED | {EventKind.CASE_REOPENED}
"""The last of these starts the measurement of handling time."""
STOPS = frozenset({EventKind.CASE_PAUSED, EventKind.CASE_SUSPENDED})
GOES_ON = frozenset({EventKind.CASE_RESUMED, EventKind.SUSPENSION_ENDED})
"""Events between which no time is measured."""


def counts(event: Event) -> bool:
    """Whether an event adds anything."""
    if event.owner.startswith(CASE):
        return event.kind in LEVELLED or event.kind in OF_CASES | BEGINS or _is_entry(event)
    return event.kind in LEVELLED or (event.kind in FLAGS and event.owner.startswith("flag:"))


class Needed(Enum):
    """How much of the chain before an event has to be known to count it."""

    NOTHING = auto()
    BEGINNING = auto()
    CHAIN = auto()


BEGINNING = 2
"""The length of a case's beginning: what was signed and what was filed, which name item and rule pack."""

OF_CHAIN = frozenset({*ACCEPTED, *ENDS, EventKind.CASE_REOPENED, EventKind.ALERT_ACKNOWLEDGED})
"""Events of a case that count by what happened before."""


def needed(event: Event) -> Needed:
    """Return how much of the chain before an event its contribution depends on."""
    if event.seq == 1:
        return Needed.NOTHING
    if event.kind in OF_CHAIN or event.kind in FLAGS:
        is_short = event.owner.startswith(CASE) and event.seq <= BEGINNING + 1
        return Needed.BEGINNING if is_short else Needed.CHAIN
    if event.data.get("item_code") and not _is_entry(event):
        return Needed.NOTHING
    # Nothing is known of how other timelines begin.
    return Needed.BEGINNING if event.owner.startswith(CASE) else Needed.CHAIN


def contribution(event: Event, before: Sequence[Event], *, calendar: Calendar, pack: RulePack) -> Contribution:
    """Return what an event adds, given the chain before it, or as much of it as is ``needed``."""
    at = instant_from(event.recorded_at)
    added: dict[str, int] = {}
    minutes: dict[Span, int] = {}
    _count_case(event, before, added)
    if event.kind == EventKind.CASE_FILED and not hours.is_open(at, calendar, pack.office_hours.stretches):
        added[Measure.OUT_OF_HOURS] = 1
    if event.kind == EventKind.CASE_DECIDED and not _is_again(before):
        minutes[Span.HANDLING] = _handling(event, before, calendar=calendar, pack=pack)
    if event.kind in LEVELLED:
        measure, name = LEVELLED[EventKind(event.kind)]
        added[f"{measure}:{event.data[name]}"] = 1
        if event.data.get("suspicious"):
            added[Measure.RATED_SUSPICIOUSLY] = 1
    if event.kind == EventKind.ALERT_ACKNOWLEDGED and (raised := _raised(event, before)) is not None:
        minutes[Span.ACKNOWLEDGEMENT] = int((at - instant_from(raised.recorded_at)) / timedelta(minutes=1))
    if event.kind == EventKind.FLAG_CONFIRMED:
        added[Measure.FLAG_SET] = 1
    if event.kind == EventKind.FLAG_LIFTED and any(each.kind == EventKind.FLAG_CONFIRMED for each in before):
        added[Measure.FLAG_OVERTURNED] = 1
    if _is_entry(event):
        added[Measure.ENTERED] = 1
        delay = at - instant_from(event.occurred_at)
        if delay > timedelta(hours=pack.limit_term(TermKey.LATE_ENTRY).value):
            added[Measure.ENTERED_LATE] = 1
    return Contribution(
        event_id=event.id,
        department=event.department,
        item_code=_item(event, before),
        day=day_in_shanghai(at),
        at=at,
        counts=added,
        minutes=minutes,
        late=_late(event, before) if event.kind == EventKind.CASE_DECIDED else None,
        flag=flag_step(event, before),
    )


def _is_entry(event: Event) -> bool:
    """Whether an official did something in a case, which may have been entered late; looks are entered by nobody."""
    return event.owner.startswith(CASE) and event.actor.startswith(STAFF) and event.kind not in LOOKS


def law_of(event: Event, before: Sequence[Event]) -> tuple[str | None, datetime]:
    """Return the rule pack that a case follows (``None`` if it is not a case) and the instant at which it applies."""
    codes = [str(each.data["pack"]) for each in (*before, event) if each.kind == EventKind.CASE_FILED]
    return (codes[0] if codes else None), instant_from(event.recorded_at)


def figures_of(one: Contribution) -> Figures:
    """Return a contribution as figures, so that they can be added up."""
    return Figures(
        counts=dict(one.counts),
        buckets={span: {bucket(value): 1} for span, value in one.minutes.items()},
        longest=dict(one.minutes),
    )


def per_cent(part: int, whole: int) -> int | None:
    """Return a share in whole per cent, halves up; ``None`` if the whole is 0: 1,881 of 2,253 are 83 per cent."""
    return None if whole == 0 else (200 * part + whole) // (2 * whole)


def _count_case(event: Event, before: Sequence[Event], added: dict[str, int]) -> None:
    if event.kind in ONCE:
        added[ONCE[EventKind(event.kind)]] = 1
    if event.kind == EventKind.CASE_FILED:
        added[Measure.RECEIVED] = 1
        if event.data.get("way") == COMMITMENT:
            added[Measure.ON_PROMISE] = 1
    if event.kind in ACCEPTED:
        # Whoever withdraws a promise is accepted a second time with the certificates, and was received once.
        known = {each.kind for each in before}
        if not known & ACCEPTED:
            added[Measure.ACCEPTED] = 1
        if event.kind == EventKind.CASE_DEEMED_ACCEPTED and event.kind not in known:
            added[Measure.DEEMED_ACCEPTED] = 1
    if event.kind == EventKind.CASE_DECIDED:
        _count_decision(event, before, added)
    if event.kind in OPENS | ENDS and (change := is_open((*before, event)) - is_open(before)):
        added[Measure.OPEN] = change


def _count_decision(event: Event, before: Sequence[Event], added: dict[str, int]) -> None:
    # A reopened case was received once: its second decision is no second completion and no second chance to be in time,
    # so what is late again stands beside what was late.
    again = _is_again(before)
    added[Measure.DECIDED_AGAIN if again else Measure.DECIDED] = 1
    if _late(event, before) is not None:
        added[Measure.LATE_AGAIN if again else Measure.LATE] = 1
    if not again:
        for filed in (each for each in before if each.kind == EventKind.CASE_FILED):
            added[f"{Measure.COMPLETED}:{(_day(event) - _day(filed)).days}"] = 1


def is_open(events: Sequence[Event]) -> bool:
    """Whether a case is still to be decided after these events (在办)."""
    changes = [event.kind for event in events if event.kind in OPENS | ENDS]
    return bool(changes) and changes[-1] in OPENS


def completed(day: date, figures: Figures) -> dict[date, int]:
    """Return how many cases were first decided on a day, by the day on which they were filed."""
    return {day - timedelta(days=int(age)): n for age, n in figures.by(Measure.COMPLETED).items()}


def _day(event: Event) -> date:
    return day_in_shanghai(instant_from(event.recorded_at))


def _is_again(before: Sequence[Event]) -> bool:
    return any(each.kind == EventKind.CASE_DECIDED for each in before)


def _late(event: Event, before: Sequence[Event]) -> Late | None:
    """Return a decision after the promised limit; the last second, or a provisional date, is not late."""
    stopped: Any = event.data.get("clocks_stopped", ())
    done_at = instant_from(event.recorded_at)
    dues = [
        instant_from(clock["due_at"])
        for clock in stopped
        if clock["kind"] == ClockKind.HANDLING_PROMISED and not clock["provisional"]
    ]
    again = _is_again(before)
    return next((Late(due_at=due_at, done_at=done_at, is_again=again) for due_at in dues if done_at > due_at), None)


def _handling(event: Event, before: Sequence[Event], *, calendar: Calendar, pack: RulePack) -> int:
    """Return the working minutes from acceptance to decision, without pauses and suspensions since then."""
    begins = [place for place, each in enumerate(before) if each.kind in BEGINS]
    handled = before[begins[-1] :] if begins else ()
    begun = handled[0] if handled else event
    span = hours.Span(
        instant_from(str(begun.data.get("counts_from", begun.recorded_at))), instant_from(event.recorded_at)
    )
    pauses: list[Pause] = []
    for each in handled:
        moment = instant_from(each.recorded_at)
        if each.kind in STOPS:
            pauses.append(Pause(started_at=moment))
        elif each.kind in GOES_ON and pauses:
            pauses[-1] = Pause(started_at=pauses[-1].started_at, ended_at=moment)
    return hours.working_minutes(span, calendar, pack.office_hours.stretches, pauses=pauses)


def _raised(event: Event, before: Sequence[Event]) -> Event | None:
    alert = event.data["alert_id"]
    return next(
        (each for each in before if each.kind == EventKind.ALERT_RAISED and each.data["alert_id"] == alert), None
    )


def _item(event: Event, before: Sequence[Event]) -> str:
    """Return the item that the timeline is about, ``-`` if there is none."""
    known = (each.data.get("item_code") for each in (event, *reversed(before)))
    return next((str(item) for item in known if item), "-")
