"""Single records from sources: stored with their summary and event, all or nothing."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from chalicelib.clock import day_in_shanghai
from chalicelib.credit.model.identity_conflicts import Cause
from chalicelib.credit.model.records import Record, Summary
from chalicelib.credit.model.sources import Sources
from chalicelib.credit.model.submissions import Batch, Subject, Submission, Taken
from chalicelib.credit.rules import submissions as intake
from chalicelib.credit.rules.batching import Group
from chalicelib.credit.rules.identity_conflicts import mismatch_of
from chalicelib.credit.rules.names import with_name
from chalicelib.credit.rules.revoked_documents import withdraw_if_revoked
from chalicelib.credit.services.batch_ingest import BatchIngest
from chalicelib.credit.services.identity_conflicts import Conflicts
from chalicelib.credit.services.record_factory import RecordFactory
from chalicelib.credit.store.records import CreditStore
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role, require
from chalicelib.rulepacks.model.pack import RulePack
from chalicelib.subjects.model.subjects import Identity
from chalicelib.subjects.rules.identifiers import SubjectKeys, require_valid
from chalicelib.subjects.services import Subjects
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Json, NewEvent

PROVIDERS = (Role.SYSTEM, Role.CREDIT_OFFICER)
"""Who may hand in records of their own department's sources."""


class Ingest:
    """Stores records from sources."""

    def __init__(  # noqa: PLR0913 - built once, in the container, where each is named
        self,
        store: CreditStore,
        subjects: Subjects,
        keys: SubjectKeys,
        *,
        packs: Sequence[RulePack],
        pack: str,
        sources: Sources,
        conflicts: Callable[[], Conflicts],
    ) -> None:
        """Take the stores, the subject keys, which source is whose, and who decides on names that do not match.

        ``pack`` is the code of the one in ``packs`` whose display periods apply.
        """
        self._sources = sources
        self._store = store
        self._subjects = subjects
        self._keys = keys
        self._factory = RecordFactory(packs, pack)
        self._conflicts = conflicts
        self._batches = BatchIngest(store, subjects, self._factory, rank_of=sources.rank_of)

    def put_record(self, submission: Submission, *, about: Identity, by: Caller, at: datetime) -> Record:
        """Store a record with its summary and event, all or nothing; returns the record as now stored.

        Repeating what is stored changes nothing, and an older version is ignored (R8.2). Raises
        ``RECORD_NOT_ACCEPTABLE`` with every fault, ``IDENTITY_CONFLICT`` if the number is known under another name,
        which then waits for a person to decide (R6.3), ``OWN_MATTER`` for an official whom it is about.
        """
        self.require_own(submission.source, by=by)
        subject = self.subject(about, at=at)
        require(by, roles=PROVIDERS, department=by.department, subjects=(subject.key,))
        if self.refer(Cause.RECORD, submission, subject.about, by=by, at=at):
            raise DomainError(ErrorCode.IDENTITY_CONFLICT)
        return self._store_record(submission, subject, by=by, at=at)

    def refer(self, cause: Cause, submission: Submission, about: Identity, *, by: Caller, at: datetime) -> bool:
        """Open a conflict if the name of a record is not the number's, and return whether it is not. Idempotent."""
        rank = self._sources.rank_of(submission.source, about.kind)
        known = self._subjects.know(about, by.naming(rank), at)
        found = mismatch_of(cause, known, about, by=by)
        if found is None:
            return False
        self._conflicts().open(replace(found, source=submission.source, record_id=submission.record_id), at=at)
        return True

    def require_own(self, source: str, *, by: Caller) -> None:
        """Raise ``FORBIDDEN`` unless the caller hands in records for the department that the source belongs to."""
        if not self.is_source_of(source, by.department):
            raise DomainError(ErrorCode.FORBIDDEN)
        require(by, roles=PROVIDERS, department=by.department)

    def is_source_of(self, source: str, department: str | None) -> bool:
        """Whether a source belongs to a department."""
        return self._sources.belongs_to(source, department)

    def subject(self, about: Identity, *, at: datetime) -> Subject:
        """Return the subject of lines of a file; raises ``INVALID_IDENTIFIER`` for an invalid number."""
        valid = require_valid(about, on=day_in_shanghai(at))
        return Subject(about=valid, key=self._keys.key_of(valid), name_digest=self._keys.digest_of_name(valid))

    def meet(self, abouts: Iterable[Identity], *, at: datetime) -> None:
        """Learn the keys of many subjects at once, so that ``subject`` reads none; invalid ones are left out."""
        on = day_in_shanghai(at)
        valid: list[Identity] = []
        for about in abouts:
            with suppress(DomainError):
                valid.append(require_valid(about, on=on))
        self._keys.keys_of_each(valid)

    def take(self, groups: Iterable[Group], batch: Batch) -> list[Taken]:
        """Store lines of a file and return the result of each.

        The same rules apply as for a single record. Idempotent (R8.2).
        """
        return self._batches.take(groups, batch)

    @retry_on_conflict
    def _store_record(self, submission: Submission, subject: Subject, *, by: Caller, at: datetime) -> Record:
        before = self._store.record(submission.source, submission.record_id)
        record = self._factory.record(submission, subject, before=before, handed_by=by.actor, at=at)
        if before is not None and not intake.is_news(record, before=before):
            return before
        summary = self._store.summary(record.subject)
        record = with_name(withdraw_if_revoked(record, summary), summary, subject.name_digest)
        after = self._factory.summary(summary, record, subject, at=at)
        with transaction() as tx:
            self._store.save_record(record, tx)
            event = _record_event(record, after, by, at)
            self._store.save(summary, after, [event], at=at, tx=tx)
        return record


def _record_event(record: Record, after: Summary, by: Caller, at: datetime) -> NewEvent:
    left_out: dict[str, Json] = {}
    if after.overflow:
        left_out["left_out_until"] = {mark.severity.value: mark.ends_on.isoformat() for mark in after.overflow}
    return NewEvent(
        kind=EventKind.RECORD_STORED,
        occurred_at=at,
        actor=by.actor,
        department=by.department or "",
        data={
            "record": record.name,
            "kind": record.kind,
            "edition": record.edition,
            "severity": record.severity.value,
            "bar": record.bar.value,
            "document_no": record.document.number,
            "source_version": record.source_version,
            "record_version": record.version,
            "summary_version": after.version,
            "bars": sorted(bar.record for bar in after.bars),
            **left_out,
        },
    )
