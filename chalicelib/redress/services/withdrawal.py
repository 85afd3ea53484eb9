"""Finding all entries based on a document, marking them, and undoing them all or none."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from chalicelib.cases.model.case import Case
from chalicelib.credit.model.records import UNDONE, Document, FlagMark, ObjectionState, Record, RepairState
from chalicelib.credit.model.sources import Sources
from chalicelib.credit.rules import redress as changes
from chalicelib.credit.rules.redress import Changes
from chalicelib.credit.services.redress import CreditRedress
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.redress.model import Entry, EntryKind, Phase, Remainder, Undoing, Undone
from chalicelib.redress.rules import RECORD_WRITES, WRITES_AT_ONCE, at_once, document_name, require_earlier
from chalicelib.redress.store import RedressStore, RemainderStore
from chalicelib.sanctions.model.flags import OVER, Flag, Lifting
from chalicelib.sanctions.services.redress import FlagRedress, RedressStep
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import NewEvent

UNDOING = {RepairState.REPAIRED: EventKind.RECORD_REPAIRED, RepairState.WITHDRAWN: EventKind.RECORD_WITHDRAWN}

MOST_MARKED = WRITES_AT_ONCE // RECORD_WRITES
"""How many records carry the mark of a repair, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentEntries:
    """An entry, alone or with all others based on the same document, strongly consistent.

    ``subject`` is whom the entry is about and ``base`` whom the document is about. They differ for a person responsible
    for an organisation; then only that person's flags are included. ``records`` and ``flags`` are those not yet undone
    or over, as many as one transaction changes; the rest are ``later_records`` and ``later_flags``, from an index.
    ``is_whole`` says that together they are all that is based on the document.
    """

    entry: Entry
    subject: SubjectKey
    base: SubjectKey
    department: str
    document: Document
    record: Record | None = None
    flag: Flag | None = None
    records: tuple[Record, ...] = ()
    flags: tuple[Flag, ...] = ()
    later_records: tuple[Record, ...] = ()
    later_flags: tuple[Flag, ...] = ()
    is_whole: bool = False

    @property
    def all_records(self) -> tuple[Record, ...]:
        """The records, those included that take another step."""
        return (*self.records, *self.later_records)

    @property
    def all_flags(self) -> tuple[Flag, ...]:
        """The flags, those included that take another step."""
        return (*self.flags, *self.later_flags)

    @property
    def is_disputed(self) -> bool:
        """Whether the entry itself carries the objection mark."""
        return any(one is not None and one.objection is ObjectionState.OPEN for one in (self.record, self.flag))


class Withdrawal:
    """Finds, marks and undoes the entries based on a document."""

    def __init__(
        self,
        store: RedressStore,
        credit: CreditRedress,
        flags: FlagRedress,
        *,
        remainders: RemainderStore,
        sources: Sources,
    ) -> None:
        """Take the stores, and which source is whose; credit and flags are changed in the caller's transaction."""
        self._store = store
        self._remainders = remainders
        self._credit = credit
        self._flags = flags
        self._sources = sources

    def alone(self, entry: Entry) -> DocumentEntries:
        """Return an entry alone, read by its key; raises ``NOT_FOUND`` if there is no such record or flag."""
        if entry.kind is EntryKind.RECORD:
            record = self._credit.record(*entry.record)
            if record is None:
                raise DomainError(ErrorCode.NOT_FOUND)
            return DocumentEntries(
                entry=entry,
                subject=record.subject,
                base=record.subject,
                department=self._office_of(record),
                document=record.document,
                record=record,
                records=() if record.repair in UNDONE else (record,),
            )
        if entry.kind is EntryKind.FLAG:
            flag = self._flags.get(entry.name)
            return DocumentEntries(
                entry=entry,
                subject=flag.subject,
                base=flag.party.document_subject,
                department=flag.department,
                document=flag.document,
                flag=flag,
                flags=() if flag.state in OVER else (flag,),
            )
        raise DomainError(ErrorCode.NOT_FOUND)

    def standing(self, entry: Entry, *, is_whole: bool = False) -> DocumentEntries:
        """Return an entry with all others on its document; raises ``NOT_FOUND`` if there is no such record or flag.

        A broken promise and the flags on what was decided in its case belong together, however the organ of their
        document is written; what was found in another handling of the case has a document of its own. ``is_whole``
        includes everything on the document, even if the entry is only a person's part of it.
        """
        one = self.alone(entry)
        organ, number = one.document.organ, one.document.number
        known = {*self._credit.flags_on(one.base, organ=organ, number=number), *self._flags_of_promise(one)}
        found = self._flags.on_document(one.base, organ=organ, number=number, known=known)
        # The entry itself was read by its key, because an index may lag behind.
        flags = (*one.flags, *(flag for flag in found if flag.flag_id != entry.name))
        if not is_whole and one.base != one.subject:
            return self._first(replace(one, flags=tuple(flag for flag in flags if flag.subject == one.subject)))
        cases = {flag.case_no for flag in flags if flag.case_no is not None} | _cases_of(one.records)
        # What is based on the document by its number alone is undone first, for its organ may be written otherwise.
        found_records = (
            *self._credit.broken_promises(one.base, cases, number=number),
            *self._credit.ever_on_document(one.base, organ=organ, number=number),
        )
        records = {record.name: record for record in (*one.records, *found_records) if record.repair not in UNDONE}
        return self._first(replace(one, records=tuple(records.values()), flags=flags, is_whole=True))

    def _first(self, standing: DocumentEntries) -> DocumentEntries:
        """Split off what takes another step, and read the rest again, strongly consistent."""
        records, flags = at_once(standing.records, standing.flags, base=standing.base, entry=standing.entry.name)
        first = {*(record.name for record in records), *(flag.flag_id for flag in flags)}
        return replace(
            standing,
            records=self._credit.fresh(records),
            flags=self._flags.fresh(flags),
            later_records=tuple(record for record in standing.records if record.name not in first),
            later_flags=tuple(flag for flag in standing.flags if flag.flag_id not in first),
        )

    def of_case(self, case: Case) -> DocumentEntries:
        """Return all that stands on the document by which a case was revoked: the broken promise, and flags on it.

        Raises ``STEP_NOT_ALLOWED`` for a case that was not revoked.
        """
        if case.revocation is None:
            raise DomainError(ErrorCode.STEP_NOT_ALLOWED)
        entry = Entry(kind=EntryKind.CASE, name=case.case_no)
        number = case.revocation.document_no
        flags = self._flags.of_case(case.subject, case.case_no, number=number)
        broken = self._credit.broken_promises(case.subject, {case.case_no}, number=number)
        known = (
            *(Entry(kind=EntryKind.FLAG, name=flag.flag_id) for flag in flags),
            *(Entry(kind=EntryKind.RECORD, name=record.name) for record in broken),
        )
        if known:
            found = self.standing(known[0], is_whole=True)
            return replace(found, entry=entry, department=case.department)
        document = Document(number=number, organ=case.department, effective_on=case.revocation.effective_on)
        return DocumentEntries(
            entry=entry,
            subject=case.subject,
            base=case.subject,
            department=case.department,
            document=document,
            is_whole=True,
        )

    def offices(self, standing: DocumentEntries) -> frozenset[str]:
        """Return whose document it is: the departments of the records handed in on it, or the entry's own."""
        offices = frozenset(self._office_of(record) for record in standing.all_records if record.fulfilment is None)
        return offices or frozenset({standing.department})

    def ever(self, standing: DocumentEntries) -> tuple[tuple[Record, ...], tuple[Flag, ...]]:
        """Return all records and flags based on a document, undone or not, because any may have affected cases.

        Without others' flags that take another step: each step finds the cases of those that it undoes.
        """
        later = {flag.flag_id for flag in standing.later_flags if flag.subject != standing.base}
        organ, number = standing.document.organ, standing.document.number
        records = {
            (one.source, one.record_id): one
            for one in (
                *self._credit.ever_on_document(standing.base, organ=organ, number=number),
                *standing.all_records,
            )
        }
        flags = {
            one.flag_id: one
            for one in (*self._flags.ever_on_document(standing.base, organ=organ, number=number), *standing.flags)
            if one.flag_id not in later
        }
        return tuple(records.values()), tuple(flags.values())

    def mark(
        self, standing: DocumentEntries, state: ObjectionState, step: RedressStep, *, is_paused: bool = False
    ) -> None:
        """Set or clear the objection mark on an entry and in the summary, unless the entry is undone."""
        record, flag = standing.record, standing.flag
        is_open = state is ObjectionState.OPEN
        if record is not None and record.repair not in UNDONE:
            kind = EventKind.RECORD_OBJECTED if is_open else EventKind.RECORD_OBJECTION_ENDED
            self.change_record(changes.with_objection(record, state, is_paused=is_paused), kind, step)
        if flag is not None and flag.state not in OVER:
            kind = EventKind.FLAG_OBJECTED if is_open else EventKind.FLAG_OBJECTION_ENDED
            self._put_mark(flag, self._flags.mark(flag, state, step, is_paused=is_paused), kind, step)

    def change_record(self, record: Record, kind: EventKind, step: RedressStep) -> None:
        """Save a changed record with its event and the summary."""
        after = changes.with_next_version(record)
        made = Changes(records=[after], facts=[_of_record(kind, after, step)])
        self._credit.change(record.subject, made, at=step.at, tx=step.tx)

    def change_repair(self, standing: DocumentEntries, state: RepairState, kind: EventKind, step: RedressStep) -> None:
        """Mark the records based on a document as under repair, or clear that mark: as many as one transaction changes.

        A repair is open for the whole document by its own row; the mark is for whoever looks at a record.
        """
        records = standing.records
        if state is RepairState.NONE:
            marked = [record for record in standing.all_records if record.repair is RepairState.APPLIED]
            records = self._credit.fresh(marked[:MOST_MARKED])
        after = [changes.with_next_version(changes.with_repair(record, state)) for record in records]
        if after:
            events = [_of_record(kind, record, step) for record in after]
            self._credit.change(standing.base, Changes(records=after, facts=events), at=step.at, tx=step.tx)

    def shorten(self, standing: DocumentEntries, ends_on: date, step: RedressStep) -> None:
        """Set an earlier last day and clear the objection mark, unless the entry is undone."""
        record, flag = standing.record, standing.flag
        if record is not None and record.repair not in UNDONE:
            require_earlier(ends_on, starts_on=record.dates.judged_on, ended_on=record.display.until)
            after = changes.with_earlier_end(changes.with_objection(record, ObjectionState.NONE), ends_on)
            self.change_record(after, EventKind.RECORD_CORRECTED, step)
        if flag is not None and flag.state not in OVER:
            require_earlier(ends_on, starts_on=flag.document.effective_on, ended_on=flag.ends_on)
            mark = self._flags.shorten(flag, ends_on, step)
            self._put_mark(flag, mark, EventKind.FLAG_OBJECTION_ENDED, step)

    def undo(
        self, standing: DocumentEntries, state: RepairState, lifting: Lifting, step: RedressStep
    ) -> tuple[Undone, ...]:
        """Undo all the entries: display, sharing, flags, and with them the bar (R3.7).

        If they are everything on a document, nothing may be based on it again, and nothing that is has any effect on
        its subject from this transaction on. What is too much for one is undone in steps (``Remainders``); returned is
        what was undone in this one.
        """
        undoing = Undoing(state=state, lifting=lifting)
        if standing.later_records or standing.later_flags:
            self._remainders.begin(_remainder(standing, undoing, step), tx=step.tx)
        falls = standing.document if standing.is_whole else None
        undone = self.undo_some(standing.base, standing.records, standing.flags, undoing, step, falls=falls)
        if falls is not None:
            name = document_name(standing.base, falls)
            self._store.let_fall(name, because=step.because, at=step.at, tx=step.tx)
        return undone

    def undo_some(
        self,
        base: SubjectKey,
        records: Sequence[Record],
        flags: Sequence[Flag],
        undoing: Undoing,
        step: RedressStep,
        *,
        falls: Document | None = None,
    ) -> tuple[Undone, ...]:
        """Undo entries on a document about ``base``, with the summaries of everybody concerned, in one transaction.

        ``falls`` is the document, where nothing is to be based on it again.
        """
        for subject in sorted({base, *(flag.subject for flag in flags)}):
            own_records = [
                changes.with_next_version(changes.with_repair(record, undoing.state))
                for record in records
                if record.subject == subject
            ]
            own_flags = [flag for flag in flags if flag.subject == subject]
            events = [_of_record(UNDOING[undoing.state], record, step) for record in own_records]
            events += [_of_flag(EventKind.FLAG_LIFTED, flag, step) for flag in own_flags]
            for flag in own_flags:
                self._flags.lift(flag, undoing.lifting, by=step.by, tx=step.tx)
            fallen = falls if subject == base else None
            if fallen is not None:
                events.append(_of_document(fallen, step))
            if events:
                gone: dict[str, FlagMark | None] = {flag.flag_id: None for flag in own_flags}
                made = Changes(records=own_records, flags=gone, fallen=fallen, facts=events)
                self._credit.change(subject, made, at=step.at, tx=step.tx)
        return (
            *(
                Undone(entry=f"{record.source}/{record.record_id}", subject=record.subject, was=record.severity.value)
                for record in records
            ),
            *(Undone(entry=flag.owner, subject=flag.subject, was=flag.state.value) for flag in flags),
        )

    def _office_of(self, record: Record) -> str:
        """Return whose record it is: the source's department, and for a promise the one that handled its case."""
        return self._sources.office_of(record.source) if record.fulfilment is None else record.fulfilment.department

    def _flags_of_promise(self, one: DocumentEntries) -> tuple[str, ...]:
        """Return the ids of the flags on what was decided in the case of a broken promise, if that is the entry."""
        number = one.document.number
        found = (self._flags.of_case(one.base, case_no, number=number) for case_no in _cases_of(one.records))
        return tuple(flag.flag_id for flags in found for flag in flags)

    def _put_mark(self, flag: Flag, mark: FlagMark | None, kind: EventKind, step: RedressStep) -> None:
        if mark is not None:
            event = _of_flag(kind, flag, step)
            made = Changes(flags={flag.flag_id: mark}, facts=[event])
            self._credit.change(flag.subject, made, at=step.at, tx=step.tx)


def _cases_of(records: Iterable[Record]) -> set[str]:
    """Return the cases of promises."""
    return {record.fulfilment.case_no for record in records if record.fulfilment is not None}


def _remainder(standing: DocumentEntries, undoing: Undoing, step: RedressStep) -> Remainder:
    """Return what is left to be undone in steps, of a document or of one person's part of it."""
    return Remainder(
        base=standing.base,
        person=None if standing.is_whole else standing.subject,
        document=standing.document,
        state=undoing.state,
        lifting=undoing.lifting,
        sub=step.by.sub,
        department=step.by.department or "",
        begun_at=step.at,
        next_at=step.at,
        phase=Phase.FLAGS_OF_OTHERS if standing.is_whole else Phase.FLAGS,
        left=len(standing.later_records) + len(standing.later_flags),
    )


def _of_record(kind: EventKind, record: Record, step: RedressStep) -> NewEvent:
    department = step.by.department or ""
    return changes.record_event(
        kind, record, because=step.because, actor=step.by.actor, department=department, at=step.at
    )


def _of_flag(kind: EventKind, flag: Flag, step: RedressStep) -> NewEvent:
    return NewEvent(
        kind=kind,
        occurred_at=step.at,
        actor=step.by.actor,
        department=step.by.department or "",
        data={"flag_id": flag.flag_id, "because": step.because},
    )


def _of_document(document: Document, step: RedressStep) -> NewEvent:
    return NewEvent(
        kind=EventKind.DOCUMENT_FELL,
        occurred_at=step.at,
        actor=step.by.actor,
        department=step.by.department or "",
        data={
            "organ": document.organ,
            "document_no": document.number,
            "because": step.because,
        },
    )
