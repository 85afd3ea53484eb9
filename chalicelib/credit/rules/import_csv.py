"""The records of a CSV (RFC 4180), by Python's own parser, and what becomes of records whose quotes are broken.

Space before a quote is taken for none: some programs set it after each separator, and RFC 4180 would then see no quote.

What stands between quotes is text and never a row, whoever wrote it. So where a quote is not closed as it should be,
every line that may have stood inside it is refused, one by one, and reading goes on after them. Only a quote that is
still open after ``LONGEST_LINE`` characters, more than any record may have, and is never properly closed is taken for
a stray one: its own line is refused, and reading goes on at the next.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import chain

from chalicelib.credit.model.imports import LineCode

LONGEST_LINE = 262_144
"""The most bytes of a record: as many as a request body may have."""

MOST_STRAY_QUOTES = 5
"""How often reading may go back for a stray quote: each time costs a look through the rest of the file."""

Lines = Iterator[tuple[int, str]]
"""Lines with their ends and numbers; one that is too long comes in several pieces with the same number."""

# A record, and not a field of it, has a bound.
csv.field_size_limit(4 * LONGEST_LINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The cells of a record and the number of its first line; or why it has none."""

    line: int
    cells: Sequence[str] = ()
    code: LineCode | None = None


class QuotesError(ValueError):
    """A file in which quotes are broken throughout, since ``line``."""

    def __init__(self, line: int) -> None:
        """Keep the line."""
        super().__init__(line)
        self.line = line


class _TooLongError(Exception):
    """A record has more text than any may have."""


class _Feed:
    """Hands lines to the parser, and keeps those of the record in progress."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.begin()

    def begin(self) -> None:
        self.taken: list[tuple[int, str]] = []
        self.size = 0

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        if self.size > LONGEST_LINE:
            raise _TooLongError
        line = next(self.lines)
        self.taken.append(line)
        self.size += len(line[1])
        return line[1]

    def finish_line(self) -> None:
        """Pass over what is left of a line that comes in pieces: it is no line of its own."""
        text: str | None = self.taken[-1][1]
        while text is not None and not text.endswith(("\n", "\r")):
            _, text = next(self.lines, (0, None))


def records(lines: Lines, *, delimiter: str, reopen: Callable[[int], Lines]) -> Iterator[Record]:
    """Yield the records; ``reopen`` returns the lines anew, from a number on.

    Raises ``QuotesError`` for more stray quotes than ``MOST_STRAY_QUOTES``.
    """
    feed, stray = _Feed(lines), 0
    reader = csv.reader(feed, delimiter=delimiter, strict=True, skipinitialspace=True)
    while True:
        feed.begin()
        try:
            cells = next(reader, None)
        except csv.Error:
            yield from _broken(feed.taken)
            feed.finish_line()
            continue
        except _TooLongError:
            cells = []
        if cells is None:
            return
        first = feed.taken[0][0]
        if feed.size <= LONGEST_LINE:
            yield Record(line=first, cells=cells)
        elif _ends_well(chain(feed.taken, feed.lines), delimiter):
            yield Record(line=first, code=LineCode.LINE_TOO_LONG)
        else:
            stray += 1
            if stray > MOST_STRAY_QUOTES:
                raise QuotesError(first)
            yield Record(line=first, code=LineCode.QUOTES_BROKEN)
            feed.lines = reopen(first + 1)


def _broken(lines: Iterable[tuple[int, str]]) -> Iterator[Record]:
    """Yield a refusal for each line that says anything."""
    for number in dict.fromkeys(number for number, text in lines if text.strip()):
        yield Record(line=number, code=LineCode.QUOTES_BROKEN)


class _State(Enum):
    BEFORE_CELL = auto()
    PLAIN = auto()
    QUOTED = auto()
    AFTER_QUOTE = auto()


def _ends_well(lines: Lines, delimiter: str) -> bool:
    """Read on to the end of a record and return whether it is one that RFC 4180 knows."""
    state, plain_end = _State.BEFORE_CELL, re.compile(f"[{re.escape(delimiter)}\r\n]")
    for _, text in lines:
        at = 0
        while at < len(text):
            match state:
                case _State.BEFORE_CELL if text[at] == " ":
                    at += 1
                case _State.BEFORE_CELL if text[at] == '"':
                    state, at = _State.QUOTED, at + 1
                case _State.QUOTED:
                    closing = text.find('"', at)
                    state, at = (state, len(text)) if closing < 0 else (_State.AFTER_QUOTE, closing + 1)
                case _State.AFTER_QUOTE if text[at] == '"':
                    state, at = _State.QUOTED, at + 1
                case _State.AFTER_QUOTE if not plain_end.match(text[at]):
                    return False
                case _:
                    ending = plain_end.search(text, at)
                    if ending is None:
                        state, at = _State.PLAIN, len(text)
                    elif ending[0] == delimiter:
                        state, at = _State.BEFORE_CELL, ending.end()
                    else:
                        return True
    return state is not _State.QUOTED
