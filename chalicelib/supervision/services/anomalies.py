"""Finding anomalies as events arrive, and listing them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from chalicelib.cases.model.case import owner_of
from chalicelib.dynamo.model import Page, Position
from chalicelib.policy import Caller, Role, department_shown
from chalicelib.rulepacks.model.pack import RulePack
from chalicelib.supervision.model.anomalies import Anomaly
from chalicelib.supervision.rules.anomalies import anomalies_in, may_complete, pack_of
from chalicelib.supervision.store.anomalies import AnomalyStore, Wanted
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event
from chalicelib.timeline.store import Timeline

WATCHERS = (Role.SUPERVISOR, Role.HEAD, Role.MONITOR)


class Anomalies:
    """Anomalies of all departments: listed with their evidence, and never counted into any score."""

    def __init__(self, store: AnomalyStore, timeline: Timeline, *, pack: Callable[[str, datetime], RulePack]) -> None:
        """``pack`` returns the edition of a rule pack in force at an instant."""
        self._store = store
        self._timeline = timeline
        self._pack = pack

    def on_event(self, event: Event, _at: datetime) -> None:
        """Save the anomalies whose last event is this one. Idempotent; the order of events does not matter.

        Everything recorded before an event is readable by the time it is dispatched, and only that counts.
        """
        if not may_complete(event):
            return
        is_complaint = event.kind == EventKind.COMPLAINT_RECEIVED
        events = self._timeline.events(owner_of(str(event.data["case_no"])) if is_complaint else event.owner)
        lives_by = pack_of(events)
        if lives_by is None:
            return
        complaints = (event,) if is_complaint else ()
        for anomaly in anomalies_in(events, self._pack(*lives_by), complaints=complaints):
            last = anomaly.events[-1]
            if (last.owner, last.seq) == (event.owner, event.seq):
                self._store.add(anomaly)

    def page(self, wanted: Wanted, *, by: Caller, limit: int, after: Position | None) -> Page[Anomaly]:
        """Return a page of anomalies, newest first: the caller's own department, or all for the monitoring office.

        ``FORBIDDEN`` for another department, except for the monitoring office.
        """
        department = department_shown(wanted.department, by=by, roles=WATCHERS)
        return self._store.page(replace(wanted, department=department), limit=limit, after=after)
