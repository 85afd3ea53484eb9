"""The table of the catalogue: a row an item, which says what is in force, and a row a version, which never changes."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.catalogue.model.items import Item
from chalicelib.catalogue.model.versions import Shelf
from chalicelib.dynamo.model import DocumentAttribute, Row
from chalicelib.settings import settings
from chalicelib.timeline.owners import OwnerRow


class PublishedIndex(GlobalSecondaryIndex["ItemRow"]):  # type: ignore[no-untyped-call]  # PynamoDB leaves the hook untyped
    """All published items by code."""

    class Meta:
        """What the index is called, and that it holds whole rows."""

        index_name = "published"
        projection = AllProjection()

    shelf = UnicodeAttribute(hash_key=True)
    item_code = UnicodeAttribute(range_key=True)


class ItemRow(OwnerRow):
    """``pk`` is ``item:<code>``.

    ``current``, ``upcoming`` and ``upcoming_from`` repeat what the document says, for conditions to look at.
    """

    class Meta:
        """Where the table is."""

        table_name = settings().table("catalogue")

    shelf = UnicodeAttribute()
    item_code = UnicodeAttribute()
    current = NumberAttribute()
    upcoming = NumberAttribute()
    upcoming_from = UnicodeAttribute()
    document = DocumentAttribute[Shelf](lambda: Shelf)

    published = PublishedIndex()


class VersionRow(Row):
    """``pk`` is ``version:<code>:<version>``; in the same table, and put only where nothing is."""

    class Meta:
        """Where the table is."""

        table_name = settings().table("catalogue")

    pk = UnicodeAttribute(hash_key=True)
    document = DocumentAttribute[Item](lambda: Item)
