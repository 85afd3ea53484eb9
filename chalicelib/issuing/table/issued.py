"""The table of issued documents, with indexes by what they concern and by the digest of their content."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.dynamo.model import DocumentAttribute, Row
from chalicelib.issuing.model.issued import IssuedDocument
from chalicelib.settings import settings


class ByOwner(GlobalSecondaryIndex["IssuedRow"]):  # type: ignore[no-untyped-call]  # PynamoDB types no metaclass call
    """The documents of a case or flag, in the order in which they were made."""

    class Meta:
        """The index holds everything: a case has few, and all are shown together."""

        index_name = "by_owner"
        projection = AllProjection()

    owner = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class ByDigest(GlobalSecondaryIndex["IssuedRow"]):  # type: ignore[no-untyped-call]  # as above
    """What was issued, by the SHA-256 of the file; what waits for its seal is not here."""

    class Meta:
        """The index holds everything: a check shows what kind of document it is."""

        index_name = "by_digest"
        projection = AllProjection()

    sha256 = UnicodeAttribute(hash_key=True)


class IssuedRow(Row):
    """An issued document; ``pk`` is ``issued:<id>``, ``listed_at`` the instant at which it was made plus the id."""

    class Meta:
        """The table's name."""

        table_name = settings().table("issued")

    pk = UnicodeAttribute(hash_key=True)
    version = NumberAttribute(default=0)
    owner = UnicodeAttribute()
    listed_at = UnicodeAttribute()
    sha256 = UnicodeAttribute(null=True)
    document = DocumentAttribute[IssuedDocument](lambda: IssuedDocument)

    by_owner = ByOwner()
    by_digest = ByDigest()
