"""Requesting and approving mandates, and reading under them; every reading is an event on the mandate's timeline."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from chalicelib.cases.model.case import Case, CaseCard
from chalicelib.cases.model.case import owner_of as case_owner
from chalicelib.cases.rules.case_numbers import is_case_no
from chalicelib.cases.rules.materials import is_before_office
from chalicelib.cases.store import CaseStore
from chalicelib.clock import day_in_shanghai
from chalicelib.clocks.model import Light
from chalicelib.clocks.services.clocks import Clocks
from chalicelib.dynamo.idempotency import IdempotencyKey
from chalicelib.dynamo.model import Page, Position
from chalicelib.dynamo.pages import page_of_lists
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.inspection.model import CaseFacts, CaseFilter, CaseSeen, Mandate, Scope, Wanted, owner_of
from chalicelib.inspection.rules import covers, gravest, is_in_force, may_audit, narrowed
from chalicelib.inspection.store import MandateStore
from chalicelib.policy import Caller, Role, require, require_another_person, sees
from chalicelib.supervision.model.anomalies import Anomaly
from chalicelib.supervision.store.anomalies import AnomalyStore
from chalicelib.supervision.store.anomalies import Wanted as AnomalyFilter
from chalicelib.timeline.event_types import LOOKS, EventKind
from chalicelib.timeline.events import Event, NewEvent, Reading
from chalicelib.timeline.store import Timeline

if TYPE_CHECKING:
    from chalicelib.documents.model import Document, View
    from chalicelib.documents.services.documents import Documents

INSPECTORS = (Role.INSPECTOR,)
AUDITORS = (Role.MONITOR,)
"""Who audits what inspectors read: another body than theirs (R7.13)."""

MALFORMED = "malformed"
"""Recorded in place of a malformed case number: it may be personal data, and hashed data can never be erased."""

LOOKED_INTO = 20
"""How many cases a page of a mandate looks into: each is one query more, two by an officer."""


class Inspection:
    """Mandates and what is read under them."""

    def __init__(
        self,
        store: MandateStore,
        cases: CaseStore,
        timeline: Timeline,
        clocks: Clocks,
        documents: "Documents",
        anomalies: AnomalyStore,
    ) -> None:
        """Read cases, timelines and the rest directly: the right to read comes from the mandate, not a department."""
        self._anomalies = anomalies
        self._documents = documents
        self._store = store
        self._cases = cases
        self._timeline = timeline
        self._clocks = clocks

    @retry_on_conflict
    def ask(
        self, wanted: Wanted, *, by: Caller, at: datetime, idempotency_key: IdempotencyKey | None
    ) -> tuple[Mandate, bool]:
        """Request a mandate (R7.11); also return whether an earlier request with the same key had created it."""
        require(by, roles=INSPECTORS)
        made_before = idempotency_key.look_up() if idempotency_key is not None else None
        if made_before is not None:
            return self._store.load(made_before), True
        _require_bounded(wanted, today=day_in_shanghai(at))
        mandate = Mandate(
            mandate_id=secrets.token_hex(16),
            file_no=wanted.file_no,
            basis=wanted.basis,
            scope=wanted.scope,
            expires_on=wanted.expires_on,
            inspector=by.actor,
            department=by.department or "",
            asked_at=at,
        )
        event = NewEvent(
            kind=EventKind.MANDATE_REQUESTED,
            occurred_at=at,
            actor=by.actor,
            department=by.department or "",
            data={
                "file_no": wanted.file_no,
                "basis": wanted.basis,
                "departments": list(wanted.scope.departments),
                "items": list(wanted.scope.items),
                "from": None if wanted.scope.received_from is None else wanted.scope.received_from.isoformat(),
                "to": None if wanted.scope.received_to is None else wanted.scope.received_to.isoformat(),
                "case_nos": list(wanted.scope.case_nos),
                "expires_on": wanted.expires_on.isoformat(),
            },
        )
        with transaction() as tx:
            mandate = self._store.add(mandate, [event], at=at, tx=tx)
            if idempotency_key is not None:
                idempotency_key.remember(mandate.mandate_id, tx, at=at)
        return mandate, False

    @retry_on_conflict
    def approve(self, mandate_id: str, *, by: Caller, version: int | None, at: datetime) -> Mandate:
        """Approve a mandate. Idempotent; ``SAME_PERSON`` for whoever requested it."""
        mandate = self.mandate(mandate_id, by=by)
        require_another_person(by, mandate.inspector)
        if version is not None and mandate.version != version:
            raise DomainError(ErrorCode.STALE_VERSION)
        if mandate.approved_at is not None:
            return mandate
        approved = replace(mandate, approver=by.actor, approved_at=at)
        event = NewEvent(
            kind=EventKind.MANDATE_APPROVED,
            occurred_at=at,
            actor=by.actor,
            department=by.department or "",
            data={"file_no": mandate.file_no},
        )
        with transaction() as tx:
            return self._store.save(mandate, approved, [event], at=at, tx=tx)

    def mandate(self, mandate_id: str, *, by: Caller) -> Mandate:
        """Return a mandate to the inspectors of its department: whoever approves it must see what it asks for.

        To all others there is none (``NOT_FOUND``), lest the inspected office hear of it (R7.13).
        """
        require(by, roles=INSPECTORS)
        found = self._store.load(mandate_id)
        if not sees(by, roles=INSPECTORS, department=found.department):
            raise DomainError(ErrorCode.NOT_FOUND)
        return found

    def asked_by(self, by: Caller, *, limit: int, after: Position | None) -> Page[Mandate]:
        """Return a page of the caller's own mandates, newest first."""
        require(by, roles=INSPECTORS)
        return self._store.asked_by(by.actor, limit=limit, after=after)

    def waiting(self, by: Caller, *, at: datetime, limit: int, after: Position | None) -> Page[Mandate]:
        """Return a page of the mandates of the caller's department that wait for a second inspector, oldest first.

        Their own are among them. Those whose last day has passed are left out, so that a page may be short.
        """
        require(by, roles=INSPECTORS)
        if not by.department:
            return Page((), None)
        page = self._store.waiting(by.department, limit=limit, after=after)
        today = day_in_shanghai(at)
        return page._replace(items=tuple(one for one in page.items if today <= one.expires_on))

    def readings(self, mandate_id: str, *, by: Caller, limit: int, after: Position | None = None) -> Page[Event]:
        """Return a page of what was read under a mandate, from its own timeline, first to last; it may be short."""
        return self._readings(self.mandate(mandate_id, by=by), limit=limit, after=after)

    def _readings(self, mandate: Mandate, *, limit: int, after: Position | None) -> Page[Event]:
        read = {EventKind.MANDATE_READ.value, EventKind.MANDATE_EXCEEDED.value}
        page = self._timeline.page(mandate.owner, limit=limit, after=after)
        return page._replace(items=tuple(event for event in page.items if event.kind in read))

    def asked_by_inspector(self, inspector: str, *, by: Caller, limit: int, after: Position | None) -> Page[Mandate]:
        """Return a page of an inspector's mandates to those who audit them, newest first (R7.13).

        Nobody audits mandates over their own department, or that they had a part in, and so learns of none here.
        """
        require(by, roles=AUDITORS)
        page = self._store.asked_by(f"staff:{inspector}", limit=limit, after=after)
        return page._replace(items=tuple(mandate for mandate in page.items if may_audit(mandate, by)))

    @retry_on_conflict
    def audit(
        self, mandate_id: str, *, by: Caller, at: datetime, limit: int, after: Position | None = None
    ) -> tuple[Mandate, Page[Event]]:
        """Return a mandate and a page of what was read under it, and record it on the mandate's own timeline (R7.13).

        ``NOT_FOUND`` for a mandate over the auditor's own department, or one that they asked for or approved.
        """
        require(by, roles=AUDITORS)
        mandate = self._store.load(mandate_id)
        if not may_audit(mandate, by):
            raise DomainError(ErrorCode.NOT_FOUND)
        found = self._readings(mandate, limit=limit, after=after)
        looked: dict[str, str | int] = {"read": "readings", "size": len(found.items)}
        self._record(mandate_id, EventKind.MANDATE_AUDITED, looked, by=by, at=at)
        return mandate, found

    def cases(
        self,
        mandate_id: str,
        wanted: CaseFilter,
        *,
        by: Caller,
        at: datetime,
        limit: int,
        after: Position | None,
    ) -> Page[CaseSeen]:
        """Return a page of the cases within a mandate, by department, newest first; the reading is recorded.

        Of each case the clocks are read, and the timeline for an officer; of no more than ``LOOKED_INTO``. The filter
        applies after they are read, so a page may be shorter than asked for, or empty.
        """
        mandate = self._in_force(mandate_id, by=by, at=at)
        scope = narrowed(mandate.scope, wanted)
        found, following = (
            ((), None) if scope is None else self._page(scope, limit=min(limit, LOOKED_INTO), after=after)
        )
        seen = tuple(
            CaseSeen(card=card, light=light)
            for card in found
            if wanted.light in {None, light := gravest(self._lights(card, at=at))} and self._acted(wanted.officer, card)
        )
        looked: dict[str, str | int] = {
            "read": "cases",
            "light": wanted.light or "",
            "officer": wanted.officer or "",
            "size": len(seen),
        }
        if wanted.case_no is not None:
            looked |= _asked("cases", wanted.case_no)
        self._record(mandate_id, EventKind.MANDATE_READ, looked, by=by, at=at)
        return Page(seen, following)

    def struck(self, mandate_id: str, *, by: Caller, at: datetime, limit: int, after: Position | None) -> Page[Anomaly]:
        """Return a page of what struck in the cases within a mandate, by department, newest first (R4.19).

        The reading is recorded. The scope applies after a page is read, so it may be short, or empty.
        """
        mandate = self._in_force(mandate_id, by=by, at=at)
        scope = mandate.scope
        named = {card.department for card in self._cases.cards(scope.case_nos).values()}
        departments = scope.departments or tuple(sorted(named))

        def of_department(name: str, most: int, begins: Position | None) -> Page[Anomaly]:
            page = self._anomalies.page(AnomalyFilter(department=name), limit=most, after=begins)
            cards = self._cases.cards([each.case_no for each in page.items])
            return page._replace(
                items=tuple(
                    each
                    for each in page.items
                    if each.case_no in cards and covers(scope, _facts_of(cards[each.case_no]))
                )
            )

        found = page_of_lists(departments, of_department, limit=min(limit, LOOKED_INTO), after=after)
        looked: dict[str, str | int] = {"read": "signals", "size": len(found.items)}
        self._record(mandate_id, EventKind.MANDATE_READ, looked, by=by, at=at)
        return found

    def _lights(self, card: CaseCard, *, at: datetime) -> list[Light]:
        clocks = self._clocks.of_owner(case_owner(card.case_no))
        return [self._clocks.light(clock, at=at) for clock in clocks]

    def _acted(self, officer: str | None, card: CaseCard) -> bool:
        """Whether an officer acted in a case, according to its timeline; always true without an officer to look for.

        Whoever only looked at it did not act.
        """
        return officer is None or any(
            event.actor == f"staff:{officer}" and event.kind not in LOOKS
            for event in self._timeline.events(case_owner(card.case_no))
        )

    def timeline(self, mandate_id: str, case_no: str, *, by: Caller, at: datetime) -> tuple[Case, Reading]:
        """Return a case within a mandate and its timeline; ``OUT_OF_SCOPE`` for any other, which is recorded too.

        An unknown case gives the same error as one out of scope. ``OWN_MATTER`` for the inspector's own case.
        """
        asked = _asked("timeline", case_no)
        case = self._within(mandate_id, case_no, asked, by=by, at=at)
        reading = self._timeline.reading(case.owner, head=case.head)
        self._record(mandate_id, EventKind.MANDATE_READ, {**asked, "events": len(reading.events)}, by=by, at=at)
        return case, reading

    def documents(self, mandate_id: str, case_no: str, *, by: Caller, at: datetime) -> "tuple[Document, ...]":
        """Return the documents before the office of a case within a mandate; otherwise like ``timeline``."""
        asked = _asked("documents", case_no)
        case = self._within(mandate_id, case_no, asked, by=by, at=at)
        found = tuple(one for one in self._documents.of_case(case.case_no) if is_before_office(case, one))
        self._record(mandate_id, EventKind.MANDATE_READ, {**asked, "size": len(found)}, by=by, at=at)
        return found

    def look(self, mandate_id: str, case_no: str, document_id: str, *, by: Caller, at: datetime) -> "View":
        """Return an address that opens a document of a case within a mandate for a minute, once that is recorded.

        ``NOT_FOUND`` for a document of another case, ``DOCUMENT_NOT_CLEAN`` for one that nobody may open; otherwise
        like ``timeline``.
        """
        asked = _asked("document", case_no)
        case = self._within(mandate_id, case_no, asked, by=by, at=at)
        document = self._documents.load(document_id)
        if document.case_no != case.case_no or not is_before_office(case, document):
            raise DomainError(ErrorCode.NOT_FOUND)
        view = self._documents.view(document)
        self._record(mandate_id, EventKind.MANDATE_READ, {**asked, "document": document_id}, by=by, at=at)
        return view

    def _within(
        self, mandate_id: str, case_no: str, asked: Mapping[str, str | int], *, by: Caller, at: datetime
    ) -> Case:
        """Return a case within a mandate in force; ``OUT_OF_SCOPE`` for any other, which is recorded too."""
        mandate = self._in_force(mandate_id, by=by, at=at)
        case = self._find(case_no)
        if case is None or not covers(mandate.scope, _facts_of(case.card)):
            self._record(mandate_id, EventKind.MANDATE_EXCEEDED, asked, by=by, at=at)
            raise DomainError(ErrorCode.OUT_OF_SCOPE)
        require(by, roles=INSPECTORS, subjects=(case.subject,))
        return case

    def _in_force(self, mandate_id: str, *, by: Caller, at: datetime) -> Mandate:
        """Return the caller's own mandate if it is in force; ``NOT_FOUND`` for anybody else's."""
        mandate = self.mandate(mandate_id, by=by)
        if mandate.inspector != by.actor:
            raise DomainError(ErrorCode.NOT_FOUND)
        if not is_in_force(mandate, at=at):
            raise DomainError(ErrorCode.MANDATE_NOT_IN_FORCE)
        return mandate

    def _find(self, case_no: str) -> Case | None:
        try:
            return self._cases.load(case_no)
        except DomainError as error:
            if error.code is ErrorCode.NOT_FOUND:
                return None
            raise

    def _page(self, scope: Scope, *, limit: int, after: Position | None) -> Page[CaseCard]:
        if scope.case_nos:
            named = self._cases.cards(scope.case_nos)
            return Page(tuple(card for card in named.values() if covers(scope, _facts_of(card))), None)

        def of_department(name: str, most: int, begins: Position | None) -> Page[CaseCard]:
            page = self._cases.of_department(name, state=None, limit=most, after=begins)
            return page._replace(items=tuple(card for card in page.items if covers(scope, _facts_of(card))))

        return page_of_lists(scope.departments, of_department, limit=limit, after=after)

    @retry_on_conflict
    def _record(
        self, mandate_id: str, kind: EventKind, data: Mapping[str, str | int], *, by: Caller, at: datetime
    ) -> None:
        event = NewEvent(kind=kind, occurred_at=at, actor=by.actor, department=by.department or "", data=data)
        with transaction() as tx:
            self._timeline.append([event], owner=owner_of(mandate_id), at=at, tx=tx)


def _asked(what: str, case_no: str) -> dict[str, str | int]:
    return {"read": what, "case_no": case_no if is_case_no(case_no) else MALFORMED}


def _facts_of(card: CaseCard) -> CaseFacts:
    return CaseFacts(
        case_no=card.case_no,
        department=card.department,
        item_code=card.item_code,
        received_on=day_in_shanghai(card.received_at),
    )


def _require_bounded(wanted: Wanted, *, today: date) -> None:
    """Refuse a mandate without limits on scope or time; ``INVALID_BODY`` with every fault."""
    scope = wanted.scope
    faults = []
    if not (scope.departments or scope.case_nos):
        faults.append(
            FieldError(
                pointer="/scope",
                detail="请写明部门或者办件编号。",
                english="Name departments or case numbers.",
                code="SCOPE_UNBOUNDED",
            )
        )
    if scope.received_from and scope.received_to and scope.received_to < scope.received_from:
        faults.append(
            FieldError(
                pointer="/scope/to",
                detail="最后一天早于第一天。",
                english="The last day is before the first.",
                code="ENDS_BEFORE_START",
            )
        )
    if wanted.expires_on < today:
        faults.append(
            FieldError(
                pointer="/expires_on", detail="这一天已经过去。", english="This day is over.", code="DAY_IS_OVER"
            )
        )
    if faults:
        raise DomainError(ErrorCode.INVALID_BODY, faults=faults)
