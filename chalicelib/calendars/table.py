"""The table of editions: a row a year."""

from chalicelib.calendars.model import Year
from chalicelib.dynamo.model import DocumentAttribute
from chalicelib.settings import settings
from chalicelib.timeline.owners import OwnerRow


class YearRow(OwnerRow):
    """``pk`` is ``calendar:<year>``."""

    class Meta:
        """Where the table is."""

        table_name = settings().table("editions")

    document = DocumentAttribute[Year](lambda: Year)
