"""The table of documents, with indexes by case, by subject, and by the day on which each is looked at next."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection

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


class BySubject(GlobalSecondaryIndex["DocumentRow"]):  # type: ignore[no-untyped-call]  # as above
    """What somebody handed in and is still kept, in the order in which it was asked for."""

    class Meta:
        """The index holds everything: a person has few, and all that is shown of one is in it."""

        index_name = "by_subject"
        projection = AllProjection()

    subject = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class ByDay(GlobalSecondaryIndex["DocumentRow"]):  # type: ignore[no-untyped-call]  # as above
    """The documents that are still kept, by the day on which the nightly job looks at each next."""

    class Meta:
        """The index holds only keys: each document is read before it is deleted."""

        index_name = "by_day"
        projection = KeysOnlyProjection()

    kept = NumberAttribute(hash_key=True)
    look_on = UnicodeAttribute(range_key=True)


class DocumentRow(OwnerRow):
    """A document; ``pk`` is ``document:<id>``, and ``listed_at`` the instant of the request plus the id.

    ``kept`` is a shard, and ``subject`` the applicant; once a document is deleted it has neither.
    """

    class Meta:
        """The table's name."""

        table_name = settings().table("documents")

    case_no = UnicodeAttribute()
    listed_at = UnicodeAttribute()
    subject = UnicodeAttribute(null=True)
    kept = NumberAttribute(null=True)
    look_on = UnicodeAttribute(null=True)
    document = DocumentAttribute[Document](lambda: Document)

    by_case = ByCase()
    by_subject = BySubject()
    by_day = ByDay()
