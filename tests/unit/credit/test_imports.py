from dataclasses import replace
from datetime import date, timedelta

import pytest

from chalicelib.credit.model.imports import (
    Declared,
    Encoding,
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
from chalicelib.credit.rules.imports import (
    COLUMNS,
    TORN,
    HeaderError,
    LineError,
    advance,
    delimiter_of,
    disagreement,
    finish,
    format_of,
    header_of,
    is_blank,
    is_padding,
    json_row,
    part_text,
    record_of,
    refuse,
    refused_by,
    refused_table,
    refused_text,
    row_of,
    rows_in,
    start,
    tellable,
    unexpected,
)
from chalicelib.errors import DomainError, ErrorCode, FieldError
from tests.builders import NOON

HEADER = ("record_id", "subject.kind", "subject.number", "subject.name", "version", "related_items", "contents.fine")


def an_import(**other: object) -> Import:
    declared = Declared(size=10, sha256="0" * 64)
    return Import(
        import_id="i",
        source="market",
        declared=declared,
        requested_by="system:m",
        department="market",
        requested_at=NOON,
        **other,  # type: ignore[arg-type]
    )


def refused(text: str) -> Refused:
    with pytest.raises(LineError) as error:
        record_of(text, 7)
    return error.value.refused


def row(*cells: str) -> Row:
    return row_of(7, cells, header=HEADER)


def test_the_columns_of_a_csv_are_the_parts_of_the_json_form() -> None:
    schema = RecordLine.model_json_schema()
    parts = {"subject": "SubjectInput", "document": "RecordDocumentInput", "dates": "RecordDatesInput"}
    names = set()
    for name in schema["properties"]:
        if name in parts:
            names |= {f"{name}.{part}" for part in schema["$defs"][parts[name]]["properties"]}
        elif name != "contents":
            names.add(name)

    assert names == COLUMNS


@pytest.mark.parametrize("text", ["[1]", "null", "", "[" * 100_000])
def test_a_line_that_is_no_record_is_refused_by_its_number(text: str) -> None:
    assert (refused(text).line, refused(text).code) == (7, "INVALID_BODY")


def test_a_cell_that_is_no_number_is_told_where_it_stands() -> None:
    told = refused(row("r-1", "uscc", "91330782MA0000028Y", "名", "two", "", "").text)

    assert [one["pointer"] for one in told.errors] == ["/version"]
    assert told.record_id == "r-1"


@pytest.mark.parametrize(
    ("version", "code"), [("9" * 5000, "int_type"), ("9" * 19, "less_than_equal"), ("9" * 20, "less_than_equal")]
)
def test_a_number_beyond_all_bounds_is_a_fault_of_its_line(version: str, code: str) -> None:
    told = refused(row("r-1", "uscc", "91330782MA0000028Y", "名", version, "", "").text)

    assert [(one["pointer"], one["code"]) for one in told.errors] == [("/version", code)]


def test_space_about_a_cell_is_padding_whatever_the_column_holds() -> None:
    header = ("record_id", "subject.kind", "subject.number", "subject.name", "dates.judged_on")
    cells = (" r-1", "uscc\u3000", " 91330782MA0000028Y", "名 ", "\t2026-01-08 ")

    line = record_of(row_of(3, cells, header=header).text, 3)

    assert (line.record_id, line.subject.kind, line.dates.judged_on) == ("r-1", "uscc", date(2026, 1, 8))


def test_blank_cells_are_absent_and_lists_are_parted_by_semicolons() -> None:
    line = record_of(row("r-1", "uscc", "91330782MA0000028Y", "名", "2", "a; b;", " ").text, 3)

    assert (line.version, line.related_items, line.contents) == (2, ["a", "b"], {})


@pytest.mark.parametrize(
    ("names", "column"),
    [
        (("record_id", "subject.number", "subject.number"), 3),
        (("record_id", "colour", "subject.number"), 2),
        (("record_id", "subject.number", "contents.a b"), 3),
        (("subject.number",), 0),
        ((), 0),
    ],
)
def test_a_header_names_known_columns_once_or_the_first_wrong_one_is_told(names: tuple[str, ...], column: int) -> None:
    with pytest.raises(HeaderError) as error:
        header_of(names)

    assert error.value.column == column


def test_columns_without_a_name_are_padding_and_space_about_a_name_is_too() -> None:
    assert header_of(("record_id ", "", "subject.number", " ")) == ("record_id", "", "subject.number")


@pytest.mark.parametrize("name", ["\ufeffrecord_id", "record_id\u200b", "ｒｅｃｏｒｄ＿ｉｄ", "\u3000record_id\xa0"])
def test_a_name_in_a_header_is_the_one_that_is_seen(name: str) -> None:
    assert header_of((name, "subject.number")) == ("record_id", "subject.number")
    assert delimiter_of(f'"{name}";kind;colour\r\n') == ";"


@pytest.mark.parametrize(("cells", "is_one"), [((), True), (("", " ", "\u3000"), True), (("", "0"), False)])
def test_a_row_without_content_is_blank(cells: tuple[str, ...], *, is_one: bool) -> None:
    assert is_blank(cells) is is_one


@pytest.mark.parametrize(
    ("line", "is_one"),
    [("\r\n", True), (',,"",\n', True), (";;\t\n", True), ("sep=;\r\n", True), ("\ufeff\n", True), ("a\n", False)],
)
def test_what_says_nothing_before_a_header_is_passed_over(line: str, *, is_one: bool) -> None:
    assert is_padding(line) is is_one


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_what_separates_cells_shows_in_the_header(delimiter: str) -> None:
    assert delimiter_of('\ufeff"record_id"' + delimiter + delimiter.join(HEADER[1:]) + "\r\n") == delimiter


def test_a_row_of_more_cells_is_taken_if_they_say_nothing() -> None:
    cells = ("r-1", "uscc", "91330782MA0000028Y", "名", "2", "", "")

    assert row(*cells, "", " ") == row(*cells)
    assert row(*cells, "x").code is LineCode.COLUMNS_DIFFER
    assert row(*cells[:-1]).code is LineCode.COLUMNS_DIFFER


def test_content_under_no_name_belongs_to_nothing() -> None:
    header = ("record_id", "", "subject.number")

    assert row_of(3, ("r-1", "", "n"), header=header).text == '{"record_id": "r-1", "subject": {"number": "n"}}'
    assert row_of(3, ("r-1", "x", "n"), header=header) == Row(line=3, code=LineCode.COLUMNS_DIFFER)


@pytest.mark.parametrize("number", ["3.30782E+17", "3E+17", " 9.1e+17 "])
def test_a_number_that_a_spreadsheet_has_shortened_is_told_as_such(number: str) -> None:
    told = row("r-1", "resident_id", number, "名", "", "", "")

    assert told.code is LineCode.DIGITS_LOST
    assert told.errors == ({"pointer": "/subject/number", "code": "DIGITS_LOST"},)


def test_a_row_that_ends_within_a_character_is_cut_off() -> None:
    assert row("r-1", f"us{TORN}").code is LineCode.CUT_OFF
    assert json_row(7, '{"record_id": "合' + TORN).code is LineCode.CUT_OFF


def test_a_row_is_as_long_as_its_bytes() -> None:
    assert json_row(7, "x" * 262_144).code is None
    assert json_row(7, "x" * 262_145).code is LineCode.LINE_TOO_LONG
    assert json_row(7, "合" * 87_381).code is None
    assert json_row(7, "合" * 87_382).code is LineCode.LINE_TOO_LONG


def test_rows_come_back_from_a_part_as_they_were() -> None:
    rows = [
        Row(line=1, text='{"a":\t"!\u2028"}'),
        Row(line=3, text="!no json"),
        Row(line=9, code=LineCode.DIGITS_LOST, errors=({"pointer": "/a\tb", "code": "X"},)),
        Row(line=10, text=""),
    ]

    assert list(rows_in(part_text(rows))) == rows


def test_the_form_shows_from_the_first_character() -> None:
    assert format_of('  {"a": 1}') is Format.JSON_LINES
    assert format_of("record_id,subject.number") is Format.CSV


@pytest.mark.parametrize(
    ("found", "problem"),
    [
        ({"size": 9}, Problem.SIZE_DIFFERS),
        ({"sha256": "1" * 64}, Problem.DIGEST_DIFFERS),
        ({"count": 3}, Problem.COUNT_DIFFERS),
        ({}, None),
    ],
)
def test_a_file_is_the_one_that_was_declared_or_it_is_none(found: dict[str, object], problem: Problem | None) -> None:
    declared = Declared(size=10, sha256="0" * 64, count=2)
    fields: dict[str, object] = {"size": 10, "sha256": "0" * 64, "count": 2}

    seen = Found(**{**fields, **found}, format=Format.CSV, is_compressed=False)  # type: ignore[arg-type]

    assert disagreement(declared, seen) is problem


def test_a_file_without_records_is_empty_whatever_was_said() -> None:
    found = Found(size=10, sha256="0" * 64, count=0, format=Format.CSV, is_compressed=False)

    assert disagreement(Declared(size=10, sha256="0" * 64), found) is Problem.EMPTY


@pytest.mark.parametrize(("count", "problem"), [(3, None), (0, Problem.EMPTY)])
def test_a_file_of_which_nothing_was_said_can_only_be_empty(count: int, problem: Problem | None) -> None:
    found = Found(size=10, sha256="0" * 64, count=count, format=Format.CSV, is_compressed=False)

    assert disagreement(None, found) is problem


def test_a_table_has_a_row_for_each_fault_with_its_column_and_one_for_a_line_without() -> None:
    fault = {"pointer": "/subject/number", "code": "missing", "detail": "没有填写", "english": "missing"}
    lines = refused_text(
        [
            Refused(line=2, record_id="r-1", code="X", errors=[fault, {**fault, "pointer": "/basis"}]),
            Refused(line=3, record_id="", code="Y"),
            Refused(line=4, record_id="r-3", code="X"),
        ],
        {"X": Text(zh="某。", en="Some. ")},
    )

    assert an_import().refused_table.endswith("/refused.csv")
    assert refused_table(lines) == (
        "2,r-1,subject.number,某。没有填写,Some. missing\r\n"
        "2,r-1,basis,某。没有填写,Some. missing\r\n"
        "3,,,,\r\n"
        "4,r-3,,某。,Some. \r\n"
    )


def test_counts_add_up_over_steps() -> None:
    failed = Refused(line=2, record_id="", code="UNEXPECTED")
    first = advance(an_import(), line=2, fates=[Fate.STORED, Fate.REFUSED], refused=[failed])
    second = advance(first, line=4, fates=[Fate.STORED], refused=[])

    assert second.progress == Progress(
        parts=2, line=4, counts={Fate.STORED: 2, Fate.REFUSED: 1}, refused=(2,), unexpected=1
    )
    assert second.progress.done == 3


@pytest.mark.parametrize(("name", "told"), [("r-1", "r-1"), ("330725196806180004", ""), ("a b", ""), ("x" * 65, "")])
def test_an_identifier_of_a_person_is_never_told_as_a_records_id(name: str, told: str) -> None:
    assert tellable(name) == told


def test_a_refused_line_is_a_line_of_json() -> None:
    reasons = {"X": Text(zh="某", en="some")}

    assert refused_text(
        [Refused(line=3, record_id="r", code="X"), Refused(line=4, record_id="", code="Y")], reasons
    ) == (
        '{"line": 3, "record_id": "r", "code": "X", "reason": {"zh": "某", "en": "some"}, "errors": []}\n'
        '{"line": 4, "record_id": "", "code": "Y", "reason": null, "errors": []}\n'
    )


def test_an_import_has_places_of_its_own_and_parts_by_their_last_lines() -> None:
    made = replace(an_import(), progress=Progress(refused=(1_000, 3_000)))

    assert (made.owner, made.upload, made.refused_lines) == ("import:i", "i/upload", "i/refused.jsonl")
    assert made.refused_parts == ("i/refused-000000001000.jsonl", "i/refused-000000003000.jsonl")
    assert made.rows(Encoding.GB18030, 12) == "i/rows-gb18030-000012"
    assert made.rows(None, 0) == "i/rows-xlsx-000000"


def test_an_import_ends_once_it_is_done_or_refused_whole() -> None:
    found = Found(size=10, sha256="0" * 64, count=2, format=Format.CSV, is_compressed=False)
    later = NOON + timedelta(hours=1)
    begun = start(an_import(), found, at=NOON)
    done, sent_back = finish(begun, at=later), refuse(an_import(), Problem.COUNT_DIFFERS, found=found, at=later)
    headless = refuse(an_import(), Problem.HEADER_UNKNOWN, place=Place(line=2, column=3), at=later)

    assert (begun.state, begun.started_at, begun.has_ended) == (ImportState.STORING, NOON, False)
    assert (done.state, done.finished_at, done.has_ended) == (ImportState.DONE, later, True)
    assert (sent_back.state, sent_back.problem, sent_back.has_ended) == (
        ImportState.REFUSED,
        Problem.COUNT_DIFFERS,
        True,
    )
    assert headless.problem_place == Place(line=2, column=3)


def test_a_line_that_names_something_twice_is_refused_with_its_place() -> None:
    told = refused('{"record_id": "r-1", "dates": {"judged_on": "2026-01-01", "judged_on": "2025-01-01"}}')

    assert told.errors == (
        {
            "pointer": "/dates/judged_on",
            "code": "name_repeated",
            "detail": "该项重复出现。",
            "english": "This is given more than once.",
        },
    )


def test_of_a_field_that_is_called_by_an_identifier_the_identifier_is_not_told() -> None:
    known = '"record_id": "r-1", "subject": {"kind": "uscc", "number": "91330782MA0000028Y", "name": "名"}'

    unknown = refused(f'{{{known}, "甲330782196801010003": 1}}')
    twice = refused(f'{{{known}, "contents": {{"330782196801010003": "a", "330782196801010003": "b"}}}}')

    assert [one["pointer"] for one in (*unknown.errors, *twice.errors)] == ["/甲…", "/contents/…"]


def test_a_text_in_a_line_that_nobody_can_read_is_refused_with_its_place() -> None:
    told = refused(row("r-1", "uscc", "91330782MA0000028Y", "名\u200b", "2", "", "").text)

    assert told.errors == (
        {
            "pointer": "/subject/name",
            "code": "text_hidden",
            "detail": "含有看不见或不允许的字符（U+200B），请删去。",
            "english": "Remove the hidden character U+200B.",
        },
    )


@pytest.mark.parametrize("day", ["2026/1/8", "2026.1.8", "2026年1月8日", "20260108", "46030"])
def test_a_day_in_another_form_is_refused_in_words_that_say_the_right_one(day: str) -> None:
    header = ("record_id", "subject.kind", "subject.number", "subject.name", "dates.judged_on")

    told = refused(row_of(7, ("r-1", "企业", "91330782MA0000028Y", "名", day), header=header).text)

    assert [(one["pointer"], one["detail"]) for one in told.errors] == [
        ("/subject/kind", "应为下列之一：resident_id、uscc、passport、residence_permit。"),
        ("/dates/judged_on", "应为1900至2199年的日期（YYYY-MM-DD）。"),
    ]


def test_a_line_at_which_the_service_failed_names_its_record_if_that_may_be_told() -> None:
    assert unexpected(3, "r-1") == Refused(line=3, record_id="r-1", code="UNEXPECTED")
    assert unexpected(3, "330725196806180004").record_id == ""


def test_a_refusal_of_the_rules_tells_each_fault_with_its_place() -> None:
    fault = FieldError(pointer="/basis", detail="缺少依据", english="missing", code="MISSING")

    told = refused_by(DomainError(ErrorCode.RECORD_NOT_ACCEPTABLE, faults=(fault,)), 3, "r-1")

    assert told == Refused(
        line=3,
        record_id="r-1",
        code="RECORD_NOT_ACCEPTABLE",
        errors=({"pointer": "/basis", "code": "MISSING", "detail": "缺少依据", "english": "missing"},),
    )
