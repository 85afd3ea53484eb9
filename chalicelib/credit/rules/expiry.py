"""What changes in credit as days pass: expired entries are removed; favourable ones never expire."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from chalicelib.clock import instant_text
from chalicelib.credit.model.records import UNDONE, Bar, FlagMark, Freshness, Record, Severity, Summary
from chalicelib.credit.rules.limits import overflow_after, within_bounds
from chalicelib.credit.rules.names import flags_with_names
from chalicelib.credit.rules.revoked_documents import without_revoked
from chalicelib.credit.rules.summary import bars_of, fresher, is_kept_promise
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import NewEvent

ACTOR = "service:expire"


def has_ended(record: Record, *, on: date) -> bool:
    """Whether a record's last day has passed and this has not been recorded yet."""
    display = record.display
    return display.until is not None and display.ended_at is None and on > display.until


def end_display(record: Record, *, at: datetime) -> Record:
    """Return the record marked as ended: it disappears from every view without anybody having to ask (R3.2)."""
    return replace(record, version=record.version + 1, display=replace(record.display, ended_at=at))


def without_ended(summary: Summary, *, on: date) -> Summary:
    """Return the summary without expired entries; the version stays, because no check depends on them."""
    return replace(
        summary,
        bars=tuple(bar for bar in summary.bars if bar.ends_on >= on),
        overflow=tuple(mark for mark in summary.overflow if mark.ends_on >= on),
        flags=tuple(flag for flag in summary.flags if flag.ends_on >= on),
    )


def recompute(
    summary: Summary, records: Sequence[Record], flags: Sequence[FlagMark], *, on: date, kept_from: Severity
) -> Summary:
    """Return the summary computed from records and flags alone; checks must give the same result on both.

    Kept from the stored summary: its version, chain head, names given by sources, and revoked documents.
    """
    flags = flags_with_names(without_revoked(flags, summary.fallen), summary)
    bars = [bar for record in records for bar in bars_of(record, on=on, kept_from=kept_from)]
    kept, left_out = within_bounds(without_revoked(bars, summary.fallen))
    sources = {bar.source for bar in kept}
    freshness: dict[str, Freshness] = {}
    for record in records:
        if record.source in sources and record.fulfilment is None:
            freshness[record.source] = fresher(freshness.get(record.source), record)
    return replace(
        summary,
        bars=kept,
        overflow=overflow_after((), left_out, on=on),
        flags=tuple(sorted((flag for flag in flags if flag.ends_on >= on), key=lambda flag: flag.flag_id)),
        kept_promises=sum(is_kept_promise(record) for record in records),
        freshness=freshness,
    )


def differences(summary: Summary, other: Summary, *, on: date) -> tuple[str, ...]:
    """Return the parts in which two summaries differ, ignoring expired and undone entries.

    If both overflow, which bars were kept depends on the order of delivery, so bars are not compared then.
    """
    one, two = without_ended(summary, on=on), without_ended(other, on=on)
    found = {
        "overflow": bool(one.overflow) != bool(two.overflow),
        "flags": _flags(one) != _flags(two),
        "kept_promises": one.kept_promises != two.kept_promises,
    }
    if not (one.overflow and two.overflow):
        found["bars"] = _bars(one) != _bars(two)
        found["freshness"] = _fresh(one) != _fresh(two)
    return tuple(sorted(part for part, differs in found.items() if differs))


def correct(summary: Summary, other: Summary) -> Summary:
    """Return the corrected summary to store; its new version makes filings based on the old one fail."""
    return replace(other, version=summary.version + 1, head=summary.head)


def correction_event(before: Summary, after: Summary, parts: Sequence[str], *, at: datetime) -> NewEvent:
    """Return the event of a summary that differed from its records and flags."""
    return NewEvent(
        kind=EventKind.SUMMARY_MENDED,
        occurred_at=at,
        actor=ACTOR,
        department="",
        data={
            "parts": list(parts),
            "bars_before": sorted(bar.record for bar in before.bars),
            "bars": sorted(bar.record for bar in after.bars),
            "flags_before": sorted(flag.flag_id for flag in before.flags),
            "flags": sorted(flag.flag_id for flag in after.flags),
            "kept_promises_before": before.kept_promises,
            "kept_promises": after.kept_promises,
            "summary_version": after.version,
        },
    )


def display_ended_event(record: Record, after: Summary, *, at: datetime) -> NewEvent:
    """Return the event of a record whose last day has passed."""
    until = record.display.until
    return NewEvent(
        kind=EventKind.RECORD_DISPLAY_ENDED,
        occurred_at=at,
        actor=ACTOR,
        department="",
        data={
            "record": f"{record.source}/{record.record_id}",
            "displayed_until": "" if until is None else until.isoformat(),
            "display_edition": record.display.edition,
            "record_version": record.version,
            "summary_version": after.version,
            "ended_at": instant_text(at),
        },
    )


def flag_ended_event(kind: EventKind, flag_id: str, after: Summary, *, at: datetime) -> NewEvent:
    """Return the event, on the subject's credit, of a flag that expired or was suspended."""
    return NewEvent(
        kind=kind,
        occurred_at=at,
        actor=ACTOR,
        department="",
        data={
            "flag_id": flag_id,
            "summary_version": after.version,
            "flags": sorted(flag.flag_id for flag in after.flags),
        },
    )


def _bars(summary: Summary) -> dict[str, Bar]:
    return {bar.record: bar for bar in summary.bars if bar.repair not in UNDONE}


def _flags(summary: Summary) -> dict[str, FlagMark]:
    return {flag.flag_id: flag for flag in summary.flags}


def _fresh(summary: Summary) -> dict[str, Freshness]:
    """Return the freshness of the sources that still have bars."""
    sources = {bar.source for bar in _bars(summary).values()}
    return {source: said for source, said in summary.freshness.items() if source in sources}
