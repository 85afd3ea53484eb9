"""What is packaged: editions of the directory of credit information (公共信用信息目录), and the list of sources."""

from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from chalicelib.credit.model.sources import Sources
from chalicelib.credit.model.submissions import Directory

EDITIONS = Path(__file__).parents[1] / "editions"


@cache
def directories() -> tuple[Directory, ...]:
    """Return the packaged editions of the directory, oldest first; cached per process."""
    adapter: TypeAdapter[Directory] = TypeAdapter(Directory)
    texts = (path.read_text(encoding="utf-8") for path in EDITIONS.glob("directory-*.json"))
    return tuple(sorted(map(adapter.validate_json, texts), key=lambda edition: edition.in_force_from))


@cache
def listed_sources() -> Sources:
    """Return the packaged list of each department's sources; cached per process."""
    adapter: TypeAdapter[dict[str, list[str]]] = TypeAdapter(dict[str, list[str]])
    return Sources.of(adapter.validate_json((EDITIONS / "sources.json").read_text(encoding="utf-8")))
