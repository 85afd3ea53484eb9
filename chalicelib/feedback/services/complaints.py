"""Complaints and suggestions: sending, transferring, sorting, answering and reading them."""

import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.alerts.rules.alerts import MONITORING
from chalicelib.authorities.model import Act
from chalicelib.bounds.model import Counted
from chalicelib.bounds.store import CountStore
from chalicelib.cases.model.case import Case
from chalicelib.cases.rules.case_numbers import is_case_no, new_tracking_code
from chalicelib.cases.services.access import CaseAccess, Step
from chalicelib.cases.store import CaseStore
from chalicelib.catalogue.services.catalogue import Catalogue
from chalicelib.clocks.model import Clock, ClockKind, Light
from chalicelib.clocks.rules.indexes import ClockStatus
from chalicelib.clocks.services.clocks import Clocks, clocks_payload
from chalicelib.dynamo.idempotency import IdempotencyKey
from chalicelib.dynamo.model import Page, Position
from chalicelib.dynamo.transaction import Transaction, retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.feedback.model.complaints import (
    Answer,
    AnswerRating,
    Complaint,
    ComplaintState,
    Grievance,
    RoutedBy,
    Routing,
    Sorting,
)
from chalicelib.feedback.rules.complaints import (
    OFFICE,
    answerers,
    destination,
    first_limit,
    holds_code,
    more_time,
    require_known,
    require_open,
    require_rateable,
)
from chalicelib.feedback.store.complaints import ComplaintStore
from chalicelib.policy import FOR_THEMSELVES, Caller, Role, is_own_matter, require
from chalicelib.rulepacks.model.pack import RulePack
from chalicelib.subjects.model.subjects import NameRank, SubjectKey
from chalicelib.subjects.services import Subjects
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Json, NewEvent

PEOPLE = (Role.APPLICANT, Role.AGENT)
SORTERS = (*OFFICE, Role.MONITOR)
STAFF = (*OFFICE, Role.HEAD, Role.MONITOR)
READERS = (*PEOPLE, *STAFF)

STREET = "service:complaints"
"""Who acts, in the timeline, for somebody without a login."""


class Complaints:
    """Handles complaints and suggestions."""

    def __init__(  # noqa: PLR0913 - what a complaint touches, each named at the composition root
        self,
        store: ComplaintStore,
        cases: CaseStore,
        clocks: Clocks,
        *,
        access: CaseAccess,
        catalogue: Catalogue,
        subjects: Subjects,
        pack_of: Callable[[str, datetime], RulePack],
        pack: str,
        departments: Collection[str],
        counts: CountStore,
    ) -> None:
        """Take what a complaint involves, the town's departments, and the pack for complaints without a case."""
        self._store = store
        self._cases = cases
        self._access = access
        self._clocks = clocks
        self._catalogue = catalogue
        self._subjects = subjects
        self._pack_of = pack_of
        self._pack = pack
        self._departments = frozenset(departments)
        self._counts = counts

    @retry_on_conflict
    def send(
        self, grievance: Grievance, *, by: Caller, at: datetime, idempotency_key: IdempotencyKey | None
    ) -> tuple[Complaint, bool]:
        """Submit a complaint, route it and start its clock; also returns whether the same request did so before.

        Raises ``NOT_FOUND`` for a case that is not the caller's, ``AUTHORITY_REQUIRED`` for its agent without
        authority, ``CATEGORY_UNKNOWN``, ``DEPARTMENT_UNKNOWN`` or ``ITEM_NOT_LISTED``.
        """
        require(by, roles=PEOPLE, subjects=(by.own_subject(),))
        made_before = idempotency_key.look_up() if idempotency_key is not None else None
        if made_before is not None:
            return self._store.load(made_before), True
        case = self._case(grievance.case_no, by=by, at=at)
        complaint = self._received(grievance, case=case, person=by.own_subject(), at=at)
        complaint = replace(complaint, masked_name=self._masked_name(by, case, at=at))
        with transaction() as tx:
            complaint = self._add(complaint, actor=by.actor, at=at, tx=tx)
            if idempotency_key is not None:
                idempotency_key.remember(complaint.complaint_id, tx, at=at)
        return complaint, False

    @retry_on_conflict
    def send_without_login(
        self, grievance: Grievance, *, address: str, at: datetime, idempotency_key: IdempotencyKey | None
    ) -> tuple[Complaint, bool]:
        """Submit a complaint from the street, to be followed by its code; otherwise like ``send``, but for no case.

        Raises ``TOO_MANY_REQUESTS`` after so many from one address on a day.
        """
        made_before = idempotency_key.look_up() if idempotency_key is not None else None
        if made_before is not None:
            return self._store.load(made_before), True
        complaint = self._received(grievance, case=None, person=None, at=at)
        complaint = replace(complaint, code=new_tracking_code())
        with transaction() as tx:
            self._counts.count(Counted.STREET_COMPLAINTS, self._counts.digest_of(address), at=at, tx=tx)
            complaint = self._add(complaint, actor=STREET, at=at, tx=tx)
            if idempotency_key is not None:
                idempotency_key.remember(complaint.complaint_id, tx, at=at)
        return complaint, False

    def _received(
        self, grievance: Grievance, *, case: Case | None, person: SubjectKey | None, at: datetime
    ) -> Complaint:
        """Return a new complaint as it is routed."""
        code = self._pack if case is None else case.terms.pack
        pack = self._pack_of(code, at)
        if pack.complaint_category(grievance.category) is None:
            raise DomainError(ErrorCode.CATEGORY_UNKNOWN)
        require_known(grievance.department, departments=self._departments)
        item_code = grievance.item_code if case is None else case.terms.item_code
        item = self._catalogue.find(item_code, at=at) if case is None and item_code is not None else None
        if case is None and item_code is not None and item is None:
            raise DomainError(ErrorCode.ITEM_NOT_LISTED, item_code=item_code)
        department, routed_by = destination(
            of_case=None if case is None else case.department,
            of_item=None if item is None else item.department,
            named=grievance.department,
            monitoring=MONITORING,
        )
        return Complaint(
            complaint_id=secrets.token_hex(16),
            category=grievance.category,
            text=grievance.text,
            case_no=grievance.case_no,
            item_code=item_code,
            department=department,
            pack=code,
            person=person,
            masked_name="",
            received_at=at,
            routings=(
                Routing(department=department, routed_by=routed_by, reason="", routed_at=at, actor="service:routing"),
            ),
        )

    def _add(self, complaint: Complaint, *, actor: str, at: datetime, tx: Transaction) -> Complaint:
        """Save a new complaint with its events, and start its clock."""
        clock = self._clocks.start(
            ClockKind.COMPLAINT,
            first_limit(self._pack_of(complaint.pack, at)),
            owner=complaint.owner,
            department=complaint.department,
            responsible=Role.OFFICER.value,
            pack=complaint.pack,
            started_at=at,
            tx=tx,
            item=complaint.item_code or "",
        )
        events = [_received(complaint, clock, actor=actor), _routed(complaint, previous=None)]
        return self._store.add(complaint, events, at=at, tx=tx)

    def _case(self, case_no: str | None, *, by: Caller, at: datetime) -> Case | None:
        if case_no is None:
            return None
        if not is_case_no(case_no):
            raise DomainError(ErrorCode.NOT_FOUND)
        case = self._cases.load(case_no)
        self._access.require(case, Step(roles=PEOPLE, act=Act.VIEW, told="complaint"), by=by, at=at)
        return case

    def _masked_name(self, by: Caller, case: Case | None, *, at: datetime) -> str:
        """Return the masked name shown to staff: from the case, or from the register of subjects."""
        if case is not None and case.subject == by.subject:
            return case.applicant_name
        if by.identity is None:
            return "*"
        return self._subjects.know(by.identity, by.naming(NameRank.PLATFORM), at).masked_name

    @retry_on_conflict
    def transfer(
        self, complaint_id: str, *, department: str, reason: str, by: Caller, version: int, at: datetime
    ) -> Complaint:
        """Transfer a complaint to another department; its clock keeps running."""
        before = self._in_hand(complaint_id, by=by, roles=SORTERS, version=version)
        require_known(department, departments=self._departments)
        if department == before.department:
            raise DomainError(ErrorCode.STEP_NOT_ALLOWED)
        routing = Routing(
            department=department, routed_by=RoutedBy.TRANSFER, reason=reason, routed_at=at, actor=by.actor
        )
        after = replace(before, department=department, officer=None, routings=(*before.routings, routing))
        clock = self.clock(before)
        with transaction() as tx:
            moved = replace(clock, department=department, responsible=Role.OFFICER.value, rev=clock.rev + 1)
            self._clocks.save(moved, tx)
            return self._store.save(before, after, [_routed(after, previous=before.department)], at=at, tx=tx)

    @retry_on_conflict
    def take(self, complaint_id: str, *, by: Caller, version: int, at: datetime) -> Complaint:
        """Make the caller the one who answers for a complaint of their department, whoever did before.

        Raises ``STEP_NOT_ALLOWED`` for one that the caller has already.
        """
        before = self._in_hand(complaint_id, by=by, roles=SORTERS, version=version)
        require(by, roles=answerers(before.department, monitoring=MONITORING), department=before.department)
        if before.officer == by.sub:
            raise DomainError(ErrorCode.STEP_NOT_ALLOWED)
        after = replace(before, officer=by.sub)
        clock = self.clock(before)
        with transaction() as tx:
            self._clocks.save(replace(clock, responsible=by.sub, rev=clock.rev + 1), tx)
            return self._store.save(before, after, [_taken(after, previous=before.officer, by=by, at=at)], at=at, tx=tx)

    @retry_on_conflict
    def sort(
        self, complaint_id: str, *, is_clear: bool, reason: str, by: Caller, version: int, at: datetime
    ) -> Complaint:
        """Classify a complaint, once, as clear or complex; a complex one gets more time, counted from receipt.

        Raises ``STEP_NOT_ALLOWED`` the second time, ``EXTENSION_TOO_LATE`` for more time after the first limit has
        passed.
        """
        before = self._in_hand(complaint_id, by=by, roles=SORTERS, version=version)
        if before.sorting is not None:
            raise DomainError(ErrorCode.STEP_NOT_ALLOWED)
        clock = self.clock(before)
        if not is_clear and clock.is_late(at):
            raise DomainError(ErrorCode.EXTENSION_TOO_LATE)
        sorting = Sorting(is_clear=is_clear, reason=reason, sorted_at=at, sorted_by=by.actor)
        after = replace(before, sorting=sorting)
        with transaction() as tx:
            if not is_clear:
                clock = self._clocks.extend(clock, more_time(self._pack_of(before.pack, at)), at=at, tx=tx)
            return self._store.save(before, after, [_sorted(after, sorting, clock)], at=at, tx=tx)

    @retry_on_conflict
    def answer(self, complaint_id: str, answer: Answer, *, by: Caller, version: int) -> Complaint:
        """Answer a complaint and stop its clock; raises ``LATE_REASON_REQUIRED`` after the time limit."""
        before = self._in_hand(complaint_id, by=by, roles=SORTERS, version=version)
        require(by, roles=answerers(before.department, monitoring=MONITORING), department=before.department)
        clock = self.clock(before)
        is_late = clock.is_late(answer.given_at)
        if is_late and answer.late_reason is None:
            raise DomainError(ErrorCode.LATE_REASON_REQUIRED, due_on=clock.due_on.isoformat())
        after = replace(before, answer=answer)
        with transaction() as tx:
            stopped = self._clocks.stop(clock, at=answer.given_at, tx=tx)
            event = _answered(after, answer, stopped, is_late=is_late)
            return self._store.save(before, after, [event], at=answer.given_at, tx=tx)

    def _in_hand(self, complaint_id: str, *, by: Caller, roles: Collection[Role], version: int) -> Complaint:
        """Return an open complaint to callers who may act on it."""
        complaint = self._store.load(complaint_id)
        require(by, roles=roles, department=complaint.department, subjects=complaint.people)
        if complaint.version != version:
            raise DomainError(ErrorCode.STALE_VERSION)
        require_open(complaint)
        return complaint

    def clock(self, complaint: Complaint) -> Clock:
        """Return the clock of a complaint."""
        return self._clocks.get(complaint.owner, ClockKind.COMPLAINT)

    def one(self, complaint_id: str, *, by: Caller) -> tuple[Complaint, Clock]:
        """Return a complaint and its clock to its sender, its department or the monitoring office."""
        complaint = self._store.load(complaint_id)
        require(by, roles=READERS, department=complaint.department, subjects=complaint.people)
        return complaint, self.clock(complaint)

    @retry_on_conflict
    def rate(self, complaint_id: str, rating: AnswerRating, *, by: Caller) -> Complaint:
        """Rate the answer, once; raises ``NOT_FOUND`` for a complaint that is not the caller's.

        ``STEP_NOT_ALLOWED`` before there is an answer, ``ALREADY_RATED`` for a second one.
        """
        complaint = self._store.load(complaint_id)
        require(by, roles=PEOPLE, subjects=complaint.people)
        return self._rated(complaint, rating, actor=by.actor)

    @retry_on_conflict
    def rate_with_code(self, complaint_id: str, rating: AnswerRating, *, code: str, address: str) -> Complaint:
        """Rate the answer by the code, otherwise like ``rate``; wrong codes are bounded as in ``follow``."""
        complaint = self._by_code(complaint_id, code, address=address, at=rating.rated_at)
        return self._rated(complaint, rating, actor=STREET)

    def _rated(self, complaint: Complaint, rating: AnswerRating, *, actor: str) -> Complaint:
        require_rateable(complaint)
        after = replace(complaint, rating=rating)
        with transaction() as tx:
            return self._store.save(complaint, after, [_rating(after, rating, actor=actor)], at=rating.rated_at, tx=tx)

    def follow(self, complaint_id: str, code: str, *, address: str, at: datetime) -> tuple[Complaint, Clock]:
        """Return a complaint without a login and its clock to whoever has its code; ``NOT_FOUND`` for a wrong one.

        ``TOO_MANY_REQUESTS`` after so many wrong codes from one address, counted as those of cases are.
        """
        complaint = self._by_code(complaint_id, code, address=address, at=at)
        return complaint, self.clock(complaint)

    def _by_code(self, complaint_id: str, code: str, *, address: str, at: datetime) -> Complaint:
        with self._counts.attempt(Counted.CODES_OF_A_COMPLAINT, complaint_id, address=address, at=at):
            complaint = self._store.load(complaint_id)
            if not holds_code(complaint, code):
                raise DomainError(ErrorCode.NOT_FOUND)
        return complaint

    def queue(
        self, *, by: Caller, department: str | None, at: datetime, limit: int
    ) -> tuple[tuple[tuple[Complaint, Clock, Light], ...], bool]:
        """Return a department's open complaints by due date, each with clock and light, and whether there are more.

        Those that concern the official who asks are left out. ``FORBIDDEN`` for another department, except for the
        monitoring office.
        """
        desk = department or by.department or (MONITORING if Role.MONITOR in by.roles else None)
        if desk is None:
            raise DomainError(ErrorCode.FORBIDDEN)
        require(by, roles=STAFF, department=desk)
        # A date in a year that is not announced yet is provisional, and its complaint as open as any other.
        due = sorted(
            (
                clock
                for status in (ClockStatus.RUNNING, ClockStatus.PROVISIONAL)
                for clock in self._clocks.open_of_kind(ClockKind.COMPLAINT, desk, status, limit=limit + 1)
            ),
            key=lambda clock: clock.due_at,
        )
        clocks = {clock.owner: clock for clock in due[:limit]}
        found = self._store.together([owner.partition(":")[2] for owner in clocks])
        shown = tuple(
            (one, clocks[one.owner], self._clocks.light(clocks[one.owner], at=at))
            for one in found
            if not is_own_matter(by, one.people)
        )
        return shown, len(due) > limit

    def page(
        self,
        *,
        by: Caller,
        department: str | None,
        state: ComplaintState | None,
        limit: int,
        after: Position | None,
    ) -> Page[Complaint]:
        """List the complaints that the caller sent, or those of a department they may see, newest first."""
        if by.roles & FOR_THEMSELVES:
            return self._store.of_person(by.own_subject(), state=state, limit=limit, after=after)
        desk = department or by.department
        if desk is None:
            raise DomainError(ErrorCode.FORBIDDEN)
        require(by, roles=READERS, department=desk)
        page = self._store.of_department(desk, state=state, limit=limit, after=after)
        return page._replace(items=tuple(one for one in page.items if not is_own_matter(by, one.people)))


def _received(complaint: Complaint, clock: Clock, *, actor: str) -> NewEvent:
    return NewEvent(
        kind=EventKind.COMPLAINT_RECEIVED,
        occurred_at=complaint.received_at,
        actor=actor,
        department=complaint.department,
        data={**_about(complaint), "clocks_started": clocks_payload(clock)},
        texts={"text": complaint.text},
    )


def _routed(complaint: Complaint, *, previous: str | None) -> NewEvent:
    routing = complaint.routings[-1]
    return NewEvent(
        kind=EventKind.COMPLAINT_ROUTED,
        occurred_at=routing.routed_at,
        actor=routing.actor,
        department=routing.department,
        data={"from": previous, "department": routing.department, "routed_by": routing.routed_by.value},
        texts={"reason": routing.reason} if routing.reason else {},
    )


def _taken(complaint: Complaint, *, previous: str | None, by: Caller, at: datetime) -> NewEvent:
    return NewEvent(
        kind=EventKind.COMPLAINT_TAKEN,
        occurred_at=at,
        actor=by.actor,
        department=complaint.department,
        data={"from": previous, "officer": complaint.officer},
    )


def _rating(complaint: Complaint, rating: AnswerRating, *, actor: str) -> NewEvent:
    return NewEvent(
        kind=EventKind.COMPLAINT_RATED,
        occurred_at=rating.rated_at,
        actor=actor,
        department=complaint.department,
        data={**_about(complaint), "level": rating.level},
        texts={"comment": rating.comment} if rating.comment else {},
    )


def _sorted(complaint: Complaint, sorting: Sorting, clock: Clock) -> NewEvent:
    changed: Sequence[Json] = [] if sorting.is_clear else clocks_payload(clock)
    return NewEvent(
        kind=EventKind.COMPLAINT_SORTED,
        occurred_at=sorting.sorted_at,
        actor=sorting.sorted_by,
        department=complaint.department,
        data={"clear": sorting.is_clear, "clocks_changed": changed},
        texts={"reason": sorting.reason},
    )


def _answered(complaint: Complaint, answer: Answer, stopped: Clock, *, is_late: bool) -> NewEvent:
    texts = {"text": answer.text, "late_reason": answer.late_reason or ""}
    return NewEvent(
        kind=EventKind.COMPLAINT_ANSWERED,
        occurred_at=answer.given_at,
        actor=answer.given_by,
        department=complaint.department,
        data={
            **_about(complaint),
            "outcome": answer.outcome.value,
            "late": is_late,
            "clocks_stopped": clocks_payload(stopped),
        },
        texts={name: text for name, text in texts.items() if text},
    )


def _about(complaint: Complaint) -> dict[str, Json]:
    return {
        "category": complaint.category,
        "department": complaint.department,
        "case_no": complaint.case_no,
        "item_code": complaint.item_code,
    }
