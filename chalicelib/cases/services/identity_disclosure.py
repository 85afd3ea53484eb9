"""Showing who somebody is (查看完整身份信息): an act of its own, with a purpose and a reason, written down (R7.6)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.cases.model.case import Case
from chalicelib.cases.store import CaseStore
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.policy import Caller, Role, require
from chalicelib.subjects.model.subjects import Identity
from chalicelib.subjects.services import Subjects
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import NewEvent
from chalicelib.timeline.store import Timeline


class Sight(StrEnum):
    """What an officer may look at an identity for (查看目的): a closed list (R7.5)."""

    HANDLING = "handling"
    VERIFICATION = "verification"


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosedIdentity:
    """Who the applicant of a case is, and who acts for it."""

    case: Case
    applicant: Identity
    agent: Identity | None


class IdentityDisclosure:
    """Who applicants are."""

    def __init__(self, cases: CaseStore, subjects: Subjects, timeline: Timeline) -> None:
        """Tell the case's timeline of each look."""
        self._cases = cases
        self._subjects = subjects
        self._timeline = timeline

    @retry_on_conflict
    def look(self, case_no: str, purpose: Sight, *, reason: str, by: Caller, at: datetime) -> DisclosedIdentity:
        """Return the full identities of a case to an officer of its department.

        Nothing is returned unless it is written on the case's timeline, where the applicant reads who looked and why.
        The version of the case stays, so that no form that somebody has open is spoilt by it.
        """
        case = self._cases.load(case_no)
        require(by, roles=(Role.OFFICER,), department=case.department)
        agent = None if case.agent is None else self._subjects.unmasked(case.agent.subject)
        seen = DisclosedIdentity(case=case, applicant=self._subjects.unmasked(case.subject), agent=agent)
        fact = NewEvent(
            kind=EventKind.IDENTITY_SEEN,
            occurred_at=at,
            actor=by.actor,
            department=by.department or "",
            data={"purpose": purpose.value},
            texts={"reason": reason},
        )
        with transaction() as tx:
            self._timeline.append([fact], owner=case.owner, at=at, tx=tx)
        return seen
