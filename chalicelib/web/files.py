"""What ``make assets`` built: files whose names carry a digest of what they hold, so that they may be kept for ever."""

import re
from functools import cache
from pathlib import Path
from typing import Final

from chalicelib.errors import Reason, Refusal
from chalicelib.web.visits import Asset

BUILT: Final = Path(__file__).with_name("assets")
STYLES: Final = re.compile(r"portal\.[0-9a-f]{16}\.css")


def stylesheet() -> str | None:
    """Return the name of the style sheet; ``None`` where nobody has built it: pages can be read without."""
    return next(iter(sorted(_known())), None)


def asset(name: str) -> Asset:
    """Return a file by its name; ``NOT_FOUND`` for any other: a name is looked up and never becomes a path."""
    known = _known().get(name)
    if known is None:
        raise Refusal(Reason.NOT_FOUND)
    return Asset(text=known.read_text(encoding="utf-8"), media_type="text/css; charset=utf-8")


@cache
def _known() -> dict[str, Path]:
    return {path.name: path for path in BUILT.glob("portal.*.css") if STYLES.fullmatch(path.name)}
