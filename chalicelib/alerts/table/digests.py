"""The table of digests: how recipients want to be warned, what is kept for them, and what was told."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.alerts.model.digests import Digest, Preference
from chalicelib.dynamo.model import DocumentAttribute, Row
from chalicelib.settings import settings


class Waiting(GlobalSecondaryIndex["PreferenceRow"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """The recipients who take digests, or are still owed their last."""

    class Meta:
        """Which index, and that it holds nothing but keys."""

        index_name = "waiting"
        projection = KeysOnlyProjection()

    waits = UnicodeAttribute(hash_key=True)
    pk = UnicodeAttribute(range_key=True)


class PreferenceRow(Row):
    """``pk`` is the recipient, ``sk`` is ``preference``; ``waits`` is there as long as digests are made."""

    class Meta:
        """Where the table is."""

        table_name = settings().table("digests")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="preference")
    waits = UnicodeAttribute(null=True)
    document = DocumentAttribute[Preference](lambda: Preference)

    waiting = Waiting()


class KeptRow(Row):
    """An alert that waits for a digest, or was in one: ``sk`` is ``kept#<instant>#<alert id>``."""

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
