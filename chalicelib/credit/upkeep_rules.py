"""What a day brings to credit by itself: what has ended leaves, and nothing that counts for somebody does."""

from dataclasses import replace
from datetime import date, datetime

from chalicelib.clock import instant_text
from chalicelib.credit.model import Record, Summary
from chalicelib.timeline.kinds import EventKind
from chalicelib.timeline.model import Fact

ACTOR = "system:expire"


def has_ended(record: Record, *, on: date) -> bool:
    """Say whether a record's last day has passed and nobody has written that down."""
    display = record.display
    return display.until is not None and display.ended_at is None and on > display.until


def ended(record: Record, *, at: datetime) -> Record:
    """Return the record after its last day: it leaves every view, without anybody having asked (R3.2)."""
    return replace(record, version=record.version + 1, display=replace(record.display, ended_at=at))


def without_ended(summary: Summary, *, on: date) -> Summary:
    """Return the summary without what has ended; no check depends on that, so its version stays."""
    return replace(
        summary,
        bars=tuple(bar for bar in summary.bars if bar.ends_on >= on),
        overflow=tuple(mark for mark in summary.overflow if mark.ends_on >= on),
        flags=tuple(flag for flag in summary.flags if flag.ends_on >= on),
    )


def display_ended(record: Record, after: Summary, *, at: datetime) -> Fact:
    """Return what the timeline is told of a record whose last day has passed."""
    until = record.display.until
    return Fact(
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


def flag_ended(kind: EventKind, flag_id: str, after: Summary, *, at: datetime) -> Fact:
    """Return what the credit's timeline is told of a flag that left the summary by itself."""
    return Fact(
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
