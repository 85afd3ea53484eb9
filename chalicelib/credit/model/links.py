"""How two identities belong together (主体关联): whose records count for whom, and the document that says so (R6.4)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from chalicelib.subjects.model.subjects import SubjectKey


class LinkKind(StrEnum):
    """What happened to a subject (关联情形)."""

    RENAMED = "renamed"
    """更名: the same number, another name."""
    RENUMBERED = "renumbered"
    """更换证件号码: the same subject under another number."""
    MERGED = "merged"
    """合并: the former organisation went into the present one."""
    DIVIDED = "divided"
    """分立: the present organisation came out of the former one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """That what is kept of another subject counts for this one too, by the ``document`` of an ``organ``."""

    subject: SubjectKey
    kind: LinkKind
    alias_id: str
    organ: str
    document_no: str
    since: date
