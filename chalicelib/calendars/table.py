"""The table of editions: one row per year."""

from chalicelib.calendars.model import Year
from chalicelib.dynamo.model import DocumentAttribute
from chalicelib.settings import settings
from chalicelib.timeline.owners import OwnerRow


class YearRow(OwnerRow):
    """``pk`` is ``calendar:<year>``."""

    class Meta:
        """The table's name."""

        table_name = settings().table("editions")

    document = DocumentAttribute[Year](lambda: Year)
