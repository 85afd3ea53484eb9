"""The packaged reasons for refusing files and lines of imports, in plain words and both languages."""

from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from chalicelib.credit.model.imports import Reasons

WORDS = Path(__file__).parents[1] / "editions" / "import-reasons.json"


@cache
def import_reasons() -> Reasons:
    """Return the reasons by their codes; cached per process."""
    return TypeAdapter(Reasons).validate_json(WORDS.read_text(encoding="utf-8"))
