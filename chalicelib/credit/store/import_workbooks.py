"""Rows of a workbook (.xlsx), read by openpyxl cell by cell, after a look at what openpyxl does not tell."""

import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from chalicelib.bounds.model import ImportBounds
from chalicelib.credit.model.imports import LineCode, Place, Problem, Row
from chalicelib.credit.rules import imports
from chalicelib.credit.rules.import_cells import CellError, text_of
from chalicelib.credit.store.import_files import BLOCK, FileError
from chalicelib.credit.store.import_rows import RowReader
from chalicelib.logging import logger

ZIP = b"PK\x03\x04"
OLD = b"\xd0\xcf\x11\xe0"
"""How an .xls begins, and any workbook under a password."""

ROWS = 1_048_576
"""The rows that a sheet may have."""

ERROR = "e"
"""What openpyxl calls the type of a cell that shows an error, such as #N/A."""

TAGS = re.compile(
    rb"<(?:\w+:)?(?:"
    rb"row\s(?:[^<>]*?\s)?r=\"(?P<row>\d{1,9})\""
    rb"|mergeCell\s(?:[^<>]*?\s)?ref=\"[A-Z]+(?P<first>\d{1,9})(?::[A-Z]+(?P<last>\d{1,9}))?\""
    rb"|c\s(?![^<>]*\bt=\"str\")[^<>]*?\br=\"[A-Z]+(?P<bare>\d{1,9})\"[^<>]*>"
    rb"\s*<(?:\w+:)?f\b[^<>]*(?:/>|>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*(?:/>|>\s*</(?:\w+:)?v>)\s*)?</(?:\w+:)?c>"
    rb"|(?P<formula>f)[\s/>]"
    rb"|(?P<value>v|is)[\s>]"
    rb"|(?P<string>si)\b"
    rb"|(?P<extension>extLst)\b"
    rb"|calcPr\s[^<>]*?\bfullCalcOnLoad=\"(?P<stale>1|true)\""
    rb")"
)
"""Rows, merged cells, formulas that nobody has calculated and others, values, strings that cells share, what belongs
to no row, and the wish to have all formulas calculated before anybody reads their results."""

NEVER = (b"<!DOCTYPE", b"<!ENTITY", b"\0", b"purl.oclc.org/ooxml")
"""Entities, UTF-16, and the strict variant, which openpyxl takes for empty: no office writes them unasked."""

LONGEST_REST = 8 << 20
"""The most bytes between two places where such a part can be cut: far more than any row has."""


@dataclass(slots=True)
class Look:
    """What a part has: any values, rows that merged cells touch, rows with formulas, those that nobody calculated.

    ``is_stale`` is said of the whole workbook: programs that cannot calculate write 0 as each result, and this beside.
    """

    has_values: bool = False
    is_stale: bool = False
    merged: bytearray = field(default_factory=bytearray)
    formulas: set[int] = field(default_factory=set)
    bare: set[int] = field(default_factory=set)
    strings: int = 0
    row: int = 0

    def note(self, found: re.Match[bytes]) -> None:
        """Take in what ``TAGS`` has found; raises ``FileError`` for rows out of order, which would be lost."""
        match found.lastgroup:
            case "row":
                before, self.row = self.row, int(found["row"])
                if not before < self.row <= ROWS:
                    raise FileError(Problem.WORKBOOK_UNREADABLE)
            case "first" | "last":
                first, last = int(found["first"]), min(int(found["last"] or found["first"]), ROWS)
                self.merged.extend(bytes(max(0, last + 1 - len(self.merged))))
                self.merged[first : last + 1] = b"\1" * (last + 1 - first)
            case "bare":
                self.bare.add(int(found["bare"]))
            case "formula":
                self.formulas.add(self.row)
            case "extension":
                self.row = 0
            case "stale":
                self.is_stale = True
            case "value":
                self.has_values = True
            case _:
                self.strings += 1

    def is_merged(self, row: int) -> bool:
        """Whether merged cells touch a row."""
        return row < len(self.merged) and bool(self.merged[row])


def workbook_rows(data: bytes, *, allowed: ImportBounds, most_bytes: int) -> Iterator[Row]:
    """Yield the rows of the one visible sheet that has any; the file may expand to so many bytes.

    Raises ``FileError`` for a file that is no workbook, is too large, or has content on several visible sheets.
    """
    if len(data) > allowed.workbook_bytes:
        raise FileError(Problem.WORKBOOK_TOO_LARGE)
    try:
        yield from _rows(data, min(most_bytes, allowed.workbook_expanded_bytes), most_strings=allowed.workbook_strings)
    except (FileError, MemoryError):
        raise
    except Exception as error:
        # Usually it is the file; if it is the reader or we, only this line tells.
        logger("ingest").warning("workbook_unreadable", exc_info=error)
        raise FileError(Problem.WORKBOOK_UNREADABLE) from error


def _rows(data: bytes, most_bytes: int, *, most_strings: int) -> Iterator[Row]:
    # Only workbooks need it, and it takes a quarter of a second.
    from openpyxl import load_workbook  # noqa: PLC0415

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        # Nothing is read beyond the size that stands here, even if more is there.
        if sum(member.file_size for member in archive.infolist()) > most_bytes:
            raise FileError(Problem.EXPANDS_TOO_MUCH)
        looks = {
            member.filename: _look(archive.open(member), most_strings=most_strings)
            for member in archive.infolist()
            if member.filename.endswith((".xml", ".rels"))
        }
    if any(look.is_stale for look in looks.values()):
        for look in looks.values():
            look.bare |= look.formulas
    # It warns of whatever it does not keep when it writes.
    warnings.filterwarnings("ignore", module="openpyxl")
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    for sheet in sheets:
        # What a sheet says of its own size is often wrong.
        sheet.reset_dimensions()
    told = [(sheet, looks[sheet._worksheet_path]) for sheet in sheets]  # noqa: SLF001 - it is told nowhere else
    full = [(sheet, look) for sheet, look in told if look.has_values or look.bare]
    if len(full) > 1:
        full = [(sheet, look) for sheet, look in full if any(not _is_blank(row) for row in sheet.iter_rows())]
    if len(full) > 1:
        raise FileError(Problem.SHEETS_SEVERAL)
    for sheet, look in full:
        yield from _table(sheet.iter_rows(), look)


def _look(stream: IO[bytes], *, most_strings: int) -> Look:
    """Look through a part of a workbook; raises ``FileError`` for what no office program writes."""
    look, rest, block = Look(), b"", b"-"
    while block:
        block = stream.read(BLOCK)
        text = rest + block
        if len(text) > LONGEST_REST or any(sign in text for sign in NEVER):
            raise FileError(Problem.WORKBOOK_UNREADABLE)
        # A cell may go on in the next block.
        end = (text.rfind(b"</row>") + 1 or text.rfind(b">") + 1) if block else len(text)
        for found in TAGS.finditer(text, 0, end):
            look.note(found)
        if look.strings > most_strings:
            raise FileError(Problem.WORKBOOK_TOO_LARGE)
        rest = text[end:]
    return look


def _table(rows: Iterable[Sequence[Any]], look: Look) -> Iterator[Row]:
    header: tuple[str, ...] = ()
    reader = RowReader(_row)
    for number, cells in enumerate(rows, 1):
        if number in look.bare:
            yield Row(line=number, code=LineCode.FORMULA_UNCALCULATED)
        elif _is_blank(cells):
            continue
        elif not header:
            header = _header(cells, number)
        elif look.is_merged(number):
            yield Row(line=number, code=LineCode.MERGED_CELLS)
        else:
            yield reader.row(number, cells, header=header)


def _is_blank(cells: Sequence[Any]) -> bool:
    return imports.is_blank("" if cell.value is None else str(cell.value) for cell in cells)


def _header(cells: Sequence[Any], number: int) -> tuple[str, ...]:
    try:
        return imports.header_of(["" if cell.value is None else str(cell.value) for cell in cells])
    except imports.HeaderError as error:
        raise FileError(Problem.HEADER_UNKNOWN, Place(line=number, column=error.column)) from None


def _row(number: int, cells: Sequence[Any], *, header: Sequence[str]) -> Row:
    texts: list[str] = []
    for place, cell in enumerate(cells):
        name = header[place] if place < len(header) else ""
        try:
            if cell.data_type == ERROR:
                raise CellError(LineCode.CELL_ERROR)  # noqa: TRY301 - refused like any other cell
            texts.append(text_of(cell.value, cell.number_format or "General"))
        except CellError as error:
            return imports.lost_at(number, name, error.code)
    texts += [""] * (len(header) - len(texts))
    return imports.row_of(number, texts, header=header)
