from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.credit.model.imports import Declared, Format, Found, Import, ImportState, Problem, Progress, Refused
from chalicelib.credit.model.record_schema import RecordLine
from chalicelib.credit.model.submissions import Fate
from chalicelib.credit.rules.imports import (
    COLUMNS,
    LineError,
    advance,
    disagreement,
    finish,
    format_of,
    is_header,
    record_of,
    refuse,
    refused_by,
    refused_text,
    start,
    tellable,
)
from chalicelib.errors import DomainError, ErrorCode, FieldError
from tests.builders import NOON

HEADER = "record_id,subject.kind,subject.number,subject.name,version,related_items,contents.fine"


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


def code_of(text: str | None, *, header: str = "") -> str:
    with pytest.raises(LineError) as refused:
        record_of(text, 7, header=header)
    assert refused.value.refused.line == 7
    return refused.value.refused.code


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


@pytest.mark.parametrize(
    ("text", "header"),
    [("[1]", ""), ("null", ""), ("", ""), ('"a', HEADER), ("a,b", HEADER), ("[" * 100_000, "")],
)
def test_a_line_that_is_no_record_is_refused_by_its_number(text: str, header: str) -> None:
    assert code_of(text, header=header) in {"INVALID_BODY", "COLUMNS_DIFFER"}


def test_a_cell_that_is_no_number_is_told_where_it_stands() -> None:
    with pytest.raises(LineError) as refused:
        record_of("r-1,uscc,91330782MA0000028Y,名,two,,", 3, header=HEADER)

    assert [one["pointer"] for one in refused.value.refused.errors] == ["/version"]
    assert refused.value.refused.record_id == "r-1"


def test_blank_cells_are_absent_and_lists_are_parted_by_semicolons() -> None:
    line = record_of("r-1,uscc,91330782MA0000028Y,名,2,a; b;,", 3, header=HEADER)

    assert (line.version, line.related_items, line.contents) == (2, ["a", "b"], {})


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        (HEADER, True),
        ("record_id,subject.number,subject.number", False),
        ("record_id,subject.number,colour", False),
        ("subject.number", False),
        ('"record_id', False),
        ("record_id,subject.number,contents.a b", False),
    ],
)
def test_a_header_names_known_columns_once(line: str, *, is_one: bool) -> None:
    assert is_header(line) is is_one


def test_the_form_shows_from_the_first_character() -> None:
    assert format_of('  {"a": 1}') is Format.JSON_LINES
    assert format_of(HEADER) is Format.CSV


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


def test_counts_add_up_over_steps() -> None:
    first = advance(an_import(), offset=5, line=2, fates=[Fate.STORED, Fate.REFUSED], has_refused=True)
    second = advance(first, offset=9, line=4, fates=[Fate.STORED], has_refused=False)

    assert second.progress == Progress(offset=9, line=4, counts={Fate.STORED: 2, Fate.REFUSED: 1}, parts=(2,))
    assert second.progress.done == 3


@pytest.mark.parametrize(("name", "told"), [("r-1", "r-1"), ("330725196806180004", ""), ("a b", ""), ("x" * 65, "")])
def test_an_identifier_of_a_person_is_never_told_as_a_records_id(name: str, told: str) -> None:
    assert tellable(name) == told


def test_a_refused_line_is_a_line_of_json() -> None:
    assert refused_text([Refused(line=3, record_id="r", code="X")]) == (
        '{"line": 3, "record_id": "r", "code": "X", "errors": []}\n'
    )


def test_an_import_has_places_of_its_own_and_parts_by_their_last_lines() -> None:
    made = replace(an_import(), progress=Progress(parts=(1_000, 3_000)))

    assert (made.owner, made.upload, made.refused_lines) == ("import:i", "i/upload", "i/refused.jsonl")
    assert made.parts == ("i/refused-000000001000.jsonl", "i/refused-000000003000.jsonl")


def test_an_import_ends_once_it_is_done_or_refused_whole() -> None:
    found = Found(size=10, sha256="0" * 64, count=2, format=Format.CSV, is_compressed=False)
    later = NOON + timedelta(hours=1)
    begun = start(an_import(), found, at=NOON)
    done, sent_back = finish(begun, at=later), refuse(an_import(), Problem.COUNT_DIFFERS, found, at=later)

    assert (begun.state, begun.started_at, begun.has_ended) == (ImportState.STORING, NOON, False)
    assert (done.state, done.finished_at, done.has_ended) == (ImportState.DONE, later, True)
    assert (sent_back.state, sent_back.problem, sent_back.has_ended) == (
        ImportState.REFUSED,
        Problem.COUNT_DIFFERS,
        True,
    )


def test_a_line_that_is_no_text_or_too_long_is_refused_as_such() -> None:
    assert code_of(None) == "NOT_UTF8"
    assert code_of("x" * 262_145) == "LINE_TOO_LONG"


def test_a_line_that_names_something_twice_is_refused_with_its_place() -> None:
    with pytest.raises(LineError) as refused:
        record_of('{"record_id": "r-1", "dates": {"judged_on": "2026-01-01", "judged_on": "2025-01-01"}}', 7, header="")

    assert refused.value.refused.errors == ({"pointer": "/dates/judged_on", "code": "name_repeated"},)


def test_a_text_in_a_line_that_nobody_can_read_is_refused_with_its_place() -> None:
    with pytest.raises(LineError) as refused:
        record_of("r-1,uscc,91330782MA0000028Y,名\u200b,2,,", 7, header=HEADER)

    assert refused.value.refused.errors == ({"pointer": "/subject/name", "code": "text_hidden"},)


def test_a_refusal_of_the_rules_tells_each_fault_with_its_place() -> None:
    fault = FieldError(pointer="/basis", detail="缺少依据", english="missing", code="MISSING")

    told = refused_by(DomainError(ErrorCode.RECORD_NOT_ACCEPTABLE, faults=(fault,)), 3, "r-1")

    assert told == Refused(
        line=3,
        record_id="r-1",
        code="RECORD_NOT_ACCEPTABLE",
        errors=({"pointer": "/basis", "code": "MISSING", "detail": "缺少依据"},),
    )
