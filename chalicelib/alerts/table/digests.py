"""The table of digests: preferences of recipients, kept alerts, and digests."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.alerts.model.digests import Digest, Preference
from chalicelib.dynamo.model import DocumentAttribute, Row
from chalicelib.settings import settings


class Waiting(GlobalSecondaryIndex["PreferenceRow"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """The recipients who take digests, or are still owed a last one."""

    class Meta:
        """The index's name and projection."""

        index_name = "waiting"
        projection = KeysOnlyProjection()

    waits = UnicodeAttribute(hash_key=True)
    pk = UnicodeAttribute(range_key=True)


class PreferenceRow(Row):
    """``pk`` is the recipient, ``sk`` is ``preference``; ``waits`` is set while digests are made."""

    class Meta:
        """The table's name."""

        table_name = settings().table("digests")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="preference")
    waits = UnicodeAttribute(null=True)
    document = DocumentAttribute[Preference](lambda: Preference)

    waiting = Waiting()


class KeptRow(Row):
    """An alert kept for a digest, or already in one: ``sk`` is ``kept#<instant>#<alert id>``."""

    class Meta:
        """In the same table as the preferences."""

        table_name = settings().table("digests")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class DigestRow(Row):
    """A digest: ``sk`` is ``digest#<day>``."""

    class Meta:
        """In the same table as the preferences."""

        table_name = settings().table("digests")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    document = DocumentAttribute[Digest](lambda: Digest)
