"""Notes among colleagues: how many a case has, and until when they are kept."""

from dataclasses import replace
from datetime import date, datetime
from typing import Final

from chalicelib.cases.model.notes import Note, Notes
from chalicelib.clock import day_in_shanghai, months_after
from chalicelib.errors import DomainError, ErrorCode, FieldError

MOST: Final = 100
"""How many notes a case has at most: they are kept and read together."""

FULL: Final = FieldError(
    pointer="/text",
    detail=f"这件事的备注已有{MOST}条，不能再加。",
    english=f"There are {MOST} notes on this case already, and no room for more.",
)


def with_note(before: Notes, text: str, *, by: str, at: datetime) -> Notes:
    """Return the notes with one more; the same words of the same person again are the second click of a double click.

    Raises ``INVALID_BODY`` if there are as many as there may be.
    """
    last = before.notes[-1] if before.notes else None
    if last is not None and (last.text, last.by) == (text, by):
        return before
    if len(before.notes) >= MOST:
        raise DomainError(ErrorCode.INVALID_BODY, faults=(FULL,))
    return replace(before, notes=(*before.notes, Note(text=text, by=by, at=at)))


def kept_until(at: datetime, *, years: int) -> date:
    """Return the last day of a case's notes: they are kept as many years as its documents, from the newest note on."""
    return months_after(day_in_shanghai(at), 12 * years)
