"""What stands between quotes is text, and a quote that is not closed costs no line that it cannot hold."""

from collections.abc import Iterator

import pytest

from chalicelib.credit.model.imports import LineCode
from chalicelib.credit.rules import import_csv
from chalicelib.credit.rules.import_csv import QuotesError, Record, records


def read(text: str, *, delimiter: str = ",", piece: int = 1 << 30) -> list[Record]:
    """Read a text whose lines come in pieces, as a file's do."""
    lines = [
        (number, line[start : start + piece])
        for number, line in enumerate(text.splitlines(keepends=True), 1)
        for start in range(0, len(line), piece)
    ]

    def reopen(since: int) -> Iterator[tuple[int, str]]:
        return iter([(number, line) for number, line in lines if number >= since])

    return list(records(iter(lines), delimiter=delimiter, reopen=reopen))


def rows(text: str, **how: int) -> list[tuple[int, list[str] | str]]:
    return [(one.line, one.code or list(one.cells)) for one in read(text, **how)]  # type: ignore[arg-type]


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Records of forty characters are too long."""
    monkeypatch.setattr(import_csv, "LONGEST_LINE", 40)


def test_a_cell_in_quotes_holds_line_ends_separators_and_quotes() -> None:
    assert rows('a,"b\nc,d\r\n""e""",f\ng,h,i\n') == [(1, ["a", 'b\nc,d\r\n"e"', "f"]), (4, ["g", "h", "i"])]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_ends_a_record_and_a_blank_line_is_one_without_cells(end: str) -> None:
    assert rows(f"a,b{end}{end}c,d") == [(1, ["a", "b"]), (2, []), (3, ["c", "d"])]


def test_a_nul_is_a_character_of_its_cell() -> None:
    assert rows("a\0,b\n") == [(1, ["a\0", "b"])]


def test_a_quote_that_is_not_closed_takes_along_every_line_that_it_may_hold_and_each_is_told() -> None:
    broken = LineCode.QUOTES_BROKEN

    assert rows('a,b\nc,"d\n\ne,f\n') == [(1, ["a", "b"]), (2, broken), (4, broken)]
    assert rows('a,"b\nc,"d"\ne,f\n') == [(1, broken), (2, broken), (3, ["e", "f"])]
    assert rows('"a"b,c\nd,e\n') == [(1, broken), (2, ["d", "e"])]


def test_a_quote_after_a_space_is_a_quote() -> None:
    assert rows('a, "b\nc,d", e\n') == [(1, ["a", "b\nc,d", "e"])]


def test_a_quote_within_a_cell_is_a_character() -> None:
    assert rows('a"b,5"\nc,d\n') == [(1, ['a"b', '5"']), (2, ["c", "d"])]


@pytest.mark.usefixtures("short")
def test_a_stray_quote_that_nothing_closes_costs_its_own_line_alone() -> None:
    text = 'a,b\nc,"d\n' + "e,f\n" * 20

    assert rows(text) == [(1, ["a", "b"]), (2, LineCode.QUOTES_BROKEN), *((n, ["e", "f"]) for n in range(3, 23))]


@pytest.mark.usefixtures("short")
def test_so_does_one_that_another_quote_far_away_closes_as_no_quote_is_closed() -> None:
    text = 'c,"d\n' + "e,f\n" * 20 + 'g,"h"\n'

    assert rows(text)[0] == (1, LineCode.QUOTES_BROKEN)
    assert rows(text)[1:] == [*((n, ["e", "f"]) for n in range(2, 22)), (22, ["g", "h"])]


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("piece", [41, 64])
def test_a_text_in_quotes_that_is_too_long_is_one_record_and_no_row_of_it_is_read(piece: int) -> None:
    inside = "e,f\n" * 20

    assert rows(f'c,"d\n{inside}""x"",",y\ng,h\n', piece=piece) == [(1, LineCode.LINE_TOO_LONG), (23, ["g", "h"])]
    assert rows(f'c, "d\n{inside}x"', piece=piece) == [(1, LineCode.LINE_TOO_LONG)]
    assert rows(f'{"x" * 90},"y\nz",{"x" * 90}\ng,h\n', piece=piece) == [(1, LineCode.LINE_TOO_LONG), (3, ["g", "h"])]


@pytest.mark.usefixtures("short")
def test_a_line_without_quotes_that_is_too_long_is_one_record() -> None:
    assert rows("x" * 50 + "\na,b\n") == [(1, LineCode.LINE_TOO_LONG), (2, ["a", "b"])]
    assert rows("x" * 50) == [(1, LineCode.LINE_TOO_LONG)]
    assert rows("x;" * 50 + ",y", piece=41) == [(1, LineCode.LINE_TOO_LONG)]


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("end", ["\n", ""])
def test_no_row_begins_in_the_middle_of_a_line_whose_quotes_are_broken(end: str) -> None:
    long = '"a"b,' + "x" * 36 + "c,d" * 30

    assert rows(f"{long}{end}", piece=41) == [(1, LineCode.QUOTES_BROKEN)]
    assert rows(f"{long}\ne,f{end}", piece=41) == [(1, LineCode.QUOTES_BROKEN), (2, ["e", "f"])]


@pytest.mark.usefixtures("short")
def test_where_quotes_are_stray_throughout_the_file_has_to_be_put_right() -> None:
    text = ('c,"d\n' + "e,f\n" * 20 + 'g,h\n"x"y\n') * 9

    with pytest.raises(QuotesError) as refused:
        read(text)

    assert refused.value.line > 100


def test_cells_are_separated_by_what_the_header_says() -> None:
    assert read("a;b,c\n", delimiter=";") == [Record(line=1, cells=["a", "b,c"])]
