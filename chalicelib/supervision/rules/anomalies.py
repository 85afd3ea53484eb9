"""Finding anomalies in a case's timeline (疑点规则, R4.19, R4.20); one timeline always gives the same ones."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from chalicelib.cases.rules.handling import TELLING_ONCE
from chalicelib.clock import instant_from
from chalicelib.clocks.model import ClockKind
from chalicelib.rulepacks.model.pack import BoundKey, RulePack, TermKey
from chalicelib.supervision.model.anomalies import Anomaly, AnomalyKind, Evidence
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event

NOT_RECEIVED = "not_received"
"""The category of complaints (投诉建议类别) in which an applicant says that no result was received."""

DUTY: dict[str, ClockKind] = {
    EventKind.CASE_DECIDED: ClockKind.HANDLING_PROMISED,
    EventKind.CASE_DELIVERED: ClockKind.DELIVERY,
}
"""The two events that close a case, and the clock that each must meet."""

UNDOES = frozenset({EventKind.CASE_REOPENED, EventKind.COMMITMENT_WITHDRAWN, EventKind.CASE_REVOKED})
"""After these events the case is open again, whatever was decided before."""

HEARD = frozenset({*DUTY, EventKind.CASE_REOPENED, EventKind.BREACH_RECORDED})
STAFF = "staff:"
UPLOADED = 0
"""What an officer's own document is about: no single event, so it may be the result."""


def may_complete(event: Event) -> bool:
    """Whether an anomaly may have this event as its last one, so that the timeline is worth reading."""
    if event.kind == EventKind.COMPLAINT_RECEIVED:
        return bool(event.data.get("case_no")) and event.data.get("category") == NOT_RECEIVED
    is_late = event.actor.startswith(STAFF) and _delay(event) > timedelta(0)
    return event.owner.startswith("case:") and (event.kind in HEARD or is_late)


def anomalies_in(events: Sequence[Event], pack: RulePack, *, complaints: Sequence[Event] = ()) -> tuple[Anomaly, ...]:
    """Return every anomaly in a case's complete timeline and in the complaints about it.

    A longer prefix of the same timeline gives the same anomalies and perhaps more.
    """
    found: list[Anomaly] = []
    for index, event in enumerate(events):
        found.extend(_shown_by(event, events[:index], pack))
    for complaint in complaints:
        before = [event for event in events if event.recorded_at <= complaint.recorded_at]
        if may_complete(complaint) and (closings := _closings(before)):
            found.append(
                _anomaly(AnomalyKind.CLOSED_AND_CONTRADICTED, [*closings, complaint], before, act=closings[-1])
            )
    return tuple(found)


def pack_of(events: Sequence[Event]) -> tuple[str, datetime] | None:
    """Return the rule pack of a case and when it was received; ``None`` if the timeline has no receipt."""
    filed = next((event for event in events if event.kind == EventKind.CASE_FILED), None)
    return None if filed is None else (str(filed.data["pack"]), instant_from(filed.recorded_at))


def _shown_by(event: Event, before: Sequence[Event], pack: RulePack) -> Iterator[Anomaly]:
    chain = [*before, event]
    if event.actor.startswith(STAFF) and _delay(event) > timedelta(hours=pack.limit_term(TermKey.LATE_ENTRY).value):
        yield _anomaly(AnomalyKind.LATE_ENTRY, [event], chain, act=event)
    if event.kind == EventKind.CASE_REOPENED and (closings := _closings(before)):
        yield _anomaly(AnomalyKind.CLOSED_AND_REOPENED, [*closings, event], chain, act=closings[-1])
    if event.kind == EventKind.BREACH_RECORDED and event.data.get("rule") == TELLING_ONCE:
        demands = [each for each in before if each.kind == EventKind.CORRECTION_ASKED]
        yield _anomaly(AnomalyKind.SECOND_CORRECTION, [*demands, event], chain, act=event)
    if event.kind in DUTY and _is_close_call(event, pack) and not _has_result(closings := _closings(chain)):
        yield _anomaly(AnomalyKind.CLOSED_CLOSE_TO_DUE, closings, chain, act=event)
    if event.kind == EventKind.CASE_DELIVERED and not _is_anything_issued(closings := _closings(chain), chain):
        yield _anomaly(AnomalyKind.CLOSED_WITHOUT_RESULT, closings, chain, act=event)


def _closings(events: Sequence[Event]) -> list[Event]:
    """Return the decision in force and its delivery, as far as present; none if something undid them.

    A revocation that falls lets both stand again.
    """
    closings: list[Event] = []
    revoked: list[Event] = []
    for event in events:
        if event.kind in UNDOES:
            revoked = closings if event.kind == EventKind.CASE_REVOKED else []
            closings = []
        elif event.kind == EventKind.CASE_REINSTATED:
            closings = revoked
        elif event.kind in DUTY:
            closings.append(event)
    return closings


def _is_close_call(event: Event, pack: RulePack) -> bool:
    """Whether an act stopped its clock in the pack's last minutes before the deadline, and not after it.

    The time of recording counts, as it does for the clock; a provisional date is no deadline (R4.4).
    """
    stopped: Any = event.data.get("clocks_stopped", ())
    within = timedelta(minutes=pack.bound(BoundKey.CLOSE_CALL))
    return any(
        timedelta(0) <= instant_from(clock["due_at"]) - instant_from(event.recorded_at) <= within
        for clock in stopped
        if clock["kind"] == DUTY[EventKind(event.kind)] and not clock["provisional"]
    )


def _has_result(closings: Sequence[Event]) -> bool:
    return any("result_sha256" in event.data for event in closings)


def _is_anything_issued(closings: Sequence[Event], chain: Sequence[Event]) -> bool:
    """Whether there was anything to deliver: the officer's own result, or a document made or uploaded since."""
    since = closings[0].seq
    return _has_result(closings) or any(
        event.kind == EventKind.DOCUMENT_ISSUED and event.seq > since and event.data.get("about") in {since, UPLOADED}
        for event in chain
    )


def _delay(event: Event) -> timedelta:
    return instant_from(event.recorded_at) - instant_from(event.occurred_at)


def _anomaly(kind: AnomalyKind, rests_on: Sequence[Event], chain: Sequence[Event], *, act: Event) -> Anomaly:
    last = rests_on[-1]
    item = next((event.data["item_code"] for event in chain if "item_code" in event.data), "")
    return Anomaly(
        signal_id=f"{kind.value}@{last.id}",
        kind=kind,
        case_no=act.owner.partition(":")[2],
        department=act.department,
        item_code=str(item),
        officer=act.actor.removeprefix(STAFF) if act.actor.startswith(STAFF) else "",
        found_at=instant_from(last.recorded_at),
        events=tuple(_evidence(event) for event in rests_on),
    )


def _evidence(event: Event) -> Evidence:
    return Evidence(
        owner=event.owner,
        seq=event.seq,
        kind=event.kind,
        occurred_at=instant_from(event.occurred_at),
        recorded_at=instant_from(event.recorded_at),
    )
