"""Which items there are, for whoever needs no more of one than whose it is and by which rules."""

from datetime import datetime

from chalicelib.catalogue.model.versions import Listed
from chalicelib.catalogue.store.items import CatalogueStore
from chalicelib.clock import day_in_shanghai
from chalicelib.errors import DomainError, ErrorCode


class Offers:
    """The entries of items that are published."""

    def __init__(self, store: CatalogueStore) -> None:
        """Take the store of items."""
        self._store = store
        self._offered: dict[str, Listed] = {}

    def offered(self, code: str, *, at: datetime) -> Listed:
        """Return the entry of an item's version in force or of the one to come; ``ITEM_NOT_LISTED`` for no item.

        Good for what hardly changes, its department and rule pack: an item once published is never removed, and is
        read once per process.
        """
        known = self._offered.get(code)
        if known is None:
            shelf = self._store.shelf(code)
            found = shelf.on(day_in_shanghai(at)) or shelf.upcoming
            if found is None:
                raise DomainError(ErrorCode.ITEM_NOT_LISTED, item_code=code)
            known = self._offered[code] = found
        return known
