"""The table of bulk imports."""

from chalicelib.credit.model.imports import Import
from chalicelib.dynamo.model import DocumentAttribute
from chalicelib.settings import settings
from chalicelib.timeline.owners import OwnerRow


class ImportRow(OwnerRow):
    """``import:<id>``: one import; the condition of every change is its version."""

    class Meta:
        """Where the table is."""

        table_name = settings().table("imports")

    document: DocumentAttribute[Import] = DocumentAttribute(lambda: Import)
