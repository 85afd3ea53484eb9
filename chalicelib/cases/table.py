"""The table of drafts and cases; drafts lack the cases' index keys, so that case lists hold only cases."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection, KeysOnlyProjection

from chalicelib.cases.model.case import CaseCard, Draft
from chalicelib.cases.model.notes import Note
from chalicelib.dynamo.model import DocumentAttribute, PackedAttribute, PackedDocumentAttribute, Row
from chalicelib.settings import settings
from chalicelib.timeline.owners import OwnerRow


class BySubject(GlobalSecondaryIndex["CaseRow"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """The cards of a person's cases, in order of receipt."""

    class Meta:
        """The index holds the card and the fields by which lists are filtered, and not what every act changes."""

        index_name = "by_subject"
        projection = IncludeProjection(["card", "desk", "state"])

    subject = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class ByAgent(GlobalSecondaryIndex["CaseRow"]):  # type: ignore[no-untyped-call]  # as above
    """The cards of the cases in which a person acts as agent; cases without an agent are not in it."""

    class Meta:
        """As for ``BySubject``."""

        index_name = "by_agent"
        projection = IncludeProjection(["card", "desk", "state"])

    agent = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class ByDepartment(GlobalSecondaryIndex["CaseRow"]):  # type: ignore[no-untyped-call]  # as above
    """A department's cases, in order of receipt; neither part of the key ever changes, so each is written once."""

    class Meta:
        """The index holds only keys."""

        index_name = "by_department"
        projection = KeysOnlyProjection()

    desk = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class ByState(GlobalSecondaryIndex["CaseRow"]):  # type: ignore[no-untyped-call]  # as above
    """The cards of a department's cases in one state, in order of receipt."""

    class Meta:
        """The index holds the card, and nothing to filter by."""

        index_name = "by_state"
        projection = IncludeProjection(["card"])

    worklist = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class ByOfficer(GlobalSecondaryIndex["CaseRow"]):  # type: ignore[no-untyped-call]  # as above
    """The cases in which an officer still owes something, in order of receipt; all others are not in it."""

    class Meta:
        """The index holds only keys: each case is read before it is handed over."""

        index_name = "by_officer"
        projection = KeysOnlyProjection()

    in_charge = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class Unconfirmed(GlobalSecondaryIndex["CaseRow"]):  # type: ignore[no-untyped-call]  # as above
    """A department's cases whose finding waits for a second officer, in order of receipt; all others are not in it."""

    class Meta:
        """The index holds only keys: there are few, and each case is read whole."""

        index_name = "unconfirmed"
        projection = KeysOnlyProjection()

    unconfirmed_in = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class CaseRow(OwnerRow):
    """A case; ``pk`` is ``case:<case number>``, and ``listed_at`` is the instant of receipt plus the number.

    It is what acts and timers change, and nothing else: ``document`` holds the fields that say how the case goes on, as
    JSON, and ``filed`` the version at which the others were last written, into a row of their own (``FiledRow``).
    ``card`` is derived from the case on every write: indexes with whole cases would triple the cost of a write, and
    lists would have to read them. ``worklist`` is the department and the state; ``unconfirmed_in`` is the department
    while a finding waits for a second officer.
    """

    class Meta:
        """The table's name."""

        table_name = settings().table("cases")

    subject = UnicodeAttribute()
    agent = UnicodeAttribute(null=True)
    desk = UnicodeAttribute()
    worklist = UnicodeAttribute()
    in_charge = UnicodeAttribute(null=True)
    unconfirmed_in = UnicodeAttribute(null=True)
    listed_at = UnicodeAttribute()
    state = UnicodeAttribute()
    card = DocumentAttribute[CaseCard](lambda: CaseCard)
    document = PackedAttribute()
    filed = NumberAttribute()

    by_subject = BySubject()
    by_agent = ByAgent()
    by_department = ByDepartment()
    by_state = ByState()
    by_officer = ByOfficer()
    unconfirmed = Unconfirmed()


class ByName(GlobalSecondaryIndex["FiledRow"]):  # type: ignore[no-untyped-call]  # as above
    """A department's cases of everybody with one name, in order of receipt; neither part of the key ever changes."""

    class Meta:
        """The index holds only keys: whoever looks for a name reads each case whole, and leaves a trace there."""

        index_name = "by_name"
        projection = KeysOnlyProjection()

    called = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class FiledRow(Row):
    """What was filed with a case, and seldom changes; ``pk`` is ``filed:<case number>``.

    ``version`` is that of the case which was written with it; ``document`` holds the case's other fields, as JSON.
    ``called`` is the department and the keyed digest of the applicant's name, ``listed_at`` as in ``CaseRow``.
    """

    class Meta:
        """The table's name."""

        table_name = settings().table("cases")

    pk = UnicodeAttribute(hash_key=True)
    version = NumberAttribute()
    document = PackedAttribute()
    called = UnicodeAttribute(null=True)
    listed_at = UnicodeAttribute()

    by_name = ByName()


class ByMaker(GlobalSecondaryIndex["DraftRow"]):  # type: ignore[no-untyped-call]  # as above
    """The drafts that a person made, in order of creation."""

    class Meta:
        """The index holds only keys: a person has few drafts and rarely looks at them."""

        index_name = "by_maker"
        projection = KeysOnlyProjection()

    maker = UnicodeAttribute(hash_key=True)
    made_at = UnicodeAttribute(range_key=True)


class DraftRow(Row):
    """A draft; ``pk`` is ``draft:<draft id>``. It is valid until its own ``expires_at`` and removed some time later."""

    class Meta:
        """The table's name."""

        table_name = settings().table("cases")

    pk = UnicodeAttribute(hash_key=True)
    maker = UnicodeAttribute()
    made_at = UnicodeAttribute()
    document = PackedDocumentAttribute[Draft](lambda: Draft)
    expires = NumberAttribute()

    by_maker = ByMaker()


class FormRow(Row):
    """A form in progress; ``pk`` is ``form:<form id>``.

    ``sealed`` is the form as JSON, encrypted with ``data_key``, which KMS encrypted; both are in base64. ``maker``
    stands beside it for the walk that registers subject keys.
    """

    class Meta:
        """The table's name."""

        table_name = settings().table("cases")

    pk = UnicodeAttribute(hash_key=True)
    maker = UnicodeAttribute()
    data_key = UnicodeAttribute()
    sealed = UnicodeAttribute()
    expires = NumberAttribute()
    version = NumberAttribute()


class NotesRow(Row):
    """What colleagues noted about a case; ``pk`` is ``notes:<case no>``. It is gone after its last day.

    ``version`` is the condition of every change.
    """

    class Meta:
        """The table's name."""

        table_name = settings().table("cases")

    pk = UnicodeAttribute(hash_key=True)
    version = NumberAttribute()
    document = PackedDocumentAttribute[tuple[Note, ...]](lambda: tuple[Note, ...])
    expires = NumberAttribute()
