"""The table of bulk imports."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.credit.model.imports import Import
from chalicelib.dynamo.model import DocumentAttribute
from chalicelib.settings import settings
from chalicelib.timeline.owners import OwnerRow


class ByDepartment(GlobalSecondaryIndex["ImportRow"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """Imports of a department, by when they were asked for."""

    class Meta:
        """The index's name; it holds whole rows."""

        index_name = "by_department"
        projection = AllProjection()

    department = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class ImportRow(OwnerRow):
    """An import; ``pk`` is ``import:<id>``, and every change is conditional on its version.

    ``listed_at`` is ``<requested at>#<id>``.
    """

    class Meta:
        """The table's name."""

        table_name = settings().table("imports")

    department = UnicodeAttribute()
    listed_at = UnicodeAttribute()
    document: DocumentAttribute[Import] = DocumentAttribute(lambda: Import)

    by_department = ByDepartment()
