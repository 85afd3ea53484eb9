"""Looking through an uploaded file once: what it is, and its rows in the one form that steps store from."""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain

from chalicelib.bounds.model import ImportBounds
from chalicelib.credit.model.imports import Encoding, Format, Found, Problem, Row
from chalicelib.credit.rules.imports import part_text
from chalicelib.credit.store.import_files import FileError, bounded, decompressed
from chalicelib.credit.store.import_texts import TextRows, encodings_of
from chalicelib.credit.store.import_workbooks import OLD, ZIP, workbook_rows

GZIP = b"\x1f\x8b"
LONGEST_SIGN = len(ZIP)

PART_CHARACTERS = 8 << 20
"""The most text of a part, so that a part of long rows fits into memory as well."""

PUT_AT_ONCE = 4

Put = Callable[[Encoding | None, int, str], None]
"""Writes a part of the rows, given the encoding they were read in, the number of the part, and its text."""


class Upload:
    """An uploaded file, which may be read from its beginning several times; size and digest are of the last time."""

    def __init__(self, opened: Callable[[], Iterator[bytes]], *, most_bytes: int) -> None:
        """``opened`` opens the file; a compressed one may expand to so many bytes."""
        self._opened = opened
        self._most_bytes = most_bytes
        self.is_compressed = False
        self.size = 0
        self.digest = hashlib.sha256()

    def blocks(self) -> Iterator[bytes]:
        """Yield the file from its beginning, decompressed; raises ``FileError`` if it cannot be or is too large."""
        beginning, whole = _peek(self._seen())
        self.is_compressed = beginning.startswith(GZIP)
        yield from bounded(decompressed(whole), most=self._most_bytes) if self.is_compressed else whole

    def _seen(self) -> Iterator[bytes]:
        self.size, self.digest = 0, hashlib.sha256()
        for block in self._opened():
            self.size += len(block)
            self.digest.update(block)
            yield block


def inspect_file(
    opened: Callable[[], Iterator[bytes]],
    put: Put,
    *,
    declared: int,
    allowed: ImportBounds,
    rows_a_part: int,
    is_late: Callable[[], bool] = lambda: False,
) -> Found:
    """Look through a file for its size, digest, format, encoding and number of records, and put its rows into parts.

    ``declared`` is the size that it should have. Raises ``FileError`` if it is unreadable, as soon as it has expanded,
    or held blank lines, beyond what is allowed (those cost time and say nothing), and once ``is_late`` says so.
    """

    def in_time(rows: Iterable[Row]) -> Iterator[list[Row]]:
        for part in _parts_of(rows, rows_a_part):
            if is_late():
                raise FileError(Problem.TAKES_TOO_LONG)
            yield part

    most_bytes = allowed.most_bytes(declared)
    upload = Upload(opened, most_bytes=most_bytes)
    beginning, _ = _peek(upload.blocks())
    if beginning.startswith(OLD):
        raise FileError(Problem.WORKBOOK_UNREADABLE)
    if beginning.startswith(ZIP):
        data = _all_of(upload.blocks(), most=allowed.workbook_bytes)
        rows = workbook_rows(data, allowed=allowed, most_bytes=most_bytes)
        count, parts = _put_parts(in_time(rows), put, None)
        return _found(upload, Format.WORKBOOK, None, count=count, parts=parts)
    for encoding in encodings_of(beginning):
        text = TextRows(upload.blocks, encoding, allowed=allowed)
        try:
            count, parts = _put_parts(in_time(text), put, encoding)
        except UnicodeDecodeError:
            continue
        return _found(upload, text.format, encoding, count=count, parts=parts)
    raise FileError(Problem.ENCODING_UNKNOWN)


def _peek(blocks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """Return the first bytes, enough to know a format by, and all blocks from the first."""
    beginning = b""
    while len(beginning) < LONGEST_SIGN and (block := next(blocks, None)) is not None:
        beginning += block
    return beginning, chain((beginning,), blocks)


def _found(upload: Upload, format_: Format, encoding: Encoding | None, *, count: int, parts: int) -> Found:
    return Found(
        size=upload.size,
        sha256=upload.digest.hexdigest(),
        count=count,
        format=format_,
        is_compressed=upload.is_compressed,
        encoding=encoding,
        parts=parts,
    )


def _all_of(blocks: Iterator[bytes], *, most: int) -> bytes:
    """Return a file, and of one that is too large only as much as shows it."""
    data = bytearray()
    for block in blocks:
        if len(data) <= most:
            data += block
    return bytes(data)


def _put_parts(rows: Iterable[list[Row]], put: Put, encoding: Encoding | None) -> tuple[int, int]:
    """Put parts of rows, some of them side by side; return how many rows and parts there are."""
    count = parts = 0
    waiting: deque[Future[None]] = deque()
    with ThreadPoolExecutor(PUT_AT_ONCE) as pool:
        for part in rows:
            if len(waiting) == PUT_AT_ONCE:
                waiting.popleft().result()
            waiting.append(pool.submit(put, encoding, parts, part_text(part)))
            count, parts = count + len(part), parts + 1
        for one in waiting:
            one.result()
    return count, parts


def _parts_of(rows: Iterable[Row], rows_a_part: int) -> Iterator[list[Row]]:
    part: list[Row] = []
    size = 0
    for row in rows:
        part.append(row)
        size += len(row.text)
        if len(part) == rows_a_part or size > PART_CHARACTERS:
            yield part
            part, size = [], 0
    if part:
        yield part
