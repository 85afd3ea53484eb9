"""The packaged editions of the directory of credit information (公共信用信息目录)."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from chalicelib.credit.model.submissions import Directory
from chalicelib.credit.store.sources import listed_sources

EDITIONS = Path(__file__).parents[1] / "editions"


@cache
def directories() -> tuple[Directory, ...]:
    """Return the packaged editions of the directory, oldest first; cached per process.

    The directory is the nation's; whose word is trusted for which of its kinds is the place's (``sources.json``).
    """
    adapter: TypeAdapter[Directory] = TypeAdapter(Directory)
    trusted = listed_sources().trusted
    read = (adapter.validate_json(path.read_text(encoding="utf-8")) for path in EDITIONS.glob("directory-*.json"))
    return tuple(sorted((_trusting(one, trusted) for one in read), key=lambda edition: edition.in_force_from))


def _trusting(directory: Directory, trusted: Mapping[str, tuple[str, ...]]) -> Directory:
    kinds = (replace(kind, trusted=trusted.get(kind.code, ())) for kind in directory.kinds)
    return replace(directory, kinds=tuple(kinds))
