"""The table of sessions, and of logins under way."""

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.dynamo.model import Row
from chalicelib.settings import settings


class ByPerson(GlobalSecondaryIndex["SessionRow"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """All sessions of one person, so that leaving ends every one of them; logins under way are nobody's yet."""

    class Meta:
        """What the index is called; keys are all it holds."""

        index_name = "by_person"
        projection = KeysOnlyProjection()

    person = UnicodeAttribute(hash_key=True)


class SessionRow(Row):
    """``pk`` is a digest of the browser's secret, which alone opens ``sealed``; ``expires`` is in seconds, real time.

    ``person`` is a keyed digest, and absent where nobody has logged in yet.
    """

    class Meta:
        """Where the table is."""

        table_name = settings().table("sessions")

    pk = UnicodeAttribute(hash_key=True)
    person = UnicodeAttribute(null=True)
    sealed = BinaryAttribute(legacy_encoding=False)
    expires = NumberAttribute()

    by_person = ByPerson()
