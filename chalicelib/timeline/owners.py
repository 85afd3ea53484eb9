"""Rows that own a timeline, and where each kind of owner is stored."""

from functools import cache
from importlib import import_module
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition

from chalicelib.dynamo.model import Row
from chalicelib.timeline.events import NOTHING_BEFORE, ChainHead

OWNERS = {
    "authority": "chalicelib.authorities.table:AuthorityRow",
    "alias": "chalicelib.credit.table.identity_links:IdentityLinkRow",
    "calendar": "chalicelib.calendars.table:YearRow",
    "case": "chalicelib.cases.table:CaseRow",
    "complaint": "chalicelib.feedback.table.complaints:ComplaintRow",
    "conflict": "chalicelib.credit.table.identity_conflicts:ConflictRow",
    "credit": "chalicelib.credit.table.records:SummaryRow",
    "document": "chalicelib.documents.table.documents:DocumentRow",
    "flag": "chalicelib.sanctions.table.flags:FlagRow",
    "import": "chalicelib.credit.table.imports:ImportRow",
    "item": "chalicelib.catalogue.table.items:ItemRow",
    "mandate": "chalicelib.inspection.table:MandateRow",
    "measures": "chalicelib.sanctions.table.editions:EditionIndexRow",
    "objection": "chalicelib.redress.table:RedressRow",
    "outage": "chalicelib.supervision.table.outages:OutageRow",
    "rating": "chalicelib.feedback.table.ratings:RatingRow",
    "repair": "chalicelib.redress.table:RedressRow",
    "reversal": "chalicelib.redress.table:RedressRow",
    "amendment": "chalicelib.redress.table:RedressRow",
    "staff": "chalicelib.staff.table:StaffRow",
    "flag_notice": "chalicelib.sanctions.table.flag_notices:FlagNoticeRow",
}
"""The row of each kind of owner, by name, so that a domain package is imported only when one of its owners is used."""


class OwnerRow(Row):
    """A row that owns a timeline: ``pk`` is the owner's name in it, ``document`` the owner itself.

    ``version`` counts changes made by people; it is the ETag, which a clock that turns yellow leaves unchanged.
    """

    document: Any

    pk = UnicodeAttribute(hash_key=True)
    version = NumberAttribute(default=0)
    head_seq = NumberAttribute(default=0)
    head_hash = UnicodeAttribute(default=NOTHING_BEFORE)

    @property
    def head(self) -> ChainHead:
        """The end of the owner's chain."""
        return ChainHead(int(self.head_seq), self.head_hash)

    @classmethod
    def is_at(cls, version: int, head: ChainHead) -> Condition:
        """Return the condition for extending a chain: neither version nor head has changed since the read.

        An event added by a timer changes the head alone, and a change without an event the version alone.
        """
        unchanged: Condition = (cls.version == version) & (cls.head_hash == head.hash)
        return unchanged


def row_of(owner: str) -> type[OwnerRow]:
    """Return the row class of an owner, imported on first use; ``KeyError`` for an unknown kind."""
    return _row(owner.partition(":")[0])


@cache
def _row(kind: str) -> type[OwnerRow]:
    module, _, name = OWNERS[kind].partition(":")
    row: type[OwnerRow] = getattr(import_module(module), name)
    return row
