"""The loaded editions of the list of measures, in the table of flags."""

from pynamodb.attributes import UnicodeAttribute

from chalicelib.dynamo.model import DocumentAttribute, Row
from chalicelib.sanctions.model.editions import EditionIndex
from chalicelib.sanctions.model.flags import MeasureList
from chalicelib.settings import settings
from chalicelib.timeline.owners import OwnerRow


class EditionIndexRow(OwnerRow):
    """The list of editions; ``pk`` is ``measures:list``, and changes are conditional on its version."""

    class Meta:
        """The table's name."""

        table_name = settings().table("punishment")

    document: DocumentAttribute[EditionIndex] = DocumentAttribute(lambda: EditionIndex)


class ListRow(Row):
    """An edition, written once; ``pk`` is ``measures:edition:<edition>``."""

    class Meta:
        """The table's name, shared with ``EditionIndexRow``."""

        table_name = settings().table("punishment")

    pk = UnicodeAttribute(hash_key=True)
    document: DocumentAttribute[MeasureList] = DocumentAttribute(lambda: MeasureList)
