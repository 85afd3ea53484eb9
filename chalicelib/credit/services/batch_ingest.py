"""Storing the lines of files with their subjects, summaries and events, as many as fit in one transaction."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice

from chalicelib.credit.model.records import Record, Summary
from chalicelib.credit.model.submissions import Batch, Fate, Handed, Taken
from chalicelib.credit.rules import submissions as intake
from chalicelib.credit.rules.batching import Group, bundles_of
from chalicelib.credit.rules.names import correction_event, with_name
from chalicelib.credit.rules.revoked_documents import withdraw_if_revoked
from chalicelib.credit.services.record_factory import RecordFactory
from chalicelib.credit.store.records import CreditStore
from chalicelib.dynamo.failures import may_pass
from chalicelib.dynamo.transaction import ConflictError, Transaction, read_together, retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.subjects.model.subjects import NameRank, NameSource, SubjectKind
from chalicelib.subjects.services import Subjects
from chalicelib.subjects.store import Remembered
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import NewEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSubject:
    """What is stored about a subject: its summary, its identities, and its records with their origins."""

    summary: Summary
    met: tuple[Remembered, ...]
    records: Mapping[tuple[str, str], tuple[Record, str]] = field(default_factory=dict)


class BatchIngest:
    """Stores the lines of files."""

    def __init__(
        self,
        store: CreditStore,
        subjects: Subjects,
        factory: RecordFactory,
        *,
        rank_of: Callable[[str, SubjectKind], NameRank],
    ) -> None:
        """Take the stores and the record factory; ``rank_of`` says what a source's word on a name is worth."""
        self._rank_of = rank_of
        self._store = store
        self._subjects = subjects
        self._factory = factory

    def take(self, groups: Iterable[Group], batch: Batch) -> list[Taken]:
        """Store lines and return the result of each; the order within a group matters.

        If a transaction with several subjects conflicts, gets too large, or fails for what is in it, each subject is
        tried alone.
        """
        taken: list[Taken] = []
        for bundle in bundles_of(groups):
            try:
                taken += self._together(bundle, batch)
            except Exception as error:
                if may_pass(error) and not isinstance(error, ConflictError):
                    raise
                for part in bundle:
                    taken += self._apart(part, batch)
        return taken

    def _apart(self, part: Group, batch: Batch) -> list[Taken]:
        """Store lines of one subject; if that fails for what is in them, each alone, and refuse those that fail."""
        try:
            return self._alone(part, batch)
        except Exception as error:
            if may_pass(error):
                raise
            if len(part) > 1:
                return [taken for line in part for taken in self._apart([line], batch)]
            return [Taken(handed=part[0], fate=Fate.REFUSED, error=error)]

    def _together(self, bundle: Sequence[Group], batch: Batch) -> list[Taken]:
        """Store parts of several subjects, all or nothing.

        Records of subjects without a summary are not read; if one exists after all, the transaction fails.
        """
        standings = self._standings(bundle)
        sought = [
            line.name
            for part, standing in zip(bundle, standings, strict=True)
            if standing.summary.head.seq
            for line in part
        ]
        records = self._store.named(sought) if sought else {}
        with transaction() as tx:
            each = [
                self._put(part, replace(standing, records=records), batch, tx)
                for part, standing in zip(bundle, standings, strict=True)
            ]
        return list(chain.from_iterable(each))

    @retry_on_conflict
    def _alone(self, part: Group, batch: Batch) -> list[Taken]:
        """Store lines of one subject, after reading the record of each."""
        records = self._store.named([line.name for line in part])
        (standing,) = self._standings([part])
        with transaction() as tx:
            return self._put(part, replace(standing, records=records), batch, tx)

    def _standings(self, bundle: Sequence[Group]) -> list[StoredSubject]:
        """Read what is stored about the subjects of some parts, without their records, in one batch."""
        subjects = [part[0].subject for part in bundle]
        places = [self._subjects.places_of(subject.about) for subject in subjects]
        wanted = [self._store.summary_row(subject.key) for subject in subjects]
        rows = iter(read_together(*wanted, *chain.from_iterable(places)))
        summaries = [self._store.summary_from(next(rows), subject=subject.key) for subject in subjects]
        return [
            StoredSubject(summary=summary, met=self._subjects.met_at(list(islice(rows, len(own)))))
            for summary, own in zip(summaries, places, strict=True)
        ]

    def _put(self, part: Group, standing: StoredSubject, batch: Batch, tx: Transaction) -> list[Taken]:
        """Add what may be stored of a part to a transaction, with its subject, summary and one event."""
        at, after = batch.at, standing.summary
        strangers, corrections = self._names(part, standing.met, batch, tx)
        taken: list[Taken] = []
        stored: list[Record] = []
        for line in part:
            before, by_whom = standing.records.get(line.name, (None, ""))
            try:
                if line.subject.about.name in strangers:
                    raise DomainError(ErrorCode.IDENTITY_CONFLICT)  # noqa: TRY301 - refused as the rules refuse
                record = self._factory.record(
                    line.submission, line.subject, before=before, handed_by=batch.actor, at=at
                )
                idle = None if before is None else _idle(line, record, before, by_whom=by_whom, batch=batch)
            except DomainError as error:
                taken.append(Taken(handed=line, fate=Fate.REFUSED, error=error))
                continue
            if idle is not None:
                taken.append(Taken(handed=line, fate=idle))
                continue
            record = with_name(withdraw_if_revoked(record, after), after, line.subject.name_digest)
            after = self._factory.summary(after, record, line.subject, at=at)
            self._store.save_record(record, tx, by_whom=line.of(batch))
            stored.append(record)
            taken.append(Taken(handed=line, fate=Fate.STORED))
        events = [*corrections, *([_event(stored, after, batch)] if stored else ())]
        if events:
            self._store.save(standing.summary, after, events, at=at, tx=tx)
        return taken

    def _names(
        self, part: Group, met: tuple[Remembered, ...], batch: Batch, tx: Transaction
    ) -> tuple[set[str], list[NewEvent]]:
        """Register what the lines of one subject say of its name.

        Returns the names that are not its own, and an event if a register corrects the known one.
        """
        strangers: set[str] = set()
        events: list[NewEvent] = []
        for line in {line.subject.about.name: line for line in part}.values():
            about = line.subject.about
            rank = self._rank_of(line.submission.source, about.kind)
            known, met = self._subjects.recognised(about, met, rank=rank, at=batch.at, tx=tx)
            if known.is_conflicting:
                strangers.add(about.name)
            if known.corrected_from is not None:
                said_by = NameSource(rank=rank, actor=batch.actor, department=batch.department)
                events.append(correction_event(known, said_by, at=batch.at))
        return strangers, events


def _idle(line: Handed, record: Record, before: Record, *, by_whom: str, batch: Batch) -> Fate | None:
    """Return the result of a line that changes nothing, None if it changes something.

    A line that was processed before its step died counts as stored, whatever the same file did to the record since.
    """
    if line.was_taken(by_whom, batch):
        return Fate.STORED
    if intake.is_news(record, before=before):
        return None
    return Fate.LATE if record.source_version < before.source_version else Fate.UNCHANGED


def _event(records: Sequence[Record], after: Summary, batch: Batch) -> NewEvent:
    return NewEvent(
        kind=EventKind.RECORDS_IMPORTED,
        occurred_at=batch.at,
        actor=batch.actor,
        department=batch.department,
        data={
            "import": batch.name,
            "edition": records[0].edition,
            "records": [
                {
                    "record": record.name,
                    "kind": record.kind,
                    "severity": record.severity.value,
                    "bar": record.bar.value,
                    "document_no": record.document.number,
                    "source_version": record.source_version,
                    "record_version": record.version,
                }
                for record in records
            ],
            "summary_version": after.version,
            "bars": sorted(bar.record for bar in after.bars),
        },
    )
