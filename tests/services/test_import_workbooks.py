"""Workbooks as departments send them: what a person reads in a cell is stored, and what nobody can know is refused."""

import io
import json
import re
import time
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from chalicelib.bounds.store import bounds
from chalicelib.credit.model.imports import Encoding, Format, Found, LineCode, Place, Problem, Row
from chalicelib.credit.rules.imports import rows_in
from chalicelib.credit.store.import_files import FileError
from chalicelib.credit.store.import_inspection import inspect_file
from tests.depth import goes

HEADER = ("record_id", "subject.number", "subject.name", "document.effective_on", "version", "contents.rate")
ROW = ("r-1", "330782196801010003", "合成甲", date(2026, 1, 10), 2, "5%")
SHEET = "xl/worksheets/sheet1.xml"


def a_book(*rows: Sequence[Any], header: Sequence[str] = HEADER) -> Workbook:
    book = Workbook()
    for row in (header, *rows):
        book.worksheets[0].append(row)
    return book


def saved(book: Workbook, *, changed: Callable[[str], str] | None = None, member: str = SHEET) -> bytes:
    """Return a workbook as a file, with one of its members changed as other programs write it."""
    stream = io.BytesIO()
    book.save(stream)
    if changed is None:
        return stream.getvalue()
    other = io.BytesIO()
    with zipfile.ZipFile(stream) as old, zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name).decode()
            written = changed(text) if name == member else text
            assert name != member or written != text
            new.writestr(name, written)
    return other.getvalue()


def inspected(data: bytes, **allowed: int) -> tuple[Found, list[Row]]:
    parts: list[str] = []

    def put(encoding: Encoding | None, part: int, text: str) -> None:
        assert (encoding, part) == (None, len(parts))
        parts.append(text)

    found = inspect_file(
        lambda: iter([data]),
        put,
        declared=len(data),
        allowed=replace(bounds().imports, **allowed),
        rows_a_part=10_000_000,
    )
    return found, [row for part in parts for row in rows_in(part)]


def record(row: Row) -> Any:  # noqa: ANN401 - any JSON
    assert row.code is None, row
    return json.loads(row.text)


def codes(data: bytes) -> list[tuple[int, str]]:
    return [(row.line, row.code.value if row.code else "") for row in inspected(data)[1]]


def problem(data: bytes, **allowed: int) -> tuple[Problem, Place | None]:
    with pytest.raises(FileError) as refused:
        inspected(data, **allowed)
    return refused.value.problem, refused.value.place


def test_a_row_is_a_record_with_its_days_and_its_numbers_as_written() -> None:
    found, (row,) = inspected(saved(a_book(ROW)))

    assert (found.format, found.encoding, found.count, row.line) == (Format.WORKBOOK, None, 1, 2)
    assert record(row) == {
        "record_id": "r-1",
        "subject": {"number": "330782196801010003", "name": "合成甲"},
        "document": {"effective_on": "2026-01-10"},
        "version": 2,
        "contents": {"rate": "5%"},
    }


def test_a_long_number_is_taken_as_text_and_refused_as_a_number_with_that_reason() -> None:
    book = a_book(ROW, ("r-2", 330782196801010003), ("r-3", 3.3078219680101e17), ("r-4", 330782680101001))

    rows = inspected(saved(book))[1]

    assert [row.code for row in rows] == [None, LineCode.DIGITS_LOST, LineCode.DIGITS_LOST, None]
    assert rows[1].errors == ({"pointer": "/subject/number", "code": "DIGITS_LOST"},)
    assert record(rows[3])["subject"]["number"] == "330782680101001"


def test_days_are_the_same_in_both_systems_of_dates_and_a_time_has_the_offset_of_shanghai() -> None:
    header = ("record_id", "subject.number", "document.effective_on", "document.served_at")
    row = ("r-1", "n", date(2026, 1, 10), datetime(2026, 1, 10, 9, 30))  # noqa: DTZ001 - sheets know no zones
    old, new = a_book(row, header=header), a_book(row, header=header)
    old.epoch = CALENDAR_MAC_1904

    for book in (old, new):
        (read,) = inspected(saved(book))[1]
        assert record(read)["document"] == {"effective_on": "2026-01-10", "served_at": "2026-01-10T09:30:00+08:00"}


def test_a_format_that_adds_something_is_read_or_refused_and_never_dropped() -> None:
    book = a_book(*(("r-1", "n", "名", None, None, 0.05) for _ in range(4)))
    sheet = book.worksheets[0]
    for row, (value, number_format) in enumerate([(0.05, "0%"), (7, "0000"), (9, '"第"0"号"'), ("#N/A", "General")], 2):
        sheet.cell(row, 6, value).number_format = number_format

    rows = inspected(saved(book))[1]

    assert [record(row)["contents"]["rate"] for row in rows[:2]] == ["5%", "0007"]
    assert [row.code for row in rows[2:]] == [LineCode.NUMBER_FORMAT, LineCode.CELL_ERROR]


def test_a_formula_is_its_result_and_one_without_a_result_is_refused() -> None:
    book = a_book(("r-1", "=A1", "名"), ("r-2", "n", "名"), ("r-3", "=A1", "名"), ("r-4", "n", '=IF(1,"","")'))
    book.calculation.fullCalcOnLoad = False

    def calculated(text: str) -> str:
        first = text.replace('<c r="B2"><f>A1</f><v /></c>', '<c r="B2" t="str"><f>A1</f><v>n-1</v></c>')
        second = first.replace('<c r="B4"><f>A1</f><v /></c>', '<c r="B4"><f>A1</f></c>')
        return second.replace('<c r="C5"><f>', '<c r="C5" t="str"><f>')

    rows = inspected(saved(book, changed=calculated))[1]

    assert [(row.line, row.code) for row in rows] == [
        (2, None),
        (3, None),
        (4, LineCode.FORMULA_UNCALCULATED),
        (5, None),
    ]
    assert record(rows[0])["subject"]["number"] == "n-1"


@pytest.mark.parametrize("value", ["<v />", "<v></v>", "<v/>", ""])
def test_a_formula_with_an_empty_place_for_its_result_has_none(value: str) -> None:
    book = a_book(ROW, ("r-2", "n", "名", None, None, "=A1"), ROW)

    def written(text: str) -> str:
        return text.replace("<f>A1</f><v />", f"<f>A1</f>{value} ")

    assert codes(saved(book, changed=written)) == [(2, ""), (3, "FORMULA_UNCALCULATED"), (4, "")]


def test_where_all_formulas_are_yet_to_be_calculated_no_result_is_one() -> None:
    book = a_book(ROW, ("r-2", "n", "名", None, None, "=0.05*2"), ("r-3", "n", "名"))
    last = '<extLst><ext uri="u"><x14:f xmlns:x14="urn:x">A1</x14:f></ext></extLst></worksheet>'

    def written(text: str) -> str:
        return text.replace("<f>0.05*2</f><v />", "<f>0.05*2</f><v>0</v>").replace("</worksheet>", last)

    assert codes(saved(book, changed=written)) == [(2, ""), (3, "FORMULA_UNCALCULATED"), (4, "")]
    book.calculation.fullCalcOnLoad = False
    assert codes(saved(book, changed=written)) == [(2, ""), (3, ""), (4, "")]


def test_rows_that_merged_cells_touch_are_refused_alone() -> None:
    book = a_book(ROW, ROW, (None, "n"), ROW)
    book.worksheets[0].merge_cells("A3:A4")

    assert codes(saved(book)) == [(2, ""), (3, "MERGED_CELLS"), (4, "MERGED_CELLS"), (5, "")]


def test_a_title_above_the_header_is_told_by_its_column() -> None:
    book = Workbook()
    for row in (("行政处罚信息表",), HEADER, ROW):
        book.worksheets[0].append(row)

    assert problem(saved(book)) == (Problem.HEADER_UNKNOWN, Place(line=1, column=1))


def test_empty_rows_columns_and_sheets_say_nothing() -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for cells in ((), ("", None, " "), ("", *HEADER, None), (), ("", *ROW), (" ",)):
        sheet.append(cells)
    sheet.cell(1_000, 3).number_format = "0%"
    book.create_sheet("Sheet2").cell(4, 4, " ")
    book.create_sheet("Sheet3")

    found, (row,) = inspected(saved(book))

    assert (found.count, row.line, record(row)["record_id"]) == (1, 5, "r-1")


def test_of_several_sheets_one_is_visible_or_the_file_is_refused() -> None:
    book = a_book(ROW)
    book.create_sheet("填报说明").append(("说明",))

    assert problem(saved(book)) == (Problem.SHEETS_SEVERAL, None)
    book.worksheets[1].sheet_state = "hidden"
    assert codes(saved(book)) == [(2, "")]
    book.worksheets[0].sheet_state, book.worksheets[1].sheet_state = "veryHidden", "visible"
    assert problem(saved(book)) == (Problem.HEADER_UNKNOWN, Place(line=1, column=1))


@pytest.mark.parametrize("said", ["A1", "A1:A1", "A1:XFD1048576"])
def test_what_a_sheet_says_of_its_size_is_not_believed(said: str) -> None:
    data = saved(a_book(ROW, ROW), changed=lambda text: text.replace("A1:F3", said))

    assert codes(data) == [(2, ""), (3, "")]


def test_cells_may_be_shared_or_inline_in_one_or_several_pieces_and_have_no_addresses() -> None:
    def bare(text: str) -> str:
        pieces = '<c t="inlineStr"><is><r><t>330782</t></r><r><t>196801010003</t></r></is></c>'
        head, _, tail = text.partition('<row r="2"')
        kept = tail[tail.index("</row>") :]
        one = '<c t="inlineStr"><is><t>r-1</t></is></c>'
        return f"{head}<row>{one}{pieces}{kept}"

    (row,) = inspected(saved(a_book(ROW), changed=bare))[1]

    assert record(row) == {"record_id": "r-1", "subject": {"number": "330782196801010003"}}


def test_what_the_reader_stumbles_over_is_said_in_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    assert problem(saved(a_book(ROW), changed=lambda text: text[:-30]))[0] is Problem.WORKBOOK_UNREADABLE

    (logged,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (logged["event"], logged["level"], bool(logged["exceptions"])) == ("workbook_unreadable", "warning", True)
    assert "330782196801010003" not in json.dumps(logged)


@pytest.mark.parametrize(
    "changed",
    [
        lambda text: '<!DOCTYPE worksheet [<!ENTITY a "aaaa">]>' + text,
        lambda text: text[:-30],
        lambda text: text.replace('<row r="3"', '<row r="1"'),
        lambda text: text.replace('<row r="3"', '<row r="1048577"'),
        lambda text: text.replace(
            "schemas.openxmlformats.org/spreadsheetml/2006/main", "purl.oclc.org/ooxml/spreadsheetml/main"
        ),
        lambda text: text.replace('t="inlineStr"', 't="s"').replace("<is><t>", "<v>9").replace("</t></is>", "</v>"),
    ],
)
def test_a_workbook_that_no_office_wrote_is_refused_whole(changed: Callable[[str], str]) -> None:
    assert problem(saved(a_book(ROW, ROW), changed=changed)) == (Problem.WORKBOOK_UNREADABLE, None)


@pytest.mark.parametrize("data", [b"PK\x03\x04nothing", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", saved(a_book(ROW))[:-40]])
def test_a_file_that_is_no_workbook_is_refused_whole(data: bytes) -> None:
    assert problem(data) == (Problem.WORKBOOK_UNREADABLE, None)


def test_an_archive_of_something_else_is_no_workbook() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("records.csv", "record_id,subject.number\n")

    assert problem(stream.getvalue()) == (Problem.WORKBOOK_UNREADABLE, None)


def test_a_workbook_expands_within_bounds() -> None:
    data = saved(a_book(ROW))

    assert problem(data, workbook_bytes=len(data) - 1)[0] is Problem.WORKBOOK_TOO_LARGE
    assert problem(data, workbook_expanded_bytes=9_000)[0] is Problem.EXPANDS_TOO_MUCH
    bomb = saved(a_book(ROW), changed=lambda text: text.replace("合成甲", "x" * 2_000_000))
    assert problem(bomb)[0] is Problem.EXPANDS_TOO_MUCH
    stream = io.BytesIO(data)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("xl/more.xml", "<si/>" * 9)
    assert problem(stream.getvalue(), workbook_strings=8)[0] is Problem.WORKBOOK_TOO_LARGE


@goes("rows", usually=500, deep=100_000)
def test_a_large_workbook_is_read_within_an_invocation(rows: int) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(HEADER)
    for number in range(rows):
        sheet.append((f"r-{number}", *ROW[1:]))
    began = time.process_time()

    found, _ = inspected(saved(book))

    assert found.count == rows
    assert time.process_time() - began < 300


def test_what_other_programs_write_differently_is_read_alike() -> None:
    """A prefix on each element, phonetic hints, empty shared strings, text in a cell formatted as a date."""
    book = a_book(ROW)
    book.worksheets[0]["C2"].number_format = "yyyy-mm-dd"

    def prefixed(text: str) -> str:
        other = text.replace("合成甲</t>", '合成甲</t><rPh sb="0" eb="1"><t>ごうせい</t></rPh>').replace(
            "xmlns=", "xmlns:x="
        )
        return re.sub(r"<(/?)(?=[a-zA-Z])", r"<\1x:", other)

    (row,) = inspected(saved(book, changed=prefixed))[1]

    assert record(row)["subject"] == {"number": "330782196801010003", "name": "合成甲"}
