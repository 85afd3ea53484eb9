"""The limits of a summary, and what stands for the rest: it stays small without refusing any record."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from chalicelib.credit.model.records import UNDONE, Bar, Overflow

MOST_BARS = 100
LARGEST_BARS = 64_000
"""The most bytes of all bars of a summary: well below the limit of a stored item, and rarely approached."""

BYTES_BESIDE_THE_TEXTS = 300
"""The bytes of a stored bar besides its texts: field names, two dates and three enum values."""

MOST_ITEMS_LEFT_OUT = 100
"""If more items than this are affected, the overflow counts for all items."""


def within_bounds(bars: Sequence[Bar]) -> tuple[tuple[Bar, ...], tuple[Bar, ...]]:
    """Return the bars that a summary keeps, sorted by name, and those for which it has no room."""
    room = LARGEST_BARS
    kept: set[str] = set()
    named = sorted(bars, key=lambda bar: bar.record)
    if len(named) <= MOST_BARS and sum(map(_size_of, named)) <= room:
        return tuple(named), ()
    for bar in sorted(named, key=_weight, reverse=True):
        size = _size_of(bar)
        if len(kept) < MOST_BARS and size <= room:
            kept.add(bar.record)
            room -= size
    return (
        tuple(bar for bar in named if bar.record in kept),
        tuple(bar for bar in named if bar.record not in kept),
    )


def overflow_after(before: Iterable[Overflow], left_out: Iterable[Bar], *, on: date) -> tuple[Overflow, ...]:
    """Return the overflow marks: the earlier ones still in force, extended by the bars left out now."""
    marks = {mark.severity: mark for mark in before if mark.ends_on >= on}
    for bar in left_out:
        if bar.repair in UNDONE or bar.is_paused:
            continue
        known = marks.get(bar.severity)
        one = Overflow(
            severity=bar.severity,
            organ=bar.organ,
            basis=bar.basis,
            starts_on=bar.starts_on,
            ends_on=bar.ends_on,
            items=bar.items,
        )
        marks[bar.severity] = one if known is None else _merged(known, one)
    return tuple(sorted(marks.values(), key=lambda mark: mark.severity.rank))


def _weight(bar: Bar) -> tuple[bool, bool, int, date]:
    """Order bars by weight: those with effect first, then broken promises, then by severity and duration."""
    has_effect = bar.repair not in UNDONE and not bar.is_paused
    return has_effect, bar.fulfilment is not None, bar.severity.rank, bar.ends_on


def _size_of(bar: Bar) -> int:
    texts = (bar.source, bar.record_id, bar.kind, bar.organ, bar.document_no, bar.basis, bar.named, *bar.items)
    if bar.fulfilment is not None:
        texts = (*texts, bar.fulfilment.case_no, bar.fulfilment.department)
    return BYTES_BESIDE_THE_TEXTS + sum(len(text.encode()) + len('"",') for text in texts)


def _merged(one: Overflow, other: Overflow) -> Overflow:
    items = tuple(sorted({*one.items, *other.items})) if one.items and other.items else ()
    return replace(
        max(one, other, key=lambda mark: mark.ends_on),
        starts_on=min(one.starts_on, other.starts_on),
        items=items if len(items) <= MOST_ITEMS_LEFT_OUT else (),
    )
