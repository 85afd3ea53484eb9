"""Taking in records, and referring those whose number and name do not match to a person."""

from datetime import datetime

from chalicelib.clock import day_in_shanghai
from chalicelib.credit.model.identity_conflicts import Conflict, ConflictState, Decision, Outcome
from chalicelib.credit.model.records import Record
from chalicelib.credit.model.sources import CREDIT_OFFICE
from chalicelib.credit.model.submissions import Submission
from chalicelib.credit.rules import identity_conflicts
from chalicelib.credit.rules.linked_credit import with_names
from chalicelib.credit.services.ingest import Ingest
from chalicelib.credit.store.identity_conflicts import ConflictStore
from chalicelib.credit.store.records import CreditStore
from chalicelib.dynamo.model import Page, Position
from chalicelib.dynamo.transaction import Transaction, retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role, is_own_matter, require_another_person, sees
from chalicelib.subjects.model.subjects import Identity
from chalicelib.subjects.rules.identifiers import masked_name, require_valid
from chalicelib.subjects.services import Subjects
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import NewEvent


class Conflicts:
    """Opens and decides identity conflicts."""

    def __init__(self, store: ConflictStore, ingest: Ingest, summaries: CreditStore, subjects: Subjects) -> None:
        """Take the stores and ``ingest``, which refuses records whose number and name do not match."""
        self._store = store
        self._ingest = ingest
        self._summaries = summaries
        self._subjects = subjects

    def put_record(self, submission: Submission, *, about: Identity, by: Caller, at: datetime) -> Record:
        """Store a record like ``Ingest.put_record``, but open a conflict if the name does not match the number.

        ``IDENTITY_CONFLICT`` is still raised, and the record has no effect (R6.3). Idempotent.
        """
        try:
            return self._ingest.put_record(submission, about=about, by=by, at=at)
        except DomainError as error:
            if error.code is ErrorCode.IDENTITY_CONFLICT:
                self.open(submission, about=require_valid(about, on=day_in_shanghai(at)), by=by, at=at)
            raise

    @retry_on_conflict
    def open(self, submission: Submission, *, about: Identity, by: Caller, at: datetime) -> None:
        """Open a conflict for a person to decide. Idempotent; only the record's name is kept."""
        known = self._subjects.know(about, at)
        name = identity_conflicts.conflict_id(
            known.key, known.name_digest, source=submission.source, record_id=submission.record_id
        )
        if not known.is_conflicting or self._store.find(name) is not None:
            return
        conflict = Conflict(
            conflict_id=name,
            subject=known.key,
            first=known.first or known.key,
            source=submission.source,
            record_id=submission.record_id,
            department=by.department or "",
            known_as=known.masked_name,
            said=masked_name(about.name),
            said_digest=known.name_digest,
            said_by=by.actor,
            said_at=at,
        )
        event = NewEvent(
            kind=EventKind.CONFLICT_OPENED,
            occurred_at=at,
            actor=by.actor,
            department=conflict.department,
            data={"subject": conflict.subject, "record": f"{conflict.source}/{conflict.record_id}"},
        )
        with transaction() as tx:
            self._store.add(conflict, [event], at=at, tx=tx)

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

        Another person's record stays refused. Whoever submitted the record may not decide (``SAME_PERSON``).
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
            return self._store.save(before, after, [event], at=at, tx=tx)

    def _link(self, conflict: Conflict, *, by: Caller, at: datetime, tx: Transaction) -> None:
        """Link both names to the subject, in the register of subjects and in its summary."""
        names = (conflict.said_digest, *self._subjects.names_of(conflict.first))
        self._subjects.also_called(conflict.first, conflict.said_digest, tx=tx)
        summary = self._summaries.summary(conflict.subject)
        if conflict.said_digest in summary.name_digests:
            return
        after = with_names(summary, names)
        event = NewEvent(
            kind=EventKind.NAME_LINKED,
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
