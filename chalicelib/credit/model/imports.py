"""A bulk import: what the source declared, what was found in the file, and its progress."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from chalicelib.credit.model.records import Text
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
    ENCODING_UNKNOWN = "ENCODING_UNKNOWN"
    HEADER_UNKNOWN = "HEADER_UNKNOWN"
    QUOTES_BROKEN = "QUOTES_BROKEN"
    WORKBOOK_UNREADABLE = "WORKBOOK_UNREADABLE"
    WORKBOOK_TOO_LARGE = "WORKBOOK_TOO_LARGE"
    SHEETS_SEVERAL = "SHEETS_SEVERAL"
    TAKES_TOO_LONG = "TAKES_TOO_LONG"
    SOURCE_NOT_OWN = "SOURCE_NOT_OWN"


class Format(StrEnum):
    """The format of a file, recognised from its beginning."""

    JSON_LINES = "jsonl"
    CSV = "csv"
    WORKBOOK = "xlsx"


class Encoding(StrEnum):
    """The encoding of a text file (字符编码), found from the whole of it; a workbook says its own."""

    UTF_8 = "utf-8"
    UTF_16 = "utf-16"
    GB18030 = "gb18030"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in a file something is wrong: its line or row, and its column counted from 1; 0 if there is none."""

    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What the source declares about its file: uploaded bytes, their SHA-256, and optionally the number of records."""

    size: int
    sha256: str
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found in the file: uploaded bytes, their SHA-256, number of records, format and encoding.

    Its rows, in the one form in which they are stored from, stand in so many ``parts``, numbered from 0.
    """

    size: int
    sha256: str
    count: int
    format: Format
    is_compressed: bool
    encoding: Encoding | None = None
    parts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an import has come: parts of rows done, last ``line`` done, and counts by fate.

    ``refused`` are the last line numbers of the parts with refused lines; only numbers, to keep the row small.
    ``unexpected`` counts those of the refused lines at which the service itself failed.
    """

    parts: int = 0
    line: int = 0
    counts: Mapping[Fate, int] = field(default_factory=dict)
    refused: tuple[int, ...] = ()
    unexpected: int = 0

    @property
    def done(self) -> int:
        """The number of records processed so far."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """A bulk import (批量导入), from the request for an upload address to its end.

    A file that a person picks on a page is not ``declared``: nobody counts its bytes beforehand.
    All its records are dated ``started_at``, so that resuming later makes no difference.
    ``version`` and ``head`` come from the row and are not part of the stored document.
    """

    import_id: str
    source: str
    declared: Declared | None
    requested_by: str
    department: str
    requested_at: datetime
    state: ImportState = ImportState.AWAITING_UPLOAD
    found: Found | None = None
    progress: Progress = field(default_factory=Progress)
    problem: Problem | None = None
    problem_place: Place | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    version: Annotated[int, Field(exclude=True)] = 0
    head: Annotated[ChainHead, Field(exclude=True)] = field(default_factory=ChainHead)

    @property
    def owner(self) -> str:
        """The key of its timeline."""
        return f"import:{self.import_id}"

    @property
    def folder(self) -> str:
        """What the names of all its objects begin with."""
        return f"{self.import_id}/"

    @property
    def upload(self) -> str:
        """The object name of the uploaded file."""
        return f"{self.folder}upload"

    @property
    def refused_lines(self) -> str:
        """The object name of the file of refused lines."""
        return f"{self.folder}refused.jsonl"

    @property
    def refused_table(self) -> str:
        """The object name of the refused lines as a table for people."""
        return f"{self.folder}refused.csv"

    def rows(self, encoding: Encoding | None, part: int) -> str:
        """The object name of a part of the rows, as they are when read in an encoding."""
        return f"{self.folder}rows-{encoding or Format.WORKBOOK}-{part:06}"

    def refused_part(self, line: int) -> str:
        """The object name of the refused lines of the part that ends with ``line``, kept until the import ends."""
        return f"{self.folder}refused-{line:012}.jsonl"

    @property
    def refused_parts(self) -> tuple[str, ...]:
        """The object names of all parts with refused lines, in order."""
        return tuple(self.refused_part(line) for line in self.progress.refused)

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


class LineCode(StrEnum):
    """Why a line was refused before any rule looked at it (逐条退回原因)."""

    LINE_TOO_LONG = "LINE_TOO_LONG"
    CUT_OFF = "CUT_OFF"
    COLUMNS_DIFFER = "COLUMNS_DIFFER"
    QUOTES_BROKEN = "QUOTES_BROKEN"
    DIGITS_LOST = "DIGITS_LOST"
    NUMBER_FORMAT = "NUMBER_FORMAT"
    CELL_ERROR = "CELL_ERROR"
    FORMULA_UNCALCULATED = "FORMULA_UNCALCULATED"
    MERGED_CELLS = "MERGED_CELLS"
    UNEXPECTED = "UNEXPECTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a file, whatever its format: its line, and the record in JSON; or why there is none.

    A record that spans several lines has the number of the first.
    """

    line: int
    text: str = ""
    code: LineCode | None = None
    errors: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """Why whole files and single lines are refused, by code, in plain words."""

    problems: Mapping[Problem, Text]
    lines: Mapping[str, Text]
