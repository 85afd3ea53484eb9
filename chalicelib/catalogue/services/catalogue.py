"""Publishing, finding and reading items."""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import islice

from chalicelib.catalogue.model.items import Item
from chalicelib.catalogue.model.search import SearchEntry
from chalicelib.catalogue.model.versions import ItemVersions, Kept
from chalicelib.catalogue.rules.items import listed, notice_hash
from chalicelib.catalogue.rules.publication import faults_of
from chalicelib.catalogue.rules.words import search_words
from chalicelib.catalogue.store.characters import characters
from chalicelib.catalogue.store.items import CatalogueStore
from chalicelib.clock import day_in_shanghai
from chalicelib.dynamo.transaction import Transaction, retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role, require, sees
from chalicelib.rulepacks.model.pack import Desk, RulePack
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import NewEvent


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
        Raises ``ITEM_NOT_PUBLISHABLE`` with every fault, and ``ITEM_VERSION_EXISTS`` if this version or a later one is
        already published.
        """
        kept, entry, is_there = self._acceptable(item, by=by)
        if is_there:
            return item
        new = listed(item)
        entry = entry.with_new(new, search_words(item, characters()), on=day_in_shanghai(at))
        event = _published(item, by=by, at=at)
        with transaction() as tx:
            self._store.publish(item, kept=kept, listed=new, entry=entry, event=event, at=at, tx=tx)
        return item

    def publishable(self, item: Item, *, by: Caller) -> Item:
        """Check a version without publishing it (dry run), with the same errors as ``publish``."""
        self._acceptable(item, by=by)
        return item

    def _acceptable(self, item: Item, *, by: Caller) -> tuple[Kept, SearchEntry, bool]:
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
        """Return the version in force, or ``None``."""
        found = self._store.shelf(code).on(day_in_shanghai(at))
        return None if found is None else self.version(code, found.version)

    def current(self, code: str, *, at: datetime) -> Item:
        """Return the version in force; ``ITEM_NOT_LISTED`` if there is none."""
        item = self.find(code, at=at)
        if item is None:
            raise DomainError(ErrorCode.ITEM_NOT_LISTED, item_code=code)
        return item

    def version(self, code: str, version: int) -> Item:
        """Return one version, in force or not, cached once read; ``NOT_FOUND`` if there is none."""
        known = self._versions.get((code, version))
        if known is None:
            known = self._store.version(code, version)
            if known is None:
                raise DomainError(ErrorCode.NOT_FOUND)
            self._versions[code, version] = known
        return known

    def require_current(self, code: str, version: int, tx: Transaction, *, at: datetime) -> None:
        """Make the transaction fail with ``NOTICE_OUTDATED`` unless this version is in force when it commits."""
        refusal = DomainError(ErrorCode.NOTICE_OUTDATED, item_code=code)
        self._store.require_current(code, version, tx, on=day_in_shanghai(at), on_failure=refusal)


def _require_own(item: Item, kept: Kept, *, by: Caller) -> None:
    """Refuse editors of another department than the item belongs to, now and from this version on."""
    roles, offices = (Role.CATALOGUE_EDITOR,), {item.department}
    offices |= {listed.department for listed in (kept.shelf.current, kept.shelf.upcoming) if listed is not None}
    if not sees(by, roles=roles, department=Desk.MONITORING.value):
        for office in offices:
            require(by, roles=roles, department=office)


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
