"""Files of imports are read and joined piece by piece: memory does not grow with them, whatever their encoding."""

import gc
import gzip
import hashlib
import json
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from chalicelib.bounds.store import bounds
from chalicelib.credit.model.imports import Encoding, Format, Found, LineCode, Place, Problem, Row
from chalicelib.credit.rules.imports import rows_in
from chalicelib.credit.store.import_files import BLOCK, Bucket, FileError
from chalicelib.credit.store.import_inspection import inspect_file
from chalicelib.credit.store.import_reasons import import_reasons
from chalicelib.settings import settings
from tests.cloud import s3

LINE = b'{"record_id": "r-1", "basis": "' + b"x" * 960 + b'"}\n'
MB = 1 << 20


@pytest.fixture
def bucket(cloud: None) -> Bucket:  # noqa: ARG001 - it is made in the cloud
    name = settings().import_bucket
    s3().create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": settings().region})
    return Bucket(name)


def plain(megabytes: int) -> Iterator[bytes]:
    for _ in range(megabytes):
        yield LINE * (BLOCK // len(LINE))


def compressed(megabytes: int) -> Iterator[bytes]:
    for block in plain(megabytes):
        yield gzip.compress(block)


def table(megabytes: int) -> Iterator[bytes]:
    yield b"record_id,subject.number,contents.note\n"
    line = f'"r-1","9133","合成的说明,\n{"行" * 500}"\n'.encode("gb18030")
    for _ in range(megabytes):
        yield line * (BLOCK // len(line))


@pytest.mark.parametrize("blocks", [plain, compressed, table])
def test_memory_is_the_same_for_a_file_eight_times_as_long(blocks: Callable[[int], Iterator[bytes]]) -> None:
    def peak_of(megabytes: int) -> tuple[int, int]:
        # What other tests have left behind would put off the collection of garbage, which Lambda has none of.
        gc.freeze()
        tracemalloc.start()
        try:
            found = inspect_file(
                lambda: blocks(megabytes),
                lambda *_: None,
                declared=megabytes * BLOCK,
                allowed=bounds().imports,
                rows_a_part=300,
            )
            return found.count, tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
            gc.unfreeze()

    (few, short), (many, long) = peak_of(1), peak_of(8)

    assert many == 8 * few
    assert long < short + 2 * MB


HEADER = "record_id,subject.number,subject.name\n"
ROW = '{"record_id": "r-1", "subject": {"number": "n", "name": "合成甲"}}'


def inspected(data: bytes, *, block: int = 3, rows_a_part: int = 2, **allowed: int) -> tuple[Found, list[Row]]:
    """Look through a file whose blocks end anywhere; returns its rows as well, from their parts."""
    parts: dict[tuple[Encoding | None, int], str] = {}
    found = inspect_file(
        lambda: iter([data[at : at + block] for at in range(0, len(data), block)]),
        lambda encoding, part, text: parts.update({(encoding, part): text}),
        declared=len(data),
        allowed=replace(bounds().imports, **allowed),
        rows_a_part=rows_a_part,
    )
    return found, [row for part in range(found.parts) for row in rows_in(parts[found.encoding, part])]


@pytest.mark.parametrize("block", [1, 2, 3, 1000])
@pytest.mark.parametrize(
    ("codec", "encoding"),
    [
        ("utf-8", Encoding.UTF_8),
        ("utf-8-sig", Encoding.UTF_8),
        ("gb18030", Encoding.GB18030),
        ("utf-16", Encoding.UTF_16),
        ("utf-16-be-bom", Encoding.UTF_16),
    ],
)
def test_a_file_has_one_encoding_wherever_its_blocks_end(codec: str, encoding: Encoding, block: int) -> None:
    text = HEADER + "r-1,n,合成甲\nr-2,n,全同\nr-3,n,𠮷\n"
    data = ("\ufeff" + text).encode("utf-16-be") if codec == "utf-16-be-bom" else text.encode(codec)

    found, rows = inspected(data, block=block)

    assert (found.encoding, found.count, found.parts, found.format) == (encoding, 3, 2, Format.CSV)
    assert [json.loads(row.text)["subject"]["name"] for row in rows] == ["合成甲", "全同", "𠮷"]


def test_a_text_that_is_utf_8_is_never_read_as_anything_else() -> None:
    assert inspected((HEADER + "r-1,n,ȫͬ\n").encode())[0].encoding is Encoding.UTF_8


@pytest.mark.parametrize(
    "data",
    [
        (HEADER + "r-1,n,合成甲\n" * 9).encode() + b"r-2,n,\xc8\n",
        (HEADER + "r-1,n,合成甲\n" * 9).encode() + "r-2,n,合成乙\n".encode("gb18030"),
        (HEADER + "r-1,n,合成甲\n" * 9).encode() + b"r-2,n,\xff\n",
        HEADER.encode() + b"r-2,n,\xff\n",
        # All of it could be GB 18030.
        (HEADER + "r-1,n,合成\n" * 9).encode() + b"r-2,n,\xb0\xa1\n",
        HEADER.encode("utf-16") + b"\x00\xd8\n\x00",
    ],
)
def test_a_file_of_two_encodings_or_with_a_damaged_character_has_none(data: bytes) -> None:
    for block in (2, 1000):
        with pytest.raises(FileError) as refused:
            inspected(data, block=block)

        assert refused.value.problem is Problem.ENCODING_UNKNOWN


@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize("lost", [1, 2])
def test_a_character_cut_off_by_the_end_costs_the_last_line_and_not_the_encoding(codec: str, lost: int) -> None:
    text = HEADER + "r-1,n,合成甲\n" * 3 + "r-2,n,合成乙"
    data = text.encode(codec)[:-lost]

    found, rows = inspected(data)

    assert found.encoding == codec
    assert [row.code for row in rows[:3]] == [None] * 3
    is_whole = codec != "utf-8" and lost == 2
    assert [row.code for row in rows[3:]] == [None if is_whole else LineCode.CUT_OFF]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_of_json_end_like_any_others_and_keep_their_numbers(end: str) -> None:
    data = end.join(["", ROW, " ", "\ufeff" + ROW, '{"a": "\u2028\x0b"}', ""]).encode()

    found, rows = inspected(data)

    assert (found.format, found.count) == (Format.JSON_LINES, 3)
    assert [(row.line, row.text) for row in rows] == [(2, ROW), (4, ROW), (5, '{"a": "\u2028\x0b"}')]


def test_a_line_that_is_too_long_is_one_line() -> None:
    data = f'{ROW}\n{{"a": "{"x" * 1_000_000}"}}\n{ROW}\n'.encode()

    _, rows = inspected(data, block=1 << 16)

    assert [(row.line, row.code) for row in rows] == [(1, None), (2, LineCode.LINE_TOO_LONG), (3, None)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("before", ["", "\n \n", ",,,\n", ";;\r\n", "sep=;\n", '"",""\n'])
def test_what_spreadsheets_add_says_nothing(delimiter: str, before: str) -> None:
    header = delimiter.join(["record_id", "subject.number ", "", "subject.name", ""])
    row = delimiter.join(["r-1", "n", "", "合成甲", "", ""])
    blank = delimiter * 4

    found, rows = inspected(f"{before}{header}\n\n{blank}\n{row}\n{blank}\n{blank}".encode())

    assert found.count == 1
    assert json.loads(rows[0].text) == json.loads(ROW)
    assert rows[0].line == before.count("\n") + 4


def test_rows_of_a_sheet_that_were_only_ever_touched_are_padding_and_no_more_than_a_sheet_has() -> None:
    data = (HEADER + "r-1,n,合成甲\n" + ",,\n" * 2_000).encode()

    assert inspected(data, block=1 << 16)[0].count == 1
    assert inspected(data, block=1 << 16, padded_rows=2_000)[0].count == 1
    with pytest.raises(FileError, match="TOO_MANY_BLANK_LINES"):
        inspected(data, block=1 << 16, padded_rows=1_999)


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"\n\nrecord_id,subject.number,colour\nr,n,red\n", Place(line=3, column=3)),
        (b"record_id,contents.a\n", Place(line=1)),
        (b'"record_id,subject.number\nr,n', Place(line=1)),
        (b'[{"record_id": "r"}]', Place(line=1, column=1)),
    ],
)
def test_of_a_header_that_is_none_the_column_is_told(data: bytes, place: Place) -> None:
    with pytest.raises(FileError) as refused:
        inspected(data)

    assert (refused.value.problem, refused.value.place) == (Problem.HEADER_UNKNOWN, place)


def test_a_stray_quote_costs_its_own_line_of_a_long_file() -> None:
    data = (HEADER + 'r-0,n,"合成\n' + "r-1,n,合成甲\n" * 30_000).encode()

    found, rows = inspected(data, block=1 << 16, rows_a_part=4_000)

    assert (found.count, found.size, found.sha256) == (30_001, len(data), hashlib.sha256(data).hexdigest())
    assert [(row.line, row.code) for row in rows[:2]] == [(2, LineCode.QUOTES_BROKEN), (3, None)]
    assert all(row.code is None for row in rows[1:])


def test_where_quotes_are_stray_throughout_the_file_is_refused_with_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.credit.rules.import_csv.LONGEST_LINE", 1_000)
    piece = 'r-0,n,"合成\n' + "r-1,n,合成甲\n" * 100 + '"x"y,n,合成\n'

    with pytest.raises(FileError) as refused:
        inspected((HEADER + piece * 7).encode(), block=1 << 16)

    assert refused.value.problem is Problem.QUOTES_BROKEN
    assert refused.value.place == Place(line=2 + 5 * 102)


@pytest.mark.parametrize("sizes", [(3,), (3, 2), (9, 4, 6)])
def test_parts_become_one_file_in_their_order_however_long_they_are(bucket: Bucket, sizes: tuple[int, ...]) -> None:
    texts = [f"{number}" * (size * MB - 1) + "\n" for number, size in enumerate(sizes)]
    for number, text in enumerate(texts):
        bucket.put(f"part-{number}", text)

    bucket.put_together("whole", [f"part-{number}" for number in range(len(sizes))])

    assert b"".join(bucket.blocks("whole")) == "".join(texts).encode()


def test_joining_twice_is_the_same_as_once(bucket: Bucket) -> None:
    bucket.put("part", "a\n")

    bucket.put_together("whole", ["part"])
    bucket.put_together("whole", ["part"])

    assert b"".join(bucket.blocks("whole")) == b"a\n"


def test_every_reason_stands_in_both_languages() -> None:
    reasons = import_reasons()

    assert set(reasons.problems) == set(Problem)
    assert {code.value for code in LineCode} <= set(reasons.lines)
    assert all(reason.zh and reason.en for reason in (*reasons.problems.values(), *reasons.lines.values()))
