"""The packaged list of each department's sources."""

from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from chalicelib.credit.model.sources import ListedSources, Sources

LISTED = Path(__file__).parents[1] / "editions" / "sources.json"


@cache
def listed_sources() -> Sources:
    """Return which source belongs to which department; cached per process."""
    adapter: TypeAdapter[ListedSources] = TypeAdapter(ListedSources)
    return Sources.of(adapter.validate_json(LISTED.read_text(encoding="utf-8")))
