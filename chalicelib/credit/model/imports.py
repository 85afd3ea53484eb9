"""A bulk import: what a source said of its file, what was found, and how far it has come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from chalicelib.credit.model.submissions import Fate
from chalicelib.timeline.events import ChainHead


class ImportState(StrEnum):
    """How far an import has come (导入状态)."""

    AWAITING_UPLOAD = "awaiting_upload"
    STORING = "storing"
    DONE = "done"
    REFUSED = "refused"


class Problem(StrEnum):
    """Why a whole file was refused (整批退回原因); nothing of it is stored then."""

    SIZE_DIFFERS = "SIZE_DIFFERS"
    DIGEST_DIFFERS = "DIGEST_DIFFERS"
    COUNT_DIFFERS = "COUNT_DIFFERS"
    EMPTY = "EMPTY"
    NOT_GZIP = "NOT_GZIP"
    HEADER_UNKNOWN = "HEADER_UNKNOWN"


class Format(StrEnum):
    """What the lines of a file are; it shows from its beginning."""

    JSON_LINES = "jsonl"
    CSV = "csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What the source says of its file: bytes as uploaded, their SHA-256, and how many records if it says so."""

    size: int
    sha256: str
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the file is: bytes as uploaded, their SHA-256, records, its format, and the header of a CSV."""

    size: int
    sha256: str
    count: int
    format: Format
    is_compressed: bool
    header: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the lines are done: ``offset`` bytes of the decompressed file, ``line`` its last line, counts by fate.

    ``parts`` are the last lines of those chunks that had refused ones: numbers, so that the row stays small.
    """

    offset: int = 0
    line: int = 0
    counts: Mapping[Fate, int] = field(default_factory=dict)
    parts: tuple[int, ...] = ()

    @property
    def done(self) -> int:
        """How many records are done."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """A bulk import (批量导入), from the request of an address to its end.

    ``at`` of every record is ``started_at``, so that going on later changes nothing.
    ``version`` and ``head`` are the row's own and not part of the stored document.
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
        """What its timeline is kept under."""
        return f"import:{self.import_id}"

    @property
    def upload(self) -> str:
        """Under which name the file is uploaded."""
        return f"{self.import_id}/upload"

    @property
    def refused_lines(self) -> str:
        """Under which name the file of refused lines is kept."""
        return f"{self.import_id}/refused.jsonl"

    def part(self, line: int) -> str:
        """Under which name the refused lines of the chunk that ends with a line are kept until the end."""
        return f"{self.import_id}/refused-{line:012}.jsonl"

    @property
    def parts(self) -> tuple[str, ...]:
        """Under which names refused lines are kept until the end, in their order."""
        return tuple(self.part(line) for line in self.progress.parts)

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will become of it."""
        return self.state in {ImportState.DONE, ImportState.REFUSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why a line was not stored: its number, the source's id of it, the reason, and each fault with its place."""

    line: int
    record_id: str
    code: str
    errors: Sequence[Mapping[str, str]] = ()
