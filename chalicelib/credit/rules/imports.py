"""Parsing lines, comparing a file with its declaration, and the progress of an import."""

import csv
import io
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from chalicelib.credit.model.imports import (
    Declared,
    Format,
    Found,
    Import,
    ImportState,
    LineCode,
    Place,
    Problem,
    Progress,
    Refused,
    Row,
)
from chalicelib.credit.model.record_schema import RecordLine
from chalicelib.credit.model.records import Text
from chalicelib.credit.model.submissions import Fate
from chalicelib.credit.rules.import_csv import LONGEST_LINE
from chalicelib.credit.rules.submissions import A_NAME, AN_IDENTIFIER
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.fault_texts import FAULT_TEXTS, OTHERWISE, filled
from chalicelib.validation import repeated_names

LONGEST_CHARACTER = 4
"""The most bytes of a character in UTF-8."""

JSON = json.JSONEncoder(ensure_ascii=False)

TORN = "\uffff"
"""Stands for a character whose last bytes are missing at the end of a file; no text may hold it."""

DELIMITERS = (",", ";", "\t")
SEPARATOR_HINT = re.compile("sep=.?")
SCIENTIFIC = re.compile(r"\d(\.\d+)?[Ee]\+\d+")
"""A long number as a spreadsheet shows and exports it; its last digits are gone."""

MOST_DIGITS = 20
"""A longer number is above any bound, and Python converts no text of thousands of digits."""

LIST_COLUMNS = frozenset({"related_items"})
NUMBER_COLUMNS = frozenset({"version"})
A_CONTENT = re.compile(r"contents\.[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
COLUMNS = frozenset(
    {
        "record_id",
        *(f"subject.{name}" for name in ("kind", "number", "name")),
        *(f"document.{name}" for name in ("number", "organ", "effective_on", "served_at")),
        *(f"dates.{name}" for name in ("judged_on", "received_on", "display_until", "expires_on")),
        *("kind", "severity", "publicity", "basis", "display_reason", "repair_notice", "consent", "update_due_on"),
        *LIST_COLUMNS,
        *NUMBER_COLUMNS,
    }
)
"""The columns of a table: the names of the JSON form, nested ones with a dot, and ``contents.<name>``."""

REQUIRED_COLUMNS = frozenset({"record_id", "subject.number"})


TABLE_HEAD = "\ufeff行号 line,记录编号 record_id,栏目 column,原因,reason\r\n"
"""What a table of refused lines begins with: a byte order mark, by which spreadsheets know UTF-8, and the header."""


class LineError(ValueError):
    """A line that cannot be read as a record; ``refused`` says why."""

    def __init__(self, refused: Refused) -> None:
        """Keep the reason."""
        super().__init__(refused.code)
        self.refused = refused


class HeaderError(ValueError):
    """No header; ``column``, from 1, is the first that is unknown or comes again, 0 if one is missing."""

    def __init__(self, column: int) -> None:
        """Keep the column."""
        super().__init__(column)
        self.column = column


def format_of(beginning: str) -> Format:
    """Return the format of a text, judged by the first characters: JSON begins with a brace."""
    return Format.JSON_LINES if beginning.lstrip().startswith("{") else Format.CSV


def delimiter_of(header: str) -> str:
    """Return what separates the cells of a CSV: whatever parts its header into the most known columns."""

    def known(delimiter: str) -> int:
        return sum(_is_column(_column(name).strip(' "')) for name in header.split(delimiter))

    return max(DELIMITERS, key=known)


def is_padding(line: str) -> bool:
    """Whether a line before the header says nothing: blank, cells without content, a spreadsheet's ``sep=;``."""
    said = line.strip(' \t,;"\ufeff\r\n')
    return not said or SEPARATOR_HINT.fullmatch(said) is not None


def is_blank(cells: Iterable[str]) -> bool:
    """Whether a row says nothing, as those that spreadsheets add."""
    return not "".join(cells).strip()


def header_of(cells: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the columns; that of an empty column is blank, after the last name there is none.

    Raises ``HeaderError``.
    """
    names = [_column(cell) for cell in cells]
    while names and not names[-1]:
        names.pop()
    for column, name in enumerate(names, 1):
        if name and (not _is_column(name) or name in names[: column - 1]):
            raise HeaderError(column)
    if not set(names) >= REQUIRED_COLUMNS:
        raise HeaderError(0)
    return tuple(names)


def row_of(line: int, cells: Sequence[str], *, header: Sequence[str]) -> Row:
    """Return the row as a record in JSON, or with the reason why there is none."""
    if cells[-1].endswith(TORN):
        return Row(line=line, code=LineCode.CUT_OFF)
    if len(cells) < len(header) or not is_blank(cells[len(header) :]):
        return Row(line=line, code=LineCode.COLUMNS_DIFFER)
    fields: dict[str, Any] = {}
    for (name, place, part), cell in zip(_places_of(tuple(header)), cells, strict=False):
        said = cell.strip()
        if not said:
            continue
        if not name:
            return Row(line=line, code=LineCode.COLUMNS_DIFFER)
        if name == "subject.number" and SCIENTIFIC.fullmatch(said):
            return lost_at(line, name, LineCode.DIGITS_LOST)
        value: Any = said
        if name in LIST_COLUMNS:
            value = [each.strip() for each in said.split(";") if each.strip()]
        elif name in NUMBER_COLUMNS and len(said) <= MOST_DIGITS and said.isdecimal():
            value = int(said)
        if part:
            fields.setdefault(place, {})[part] = value
        else:
            fields[place] = value
    return json_row(line, JSON.encode(fields))


@lru_cache(maxsize=4)
def _places_of(header: tuple[str, ...]) -> tuple[tuple[str, str, str], ...]:
    """Return of each column its name, its place in the record, and its part of what stands there."""
    return tuple((name, place, part) for name in header for place, _, part in (name.partition("."),))


def json_row(line: int, text: str) -> Row:
    """Return a row of JSON, unless it is too long or ends within a character."""
    if text.endswith(TORN):
        return Row(line=line, code=LineCode.CUT_OFF)
    # Most are so short that their bytes need not be counted.
    if len(text) * LONGEST_CHARACTER > LONGEST_LINE and len(text.encode()) > LONGEST_LINE:
        return Row(line=line, code=LineCode.LINE_TOO_LONG)
    return Row(line=line, text=text)


def lost_at(line: int, name: str, code: LineCode) -> Row:
    """Return a row whose cell in the column of that name is not what was meant."""
    return Row(line=line, code=code, errors=({"pointer": "/" + name.replace(".", "/"), "code": code.value},))


def part_text(rows: Iterable[Row]) -> str:
    """Return rows in the form in which they are kept between steps: a line each, with its number."""
    return "".join(
        f"{row.line}\t{row.text}\n"
        if row.code is None
        else f"{row.line}!{json.dumps({'code': row.code, 'errors': row.errors})}\n"
        for row in rows
    )


def rows_in(part: str) -> Iterator[Row]:
    """Yield the rows of a part."""
    for line in part.split("\n")[:-1]:
        number, is_record, text = line.partition("\t")
        if is_record:
            yield Row(line=int(number), text=text)
        else:
            number, _, fault = line.partition("!")
            said = json.loads(fault)
            yield Row(line=int(number), code=LineCode(said["code"]), errors=tuple(said["errors"]))


def record_of(text: str, number: int) -> RecordLine:
    """Parse a record in JSON. Raises ``LineError`` with every fault."""
    if repeated := repeated_names(text):
        faults = tuple(_found(pointer, "name_repeated", {}) for pointer in repeated)
        raise LineError(Refused(line=number, record_id="", code=ErrorCode.INVALID_BODY.value, errors=faults))
    try:
        return RecordLine.model_validate_json(text)
    except ValidationError as error:
        faults = tuple(
            _found("/" + "/".join(str(part) for part in one["loc"]), str(one["type"]), one.get("ctx", {}))
            for one in error.errors(include_url=False, include_input=False)
        )
        raise LineError(
            Refused(line=number, record_id=_name(text), code=ErrorCode.INVALID_BODY.value, errors=faults)
        ) from None


def unexpected(number: int, record_id: str) -> Refused:
    """Return the refused line for a record at which the service itself failed."""
    return Refused(line=number, record_id=tellable(record_id), code=LineCode.UNEXPECTED.value)


def refused_by(refusal: DomainError, number: int, record_id: str) -> Refused:
    """Return the refused line for a record that the rules rejected, with every fault."""
    return Refused(
        line=number,
        record_id=tellable(record_id),
        code=refusal.code.value,
        errors=tuple(_told(fault) for fault in refusal.faults),
    )


def disagreement(declared: Declared | None, found: Found) -> Problem | None:
    """Return how a file differs from its declaration if there is one, or None."""
    if declared is None:
        return None if found.count else Problem.EMPTY
    if found.size != declared.size:
        return Problem.SIZE_DIFFERS
    if found.sha256 != declared.sha256:
        return Problem.DIGEST_DIFFERS
    if declared.count is not None and found.count != declared.count:
        return Problem.COUNT_DIFFERS
    return None if found.count else Problem.EMPTY


def start(before: Import, found: Found, *, at: datetime) -> Import:
    """Return the import as it starts storing."""
    return replace(before, state=ImportState.STORING, found=found, started_at=at)


def refuse(
    before: Import, problem: Problem, *, at: datetime, found: Found | None = None, place: Place | None = None
) -> Import:
    """Return the import with its whole file refused."""
    return replace(before, state=ImportState.REFUSED, problem=problem, problem_place=place, found=found, finished_at=at)


def advance(before: Import, *, line: int, fates: Iterable[Fate], refused: Collection[Refused]) -> Import:
    """Return the import after one more part of its rows; the refused ones, if any, are stored as a part."""
    counts = Counter(before.progress.counts)
    counts.update(fates)
    progress = Progress(
        parts=before.progress.parts + 1,
        line=line,
        counts=dict(counts),
        refused=(*before.progress.refused, *([line] if refused else ())),
        unexpected=before.progress.unexpected + sum(one.code == LineCode.UNEXPECTED for one in refused),
    )
    return replace(before, progress=progress)


def finish(before: Import, *, at: datetime) -> Import:
    """Return the import with all lines done."""
    return replace(before, state=ImportState.DONE, finished_at=at)


def refused_text(lines: Iterable[Refused], reasons: Mapping[str, Text]) -> str:
    """Return the text of refused lines: numbers, reasons and places, but nothing of a line's content."""
    return "".join(
        json.dumps(
            {
                "line": one.line,
                "record_id": one.record_id,
                "code": one.code,
                "reason": asdict(reasons[one.code]) if one.code in reasons else None,
                "errors": list(one.errors),
            },
            ensure_ascii=False,
        )
        + "\n"
        for one in lines
    )


def refused_table(lines: str) -> str:
    """Return refused lines as rows of a CSV that begins with ``TABLE_HEAD``: one for each fault, in both languages."""
    table = io.StringIO()
    rows = csv.writer(table)
    for line in lines.splitlines():
        one = json.loads(line)
        faults = one["errors"] or [{"pointer": ""}]
        for fault in faults:
            column = fault["pointer"].strip("/").replace("/", ".")
            said = [
                "".join(each for each in ((one["reason"] or {}).get(language), fault.get(name)) if each)
                for language, name in (("zh", "detail"), ("en", "english"))
            ]
            rows.writerow([one["line"], one["record_id"], column, *said])
    return table.getvalue()


def _column(cell: str) -> str:
    """Return the name in a cell of the header as it is seen: full width made narrow, nothing invisible, no space."""
    composed = unicodedata.normalize("NFKC", cell)
    return "".join(character for character in composed if unicodedata.category(character) != "Cf").strip()


def _is_column(name: str) -> bool:
    return name in COLUMNS or A_CONTENT.fullmatch(name) is not None


def _name(raw: str) -> str:
    """Return the record id of a line if it may be disclosed, otherwise a blank."""
    try:
        name = json.loads(raw)["record_id"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""
    return tellable(name) if isinstance(name, str) else ""


def tellable(record_id: str) -> str:
    """Return the record id, or a blank if it is malformed or contains a personal identifier."""
    return record_id if A_NAME.fullmatch(record_id) and not AN_IDENTIFIER.search(record_id) else ""


def _found(pointer: str, code: str, blanks: Mapping[str, Any]) -> Mapping[str, str]:
    """Return what validation has found at a place, in the same words as at the API.

    A line may name its fields as it likes; an identifier among them is not told.
    """
    texts = FAULT_TEXTS.get(code, OTHERWISE)
    return {
        "pointer": AN_IDENTIFIER.sub("…", pointer),
        "code": code,
        "detail": filled(texts, blanks, in_chinese=True),
        "english": filled(texts, blanks, in_chinese=False),
    }


def _told(fault: FieldError) -> Mapping[str, str]:
    return {"pointer": fault.pointer, "code": fault.code, "detail": fault.detail, "english": fault.english}
