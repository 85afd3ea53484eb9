"""The table of drafts and cases; a draft has none of a case's index keys, so that lists of cases hold cases only."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection, KeysOnlyProjection

from chalicelib.cases.model.case import Case, CaseCard, Draft
from chalicelib.dynamo.model import DocumentAttribute, Row
from chalicelib.settings import settings
from chalicelib.timeline.owners import OwnerRow


class BySubject(GlobalSecondaryIndex["CaseRow"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """The cards of one person's cases, in the order in which they were received."""

    class Meta:
        """What the index is called and holds: the card, and what lists are narrowed by."""

        index_name = "by_subject"
        projection = IncludeProjection(["card", "desk", "state", "version"])

    subject = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class ByAgent(GlobalSecondaryIndex["CaseRow"]):  # type: ignore[no-untyped-call]  # as above
    """The cards of the cases in which one person acts for somebody; a case without an agent is not in it."""

    class Meta:
        """What the index is called and holds: as above."""

        index_name = "by_agent"
        projection = IncludeProjection(["card", "desk", "state", "version"])

    agent = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class ByDepartment(GlobalSecondaryIndex["CaseRow"]):  # type: ignore[no-untyped-call]  # as above
    """The cards of the cases on one department's desk, in the order in which they were received."""

    class Meta:
        """What the index is called and holds: as above, but for the desk, which is its key."""

        index_name = "by_department"
        projection = IncludeProjection(["card", "state", "version"])

    desk = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class CaseRow(OwnerRow):
    """``pk`` is ``case:<case number>``; ``listed_at`` is the instant of receipt and the number, and so unique.

    ``card`` is written from ``document`` with every version: an index that held whole cases would cost a write
    of three cases, and a list the read of each.
    """

    class Meta:
        """Where the table is."""

        table_name = settings().table("cases")

    subject = UnicodeAttribute()
    agent = UnicodeAttribute(null=True)
    desk = UnicodeAttribute()
    listed_at = UnicodeAttribute()
    state = UnicodeAttribute()
    card = DocumentAttribute[CaseCard](lambda: CaseCard)
    document = DocumentAttribute[Case](lambda: Case)

    by_subject = BySubject()
    by_agent = ByAgent()
    by_department = ByDepartment()


class ByMaker(GlobalSecondaryIndex["DraftRow"]):  # type: ignore[no-untyped-call]  # as above
    """The drafts that one person made, in the order in which they were made."""

    class Meta:
        """What the index is called; keys are all it holds, for a person has few drafts and looks at them seldom."""

        index_name = "by_maker"
        projection = KeysOnlyProjection()

    maker = UnicodeAttribute(hash_key=True)
    made_at = UnicodeAttribute(range_key=True)


class DraftRow(Row):
    """``pk`` is ``draft:<draft id>``; it is judged by its own ``expires_at``, and removed some time after it."""

    class Meta:
        """Where the table is."""

        table_name = settings().table("cases")

    pk = UnicodeAttribute(hash_key=True)
    maker = UnicodeAttribute()
    made_at = UnicodeAttribute()
    document = DocumentAttribute[Draft](lambda: Draft)
    expires = NumberAttribute()

    by_maker = ByMaker()
