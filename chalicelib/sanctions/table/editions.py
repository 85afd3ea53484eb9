"""Which editions of the list were loaded, and each of them; beside the flags that stand on them."""

from pynamodb.attributes import UnicodeAttribute

from chalicelib.dynamo.model import DocumentAttribute, Row
from chalicelib.sanctions.model.editions import EditionIndex
from chalicelib.sanctions.model.flags import MeasureList
from chalicelib.settings import settings
from chalicelib.timeline.owners import OwnerRow


class EditionIndexRow(OwnerRow):
    """``measures:list``: which editions there are; the condition of every change is the head of its timeline."""

    class Meta:
        """Where the table is."""

        table_name = settings().table("punishment")

    document: DocumentAttribute[EditionIndex] = DocumentAttribute(lambda: EditionIndex)


class ListRow(Row):
    """``measures:edition:<edition>``: one edition, written once."""

    class Meta:
        """In the same table as the index of editions."""

        table_name = settings().table("punishment")

    pk = UnicodeAttribute(hash_key=True)
    document: DocumentAttribute[MeasureList] = DocumentAttribute(lambda: MeasureList)
