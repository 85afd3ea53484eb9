"""What ``make assets`` built: files whose names carry a digest of what they hold, so that they may be kept for ever."""

import re
from functools import cache
from pathlib import Path
from typing import Final

from chalicelib.errors import DomainError, ErrorCode
from chalicelib.web.core.request import Asset

BUILT: Final = Path(__file__).parents[1] / "assets"
FILES: Final = re.compile(r"[a-z]+\.[0-9a-f]{16}\.(css|js|svg)")
MEDIA_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


def stylesheet() -> str | None:
    """Return the name of the style sheet; ``None`` where nobody has built it: pages can be read without."""
    return next((name for name in sorted(_known()) if name.endswith(".css")), None)


def icon() -> str | None:
    """Return the name of the portal's icon; ``None`` where nobody has built it."""
    return next((name for name in sorted(_known()) if name.endswith(".svg")), None)


def built(script: str) -> str:
    """Return the file name of a script; raises ``LookupError`` where nobody has built it."""
    for name in _known():
        if name.startswith(f"{script}.") and name.endswith(".js"):
            return name
    raise LookupError(script)


def asset(name: str) -> Asset:
    """Return a file by its name; ``NOT_FOUND`` for any other: a name is looked up and never becomes a path."""
    known = _known().get(name)
    if known is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    return Asset(text=known.read_text(encoding="utf-8"), media_type=MEDIA_TYPES[known.suffix])


def catalogue(language: str) -> Path:
    """Return where the texts of a language are."""
    return BUILT / f"{language}.mo"


@cache
def _known() -> dict[str, Path]:
    return {path.name: path for path in BUILT.glob("*.*.*") if FILES.fullmatch(path.name)}
