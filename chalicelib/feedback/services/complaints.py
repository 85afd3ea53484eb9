"""Complaints and suggestions: sending, transferring, sorting, answering and reading them."""

import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.alerts.rules.alerts import MONITORING
from chalicelib.authorities.model import Act
from chalicelib.cases.model.case import Case
from chalicelib.cases.rules.case_numbers import is_case_no
from chalicelib.cases.services.access import CaseAccess, Step
from chalicelib.cases.store import CaseStore
from chalicelib.catalogue.services.catalogue import Catalogue
from chalicelib.clocks.model import Clock, ClockKind
from chalicelib.clocks.services.clocks import Clocks, clocks_payload
from chalicelib.dynamo.idempotency import IdempotencyKey
from chalicelib.dynamo.model import Page, Position
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.feedback.model.complaints import (
    Answer,
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
    more_time,
    require_known,
    require_open,
)
from chalicelib.feedback.store.complaints import ComplaintStore
from chalicelib.policy import FOR_THEMSELVES, Caller, Role, is_own_matter, require
from chalicelib.rulepacks.model.pack import RulePack
from chalicelib.subjects.model.subjects import NameRank
from chalicelib.subjects.services import Subjects
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Json, NewEvent

PEOPLE = (Role.APPLICANT, Role.AGENT)
SORTERS = (*OFFICE, Role.MONITOR)
READERS = (*PEOPLE, *OFFICE, Role.HEAD, Role.MONITOR)


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
        code = self._pack if case is None else case.terms.pack
        pack = self._pack_of(code, at)
        if pack.complaint_category(grievance.category) is None:
            raise DomainError(ErrorCode.CATEGORY_UNKNOWN)
        require_known(grievance.department, departments=self._departments)
        item_code = grievance.item_code if case is None else case.terms.item_code
        item = self._catalogue.current(item_code, at=at) if case is None and item_code is not None else None
        department, routed_by = destination(
            of_case=None if case is None else case.department,
            of_item=None if item is None else item.department,
            named=grievance.department,
            monitoring=MONITORING,
        )
        complaint = Complaint(
            complaint_id=secrets.token_hex(16),
            category=grievance.category,
            text=grievance.text,
            case_no=grievance.case_no,
            item_code=item_code,
            department=department,
            pack=code,
            person=by.own_subject(),
            masked_name=self._masked_name(by, case, at=at),
            received_at=at,
            routings=(
                Routing(department=department, routed_by=routed_by, reason="", routed_at=at, actor="service:routing"),
            ),
        )
        with transaction() as tx:
            clock = self._clocks.start(
                ClockKind.COMPLAINT,
                first_limit(pack),
                owner=complaint.owner,
                department=department,
                responsible=Role.OFFICER.value,
                pack=code,
                started_at=at,
                tx=tx,
                item=complaint.item_code or "",
            )
            events = [_received(complaint, clock, by=by), _routed(complaint, previous=None)]
            complaint = self._store.add(complaint, events, at=at, tx=tx)
            if idempotency_key is not None:
                idempotency_key.remember(complaint.complaint_id, tx, at=at)
        return complaint, False

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
        after = replace(before, department=department, routings=(*before.routings, routing))
        clock = self.clock(before)
        with transaction() as tx:
            self._clocks.save(replace(clock, department=department, rev=clock.rev + 1), tx)
            return self._store.save(before, after, [_routed(after, previous=before.department)], at=at, tx=tx)

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
        require(by, roles=roles, department=complaint.department, subjects=(complaint.person,))
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
        require(by, roles=READERS, department=complaint.department, subjects=(complaint.person,))
        return complaint, self.clock(complaint)

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
        return page._replace(items=tuple(one for one in page.items if not is_own_matter(by, (one.person,))))


def _received(complaint: Complaint, clock: Clock, *, by: Caller) -> NewEvent:
    return NewEvent(
        kind=EventKind.COMPLAINT_RECEIVED,
        occurred_at=complaint.received_at,
        actor=by.actor,
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
