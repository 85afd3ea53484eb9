"""An issued document (文书): where it comes from, whether it has been sealed, and what its content is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from chalicelib.documents.model import Format


class Source(StrEnum):
    """Where the content comes from: made by the service from a template, or uploaded by an officer."""

    TEMPLATE = "template"
    UPLOAD = "upload"


class IssuedState(StrEnum):
    """The state of a document: only what is ``ISSUED`` counts, is opened by its recipient and is found by a check."""

    AWAITING_UPLOAD = "awaiting_upload"
    AWAITING_SEAL = "awaiting_seal"
    ISSUED = "issued"
    REFUSED = "refused"


class IssuedProblem(StrEnum):
    """What is wrong with what arrived; a document that waits for its seal keeps waiting."""

    EMPTY = "EMPTY"
    TOO_LARGE = "TOO_LARGE"
    FORMAT_UNKNOWN = "FORMAT_UNKNOWN"
    SEALED_ANOTHER_FILE = "SEALED_ANOTHER_FILE"


PROBLEM_TEXTS: Mapping[IssuedProblem, tuple[str, str]] = {
    IssuedProblem.EMPTY: ("文件是空的（0 字节），请重新选择。", "The file is empty (0 bytes). Choose it again."),
    IssuedProblem.TOO_LARGE: ("文件超过规定的大小。", "The file is larger than allowed."),
    IssuedProblem.FORMAT_UNKNOWN: (
        "文件内容不是 PDF 或者 OFD，请换一种格式重新上传。",
        "The content is neither PDF nor OFD. Upload it again in one of these formats.",
    ),
    IssuedProblem.SEALED_ANOTHER_FILE: (
        "签章系统送回的不是送去盖章的文件，已退回，文书继续等待盖章。",
        "What the sealing service sent back is not the file that was sent to it; the document still awaits its seal.",
    ),
}
"""What to tell the office, in Chinese and English."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The bytes of a document: their SHA-256 in hexadecimal, how many they are, and their format."""

    sha256: str
    size: int
    format: Format


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedDocument:
    """A document that the office issues, from the moment it is made or an officer asks to upload it.

    ``owner`` is the case's or flag's timeline, where the document is proved; ``about`` the place of the event that it
    follows from there, 0 for an upload. ``kind`` is the code of its template, ``edition`` that of the texts. ``draft``
    is what was sent to be sealed, ``content`` what was issued. ``opened_at`` is when its recipient first opened it, and
    ``unprintable`` names the characters that no font has (``U+2A6A5``). ``version`` comes from the row.
    """

    issued_id: str
    owner: str
    about: int
    kind: str
    edition: str
    title: str
    english: str
    department: str
    source: Source
    made_by: str
    made_at: datetime
    state: IssuedState
    draft: Content | None = None
    content: Content | None = None
    problem: IssuedProblem | None = None
    issued_at: datetime | None = None
    opened_at: datetime | None = None
    unprintable: tuple[str, ...] = ()
    version: Annotated[int, Field(exclude=True)] = 0


class Standing(StrEnum):
    """Whether an issued document still stands (效力状态)."""

    IN_FORCE = "in_force"
    REPLACED = "replaced"
    NO_LONGER = "no_longer_in_force"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What anybody who has the file may know of it: nothing personal, and no case.

    ``ended_at`` is when it was replaced or lost its force.
    """

    kind: str
    title: str
    english: str
    department: str
    issued_at: datetime
    is_sealed: bool
    standing: Standing
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What stands on the pages of a document, top to bottom.

    ``lines`` are what it concerns (文号、办件编号), ``body`` its paragraphs, ``remedies`` where to turn against it,
    ``notes`` what to know of the document itself, ``translation`` the English for guidance. ``made_at`` is the instant
    of the event, which stands in the file's own data.
    """

    organ: str
    title: str
    lines: tuple[str, ...]
    addressee: str
    body: tuple[str, ...]
    remedies: tuple[str, ...]
    day: str
    notes: tuple[str, ...]
    translation: tuple[str, ...]
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A drawn document: its bytes, and the characters that no font has, as ``U+2A6A5``."""

    content: bytes
    unprintable: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedUpload:
    """Where an officer uploads a document: a form's POST with ``fields`` before the file."""

    url: str
    fields: Mapping[str, str] = field(default_factory=dict)
