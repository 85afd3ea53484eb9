"""Amendments (更正): what the credit office changes in records of any department, by two persons."""

import secrets
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.credit.model.records import Record
from chalicelib.credit.model.sources import CREDIT_OFFICE
from chalicelib.dynamo.idempotency import IdempotencyKey
from chalicelib.dynamo.model import Page, Position
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, is_own_matter, require
from chalicelib.redress import rules
from chalicelib.redress.model import Amendment, AmendmentAct, Entry, ObjectionDecision
from chalicelib.redress.services import queries
from chalicelib.redress.services.impact import Impact
from chalicelib.redress.services.rulings import carry_out
from chalicelib.redress.services.withdrawal import DocumentEntries, Withdrawal
from chalicelib.redress.store import RedressStore
from chalicelib.sanctions.services.redress import RedressStep
from chalicelib.timeline.event_types import EventKind

if TYPE_CHECKING:
    from chalicelib.timeline.events import Json


class Amendments:
    """Proposes, confirms and withdraws amendments."""

    def __init__(self, store: RedressStore, withdrawal: Withdrawal, *, touching: Impact) -> None:
        """Take what an amendment changes."""
        self._store = store
        self._withdrawal = withdrawal
        self._impact = touching

    @retry_on_conflict
    def propose(
        self,
        entry: Entry,
        wanted: ObjectionDecision,
        *,
        by: Caller,
        at: datetime,
        idempotency_key: IdempotencyKey | None,
    ) -> tuple[Amendment, bool]:
        """Propose to amend a record; nothing changes before a second person has confirmed it.

        Also returns whether an earlier request with the same key did so. Raises ``NOT_FOUND`` unless ``entry`` is a
        record, ``OWN_MATTER`` for an official whom it is about, and whatever ``rules.require_amendable`` raises.
        """
        require(by, roles=queries.DECIDERS, department=CREDIT_OFFICE)
        made = idempotency_key.look_up() if idempotency_key is not None else None
        if made is not None:
            return self._store.amendments.load(made), True
        standing, record = self._record(entry)
        require(by, roles=queries.DECIDERS, department=CREDIT_OFFICE, subjects=(standing.subject,))
        rules.require_amendable(record, wanted)
        amendment = Amendment(
            amendment_id=secrets.token_hex(16),
            entry=entry,
            subject=standing.subject,
            department=standing.department,
            wanted=wanted,
            proposed_at=at,
            proposed_by=by.actor,
        )
        data: dict[str, Json] = {"outcome": wanted.outcome.value, "basis": wanted.basis}
        texts = {"reason": wanted.reason}
        event = rules.matter_event(
            EventKind.AMENDMENT_PROPOSED, amendment, actor=by.actor, at=at, data=data, texts=texts
        )
        with transaction() as tx:
            amendment = self._store.amendments.add(amendment, [event], at=at, tx=tx)
            if idempotency_key is not None:
                idempotency_key.remember(amendment.amendment_id, tx, at=at)
        return amendment, False

    @retry_on_conflict
    def confirm(self, amendment_id: str, *, reason: str, by: Caller, version: int, at: datetime) -> Amendment:
        """Amend the record as proposed, in the same transaction; raises ``SAME_PERSON`` for the proposer."""
        before = self._load(amendment_id, by=by, version=version)
        after = rules.confirm(before, AmendmentAct(by=by.actor, at=at, reason=reason), by=by)
        _, record = self._record(before.entry)
        rules.require_amendable(record, before.wanted)
        with transaction() as tx:
            step = RedressStep(because=before.owner, by=by, at=at, tx=tx)
            undone, affected = carry_out(
                before.entry, before.wanted, step, withdrawal=self._withdrawal, impact=self._impact
            )
            data: dict[str, Json] = {
                "outcome": before.wanted.outcome.value,
                "undone": [one.entry for one in undone],
                "touched": [one.case_no for one in affected],
            }
            event = rules.matter_event(
                EventKind.AMENDMENT_CONFIRMED, before, actor=by.actor, at=at, data=data, texts={"reason": reason}
            )
            after = replace(after, undone=undone, touched=affected)
            return self._store.amendments.save(before, after, [event], at=at, tx=tx)

    @retry_on_conflict
    def withdraw(self, amendment_id: str, *, reason: str, by: Caller, version: int, at: datetime) -> Amendment:
        """Withdraw a proposal that nobody has confirmed."""
        before = self._load(amendment_id, by=by, version=version)
        after = rules.withdraw(before, AmendmentAct(by=by.actor, at=at, reason=reason))
        event = rules.matter_event(
            EventKind.AMENDMENT_WITHDRAWN, before, actor=by.actor, at=at, data={}, texts={"reason": reason}
        )
        with transaction() as tx:
            return self._store.amendments.save(before, after, [event], at=at, tx=tx)

    def one(self, amendment_id: str, *, by: Caller) -> Amendment:
        """Return an amendment to the credit office, or to the department whose record it is."""
        return queries.one(self._store.amendments, amendment_id, by=by)

    def page(self, *, by: Caller, department: str | None, limit: int, after: Position | None) -> Page[Amendment]:
        """Return a page of the amendments of a department's records, newest first."""
        return queries.page(self._store.amendments, by=by, department=department, limit=limit, after=after)

    def unconfirmed(self, *, by: Caller, limit: int, after: Position | None) -> Page[Amendment]:
        """Return a page of the amendments that wait for a second officer of the credit office, oldest first.

        Those that concern the caller are left out, so that a page may be short.
        """
        require(by, roles=queries.DECIDERS, department=CREDIT_OFFICE)
        page = self._store.unconfirmed(limit=limit, after=after)
        return page._replace(items=tuple(one for one in page.items if not is_own_matter(by, (one.subject,))))

    def _load(self, amendment_id: str, *, by: Caller, version: int) -> Amendment:
        found = self._store.amendments.load(amendment_id)
        require(by, roles=queries.DECIDERS, department=CREDIT_OFFICE, subjects=(found.subject,))
        if found.version != version:
            raise DomainError(ErrorCode.STALE_VERSION)
        return found

    def _record(self, entry: Entry) -> tuple[DocumentEntries, Record]:
        standing = self._withdrawal.alone(entry)
        if standing.record is None:
            raise DomainError(ErrorCode.NOT_FOUND)
        return standing, standing.record
