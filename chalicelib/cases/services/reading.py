"""The trace that an official leaves by reading a case (查阅留痕): before anything of it is shown (R7.5, R7.15)."""

from datetime import datetime

from chalicelib.cases.model.case import Case
from chalicelib.cases.rules.reading import ReadingPurpose, is_on_record, purpose_of
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.policy import Caller
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event, NewEvent
from chalicelib.timeline.store import Timeline


class CaseReading:
    """Puts officials' looks on the timelines of cases, once a day for each reader and purpose."""

    def __init__(self, timeline: Timeline) -> None:
        """Write to ``timeline``."""
        self._timeline = timeline

    @retry_on_conflict
    def leave_trace(
        self, case: Case, stated: ReadingPurpose | None, *, by: Caller, at: datetime
    ) -> tuple[Event, ...] | None:
        """Leave the trace of a look; return the case's events if it was there already, ``None`` if it is new.

        People read their own without one. Raises ``PURPOSE_REQUIRED`` for an official who has neither said a purpose of
        their role, now or earlier the same day, nor has one by duty.
        """
        if not by.is_staff:
            return None
        events = self._timeline.events(case.owner)
        purpose = purpose_of(case, events, stated, by=by, at=at)
        if is_on_record(events, purpose, by=by, at=at):
            return events
        seen = NewEvent(
            kind=EventKind.CASE_SEEN,
            occurred_at=at,
            actor=by.actor,
            department=by.department or "",
            data={"purpose": purpose.value},
        )
        with transaction() as tx:
            self._timeline.append([seen], owner=case.owner, at=at, tx=tx)
        return None
