"""The table of sessions and logins in progress."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.dynamo.model import BytesAttribute, InstantAttribute, Row
from chalicelib.settings import settings


class ByPerson(GlobalSecondaryIndex["SessionRow"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """All sessions of one person, so that logging out ends every one; logins in progress belong to nobody yet."""

    class Meta:
        """The index's name and projection."""

        index_name = "by_person"
        projection = KeysOnlyProjection()

    person = UnicodeAttribute(hash_key=True)


class SessionRow(Row):
    """``pk`` is a digest of the browser's secret, which decrypts ``sealed``.

    ``opened_at`` and ``expires`` (in seconds) are real time; ``person`` is a keyed digest, absent until
    somebody has logged in.
    """

    class Meta:
        """The table's name."""

        table_name = settings().table("sessions")

    pk = UnicodeAttribute(hash_key=True)
    person = UnicodeAttribute(null=True)
    sealed = BytesAttribute()
    opened_at = InstantAttribute()
    expires = NumberAttribute()

    by_person = ByPerson()
