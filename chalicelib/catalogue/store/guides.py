"""The guide editions packaged with the code."""

from functools import cache
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from chalicelib.catalogue.model.guides import Guide

EDITIONS: Final = Path(__file__).parents[1] / "guides"


@cache
def editions() -> tuple[Guide, ...]:
    """Return every edition of every guide, read once per process. Raises ``ValueError`` for an invalid one."""
    adapter: TypeAdapter[Guide] = TypeAdapter(Guide)
    return tuple(adapter.validate_json(path.read_text(encoding="utf-8")) for path in sorted(EDITIONS.glob("*.json")))
