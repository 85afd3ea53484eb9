"""The records of a subject for the department that answers for them (信用信息查询)."""

from typing import TYPE_CHECKING

from chalicelib.credit.model.records import Record
from chalicelib.credit.model.sources import Sources
from chalicelib.credit.store.records import CreditStore
from chalicelib.policy import Caller
from chalicelib.subjects.model.subjects import SubjectKey

if TYPE_CHECKING:
    from chalicelib.dynamo.model import Position

MOST = 500
"""How many records of a subject are looked through; whoever has more is told that there are."""

AT_ONCE = 100


class RecordSearch:
    """Finds a subject's records; whoever calls it puts the look on record."""

    def __init__(self, store: CreditStore, *, sources: Sources) -> None:
        """``sources`` know which department answers for which records."""
        self._store = store
        self._sources = sources

    def of_subject(self, subject: SubjectKey, *, by: Caller) -> tuple[tuple[Record, ...], bool]:
        """Return the records for which the caller's department answers, and whether all were looked through."""
        found: list[Record] = []
        after: Position | None = None
        for _ in range(MOST // AT_ONCE):
            page = self._store.page(subject, limit=AT_ONCE, after=after)
            found += [one for one in page.items if self._sources.office_of(one.source) == by.department]
            after = page.after
            if after is None:
                break
        return tuple(found), after is None
