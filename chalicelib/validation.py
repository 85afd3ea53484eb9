"""Validation of input, in requests and in lines of an import: strict types and no unknown fields."""

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Annotated, Any, NoReturn

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from chalicelib.readable import Readable

Line = Annotated[str, Readable(longest=200, shortest=1, is_line=True)]
"""One line of text: a name, a document number."""

LineOrBlank = Annotated[str, Readable(longest=200, is_line=True)]
"""A line that may be empty: where it is required, the rules refuse it with their own reason."""

Text = Annotated[str, Readable(longest=4000, shortest=1)]
"""Free text: a reason, a statement."""

TextOrBlank = Annotated[str, Readable(longest=4000)]
"""Free text that may be empty: where it is required, the rules refuse it with their own reason."""

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
"""A code for machines."""

OF_NOTHING = hashlib.sha256(b"").hexdigest()


def _of_something(value: str) -> str:
    """Return the digest unless it is that of no bytes: phones and cloud drives send such files and say nothing."""
    return _refuse("file_empty") if value == OF_NOTHING else value


Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$"), AfterValidator(_of_something)]
"""The hexadecimal SHA-256 of a document's content, which is not sent; a document has at least one byte."""

DocumentId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
"""The id of a document, from the answer to the request for its upload."""


def _day(value: object) -> object:
    """Parse RFC 3339's full-date and nothing else: pydantic would accept ``"0"`` as a day in 1970."""
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value) if FULL_DATE.fullmatch(value) else _refuse("date_parsing")
    except ValueError:
        return _refuse("date_parsing")


def _instant(value: object) -> object:
    """Parse RFC 3339's date-time, with its offset, to the second."""
    if not isinstance(value, str):
        return value
    try:
        instant = datetime.fromisoformat(value) if DATE_TIME.fullmatch(value) else _refuse("datetime_parsing")
        return instant.astimezone(UTC).replace(microsecond=0)
    except (OverflowError, ValueError):
        return _refuse("datetime_parsing")


def _refuse(code: str) -> NoReturn:
    """Raise pydantic's error; its texts are at the edge."""
    raise PydanticCustomError(code, "This cannot be taken.")


# Checked as well as published, so they are written in what Python and ECMAScript have in common.
FULL_DATE = re.compile("(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
DATE_TIME = re.compile(
    f"{FULL_DATE.pattern}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"(\.[0-9]{1,6})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
)

Day = Annotated[date, BeforeValidator(_day), Field(json_schema_extra={"pattern": f"^{FULL_DATE.pattern}$"})]
"""A day in Asia/Shanghai, in the years 1900 to 2199."""

Instant = Annotated[
    AwareDatetime, BeforeValidator(_instant), Field(json_schema_extra={"pattern": f"^{DATE_TIME.pattern}$"})
]
"""An instant in UTC, to the second, written in the years 1900 to 2199; an offset is required."""


def repeated_names(text: str | bytes) -> list[str]:
    """Return pointers to what an object in a JSON text names more than once; none if the text is no JSON.

    RFC 8259 leaves open which of the values counts, so two readers could take two different ones.
    """
    repeats = False

    def look(pairs: list[tuple[str, Any]]) -> None:
        nonlocal repeats
        repeats = repeats or len(dict(pairs)) < len(pairs)

    try:
        json.loads(text, object_pairs_hook=look)
        # Most bodies are looked at once: only to name a place takes the whole document with its objects as pairs.
        return list(dict.fromkeys(_repeats_in(json.loads(text, object_pairs_hook=tuple)))) if repeats else []
    except (ValueError, RecursionError):
        return []


def _repeats_in(value: object, at: str = "") -> Iterator[str]:
    """Walk a document in which an object is a tuple of pairs."""
    if isinstance(value, tuple):
        known: set[str] = set()
        for name, inner in value:
            pointer = f"{at}/{escaped(name)}"
            if name in known:
                yield pointer
            known.add(name)
            yield from _repeats_in(inner, pointer)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _repeats_in(inner, f"{at}/{number}")


def escaped(step: str) -> str:
    """Return a name as a step of a pointer (RFC 6901)."""
    return step.replace("~", "~0").replace("/", "~1")


class RequestBody(BaseModel):
    """An object in a request: strict JSON types, and no unknown fields."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True, allow_inf_nan=False)
