"""Links between identities (主体关联): whose records count for whom, and the document that proves it (R6.4)."""

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
    """合并: the former organisation was merged into the present one."""
    DIVIDED = "divided"
    """分立: the present organisation was split off from the former one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link that makes another subject's credit count for this one too, based on a document of ``organ``.

    ``named`` is the keyed digest of the name that the document gives for this one; blank stands for the known names.
    """

    subject: SubjectKey
    kind: LinkKind
    alias_id: str
    organ: str
    document_no: str
    since: date
    named: str = ""
