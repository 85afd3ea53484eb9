"""Reading cases: one case, lists, clocks, timelines, and the little that a tracking code shows."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from chalicelib.authorities.model import Act
from chalicelib.bounds.model import Counted
from chalicelib.cases.model.answers import AnswerTold
from chalicelib.cases.model.case import WAITING, Case, CaseCard, State
from chalicelib.cases.rules.case_numbers import code_as_typed, is_case_no
from chalicelib.cases.rules.duties import clocks_awaited, due_next
from chalicelib.cases.rules.handling import STEPS, CaseStep
from chalicelib.cases.rules.reading import ReadingPurpose, is_reason_for_delay, is_reported
from chalicelib.cases.rules.waiting import CLOCKS as WAITS
from chalicelib.cases.rules.waiting import state_told
from chalicelib.cases.services.access import CaseAccess, Step, is_agent
from chalicelib.cases.services.answers import CaseAnswers
from chalicelib.cases.services.reading import CaseReading
from chalicelib.cases.store import CaseStore
from chalicelib.clocks.model import Clock, ClockKind, Light
from chalicelib.clocks.services.clocks import Clocks
from chalicelib.credit.rules.purposes import NO_CASE
from chalicelib.dynamo.model import Page, Position
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.logging import logger
from chalicelib.policy import Caller, Role, require, sees
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import ChainFault, Event, NewEvent, Reading
from chalicelib.timeline.store import Timeline
from chalicelib.workdays.model.limits import DayCount

if TYPE_CHECKING:
    from chalicelib.bounds.store import CountStore

READERS = frozenset(
    {Role.APPLICANT, Role.AGENT, Role.OFFICER, Role.SUPERVISOR, Role.HEAD, Role.MONITOR},
)
"""Who may see a case: the people concerned, its department, and the monitoring office."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicReason:
    """The reason for a delay given in answer to an alert, which the applicant sees (R4.18)."""

    reason: str
    expected_on: str
    given_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """A case with its clocks, each with its current light, and the reasons given for delays."""

    case: Case
    clocks: tuple[tuple[Clock, Light], ...]
    public_reasons: tuple[PublicReason, ...]
    answers: tuple[AnswerTold, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOpened:
    """A case that the caller may see, with its events where they were read to let the caller in."""

    case: Case
    events: tuple[Event, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """State and dates of a case, and whether the decision was late or is: nothing personal, nor what it is about."""

    state: State
    received_at: datetime
    accepted_at: datetime | None
    decided_at: datetime | None
    closed_at: datetime | None
    due_on: date | None
    late: bool


class CaseQueries:
    """Reads cases; to a caller without access, a case looks the same as one that does not exist."""

    def __init__(  # noqa: PLR0913 - it stands between this many neighbours
        self,
        store: CaseStore,
        *,
        clocks: Clocks,
        timeline: Timeline,
        access: CaseAccess,
        counts: "CountStore",
        answers: CaseAnswers,
        reading: CaseReading,
    ) -> None:
        """Take the stores of cases, clocks and timelines; ``counts`` knows how many tracking codes were tried.

        ``answers`` opens what is sensitive for those who may read it; ``reading`` puts officials' looks on record.
        """
        self._reading = reading
        self._answers = answers
        self._counts = counts
        self._access = access
        self._store = store
        self._clocks = clocks
        self._timeline = timeline

    def one(
        self,
        case_no: str,
        *,
        by: Caller,
        at: datetime,
        told: str = "case",
        purpose: ReadingPurpose | None = None,
    ) -> CaseOpened:
        """Return a case to somebody who may see it; raises ``NOT_FOUND`` for a malformed number.

        ``told`` is what the applicant reads of an agent's look in the list of who asked. An official's look has a
        purpose, and is on the case's timeline before anything is shown: once a day for each reader and purpose (R7.5,
        R7.15). Raises ``PURPOSE_REQUIRED`` for an official who has neither said one nor has one by duty.
        """
        if not is_case_no(case_no):
            raise DomainError(ErrorCode.NOT_FOUND)
        case = self._store.load(case_no)
        self._access.require(case, Step(roles=READERS, act=Act.VIEW, told=told), by=by, at=at)
        return CaseOpened(case=case, events=self._reading.leave_trace(case, purpose, by=by, at=at))

    def require_concerning(self, case_no: str, subject: SubjectKey, *, by: Caller) -> None:
        """Raise ``PURPOSE_REQUIRED`` unless a case of the caller's department concerns a subject (R7.5).

        The answer is the same for a case that is another department's or another person's, or does not exist.
        """
        case = self._store.find(case_no) if is_case_no(case_no) else None
        if case is None or subject not in case.people or case.department != by.department:
            raise DomainError(ErrorCode.PURPOSE_REQUIRED, faults=(NO_CASE,))

    def view(
        self,
        case_no: str,
        *,
        by: Caller,
        at: datetime,
        moment: datetime | None = None,
        purpose: ReadingPurpose | None = None,
    ) -> CaseView:
        """Return a case with its clocks and the reasons given for delays: three reads.

        With a ``moment``, the clocks are as of then, by the calendar and rules of that time (R4.14).
        """
        opened = self.one(case_no, by=by, at=at, purpose=purpose)
        seen = self.seen(opened.case, by=by, at=at, events=opened.events)
        if moment is None:
            return seen
        then = (self._clocks.as_of(clock, at=moment) for clock, _ in seen.clocks)
        past = tuple((clock, self._clocks.light(clock, at=moment)) for clock in then if clock is not None)
        return replace(seen, clocks=past)

    def seen(self, case: Case, *, by: Caller, at: datetime, events: tuple[Event, ...] | None = None) -> CaseView:
        """Return the view of a case that the caller is known to be allowed to see; ``events`` where they are read."""
        events = self._timeline.events(case.owner) if events is None else events
        return CaseView(
            case=case,
            clocks=tuple((clock, self._clocks.light(clock, at=at)) for clock in self._clocks.of_owner(case.owner)),
            public_reasons=tuple(_public_reason(event) for event in events if is_reason_for_delay(event)),
            answers=self._answers.told(case, by=by),
        )

    def page(
        self,
        *,
        by: Caller,
        at: datetime,
        state: State | None,
        department: str | None,
        limit: int,
        after: Position | None,
    ) -> Page[CaseCard]:
        """List the caller's own cases, or those of a department that the caller may see, newest first.

        An agent's own cases are those that the agent filed for somebody and may still look at, so a page may be shorter
        than asked for.
        """
        if Role.AGENT in by.roles:
            # Agents do not learn for what a promise waits, from this filter either.
            sought = None if state in WAITING else state
            found = self._store.of_agent(
                by.own_subject(), state=sought, department=department, limit=limit, after=after
            )
            cards = tuple(card for card in found.items if sought is state or state_told(card.state) is state)
            return found._replace(items=self._access.visible_cards(cards, by=by, at=at))
        if Role.APPLICANT in by.roles:
            return self._store.of_subject(
                by.own_subject(), state=state, department=department, limit=limit, after=after
            )
        desk = department or by.department
        if desk is None or not sees(by, roles=READERS, department=desk):
            raise DomainError(ErrorCode.FORBIDDEN)
        return self._store.of_department(desk, state=state, limit=limit, after=after)

    def due(self, cards: Iterable[CaseCard], *, at: datetime) -> dict[str, tuple[Clock, Light]]:
        """Return what each of these cases waits for next, with its light, by number: one read for a hundred clocks."""
        awaited = {card.case_no: clocks_awaited(card) for card in cards}
        found = self._clocks.several(name for names in awaited.values() for name in names)
        first = {
            case_no: due_next(found[name] for name in names if name in found) for case_no, names in awaited.items()
        }
        return {
            case_no: (clock, self._clocks.light(clock, at=at)) for case_no, clock in first.items() if clock is not None
        }

    def unconfirmed(self, *, by: Caller, limit: int, after: Position | None) -> Page[Case]:
        """Return a page of the caller's department's cases whose finding waits for a second officer, oldest first.

        Those that concern the caller are left out. What is told of the others is what any list of cases tells, and who
        found what; whoever wants to read more opens the case.
        """
        roles = STEPS[CaseStep.CONFIRM].roles
        require(by, roles=roles)
        if not by.department:
            return Page((), None)
        page = self._store.unconfirmed(by.department, limit=limit, after=after)
        seen = (case for case in page.items if sees(by, roles=roles, department=case.department, subjects=case.people))
        return page._replace(items=tuple(seen))

    def explanation(
        self, case_no: str, kind: str, *, by: Caller, at: datetime, purpose: ReadingPurpose | None = None
    ) -> tuple[Clock, tuple[DayCount, ...]]:
        """Return the newest clock of a kind, with each day from its start to its due day (为何是这一天).

        ``kind`` may be a clock's id as well, where there are several of a kind.
        """
        case = self.one(case_no, by=by, at=at, told="clocks", purpose=purpose).case
        clocks = self._clocks.of_owner(case.owner)
        named = [clock for clock in clocks if clock.clock_id == kind]
        found = [clock for clock in clocks if clock.kind == kind] or named
        if not found or (found[-1].kind in WAITS and is_agent(by, case.subject)):
            raise DomainError(ErrorCode.NOT_FOUND)
        return self._clocks.explanation(found[-1], at=at)

    def timeline(
        self, case_no: str, *, by: Caller, at: datetime, purpose: ReadingPurpose | None = None
    ) -> tuple[Case, Reading]:
        """Return a case and its timeline, its chain recomputed: if it was tampered with, it says where and why."""
        opened = self.one(case_no, by=by, at=at, told="timeline", purpose=purpose)
        return opened.case, self.timeline_of(opened, by=by, at=at)

    def timeline_of(self, opened: CaseOpened, *, by: Caller, at: datetime) -> Reading:
        """Return the timeline of a case that was just opened to the caller, otherwise like ``timeline``."""
        case, is_moved = opened.case, by.is_staff and opened.events is None
        reading = self._timeline.reading(case.owner, head=None if is_moved else case.head, events=opened.events)
        return self._with_report(case, reading, at=at)

    def _with_report(self, case: Case, reading: Reading, *, at: datetime) -> Reading:
        """Return a timeline; one that does not check out with the event that says so, from which alerts follow.

        There is one event for each fault. Where none can be added, because the end of the chain does not hold either,
        the timeline is returned as it is, and nobody reads that somebody was told.
        """
        fault = reading.fault
        if fault is None or is_reported(reading.events, fault):
            return reading
        try:
            self._report(case, fault, at=at)
        except DomainError as error:
            if error.code is not ErrorCode.BUSY:
                raise
            logger("timeline").error("altered_timeline_not_reported", case_no=case.case_no)
            return reading
        return self._timeline.reading(case.owner)

    @retry_on_conflict
    def _report(self, case: Case, fault: ChainFault, *, at: datetime) -> None:
        event = NewEvent(
            kind=EventKind.TIMELINE_ALTERED,
            occurred_at=at,
            actor="service:timeline",
            department=case.department,
            data={"about": str(fault.seq), "reason": fault.reason.value, "pack": case.terms.pack},
        )
        with transaction() as tx:
            self._timeline.append([event], owner=case.owner, at=at, tx=tx)

    def track(self, case_no: str, code: str, *, address: str, at: datetime) -> Track:
        """Return state and dates to a holder of the tracking code; raises ``NOT_FOUND`` for a wrong code, too.

        ``TOO_MANY_REQUESTS`` after so many wrong codes from one address.
        """
        if not is_case_no(case_no):
            raise DomainError(ErrorCode.NOT_FOUND)
        with self._counts.attempt(Counted.CODES_OF_A_CASE, case_no, address=address, at=at):
            case = self._store.load(case_no)
            if not hmac.compare_digest(case.tracking_code.encode(), code_as_typed(code).encode()):
                raise DomainError(ErrorCode.NOT_FOUND)
        promised = [clock for clock in self._clocks.of_owner(case.owner) if clock.kind is ClockKind.HANDLING_PROMISED]
        return Track(
            state=state_told(case.state),
            received_at=case.received_at,
            accepted_at=case.acceptance.said_at if case.acceptance and case.acceptance.accepted else None,
            decided_at=case.decision.decided_at if case.decision else None,
            closed_at=case.delivery.delivered_at if case.delivery else None,
            due_on=promised[-1].due_on if promised else None,
            late=bool(promised) and self._clocks.light(promised[-1], at=at) is Light.RED,
        )


def _public_reason(event: Event) -> PublicReason:
    return PublicReason(
        reason=event.texts.get("reason", ""),
        expected_on=str(event.data.get("expected_on", "")),
        given_at=event.occurred_at,
    )
