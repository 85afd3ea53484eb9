"""Storage of items: what is in force, in one row to be read and several to be checked, and a row for each version."""

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from chalicelib.catalogue.model.versions import ItemVersions, Kept, Listed
from chalicelib.catalogue.table.items import GateRow, ItemRow, SearchRow, VersionRow
from chalicelib.clock import day_in_shanghai
from chalicelib.dynamo.model import Row
from chalicelib.dynamo.transaction import ConditionExpression, ConflictError, Transaction, read_together, serialize
from chalicelib.errors import DomainError
from chalicelib.timeline.events import NewEvent
from chalicelib.timeline.owners import OwnerRow
from chalicelib.timeline.repository import Repository

if TYPE_CHECKING:
    from chalicelib.catalogue.model.items import Item
    from chalicelib.catalogue.model.search import SearchEntry

PUBLISHED = "published"
"""The single partition of the index: a few thousand small rows that change a few times a year."""

SEARCHED = "searched"
"""The partition of what the search looks at."""

NO_DAY = "9999-12-31"
"""Stands for "no upcoming version" and "no end": later than every day, so that conditions need no special case."""

ITEMS_PER_PAGE = 200

GATES = 16
"""How many copies there are of what a filing checks. A publication writes them all, in one transaction."""


class CatalogueStore(Repository[Kept]):
    """All items: each publication is saved with its event, and versions are only ever added."""

    kind = "item"
    row = ItemRow

    def for_publication(self, code: str, version: int) -> "tuple[Kept, SearchEntry, Item | None]":
        """Read an item's stored state, its entry in the search and one of its versions in one round trip."""
        from chalicelib.catalogue.model.search import SearchEntry  # noqa: PLC0415 - publications and searches alone

        item_row, search_row, version_row = read_together(
            _item_key(code), SearchRow(f"search:{code}"), _version_key(code, version)
        )
        kept = Kept(code=code) if item_row is None else self.from_row(item_row)
        entry = search_row.document if isinstance(search_row, SearchRow) else SearchEntry()
        return kept, entry, None if version_row is None else _item_of(version_row)

    def shelf(self, code: str) -> ItemVersions:
        """Return the current and upcoming version of an item; neither for an unknown one."""
        return self.shelves_of([code])[code]

    def shelves_of(self, codes: Iterable[str]) -> dict[str, ItemVersions]:
        """Return the same of several items, by code: one read for a hundred."""
        wanted = list(dict.fromkeys(codes))
        rows = read_together(*(_item_key(code) for code in wanted))
        found = (ItemVersions() if row is None else self.from_row(row).shelf for row in rows)
        return dict(zip(wanted, found, strict=True))

    def version(self, code: str, version: int) -> "Item | None":
        """Return one version, or ``None`` if it was never published."""
        (row,) = read_together(_version_key(code, version))
        return None if row is None else _item_of(row)

    def publish(  # noqa: PLR0913 - what is written together
        self,
        item: "Item",
        *,
        kept: Kept,
        listed: Listed,
        entry: "SearchEntry",
        event: NewEvent,
        at: datetime,
        tx: Transaction,
    ) -> None:
        """Save a new version with its event and the item's new entry. Raises ``ConflictError`` if ``kept`` has changed.

        The digest of the version exactly as it is stored is added to the event.
        """
        row = VersionRow(f"version:{item.code}:{item.version}", document=item)
        digest = hashlib.sha256(VersionRow.document.serialize(item).encode()).hexdigest()
        event = replace(event, data={**event.data, "digest": digest})
        tx.add(row, on_failure=ConflictError())
        after = replace(kept, shelf=kept.shelf.with_new(listed, on=day_in_shanghai(at)))
        self.save(kept, after, [event], at=at, tx=tx)
        tx.overwrite(SearchRow(f"search:{item.code}", shelf=SEARCHED, item_code=item.code, document=entry))

    def abolish(
        self, kept: Kept, after: Kept, *, entry: "SearchEntry", event: NewEvent, at: datetime, tx: Transaction
    ) -> None:
        """Save the abolition of an item with its event and its entry in the search; ``ConflictError`` as above."""
        self.save(kept, after, [event], at=at, tx=tx)
        tx.overwrite(SearchRow(f"search:{kept.code}", shelf=SEARCHED, item_code=kept.code, document=entry))

    def save(self, before: Kept, after: Kept, events: Sequence[NewEvent], *, at: datetime, tx: Transaction) -> Kept:
        """Save what is in force, in each copy too, with its events. Raises ``ConflictError`` if ``before`` changed."""
        current, upcoming, abolition = after.shelf.current, after.shelf.upcoming, after.shelf.abolition
        for number in range(GATES):
            # They change with the item's row alone, whose condition holds for all.
            tx.overwrite(
                GateRow(
                    _gate_pk(after.code, number),
                    current=0 if current is None else current.version,
                    upcoming=0 if upcoming is None else upcoming.version,
                    upcoming_from=NO_DAY if upcoming is None else upcoming.effective_from.isoformat(),
                    abolished_from=NO_DAY if abolition is None else abolition.effective_on.isoformat(),
                )
            )
        return super().save(before, after, events, at=at, tx=tx)

    def require_current(
        self, code: str, version: int, tx: Transaction, *, on: date, filed_as: str, on_failure: DomainError
    ) -> None:
        """Make a transaction fail unless this version of the item is in force on that day.

        ``filed_as`` is what is filed, by which one of the copies is chosen: two transactions that check the same one at
        the same time are in conflict.
        """
        gate = GateRow(_gate_pk(code, zlib.crc32(filed_as.encode()) % GATES))
        tx.require(gate, condition=_in_force(version, on), on_failure=on_failure)

    def shelves(self, *, after: str | None) -> Iterator[ItemVersions]:
        """Yield all items by code, starting after ``after``; pages are read only as needed."""
        condition = None if after is None else ItemRow.item_code > after
        for row in ItemRow.published.query(PUBLISHED, condition, page_size=ITEMS_PER_PAGE):
            shelf: ItemVersions = row.document
            yield shelf

    def search_entries(self) -> "Iterator[SearchEntry]":
        """Yield what the search looks at, by code: pages as large as the database gives."""
        for row in SearchRow.by_words.query(SEARCHED):
            entry: SearchEntry = row.document
            yield entry

    def _document(self, row: OwnerRow) -> Kept:
        return Kept(code=row.pk.partition(":")[2], shelf=row.document)

    def _columns(self, kept: Kept) -> dict[str, Any]:
        return {"document": kept.shelf, "shelf": PUBLISHED, "item_code": kept.code}


@lru_cache(maxsize=256)
def _in_force(version: int, on: date) -> ConditionExpression:
    """Return the condition that a version is in force on a day: the same for every filing of that day."""
    is_current = (GateRow.current == version) & (GateRow.upcoming_from > on.isoformat())
    has_come = (GateRow.upcoming == version) & (GateRow.upcoming_from <= on.isoformat())
    return serialize((is_current | has_come) & (GateRow.abolished_from > on.isoformat()))


def _gate_pk(code: str, number: int) -> str:
    return f"gate:{code}/{number}"


def _item_key(code: str) -> Row:
    return ItemRow(f"item:{code}")


def _version_key(code: str, version: int) -> Row:
    return VersionRow(f"version:{code}:{version}")


def _item_of(row: Row) -> "Item":
    if not isinstance(row, VersionRow):
        raise TypeError(type(row).__name__)
    item: Item = row.document
    return item
