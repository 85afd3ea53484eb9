"""Rows of text files, decoded and parsed in constant memory."""

import codecs
import io
import re
from collections.abc import Callable, Iterator
from itertools import chain

from chalicelib.bounds.model import ImportBounds
from chalicelib.credit.model.imports import Encoding, Format, Place, Problem, Row
from chalicelib.credit.rules import import_csv, imports
from chalicelib.credit.rules.import_csv import LONGEST_LINE, Lines
from chalicelib.credit.store.import_files import BLOCK, FileError
from chalicelib.credit.store.import_rows import RowReader

CODECS = {Encoding.UTF_8: "utf-8-sig", Encoding.UTF_16: "utf-16", Encoding.GB18030: "gb18030"}
"""By name; both Unicode codecs take a byte order mark for what it is."""

BOM = "\ufeff"
UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
ENDS = ("\n", "\r")

HAN = re.compile("[\u3000-\u9fff]")
"""Han characters and their punctuation: three bytes in UTF-8, as few as none by accident in a file in GB 18030."""

BYTES_OF_HAN = 3

TORN_ENDS = frozenset({"unexpected end of data", "truncated data", "incomplete multibyte sequence"})
"""What Python's decoders say of a character whose last bytes are missing at the end."""


def _mark_torn_end(error: UnicodeError) -> tuple[str, int]:
    """Let a decoder put a sign for a character that is cut off by the end of the file; anything else is an error."""
    if isinstance(error, UnicodeDecodeError) and error.reason in TORN_ENDS:
        return imports.TORN, error.end
    raise error


MARK_TORN_END = "xinnuo.mark-torn-end"
codecs.register_error(MARK_TORN_END, _mark_torn_end)


def encodings_of(beginning: bytes) -> tuple[Encoding, ...]:
    """Return the encodings that a file may have, to be tried in this order, given its first bytes."""
    return (Encoding.UTF_16,) if beginning.startswith(UTF_16_MARKS) else (Encoding.UTF_8, Encoding.GB18030)


class TextRows:
    """The rows of a text file in an encoding, and its format, which shows once the first row is asked for.

    Iterating raises ``UnicodeDecodeError`` if the file is not in that encoding, and ``FileError`` if it cannot be read.
    """

    def __init__(self, opened: Callable[[], Iterator[bytes]], encoding: Encoding, *, allowed: ImportBounds) -> None:
        """``opened`` opens the file at its beginning."""
        self._opened = opened
        self._encoding = encoding
        self._allowed = allowed
        self._blank = 0
        self._padded = 0
        self.format = Format.JSON_LINES

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows."""
        lines = self._lines()
        for number, text in lines:
            if text.isspace():
                self._pass_over_line()
                continue
            if imports.is_padding(text):
                self._pass_over_row()
                continue
            whole = chain(((number, text.removeprefix(BOM)),), lines)
            self.format = imports.format_of(text)
            yield from self._json(whole) if self.format is Format.JSON_LINES else self._csv(whole, text)

    def _lines(self, since: int = 1) -> Lines:
        """Yield lines with their ends, from a number on; one that is too long comes in pieces."""
        blocks = self._opened()
        if self._encoding is Encoding.GB18030:
            blocks = _doubting(blocks)
        stream = io.TextIOWrapper(
            io.BufferedReader(_Stream(blocks), BLOCK),
            encoding=CODECS[self._encoding],
            errors=MARK_TORN_END,
            newline="",
        )
        number = 1
        while text := stream.readline(LONGEST_LINE + 1):
            if number >= since:
                yield number, text
            number += text.endswith(ENDS)

    def _pass_over_line(self) -> None:
        """Count a blank line: they cost time and say nothing."""
        self._blank += 1
        if self._blank > self._allowed.blank_lines:
            raise FileError(Problem.TOO_MANY_BLANK_LINES)

    def _pass_over_row(self) -> None:
        """Count a row of separators only, of which spreadsheets write one for each row that was ever touched."""
        self._padded += 1
        if self._padded > self._allowed.padded_rows:
            raise FileError(Problem.TOO_MANY_BLANK_LINES)

    def _json(self, lines: Lines) -> Iterator[Row]:
        too_long = 0
        for number, text in lines:
            if text.isspace():
                self._pass_over_line()
                continue
            if number == too_long:
                continue
            if len(text) > LONGEST_LINE and not text.endswith(ENDS):
                too_long = number
            yield imports.json_row(number, text.rstrip("\r\n").removeprefix(BOM))

    def _csv(self, lines: Lines, first: str) -> Iterator[Row]:
        records = import_csv.records(lines, delimiter=imports.delimiter_of(first), reopen=self._lines)
        heading, reader = next(records), RowReader(imports.row_of)
        try:
            header = imports.header_of(heading.cells)
            for record in records:
                if record.code is not None:
                    yield Row(line=record.line, code=record.code)
                elif not record.cells:
                    self._pass_over_line()
                elif imports.is_blank(record.cells):
                    self._pass_over_row()
                else:
                    yield reader.row(record.line, record.cells, header=header)
        except imports.HeaderError as error:
            raise FileError(Problem.HEADER_UNKNOWN, Place(line=heading.line, column=error.column)) from None
        except import_csv.QuotesError as error:
            raise FileError(Problem.QUOTES_BROKEN, Place(line=error.line)) from None


class _Stream(io.RawIOBase):
    """Blocks as a stream."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        super().__init__()
        self._blocks = blocks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # narrower than any buffer
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._rest = memoryview(block)
        taken = min(len(buffer), len(self._rest))
        buffer[:taken] = self._rest[:taken]
        self._rest = self._rest[taken:]
        return taken


def _doubting(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield blocks of a file that is no UTF-8 throughout; raises ``FileError`` if it is UTF-8 for the most part.

    Most bytes that are UTF-8 can be read as GB 18030 as well, as other characters, so a single damaged byte would
    turn every name into somebody else's.
    """
    decoder = codecs.getincrementaldecoder("utf-8")(errors="ignore")
    han = damaged = 0
    for block in blocks:
        text = decoder.decode(block)
        han += BYTES_OF_HAN * sum(1 for _ in HAN.finditer(text))
        damaged += len(block) - len(text.encode())
        yield block
    if han > damaged:
        raise FileError(Problem.ENCODING_UNKNOWN)
