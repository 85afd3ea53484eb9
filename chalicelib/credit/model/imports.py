"""A bulk import: what the source declared, what was found in the file, and its progress."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from chalicelib.credit.model.submissions import Fate
from chalicelib.timeline.events import ChainHead


class ImportState(StrEnum):
    """The state of an import (导入状态)."""

    AWAITING_UPLOAD = "awaiting_upload"
    STORING = "storing"
    DONE = "done"
    REFUSED = "refused"


class Problem(StrEnum):
    """Why a whole file was refused (整批退回原因); nothing of it is stored."""

    SIZE_DIFFERS = "SIZE_DIFFERS"
    DIGEST_DIFFERS = "DIGEST_DIFFERS"
    COUNT_DIFFERS = "COUNT_DIFFERS"
    EMPTY = "EMPTY"
    NOT_GZIP = "NOT_GZIP"
    EXPANDS_TOO_MUCH = "EXPANDS_TOO_MUCH"
    TOO_MANY_BLANK_LINES = "TOO_MANY_BLANK_LINES"
    HEADER_UNKNOWN = "HEADER_UNKNOWN"
    SOURCE_NOT_OWN = "SOURCE_NOT_OWN"


class Format(StrEnum):
    """The format of a file, recognised from its beginning."""

    JSON_LINES = "jsonl"
    CSV = "csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What the source declares about its file: uploaded bytes, their SHA-256, and optionally the number of records."""

    size: int
    sha256: str
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found in the file: uploaded bytes, their SHA-256, number of records, format, and the header of a CSV."""

    size: int
    sha256: str
    count: int
    format: Format
    is_compressed: bool
    header: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an import has come: ``offset`` in the decompressed file, last ``line`` done, and counts by fate.

    ``parts`` are the last line numbers of the chunks with refused lines; only numbers, to keep the row small.
    """

    offset: int = 0
    line: int = 0
    counts: Mapping[Fate, int] = field(default_factory=dict)
    parts: tuple[int, ...] = ()

    @property
    def done(self) -> int:
        """The number of records processed so far."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """A bulk import (批量导入), from the request for an upload address to its end.

    All its records are dated ``started_at``, so that resuming later makes no difference.
    ``version`` and ``head`` come from the row and are not part of the stored document.
    """

    import_id: str
    source: str
    declared: Declared
    requested_by: str
    department: str
    requested_at: datetime
    state: ImportState = ImportState.AWAITING_UPLOAD
    found: Found | None = None
    progress: Progress = field(default_factory=Progress)
    problem: Problem | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    version: Annotated[int, Field(exclude=True)] = 0
    head: Annotated[ChainHead, Field(exclude=True)] = field(default_factory=ChainHead)

    @property
    def owner(self) -> str:
        """The key of its timeline."""
        return f"import:{self.import_id}"

    @property
    def upload(self) -> str:
        """The object name of the uploaded file."""
        return f"{self.import_id}/upload"

    @property
    def refused_lines(self) -> str:
        """The object name of the file of refused lines."""
        return f"{self.import_id}/refused.jsonl"

    def part(self, line: int) -> str:
        """The object name of the refused lines of the chunk that ends with ``line``, kept until the import ends."""
        return f"{self.import_id}/refused-{line:012}.jsonl"

    @property
    def parts(self) -> tuple[str, ...]:
        """The object names of all parts with refused lines, in order."""
        return tuple(self.part(line) for line in self.progress.parts)

    @property
    def has_ended(self) -> bool:
        """Whether the import is done or refused."""
        return self.state in {ImportState.DONE, ImportState.REFUSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why a line was not stored: its number, the source's record id, the reason, and each fault with its place."""

    line: int
    record_id: str
    code: str
    errors: Sequence[Mapping[str, str]] = ()
