"""The store of imports."""

from chalicelib.credit.model.imports import Import
from chalicelib.credit.table.imports import ImportRow
from chalicelib.timeline.repository import Repository


class ImportStore(Repository[Import]):
    """All imports."""

    kind = "import"
    row = ImportRow
