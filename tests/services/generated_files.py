"""Files as sources might send them, made up from a number, with what each line has to become."""

import csv
import gzip
import io
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from openpyxl import Workbook

COLUMNS = ("record_id", "subject.kind", "subject.number", "subject.name", "document.organ", "basis", "contents.note")

INVALID = "330105197911010001"
"""A number that the rules refuse."""

POISON = "320219190001150015"
"""A number at which something raises what nobody expects."""

GOOD = "330105197911010003"

NAMES = ("合成甲", "全同", "合成·买买提", "Synthetic Zoë", "𠮷田合成", "合成（上海）有限公司", "ȫͬ合成")
INJECTED = "x-injected,resident_id," + GOOD + ",合成乙,合成局,《条例》,说明"
NOTES = (
    "合成说明",
    "一行\n二行",
    f"原文如下:\n{INJECTED}\n以上",
    'he said "是"',
    "a,b;c\td",
    '{"record_id": "x-injected"}',
    '5"管',
    "说" * 300,
    "",
)


@dataclass(slots=True)
class Made:
    """A file, and the right value beside it: the note of each record to be stored, and the lines to be told."""

    data: bytes = b""
    about: str = ""
    stored: dict[str, tuple[str, str]] = field(default_factory=dict)
    told: set[int] = field(default_factory=set)


def made(number: int) -> Made:
    """Return the file of a number."""
    dice = random.Random(number)
    kind: Callable[[random.Random], Made] = dice.choices((_table, _json, _workbook), weights=(6, 3, 1))[0]
    one = kind(dice)
    if dice.random() < 0.3:
        one.data = gzip.compress(one.data, 1)
    return one


def _rows(dice: random.Random) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield made-up records, each with what is wrong with it."""
    for number in range(dice.randint(1, 7)):
        wrong = dice.choices(("", "number", "poison", "kind", "form"), weights=(12, 1, 1, 1, 1))[0]
        yield (
            wrong,
            {
                "record_id": f"r-{number}",
                "subject.kind": "a person" if wrong == "kind" else "resident_id",
                "subject.number": {"number": INVALID, "poison": POISON}.get(wrong, GOOD),
                "subject.name": dice.choice(NAMES),
                "document.organ": "合成市市场监督管理局",
                "basis": "《合成条例》第1条",
                "contents.note": dice.choice(NOTES),
            },
        )


def _encoded(text: str, dice: random.Random, one: Made) -> bytes:
    codec = dice.choice(("utf-8", "utf-8", "utf-8-sig", "gb18030", "gb18030", "utf-16"))
    one.about += f" {codec}"
    return text.encode(codec)


def _is_whole(dice: random.Random) -> bool:
    return dice.random() < 0.8


def _table(dice: random.Random) -> Made:
    """A CSV whose separators, quotes, line ends and padding are anybody's."""
    one, end, separator = Made(), dice.choice(("\n", "\r\n", "\r")), dice.choice(",,,;\t")
    # Python's writer leaves a line end in a cell bare if it is not the one of the file.
    quoting: Literal[0, 1] = csv.QUOTE_ALL if end == "\r" else dice.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    columns = list(COLUMNS)
    dice.shuffle(columns)
    for _ in range(dice.choice((0, 0, 0, 1, 3))):
        columns.insert(dice.randint(0, len(columns)), "")
    one.about = f"csv {separator!r} {end!r} {quoting}"

    def line_of(cells: Sequence[str]) -> str:
        stream = io.StringIO()
        csv.writer(stream, delimiter=separator, quoting=quoting, lineterminator=end).writerow(cells)
        return stream.getvalue()

    text, line = "", 1

    def write(piece: str) -> None:
        nonlocal text, line
        text, line = text + piece, line + _ends_in(piece)

    def pad(*, chance: float) -> None:
        while dice.random() < chance:
            write(dice.choice((end, f" {end}", separator * dice.randint(1, 9) + end)))

    pad(chance=0.3)
    write(line_of(columns))
    rows = list(_rows(dice))
    for wrong, row in rows[:-1]:
        pad(chance=0.2)
        _put(one, line, wrong, row)
        piece = line_of([row.get(column, "") for column in columns])
        if wrong == "form":
            piece = dice.choice(("only,three;cells\there", '"合成"甲', "合成")) + end
            one.stored.pop(row["record_id"], None)
            one.told.add(line)
        write(piece)
    wrong, row = rows[-1]
    piece = line_of([row.get(column, "") for column in columns])
    if wrong == "form" or not _is_whole(dice):
        # The last row is cut off: within quotes, or at least without its last cell.
        piece = (
            separator.join(['"x"'] * 3)
            + separator
            + dice.choice(('"', '"合成', f'"合成{end}{INJECTED}{end}合', "合成"))
        )
        one.about += f" cut {piece!r}"
        lines = [at for at, said in enumerate(piece.split(end), line) if said.strip()]
        one.told.update(lines)
    else:
        _put(one, line, wrong, row)
        piece = piece.removesuffix(end) if dice.random() < 0.5 else piece
    write(piece)
    if piece.endswith(end):
        pad(chance=0.5)
    one.data = _encoded(text, dice, one)
    return one


def _ends_in(text: str) -> int:
    """How many lines end in a text; both characters of a pair end one."""
    return text.replace("\r\n", "\n").replace("\r", "\n").count("\n")


def _put(one: Made, line: int, wrong: str, row: dict[str, str]) -> None:
    if wrong in {"number", "poison", "kind"}:
        one.told.add(line)
    else:
        one.stored[row["record_id"]] = (row["subject.name"], row["contents.note"])


def _json(dice: random.Random) -> Made:
    """JSON Lines, the last of which may be cut off, at times within a character."""
    one, end = Made(), dice.choice(("\n", "\r\n", "\r"))
    one.about = f"jsonl {end!r}"
    lines: list[str] = [""] * dice.choice((0, 0, 2))
    for wrong, row in _rows(dice):
        lines += [" " * dice.randint(0, 2)] * dice.choice((0, 0, 1))
        record: dict[str, Any] = {}
        for name, value in row.items():
            place, _, part = name.partition(".")
            if part and value:
                record.setdefault(place, {})[part] = value
            elif value:
                record[place] = value
        text = json.dumps(record, ensure_ascii=dice.random() < 0.2)
        _put(one, len(lines) + 1, wrong, row)
        if wrong == "form":
            text = dice.choice((text[:-1], text.replace("{", '{"record_id": "again", ', 1), '"合成"', "[1]"))
            one.stored.pop(row["record_id"])
            one.told.add(len(lines) + 1)
        lines.append(text)
    codec = dice.choice(("utf-8", "gb18030"))
    if _is_whole(dice):
        one.data = _encoded(end.join(lines) + end * dice.randint(0, 3), dice, one)
    else:
        one.about += f" cut {codec}"
        lines.append('{"record_id": "cut", "basis": "合成')
        one.told.add(len(lines))
        one.data = end.join(lines).encode(codec)[: -dice.randint(0, 1) or None]
    if not next(line for line in lines if line.strip()).startswith("{"):
        # What does not begin with a brace would be a CSV, with a header that is none.
        return _json(dice)
    return one


def _workbook(dice: random.Random) -> Made:
    """A workbook with padding, long numbers as numbers, and merged cells."""
    one, book = Made(about="xlsx"), Workbook()
    sheet = book.worksheets[0]
    line, left = 1 + dice.randint(0, 2), dice.randint(0, 1)

    def put(cells: Sequence[Any]) -> None:
        for column, value in enumerate(cells, left + 1):
            sheet.cell(line, column, value or None).number_format = dice.choice(("General", "@", "0"))

    put(COLUMNS)
    for wrong, row in _rows(dice):
        line += dice.choice((1, 1, 1, 2, 5))
        cells: list[Any] = list(row.values())
        _put(one, line, wrong, row)
        if wrong == "form":
            one.stored.pop(row["record_id"])
            one.told.add(line)
            if dice.random() < 0.5:
                cells[2] = int(GOOD)
            else:
                sheet.merge_cells(start_row=line, end_row=line, start_column=left + 5, end_column=left + 6)
                cells = cells[:5]
        put(cells)
    for extra in range(dice.randint(0, 3)):
        sheet.cell(line + 1 + extra, 9, dice.choice((None, " "))).number_format = "0.00"
    if dice.random() < 0.3:
        book.create_sheet("Sheet2")
    stream = io.BytesIO()
    book.save(stream)
    one.data = stream.getvalue()
    return one
