"""The table of documents, with an index by case."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.documents.model import Document
from chalicelib.dynamo.model import DocumentAttribute
from chalicelib.settings import settings
from chalicelib.timeline.owners import OwnerRow


class ByCase(GlobalSecondaryIndex["DocumentRow"]):  # type: ignore[no-untyped-call]  # PynamoDB types no metaclass call
    """The documents of a case or of the draft that becomes one, in the order in which they were asked for."""

    class Meta:
        """The index holds everything: a case has few, and all are shown together."""

        index_name = "by_case"
        projection = AllProjection()

    case_no = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class DocumentRow(OwnerRow):
    """A document; ``pk`` is ``document:<id>``, and ``listed_at`` the instant of the request plus the id."""

    class Meta:
        """The table's name."""

        table_name = settings().table("documents")

    case_no = UnicodeAttribute()
    listed_at = UnicodeAttribute()
    document = DocumentAttribute[Document](lambda: Document)

    by_case = ByCase()
