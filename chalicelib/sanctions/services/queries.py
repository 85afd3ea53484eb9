"""Listing the flags of several linked identities as one paged list (R6.4)."""

from collections.abc import Sequence

from chalicelib.dynamo.model import Page, Position
from chalicelib.sanctions.model.flags import Flag
from chalicelib.sanctions.store.flags import FlagStore
from chalicelib.subjects.model.subjects import SubjectKey

SUBJECT = "subject"
"""The key in a position that names the identity to go on with; alone, it means from its newest flag."""


def flags_of_all(store: FlagStore, subjects: Sequence[SubjectKey], *, limit: int, after: Position | None) -> Page[Flag]:
    """Return a page of the flags of one identity after another, newest first within each.

    If the identity in the position is no longer linked, the list ends.
    """
    left = list(subjects if after is None else _from(subjects, after))
    flags: list[Flag] = []
    while left:
        page = store.of_subject(left[0], limit=limit - len(flags), after=None if _is_beginning(after) else after)
        flags += page.items
        left, after = left[1:], None
        if page.after is not None:
            return Page(tuple(flags), page.after)
        if left and len(flags) == limit:
            return Page(tuple(flags), {SUBJECT: {"S": left[0]}})
    return Page(tuple(flags), None)


def _from(subjects: Sequence[SubjectKey], after: Position) -> Sequence[SubjectKey]:
    subject = after[SUBJECT]["S"]
    return subjects[subjects.index(subject) :] if subject in subjects else ()


def _is_beginning(after: Position | None) -> bool:
    return after is None or set(after) == {SUBJECT}
