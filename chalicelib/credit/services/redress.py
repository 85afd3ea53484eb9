"""Changing a subject's records, flags and summary together, as redress requires."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.clock import day_in_shanghai
from chalicelib.credit.model.records import BROKEN, UNDONE, Bar, Record, Severity
from chalicelib.credit.rules import redress as rules
from chalicelib.credit.rules.redress import Changes
from chalicelib.credit.rules.revoked_documents import is_same_number, normalized_document
from chalicelib.credit.store.records import CreditStore
from chalicelib.dynamo.model import Page, Position
from chalicelib.dynamo.transaction import Transaction
from chalicelib.subjects.model.subjects import SubjectKey


class CreditRedress:
    """Applies redress to credit: all of one subject in one write, so that nothing is half undone."""

    def __init__(self, store: CreditStore, *, kept_from: Severity) -> None:
        """Take the store; records of ``kept_from`` and above are kept in summaries."""
        self._store = store
        self._kept_from = kept_from

    def record(self, source: str, record_id: str) -> Record | None:
        """Read one record, strongly consistent; None if there is none."""
        return self._store.record(source, record_id)

    def fresh(self, records: Sequence[Record]) -> tuple[Record, ...]:
        """Return at most 100 records again, strongly consistent and in one read, without those undone since."""
        found = self._store.named([(record.source, record.record_id) for record in records])
        return tuple(record for record, _ in found.values() if record.repair not in UNDONE)

    def page(self, subject: SubjectKey, *, limit: int, after: Position | None) -> Page[Record]:
        """Return a page of a subject's records from an index."""
        return self._store.page(subject, limit=limit, after=after)

    def unconfirmed(self, source: str, limit: int, after: Position | None) -> Page[Record]:
        """Return a page of a source's records that wait to be served or confirmed, from an index."""
        return self._store.unconfirmed(source, limit=limit, after=after)

    def ever_on_document(self, subject: SubjectKey, *, organ: str, number: str) -> tuple[Record, ...]:
        """Return a subject's adverse records based on a document, undone or not, from an index."""
        return tuple(record for record in self._store.records(subject) if rules.rests_on(record, organ, number))

    def broken_promises(self, subject: SubjectKey, cases: Collection[str], *, number: str) -> tuple[Record, ...]:
        """Return a subject's broken promises in these cases that rest on a document, whatever its organ is called.

        Without those undone since. Each handling of a case has a document of its own.
        """
        if not cases:
            return ()
        # The summary's bars are strongly consistent; the index also has those whose time is over.
        known: tuple[Bar | Record, ...] = (*self._store.summary(subject).bars, *self._store.records(subject))
        names = {
            (one.source, one.record_id)
            for one in known
            if one.fulfilment is not None and one.fulfilment.case_no in cases and one.fulfilment.outcome in BROKEN
        }
        found = (self._store.record(*name) for name in sorted(names))
        return tuple(
            record
            for record in found
            if record is not None and record.repair not in UNDONE and is_same_number(record.document.number, number)
        )

    def flags_on(self, subject: SubjectKey, *, organ: str, number: str) -> tuple[str, ...]:
        """Return the ids of a subject's flags in the summary that are based on a document."""
        marks = self._store.summary(subject).flags
        return tuple(
            mark.flag_id
            for mark in marks
            if normalized_document(mark.organ, mark.document_no) == normalized_document(organ, number)
        )

    def change(self, subject: SubjectKey, changes: Changes, *, at: datetime, tx: Transaction) -> None:
        """Write the changed records and the summary in the caller's transaction."""
        summary = self._store.summary(subject)
        after = rules.after_redress(
            summary,
            changes,
            known=self._store.records(subject) if summary.overflow else (),
            kept_from=self._kept_from,
            on=day_in_shanghai(at),
        )
        for record in changes.records:
            self._store.save_record(record, tx)
        told = [replace(event, data={**event.data, "summary_version": after.version}) for event in changes.facts]
        self._store.save(summary, after, told, at=at, tx=tx)
