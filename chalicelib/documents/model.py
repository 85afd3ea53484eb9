"""A document (材料文件): what was said about it before, what it turned out to be, and whether it may be opened."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.events import ChainHead


class DocumentState(StrEnum):
    """The state of a document: what is in quarantine (隔离待查) is opened by nobody."""

    AWAITING_UPLOAD = "awaiting_upload"
    QUARANTINED = "quarantined"
    CLEAN = "clean"
    REFUSED = "refused"
    DELETED = "deleted"


class Format(StrEnum):
    """The formats that are taken, told by content and not by name; OFD is GB/T 33190."""

    PDF = "pdf"
    OFD = "ofd"
    JPEG = "jpeg"
    PNG = "png"
    HEIC = "heic"


MEDIA_TYPES: Mapping[Format, str] = {
    Format.PDF: "application/pdf",
    Format.OFD: "application/ofd",
    Format.JPEG: "image/jpeg",
    Format.PNG: "image/png",
    Format.HEIC: "image/heic",
}

SHOWN = frozenset({Format.PDF, Format.JPEG, Format.PNG})
"""The formats that browsers show by themselves; the others are downloaded."""

EXTENSIONS: Mapping[Format, tuple[str, ...]] = {
    Format.PDF: (".pdf",),
    Format.OFD: (".ofd",),
    Format.JPEG: (".jpg", ".jpeg", ".jfif"),
    Format.PNG: (".png",),
    Format.HEIC: (".heic", ".heif"),
}
"""The ends that a name of each format may have, the usual one first."""


class DocumentProblem(StrEnum):
    """Why a document was refused (退回原因); its content is deleted."""

    EMPTY = "EMPTY"
    TOO_LARGE = "TOO_LARGE"
    CONTENT_DIFFERS = "CONTENT_DIFFERS"
    FORMAT_UNKNOWN = "FORMAT_UNKNOWN"
    UNSAFE = "UNSAFE"


PROBLEM_TEXTS: Mapping[DocumentProblem, tuple[str, str]] = {
    DocumentProblem.EMPTY: (
        "文件是空的（0 字节），请重新选择或者重新拍照。",
        "The file is empty (0 bytes). Choose it again, or take the picture again.",
    ),
    DocumentProblem.TOO_LARGE: (
        "文件超过规定的大小，请缩小后重新上传。",
        "The file is larger than allowed. Make it smaller and upload it again.",
    ),
    DocumentProblem.CONTENT_DIFFERS: (
        "收到的文件与上传前登记的不一致，可能在传输中损坏，请重新上传。",
        "What arrived is not the file that was announced; it may have been damaged on the way. Upload it again.",
    ),
    DocumentProblem.FORMAT_UNKNOWN: (
        "文件内容不是 PDF、OFD、JPEG、PNG 或者 HEIC，请换一种格式重新上传。",
        "The content is no PDF, OFD, JPEG, PNG or HEIC. Upload it again in one of these formats.",
    ),
    DocumentProblem.UNSAFE: (
        "安全检查没有通过，文件可能带有病毒，请检查设备后换一个文件上传。",
        "The file did not pass the security check and may carry a virus. Check your device and upload another file.",
    ),
}
"""What to tell whoever uploaded it, in Chinese and English."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What was said about a file before its upload: its size in bytes and its SHA-256 in hexadecimal."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a file turned out to be; ``version`` is the object's version that was looked at, and is opened later."""

    size: int
    sha256: str
    format: Format | None
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document, from the request for an upload address on.

    ``case_no`` is the number that the draft's case has or will have, ``material`` the id on its checklist;
    ``draft_id`` is blank if it was asked for when there was a case. Without ``declared``, the upload came from a form
    without script, and nothing was known beforehand. ``source`` is the earlier document that it is a copy of, if the
    applicant handed it in again. ``pack`` and ``kept_years`` say how long it stays: the rule pack's years, unless the
    item has its own for this material. ``look_on`` is the day on which the nightly job looks at it next. ``version``
    and ``head`` come from the row and are not part of the stored document.
    """

    document_id: str
    case_no: str
    material: str
    name: str
    department: str
    requested_at: datetime
    look_on: date
    draft_id: str = ""
    subject: SubjectKey | None = None
    item_name: str = ""
    pack: str = ""
    kept_years: int | None = None
    source: str = ""
    declared: Declared | None = None
    state: DocumentState = DocumentState.AWAITING_UPLOAD
    found: Found | None = None
    problem: DocumentProblem | None = None
    settled_at: datetime | None = None
    deleted_at: datetime | None = None
    version: Annotated[int, Field(exclude=True)] = 0
    head: Annotated[ChainHead, Field(exclude=True)] = field(default_factory=ChainHead)

    @property
    def owner(self) -> str:
        """The key of its timeline."""
        return f"document:{self.document_id}"

    @property
    def is_settled(self) -> bool:
        """Whether it was found clean or refused."""
        return self.state in {DocumentState.CLEAN, DocumentState.REFUSED}

    @property
    def is_here(self) -> bool:
        """Whether its content has come and stays: it is in quarantine, or clean; nothing else can be handed in."""
        return self.state in {DocumentState.QUARANTINED, DocumentState.CLEAN}

    @property
    def sha256(self) -> str:
        """The digest of its content in hexadecimal: as found, before that as declared, blank if neither is known."""
        known = self.found or self.declared
        return "" if known is None else known.sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """How to upload: a PUT with ``headers``, or a form's POST with ``fields`` before the file."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """An address that opens a document for some seconds; ``is_shown`` says whether a browser shows it by itself."""

    document_id: str
    url: str
    format: Format
    is_shown: bool
    seconds: int
