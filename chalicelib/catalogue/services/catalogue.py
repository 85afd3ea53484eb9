"""Publishing, finding and reading items."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import islice
from typing import Protocol

from chalicelib.catalogue.model.items import Item, Step
from chalicelib.catalogue.model.search import SearchEntry
from chalicelib.catalogue.model.versions import Abolition, ItemVersions, Kept
from chalicelib.catalogue.rules.items import listed, notice_hash
from chalicelib.catalogue.rules.publication import faults_of
from chalicelib.catalogue.rules.words import search_words
from chalicelib.catalogue.store.characters import characters
from chalicelib.catalogue.store.items import CatalogueStore
from chalicelib.clock import day_in_shanghai
from chalicelib.dynamo.transaction import Transaction, retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.policy import Caller, Role, require, sees
from chalicelib.rulepacks.model.pack import Desk, RulePack
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import NewEvent


class Filed(Protocol):
    """What was filed under a version of an item."""

    @property
    def item_code(self) -> str:
        """The item."""

    @property
    def item_version(self) -> int:
        """Its version."""


class Catalogue:
    """All items. What is in force is read on every call; versions never change and are cached in the process."""

    def __init__(self, store: CatalogueStore, *, packs: Sequence[RulePack], departments: Collection[str] = ()) -> None:
        """``packs`` say what may not be promised, ``departments`` which departments may own items."""
        self._store = store
        self._packs = tuple(packs)
        self._departments = departments
        self._versions: dict[tuple[str, int], Item] = {}

    @retry_on_conflict
    def publish(self, item: Item, *, by: Caller, at: datetime) -> Item:
        """Publish a new version. Idempotent for the same version with the same content.

        Editors of a department publish its own items, those of the monitoring office (which keeps the catalogue) all.
        Raises ``ITEM_NOT_PUBLISHABLE`` with every fault, ``ITEM_VERSION_EXISTS`` if this version or a later one is
        already published, and ``ITEM_ABOLISHED`` for a version that would begin when the item has ended.
        """
        kept, entry, is_there = self._acceptable(item, by=by, at=at)
        if is_there:
            return item
        new = listed(item)
        entry = entry.with_new(new, search_words(item, characters()), on=day_in_shanghai(at))
        event = _published(item, by=by, at=at)
        with transaction() as tx:
            self._store.publish(item, kept=kept, listed=new, entry=entry, event=event, at=at, tx=tx)
        return item

    def publishable(self, item: Item, *, by: Caller, at: datetime) -> Item:
        """Check a version without publishing it (dry run), with the same errors as ``publish``."""
        self._acceptable(item, by=by, at=at)
        return item

    @retry_on_conflict
    def abolish(self, code: str, abolition: Abolition, *, by: Caller, at: datetime) -> ItemVersions:
        """Abolish an item (取消事项): from a day on nothing is filed, and running cases keep their version and clocks.

        Until that day it can be abolished anew, with another day or document. Idempotent. Raises ``NOT_FOUND`` for no
        item, ``INVALID_BODY`` for a day that has passed, and ``ITEM_ABOLISHED`` once its day has come.
        """
        today = day_in_shanghai(at)
        kept, entry, _ = self._store.for_publication(code, 0)
        if not kept.shelf.latest:
            raise DomainError(ErrorCode.NOT_FOUND)
        _require_own_now(kept, by=by)
        if kept.shelf.abolition == abolition:
            return kept.shelf
        _require_open(kept.shelf, code, on=today)
        if abolition.effective_on < today:
            fault = FieldError(pointer="/effective_on", detail="取消之日不得早于今天。", english="Earlier than today.")
            raise DomainError(ErrorCode.INVALID_BODY, faults=(fault,))
        after = replace(kept, shelf=replace(kept.shelf, abolition=abolition))
        with transaction() as tx:
            event = _abolished(kept, abolition, by=by, at=at)
            self._store.abolish(kept, after, entry=entry.with_abolition(abolition), event=event, at=at, tx=tx)
        return after.shelf

    def _acceptable(self, item: Item, *, by: Caller, at: datetime) -> tuple[Kept, SearchEntry, bool]:
        """Return what is stored of an item whose new version may be published, and whether it is there already."""
        kept, entry, published = self._store.for_publication(item.code, item.version)
        _require_own(item, kept, by=by)
        if published == item:
            return kept, entry, True
        faults = faults_of(item, packs=self._packs, departments=self._departments)
        if faults:
            raise DomainError(ErrorCode.ITEM_NOT_PUBLISHABLE, faults=faults)
        if published is not None or item.version <= kept.shelf.latest:
            raise DomainError(ErrorCode.ITEM_VERSION_EXISTS, latest=kept.shelf.latest)
        _require_open(kept.shelf, item.code, on=max(item.effective_from, day_in_shanghai(at)))
        return kept, entry, False

    def editions(
        self, code: str | None, *, by: Caller, limit: int, after: str | None
    ) -> tuple[tuple[ItemVersions, ...], str | None]:
        """Return a page of current and upcoming versions by code, and the code where the next starts; or one item's."""
        require(by, roles=(Role.CATALOGUE_EDITOR,))
        if code is not None:
            shelf = self._store.shelf(code)
            return ((shelf,) if shelf.latest else ()), None
        page = tuple(islice(self._store.shelves(after=after), limit + 1))
        return page[:limit], page[limit - 1].code if len(page) > limit else None

    def find(self, code: str, *, at: datetime) -> Item | None:
        """Return the version in force, of an abolished item the last one, or ``None``."""
        return self.guide(code, at=at)[0]

    def find_all(self, codes: Iterable[str], *, at: datetime) -> dict[str, Item]:
        """Return what ``find`` finds of several items, by code: one read for a hundred, besides new versions."""
        today, shelves = day_in_shanghai(at), self._store.shelves_of(codes)
        found = {code: shelf.on(today) for code, shelf in shelves.items()}
        return {code: self.version(code, one.version) for code, one in found.items() if one is not None}

    def guide(self, code: str, *, at: datetime) -> tuple[Item | None, Abolition | None]:
        """Return the version in force, of an abolished item the last one with its abolition; nothing for no item."""
        shelf, today = self._store.shelf(code), day_in_shanghai(at)
        found = shelf.on(today)
        item = None if found is None else self.version(code, found.version)
        return item, shelf.abolition if shelf.is_abolished(today) else None

    def current(self, code: str, *, at: datetime) -> Item:
        """Return the version under which one may apply; ``ITEM_NOT_LISTED`` if there is none, ``ITEM_ABOLISHED``."""
        shelf = self._store.shelf(code)
        found = shelf.on(day_in_shanghai(at))
        if found is None:
            raise DomainError(ErrorCode.ITEM_NOT_LISTED, item_code=code)
        _require_open(shelf, code, on=day_in_shanghai(at))
        return self.version(code, found.version)

    def require_open(self, code: str, *, at: datetime) -> None:
        """Raise ``ITEM_ABOLISHED`` if nothing is filed for an item any more."""
        _require_open(self._store.shelf(code), code, on=day_in_shanghai(at))

    def version(self, code: str, version: int) -> Item:
        """Return one version, in force or not, cached once read; ``NOT_FOUND`` if there is none."""
        known = self._versions.get((code, version))
        if known is None:
            known = self._store.version(code, version)
            if known is None:
                raise DomainError(ErrorCode.NOT_FOUND)
            self._versions[code, version] = known
        return known

    def steps_of(self, terms: Filed) -> tuple[Step, ...]:
        """Return the steps of handling of the version that something was filed under."""
        return self.version(terms.item_code, terms.item_version).steps

    def require_current(self, code: str, version: int, tx: Transaction, *, filed_as: str, at: datetime) -> None:
        """Make the transaction fail with ``NOTICE_OUTDATED`` unless this version is in force when it commits.

        ``filed_as`` is the number of what it files.
        """
        refusal = DomainError(ErrorCode.NOTICE_OUTDATED, item_code=code)
        on = day_in_shanghai(at)
        self._store.require_current(code, version, tx, on=on, filed_as=filed_as, on_failure=refusal)


def _require_own(item: Item, kept: Kept, *, by: Caller) -> None:
    """Refuse editors of another department than the item belongs to, now and from this version on."""
    if not sees(by, roles=(Role.CATALOGUE_EDITOR,), department=Desk.MONITORING.value):
        require(by, roles=(Role.CATALOGUE_EDITOR,), department=item.department)
    _require_own_now(kept, by=by)


def _require_own_now(kept: Kept, *, by: Caller) -> None:
    """Refuse editors of another department than the item belongs to now; the monitoring office keeps them all."""
    if sees(by, roles=(Role.CATALOGUE_EDITOR,), department=Desk.MONITORING.value):
        return
    for one in (kept.shelf.current, kept.shelf.upcoming):
        if one is not None:
            require(by, roles=(Role.CATALOGUE_EDITOR,), department=one.department)


def _require_open(shelf: ItemVersions, code: str, *, on: date) -> None:
    """Raise ``ITEM_ABOLISHED``, with the document and where to turn, from the day of the abolition on."""
    if shelf.abolition is not None and shelf.is_abolished(on):
        raise DomainError(
            ErrorCode.ITEM_ABOLISHED,
            item_code=code,
            effective_on=shelf.abolition.effective_on.isoformat(),
            document_no=shelf.abolition.document_no,
            basis=shelf.abolition.basis,
            turn_to=shelf.abolition.turn_to,
        )


def _abolished(kept: Kept, abolition: Abolition, *, by: Caller, at: datetime) -> NewEvent:
    department = next(one.department for one in (kept.shelf.upcoming, kept.shelf.current) if one is not None)
    return NewEvent(
        kind=EventKind.ITEM_ABOLISHED,
        occurred_at=at,
        actor=by.actor,
        department=department,
        data={
            "item_code": kept.code,
            "effective_on": abolition.effective_on.isoformat(),
            "document_no": abolition.document_no,
            "basis": abolition.basis,
        },
        texts={"turn_to": abolition.turn_to},
    )


def _published(item: Item, *, by: Caller, at: datetime) -> NewEvent:
    return NewEvent(
        kind=EventKind.ITEM_PUBLISHED,
        occurred_at=at,
        actor=by.actor,
        department=item.department,
        data={
            "item_code": item.code,
            "item_version": item.version,
            "effective_from": item.effective_from.isoformat(),
            "jurisdiction": item.jurisdiction,
            "notice_hash": notice_hash(item),
        },
    )
