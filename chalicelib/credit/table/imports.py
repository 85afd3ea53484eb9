"""The table of bulk imports."""

from chalicelib.credit.model.imports import Import
from chalicelib.dynamo.model import DocumentAttribute
from chalicelib.settings import settings
from chalicelib.timeline.owners import OwnerRow


class ImportRow(OwnerRow):
    """An import; ``pk`` is ``import:<id>``, and every change is conditional on its version."""

    class Meta:
        """The table's name."""

        table_name = settings().table("imports")

    document: DocumentAttribute[Import] = DocumentAttribute(lambda: Import)
