"""Names that do not belong to a number: referring them to a person, and what the person finds."""

from collections.abc import Callable
from datetime import datetime
from itertools import count

from chalicelib.credit.model.identity_conflicts import Conflict, ConflictState, Decision, Mismatch, Outcome
from chalicelib.credit.model.records import Summary
from chalicelib.credit.model.sources import CREDIT_OFFICE
from chalicelib.credit.rules import identity_conflicts
from chalicelib.credit.rules.names import with_name_apart, with_one_person
from chalicelib.credit.store.identity_conflicts import ConflictStore
from chalicelib.credit.store.records import CreditStore
from chalicelib.dynamo.model import Page, Position
from chalicelib.dynamo.transaction import Transaction, retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role, is_own_matter, require_another_person, sees
from chalicelib.subjects.services import Subjects
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import NewEvent


class Conflicts:
    """Opens and decides identity conflicts."""

    def __init__(self, store: ConflictStore, summaries: CreditStore, subjects: Subjects) -> None:
        """Take the stores, and the register of subjects."""
        self._store = store
        self._summaries = summaries
        self._subjects = subjects

    @retry_on_conflict
    def open(self, found: Mismatch, *, at: datetime) -> None:
        """Open a conflict for a person to decide. Idempotent."""
        with transaction() as tx:
            self.add(found, at=at, tx=tx)

    def add(self, found: Mismatch, *, at: datetime, tx: Transaction) -> None:
        """Open a conflict in the caller's transaction, unless it waits on a desk already or was decided."""
        for turn in count():
            name = identity_conflicts.conflict_id(found, turn=turn)
            known = self._store.find(name)
            if known is None:
                break
            if identity_conflicts.is_settled(known) and not self._is_undone(known):
                return
        known_as = self._subjects.masked(found.first)
        conflict = identity_conflicts.opened(found, conflict_id=name, known_as=known_as, at=at)
        about = f"{found.source}/{found.record_id}" if found.record_id else found.reference
        event = NewEvent(
            kind=EventKind.CONFLICT_OPENED,
            occurred_at=at,
            actor=found.said_by,
            department=found.department,
            data={"subject": found.subject, "cause": found.cause.value, "about": about},
        )
        self._store.add(conflict, [event], at=at, tx=tx)

    def _is_undone(self, conflict: Conflict) -> bool:
        """Whether a name was set apart by the decision, and has been linked to the subject and unlinked since."""
        if not identity_conflicts.sets_apart(conflict):
            return False
        return conflict.said_digest not in self._summaries.summary(conflict.subject).apart

    def get(self, conflict_id: str, *, by: Caller) -> Conflict:
        """Return a conflict to a credit officer of the source's department or of the credit office.

        Raises ``NOT_FOUND`` if there is none, ``OWN_MATTER`` for an officer whom it is about.
        """
        found = self._store.load(conflict_id)
        if is_own_matter(by, (found.subject,)):
            raise DomainError(ErrorCode.OWN_MATTER)
        if not _may_see(found, by=by):
            raise DomainError(ErrorCode.FORBIDDEN)
        return found

    def page(self, state: ConflictState, *, by: Caller, limit: int, after: Position | None) -> Page[Conflict]:
        """Return a page of conflicts in one state, oldest first.

        Outside the credit office, those of other departments are left out, so a page may be short.
        """
        found = self._store.page(state, limit=limit, after=after)
        return found._replace(items=tuple(each for each in found.items if _may_see(each, by=by)))

    @retry_on_conflict
    def decide(  # noqa: PLR0913 - a finding has this many sides, and each is named at the call
        self, conflict_id: str, outcome: Outcome, *, evidence: str, reason: str, by: Caller, version: int, at: datetime
    ) -> Conflict:
        """Record the decision: if it is one person, both names are linked and the source may send the record again.

        Another person's record stays refused, and a promise in the name goes on. Whoever gave the name may not decide
        (``SAME_PERSON``).
        """
        before = self.get(conflict_id, by=by)
        if before.version != version:
            raise DomainError(ErrorCode.STALE_VERSION)
        require_another_person(by, before.said_by)
        decision = Decision(outcome=outcome, evidence=evidence, reason=reason, by=by.actor, at=at)
        after = identity_conflicts.decide(before, decision)
        event = NewEvent(
            kind=EventKind.CONFLICT_DECIDED,
            occurred_at=at,
            actor=by.actor,
            department=by.department or "",
            data={"outcome": outcome.value, "subject": before.subject},
            texts={"evidence": evidence, "reason": reason},
        )
        with transaction() as tx:
            if outcome is Outcome.SAME_PERSON:
                self._link(before, by=by, at=at, tx=tx)
            elif identity_conflicts.sets_apart(after):
                self._set_apart(before, by=by, at=at, tx=tx)
            return self._store.save(before, after, [event], at=at, tx=tx)

    def _link(self, conflict: Conflict, *, by: Caller, at: datetime, tx: Transaction) -> None:
        """Link all names to the subject, in the register of subjects and in its summary."""
        names = self._subjects.names_of(conflict.first)
        if names:
            self._subjects.also_called(conflict.first, conflict.said_digest, tx=tx)

        def linked(summary: Summary) -> Summary:
            return with_one_person(summary, (conflict.said_digest, *names))

        self._change(conflict, EventKind.NAME_LINKED, linked, by=by, at=at, tx=tx)

    def _set_apart(self, conflict: Conflict, *, by: Caller, at: datetime, tx: Transaction) -> None:
        """Keep in the summary that the name is another person's than those under which sources reported."""

        def apart(summary: Summary) -> Summary:
            return with_name_apart(summary, conflict.said_digest)

        self._change(conflict, EventKind.NAME_SET_APART, apart, by=by, at=at, tx=tx)

    def _change(
        self,
        conflict: Conflict,
        kind: EventKind,
        change: Callable[[Summary], Summary],
        *,
        by: Caller,
        at: datetime,
        tx: Transaction,
    ) -> None:
        """Save the summary with what was found, unless it says so already; promises that wait go on by it."""
        summary = self._summaries.summary(conflict.subject)
        after = change(summary)
        if (set(after.name_digests), after.apart) == (set(summary.name_digests), summary.apart):
            return
        event = NewEvent(
            kind=kind,
            occurred_at=at,
            actor=by.actor,
            department=by.department or "",
            data={"conflict": conflict.owner, "summary_version": after.version},
        )
        self._summaries.save(summary, after, [event], at=at, tx=tx)


def _may_see(conflict: Conflict, *, by: Caller) -> bool:
    """Whether a conflict is the caller's: the department's that sent the record, and always the credit office's."""
    offices = (conflict.department, CREDIT_OFFICE)
    return any(
        sees(by, roles=(Role.CREDIT_OFFICER,), department=office, subjects=(conflict.subject,)) for office in offices
    )
