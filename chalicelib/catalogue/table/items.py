"""The catalogue table: rows per item for what is in force, and one per version, which never changes."""

from typing import TYPE_CHECKING

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.catalogue.model.versions import ItemVersions
from chalicelib.dynamo.model import DocumentAttribute, Row
from chalicelib.settings import settings
from chalicelib.timeline.owners import OwnerRow

if TYPE_CHECKING:
    from chalicelib.catalogue.model.items import Item
    from chalicelib.catalogue.model.search import SearchEntry


class PublishedIndex(GlobalSecondaryIndex["ItemRow"]):  # type: ignore[no-untyped-call]  # PynamoDB leaves the hook untyped
    """All published items by code."""

    class Meta:
        """The index's name and projection."""

        index_name = "published"
        projection = AllProjection()

    shelf = UnicodeAttribute(hash_key=True)
    item_code = UnicodeAttribute(range_key=True)


class ItemRow(OwnerRow):
    """``pk`` is ``item:<code>``."""

    class Meta:
        """The table's name."""

        table_name = settings().table("catalogue")

    shelf = UnicodeAttribute()
    item_code = UnicodeAttribute()
    document = DocumentAttribute[ItemVersions](lambda: ItemVersions)

    published = PublishedIndex()


class GateRow(Row):
    """``pk`` is ``gate:<code>/<number>``: one of several copies of what a filing requires of its item.

    They are written with the item's row. Each filing checks one of them, so that filings of a popular item do not wait
    for one another.
    """

    class Meta:
        """The table's name."""

        table_name = settings().table("catalogue")

    pk = UnicodeAttribute(hash_key=True)
    current = NumberAttribute()
    upcoming = NumberAttribute()
    upcoming_from = UnicodeAttribute()
    abolished_from = UnicodeAttribute()


class SearchIndex(GlobalSecondaryIndex["SearchRow"]):  # type: ignore[no-untyped-call]  # as above
    """What the search looks at, by code: in the same index, under a name of its own."""

    class Meta:
        """The index's name and projection."""

        index_name = "published"
        projection = AllProjection()

    shelf = UnicodeAttribute(hash_key=True)
    item_code = UnicodeAttribute(range_key=True)


def _search_entry() -> "type[SearchEntry]":
    from chalicelib.catalogue.model.search import SearchEntry  # noqa: PLC0415 - reading an item searches nothing

    return SearchEntry


class SearchRow(Row):
    """``pk`` is ``search:<code>``: an item with its words, apart from its row, which each draft reads."""

    class Meta:
        """The table's name."""

        table_name = settings().table("catalogue")

    pk = UnicodeAttribute(hash_key=True)
    shelf = UnicodeAttribute()
    item_code = UnicodeAttribute()
    document = DocumentAttribute["SearchEntry"](_search_entry)

    by_words = SearchIndex()


def _item() -> "type[Item]":
    from chalicelib.catalogue.model.items import Item  # noqa: PLC0415 - a check reads what is in force, and no version

    return Item


class VersionRow(Row):
    """``pk`` is ``version:<code>:<version>``; in the same table, and never overwritten."""

    class Meta:
        """The table's name."""

        table_name = settings().table("catalogue")

    pk = UnicodeAttribute(hash_key=True)
    document = DocumentAttribute["Item"](_item)
