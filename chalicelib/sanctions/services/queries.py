"""Listing the flags of several identities that belong together, as one list page by page (R6.4)."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from chalicelib.sanctions.store.flags import FlagPage, FlagStore
from chalicelib.subjects.model.subjects import SubjectKey

if TYPE_CHECKING:
    from chalicelib.sanctions.model.flags import Flag

SUBJECT = "subject"
"""Where a position says whose flags come next; alone, they come from the newest on."""


def flags_of_all(
    store: FlagStore, subjects: Sequence[SubjectKey], *, limit: int, after: Mapping[str, Any] | None
) -> FlagPage:
    """Return a page of the flags of one identity after the other, newest first of each.

    Nothing follows behind an identity that does not belong to them any more.
    """
    left = list(subjects if after is None else _from(subjects, after))
    flags: list[Flag] = []
    while left:
        page = store.of_subject(left[0], limit=limit - len(flags), after=None if _is_beginning(after) else after)
        flags += page.flags
        left, after = left[1:], None
        if page.after is not None:
            return FlagPage(flags=tuple(flags), after=page.after)
        if left and len(flags) == limit:
            return FlagPage(flags=tuple(flags), after={SUBJECT: {"S": left[0]}})
    return FlagPage(flags=tuple(flags), after=None)


def _from(subjects: Sequence[SubjectKey], after: Mapping[str, Any]) -> Sequence[SubjectKey]:
    subject = after[SUBJECT]["S"]
    return subjects[subjects.index(subject) :] if subject in subjects else ()


def _is_beginning(after: Mapping[str, Any] | None) -> bool:
    return after is None or set(after) == {SUBJECT}
