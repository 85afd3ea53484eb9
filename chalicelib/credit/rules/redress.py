"""The effect of redress on records and summaries: marks are set and cleared, and undone entries disappear."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from chalicelib.credit.model.corrections import Correction
from chalicelib.credit.model.records import (
    UNDONE,
    Document,
    FlagMark,
    ObjectionState,
    Record,
    RepairState,
    Severity,
    Summary,
)
from chalicelib.credit.rules.limits import overflow_after, within_bounds
from chalicelib.credit.rules.names import flags_with_names
from chalicelib.credit.rules.revoked_documents import normalized_document, with_fallen, without_revoked
from chalicelib.credit.rules.summary import bars_of, fresher
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Json, NewEvent


def rests_on(record: Record, organ: str, number: str) -> bool:
    """Whether a record is adverse and based on a document, however its number is typed."""
    document = record.document
    is_same = normalized_document(document.organ, document.number) == normalized_document(organ, number)
    return is_same and record.severity is not Severity.NONE


def with_next_version(record: Record) -> Record:
    """Return the record with its version increased, once per write."""
    return replace(record, version=record.version + 1)


def with_objection(record: Record, state: ObjectionState, *, is_paused: bool = False) -> Record:
    """Return the record with or without the mark of an open objection (异议标注), paused or not (R3.9)."""
    return replace(record, objection=state, is_paused=is_paused)


def with_repair(record: Record, state: RepairState) -> Record:
    """Return the record with a repair state; repairing or withdrawing it also clears the objection mark."""
    marked = with_objection(record, ObjectionState.NONE) if state in UNDONE else record
    return replace(marked, repair=state)


def with_corrections(record: Record, contents: Mapping[str, str]) -> Record:
    """Return the record with corrected contents (更正), which hold whatever the source says later."""
    made = tuple(
        Correction(name=name, wrong=record.contents.get(name), right=right) for name, right in contents.items()
    )
    ruled = replace(record.ruled, corrections=(*record.ruled.corrections, *made))
    return replace(record, contents={**record.contents, **contents}, ruled=ruled)


def with_earlier_end(record: Record, ends_on: date) -> Record:
    """Return the record with an earlier last day, which holds whatever the source says later."""
    display, ruled = replace(record.display, until=ends_on), replace(record.ruled, ends_on=ends_on)
    return replace(record, display=display, ruled=ruled)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The changes to one subject in a single write: new records, and new marks of flags (None removes one).

    ``fallen`` is a document that is no longer valid; ``facts`` are the events.
    """

    records: Sequence[Record] = ()
    flags: Mapping[str, FlagMark | None] = field(default_factory=dict)
    fallen: Document | None = None
    facts: Sequence[NewEvent] = ()


def after_redress(
    summary: Summary, changes: Changes, *, known: Sequence[Record], kept_from: Severity, on: date
) -> Summary:
    """Return the summary after the changes.

    ``known`` are all the subject's records before the changes: if the summary overflowed, its entries are chosen anew,
    so that an overflow mark does not go on barring for a record that is gone. Nothing that is based on a revoked
    document is kept, whether or not it has been undone itself yet.
    """
    fallen = summary.fallen if changes.fallen is None else with_fallen(summary.fallen, changes.fallen)
    changed = {record.name: record for record in changes.records}
    freshness = dict(summary.freshness)
    standing = ({record.name: record for record in known} | changed) if summary.overflow else changed
    bars = [] if summary.overflow else [bar for bar in summary.bars if bar.record not in changed]
    bars += [bar for record in standing.values() for bar in bars_of(record, kept_from=kept_from, on=on)]
    for record in standing.values():
        if record.fulfilment is None:
            # The service's own records are as fresh as the cases that wrote them.
            freshness[record.source] = fresher(freshness.get(record.source), record)
    flags = (mark for old in summary.flags if (mark := changes.flags.get(old.flag_id, old)) is not None)
    kept, left_out = within_bounds(without_revoked(bars, fallen))
    sources = {bar.source for bar in kept}
    return replace(
        summary,
        version=summary.version + 1,
        bars=kept,
        overflow=overflow_after((), left_out, on=on),
        freshness={source: said for source, said in freshness.items() if source in sources},
        fallen=fallen,
        flags=flags_with_names(without_revoked(flags, fallen), summary),
    )


def record_event(
    kind: EventKind,
    record: Record,
    *,
    because: str,
    actor: str,
    department: str,
    at: datetime,
) -> NewEvent:
    """Return the event of a change to a record; ``because`` names the objection, repair or revocation."""
    until = record.display.until
    data: dict[str, Json] = {
        "record": record.name,
        "because": because,
        "objection": record.objection.value,
        "repair": record.repair.value,
        "displayed_until": None if until is None else until.isoformat(),
        "record_version": record.version,
    }
    return NewEvent(kind=kind, occurred_at=at, actor=actor, department=department, data=data)
