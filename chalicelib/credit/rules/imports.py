"""Parsing lines, comparing a file with its declaration, and the progress of an import."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from chalicelib.credit.model.imports import Declared, Format, Found, Import, ImportState, Problem, Progress, Refused
from chalicelib.credit.model.record_schema import RecordLine
from chalicelib.credit.model.submissions import Fate
from chalicelib.credit.rules.submissions import A_NAME, AN_IDENTIFIER
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.validation import repeated_names

LONGEST_LINE = 262_144
"""The most bytes of a line: as many as a request body may have."""

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
"""The columns of a CSV: the names of the JSON form, nested ones with a dot, and ``contents.<name>``."""


class LineError(ValueError):
    """A line that cannot be read as a record; ``refused`` says why."""

    def __init__(self, refused: Refused) -> None:
        """Keep the reason."""
        super().__init__(refused.code)
        self.refused = refused


def format_of(beginning: str) -> Format:
    """Return the format, judged by the first characters: JSON begins with a brace."""
    return Format.JSON_LINES if beginning.lstrip().startswith("{") else Format.CSV


def is_header(line: str) -> bool:
    """Whether a line is a header of known columns without duplicates."""
    names = _cells(line)
    known = all(name in COLUMNS or A_CONTENT.fullmatch(name) for name in names)
    return known and len(set(names)) == len(names) and {"record_id", "subject.number"} <= set(names)


def record_of(text: str | None, number: int, *, header: str) -> RecordLine:
    """Parse a line; ``header`` is blank for JSON Lines. Raises ``LineError`` with every fault."""
    if text is None:
        raise LineError(Refused(line=number, record_id="", code="NOT_UTF8"))
    if len(text.encode()) > LONGEST_LINE:
        raise LineError(Refused(line=number, record_id="", code="LINE_TOO_LONG"))
    raw = json.dumps(_csv(text, number, header), ensure_ascii=False) if header else text
    if not header and (repeated := repeated_names(raw)):
        faults = tuple({"pointer": pointer, "code": "name_repeated"} for pointer in repeated)
        raise LineError(Refused(line=number, record_id="", code=ErrorCode.INVALID_BODY.value, errors=faults))
    try:
        return RecordLine.model_validate_json(raw)
    except ValidationError as error:
        faults = tuple(
            {"pointer": "/" + "/".join(str(part) for part in one["loc"]), "code": str(one["type"])}
            for one in error.errors(include_url=False, include_context=False, include_input=False)
        )
        raise LineError(
            Refused(line=number, record_id=_name(raw), code=ErrorCode.INVALID_BODY.value, errors=faults)
        ) from None


def refused_by(refusal: DomainError, number: int, record_id: str) -> Refused:
    """Return the refused line for a record that the rules rejected, with every fault."""
    return Refused(
        line=number,
        record_id=tellable(record_id),
        code=refusal.code.value,
        errors=tuple(_told(fault) for fault in refusal.faults),
    )


def disagreement(declared: Declared, found: Found) -> Problem | None:
    """Return how a file differs from its declaration, or None."""
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


def refuse(before: Import, problem: Problem, found: Found | None, *, at: datetime) -> Import:
    """Return the import with its whole file refused."""
    return replace(before, state=ImportState.REFUSED, problem=problem, found=found, finished_at=at)


def advance(before: Import, *, offset: int, line: int, fates: Iterable[Fate], has_refused: bool) -> Import:
    """Return the import after more lines; if any were refused, they are stored as a part."""
    counts = Counter(before.progress.counts)
    counts.update(fates)
    parts = (*before.progress.parts, *([line] if has_refused else ()))
    progress = Progress(offset=offset, line=line, counts=dict(counts), parts=parts)
    return replace(before, progress=progress)


def finish(before: Import, *, at: datetime) -> Import:
    """Return the import with all lines done."""
    return replace(before, state=ImportState.DONE, finished_at=at)


def refused_text(lines: Sequence[Refused]) -> str:
    """Return the text of refused lines: numbers, codes and places, but nothing of a line's content."""
    return "".join(
        json.dumps(
            {"line": one.line, "record_id": one.record_id, "code": one.code, "errors": list(one.errors)},
            ensure_ascii=False,
        )
        + "\n"
        for one in lines
    )


def _csv(text: str, number: int, header: str) -> Mapping[str, Any]:
    names, cells = _cells(header), _cells(text)
    if len(cells) != len(names):
        raise LineError(Refused(line=number, record_id="", code="COLUMNS_DIFFER"))
    fields: dict[str, Any] = {}
    for name, cell in zip(names, cells, strict=True):
        if not cell.strip():
            continue
        place, _, part = name.partition(".")
        value: Any = cell
        if name in LIST_COLUMNS:
            value = [each.strip() for each in cell.split(";") if each.strip()]
        elif name in NUMBER_COLUMNS and cell.strip().isdecimal():
            value = int(cell)
        if part:
            fields.setdefault(place, {})[part] = value
        else:
            fields[name] = value
    return fields


def _cells(line: str) -> list[str]:
    try:
        return next(csv.reader([line], strict=True), [])
    except csv.Error:
        return []


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


def _told(fault: FieldError) -> Mapping[str, str]:
    return {"pointer": fault.pointer, "code": fault.code, "detail": fault.detail}
