"""Cells of a spreadsheet as text: what a person reads there, or the reason why that cannot be known."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeAlias

from chalicelib.clock import SHANGHAI
from chalicelib.credit.model.imports import LineCode

Value: TypeAlias = str | float | bool | datetime | date | time | timedelta | None

DIGITS_KEPT = 15
"""The digits that a spreadsheet keeps of a number; it writes zeros for those after them."""

ESCAPED = re.compile("_x00([01][0-9A-F])_")
"""How a workbook writes control characters, such as the carriage return of a line end, which XML has not."""

DECORATION = re.compile(r"\[[^\]]*\]|_.|\*.|\\[ -]")
"""What a number format says of colour, alignment and space."""

PADDED = re.compile("0{2,}")
PERCENT = re.compile(r"[#0,.]+%")
PLAIN = re.compile(r"General|@|[#0,.?/ ()-]*([Ee][+-]?[0#]+)?")


class CellError(ValueError):
    """A cell whose text cannot be known; ``code`` says why."""

    def __init__(self, code: LineCode) -> None:
        """Keep the reason."""
        super().__init__(code.value)
        self.code = code


def text_of(value: Value, number_format: str) -> str:
    """Return the text of a cell; days as ``2026-01-10``, instants with the offset of Shanghai.

    Raises ``CellError`` for a number of more digits than a spreadsheet keeps, one that its format shows as something
    else, and a time without a day.
    """
    match value:
        case None:
            return ""
        case str():
            return ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
        case bool():
            return str(value).upper()
        case datetime():
            return _instant(value)
        case date():
            return value.isoformat()
        case time() | timedelta():
            raise CellError(LineCode.NUMBER_FORMAT)
        case _:
            return _number(value, number_format)


def _instant(value: datetime) -> str:
    """Return the day, or the instant to the second: a serial number is no more exact."""
    try:
        rounded = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
    except OverflowError:
        # The last half second of the year 9999.
        rounded = value.replace(microsecond=0)
    if rounded.time() == time():
        return rounded.date().isoformat()
    return rounded.replace(tzinfo=SHANGHAI).isoformat()


def _number(value: float, number_format: str) -> str:
    exact = Decimal(value) if isinstance(value, int) else Decimal(format(value, f".{DIGITS_KEPT}g"))
    if abs(exact) >= Decimal(10) ** DIGITS_KEPT:
        raise CellError(LineCode.DIGITS_LOST)
    shown = DECORATION.sub("", number_format.partition(";")[0])
    if PADDED.fullmatch(shown) and exact >= 0 and exact == exact.to_integral_value():
        return f"{int(exact):0{len(shown)}}"
    if PERCENT.fullmatch(shown):
        return f"{_plain(exact * 100)}%"
    if not PLAIN.fullmatch(shown):
        raise CellError(LineCode.NUMBER_FORMAT)
    return _plain(exact)


def _plain(number: Decimal) -> str:
    """Return a number in digits, without an exponent and without zeros after its last digit."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
