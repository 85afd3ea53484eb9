"""Officials' looks at a case (查阅留痕) and at full identities (查看完整身份信息): on record before anything is shown.

Each needs a purpose (R7.5), a look at an identity a reason too (R7.6); the person concerned reads who looked (R7.15).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.cases.model.case import Case
from chalicelib.cases.rules.reading import ReadingPurpose, is_on_record, purpose_of
from chalicelib.cases.store import CaseStore
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.logging import logger
from chalicelib.policy import Caller, Role, require
from chalicelib.subjects.model.subjects import Identity
from chalicelib.subjects.services import Subjects
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event, NewEvent
from chalicelib.timeline.store import Timeline


class CaseReading:
    """Puts officials' looks on the timelines of cases, once a day for each reader and purpose."""

    def __init__(self, timeline: Timeline) -> None:
        """Write to ``timeline``."""
        self._timeline = timeline

    def leave_trace(
        self, case: Case, stated: ReadingPurpose | None, *, by: Caller, at: datetime
    ) -> tuple[Event, ...] | None:
        """Leave the trace of a look; return the case's events if it was there already, ``None`` if it is new.

        People read their own without one. Raises ``PURPOSE_REQUIRED`` for an official who has neither said a purpose of
        their role, now or earlier the same day, nor has one by duty.

        Where none can be added, because the end of the chain does not hold, the look is in the service's log: somebody
        must be able to see that the timeline was altered.
        """
        if not by.is_staff:
            return None
        try:
            return self._leave_trace(case, stated, by=by, at=at)
        except DomainError as error:
            if error.code is not ErrorCode.BUSY or self._timeline.reading(case.owner).fault is None:
                raise
            logger("timeline").error("look_not_recorded", case_no=case.case_no, actor=by.actor)
            return None

    @retry_on_conflict
    def _leave_trace(
        self, case: Case, stated: ReadingPurpose | None, *, by: Caller, at: datetime
    ) -> tuple[Event, ...] | None:
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


class Sight(StrEnum):
    """The purposes for which an officer may see an identity (查看目的): a closed list (R7.5)."""

    HANDLING = "handling"
    VERIFICATION = "verification"


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosedIdentity:
    """The identities of a case's applicant and agent."""

    case: Case
    applicant: Identity
    agent: Identity | None


class IdentityDisclosure:
    """Discloses the identities of applicants to officers."""

    def __init__(self, cases: CaseStore, subjects: Subjects, timeline: Timeline) -> None:
        """Take the stores; each disclosure is written to the case's timeline."""
        self._cases = cases
        self._subjects = subjects
        self._timeline = timeline

    @retry_on_conflict
    def look(self, case_no: str, purpose: Sight, *, reason: str, by: Caller, at: datetime) -> DisclosedIdentity:
        """Return the full identities of a case to an officer of its department.

        Nothing is returned unless it is recorded on the case's timeline, where the applicant can read who looked and
        why. The case's version does not change, so that forms open elsewhere remain valid.
        """
        case = self._cases.load(case_no)
        require(by, roles=(Role.OFFICER,), department=case.department, subjects=case.people)
        agent = None if case.agent is None else self._subjects.unmasked(case.agent.subject)
        seen = DisclosedIdentity(case=case, applicant=self._subjects.unmasked(case.subject), agent=agent)
        event = NewEvent(
            kind=EventKind.IDENTITY_SEEN,
            occurred_at=at,
            actor=by.actor,
            department=by.department or "",
            data={"purpose": purpose.value},
            texts={"reason": reason},
        )
        with transaction() as tx:
            self._timeline.append([event], owner=case.owner, at=at, tx=tx)
        return seen
