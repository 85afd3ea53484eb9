"""Finding the items in force: by plain words, or all of them."""

from datetime import date, datetime

from chalicelib.catalogue.model.search import Found, Missed, SearchQuestion
from chalicelib.catalogue.model.terms import Audience
from chalicelib.catalogue.model.versions import Listed
from chalicelib.catalogue.rules.items import wanted
from chalicelib.catalogue.rules.missed import is_kept, words_kept
from chalicelib.catalogue.rules.search import question_of, rank
from chalicelib.catalogue.store.characters import characters
from chalicelib.catalogue.store.items import CatalogueStore
from chalicelib.catalogue.store.missed import MissedStore
from chalicelib.clock import day_in_shanghai
from chalicelib.policy import Caller, Role, require


class Search:
    """Searching the catalogue, and what was searched in vain."""

    def __init__(self, store: CatalogueStore, missed: MissedStore) -> None:
        """Take the store of items, and the one of what was not found."""
        self._store = store
        self._missed = missed

    def find(
        self,
        *,
        at: datetime,
        limit: int,
        q: str = "",
        audience: Audience | None = None,
        department: str | None = None,
        after: str | None = None,
    ) -> Found:
        """Return a page of the items in force that fit a question, best first, or of all by code if there is none.

        The page starts after the item ``after``. If nothing fits, what may be meant is in ``near``, and unless it was
        asked for one department or some people alone, the words are kept for the editor of the catalogue.
        """
        question = question_of(q, characters())
        on = day_in_shanghai(at)
        if not question.run:
            return self._browse(on=on, limit=limit, audience=audience, department=department, after=after)
        entries = tuple(self._store.search_entries())
        items = rank(entries, question, on=on, audience=audience, department=department)
        if items:
            return _page(items, limit=limit, after=after)
        from chalicelib.catalogue.rules.near_misses import near_misses  # noqa: PLC0415 - most searches find something

        if audience is None and department is None:
            self._keep(q, question, on=on)
        return Found(near=near_misses(entries, question, on=on, audience=audience, department=department))

    def _browse(
        self, *, on: date, limit: int, audience: Audience | None, department: str | None, after: str | None
    ) -> Found:
        page: list[Listed] = []
        for shelf in self._store.shelves(after=after):
            found = wanted(shelf, on=on, audience=audience, department=department)
            if found is None or found.abolition is not None:
                continue
            if len(page) == limit:
                return Found(items=tuple(page), after=page[-1].code)
            page.append(found)
        return Found(items=tuple(page))

    def _keep(self, q: str, question: SearchQuestion, *, on: date) -> None:
        words = words_kept(q, question)
        if words is not None:
            self._missed.count(words, day=on)

    def missed(self, day: date, *, by: Caller, at: datetime) -> tuple[Missed, ...]:
        """Return what was searched on a day without anything being found, most often first; nothing after 90 days.

        Words belong to no department: each editor of the catalogue may see them.
        """
        require(by, roles=(Role.CATALOGUE_EDITOR,))
        if not is_kept(day, on=day_in_shanghai(at)):
            return ()
        return tuple(sorted(self._missed.of_day(day), key=lambda one: (-one.times, one.words)))


def _page(items: tuple[Listed, ...], *, limit: int, after: str | None) -> Found:
    codes = [item.code for item in items]
    first = codes.index(after) + 1 if after in codes else 0
    page = items[first : first + limit]
    return Found(items=page, after=page[-1].code if first + limit < len(items) else None)
