"""The packaged editions of the directory of credit information (公共信用信息目录)."""

from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from chalicelib.credit.model.submissions import Directory

EDITIONS = Path(__file__).parents[1] / "editions"


@cache
def directories() -> tuple[Directory, ...]:
    """Return the packaged editions of the directory, oldest first; cached per process."""
    adapter: TypeAdapter[Directory] = TypeAdapter(Directory)
    texts = (path.read_text(encoding="utf-8") for path in EDITIONS.glob("directory-*.json"))
    return tuple(sorted(map(adapter.validate_json, texts), key=lambda edition: edition.in_force_from))
