"""What a cell of a spreadsheet says, as a person reads it, and never with digits that are lost."""

from datetime import date, datetime, time, timedelta

import pytest

from chalicelib.credit.model.imports import LineCode
from chalicelib.credit.rules.import_cells import CellError, Value, text_of


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (None, "General", ""),
        ("330782196801010003", "@", "330782196801010003"),
        ("一行_x000D_\n二行", "General", "一行\r\n二行"),
        ("_x4E00_", "General", "_x4E00_"),
        (True, "General", "TRUE"),
        (2, "General", "2"),
        (2.0, "0", "2"),
        (0.1 + 0.2, "General", "0.3"),
        (1e-7, "General", "0.0000001"),
        (12345.5, "#,##0.00", "12345.5"),
        (-12345.5, "#,##0.00_);(#,##0.00)", "-12345.5"),
        (1234.5, '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', "1234.5"),
        (123456789012, "0.00E+00", "123456789012"),
        (330782680101001, "0", "330782680101001"),
        (123, "00000", "00123"),
        (1.5, "000", "1.5"),
        (0.5, "0%", "50%"),
        (0.125, "0.00%", "12.5%"),
        (100, "[Red]0", "100"),
        (datetime(2026, 1, 10), "yyyy-mm-dd", "2026-01-10"),  # noqa: DTZ001 - sheets know no zones
        (datetime(2026, 1, 9, 23, 59, 59, 999_600), "yyyy-mm-dd", "2026-01-10"),  # noqa: DTZ001
        (datetime(2026, 1, 10, 9, 30), "yyyy-mm-dd hh:mm", "2026-01-10T09:30:00+08:00"),  # noqa: DTZ001
        (datetime(9999, 12, 31, 23, 59, 59, 999_000), "yyyy-mm-dd", "9999-12-31T23:59:59+08:00"),  # noqa: DTZ001
        (date(2026, 1, 10), "yyyy-mm-dd", "2026-01-10"),
    ],
)
def test_a_cell_is_taken_as_it_is_written(value: Value, number_format: str, text: str) -> None:
    assert text_of(value, number_format) == text


@pytest.mark.parametrize(
    ("value", "number_format", "code"),
    [
        (330782196801010000, "General", LineCode.DIGITS_LOST),
        (3.30782196801010e17, "0", LineCode.DIGITS_LOST),
        (-1e15, "0", LineCode.DIGITS_LOST),
        (10**15, "0", LineCode.DIGITS_LOST),
        (5000, '"¥"#,##0', LineCode.NUMBER_FORMAT),
        (3, '[DBNum1]"第"0"号"', LineCode.NUMBER_FORMAT),
        (time(9, 30), "hh:mm", LineCode.NUMBER_FORMAT),
        (timedelta(hours=30), "[h]:mm", LineCode.NUMBER_FORMAT),
    ],
)
def test_a_cell_that_shows_something_else_than_it_holds_is_refused(
    value: Value, number_format: str, code: LineCode
) -> None:
    with pytest.raises(CellError) as refused:
        text_of(value, number_format)

    assert refused.value.code is code
