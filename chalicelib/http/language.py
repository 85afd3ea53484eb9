"""The language of a response: the one chosen by the user, else the one the browser prefers."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, Literal, TypeAlias

Language: TypeAlias = Literal["zh", "en"]

TAGS: Final[Mapping[Language, str]] = {"zh": "zh-CN", "en": "en"}
"""The languages' names in Content-Language and HTML."""

RANGE: Final = re.compile(
    r"\s*(\*|[a-z]{1,8})(?:-[a-z0-9]{1,8})*\s*(?:;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?", re.IGNORECASE | re.ASCII
)
"""One part of Accept-Language: a language range and its weight (RFC 9110, 12.5.4)."""

NOT_NAMED: Final = (0.0005, 0)
"""The weight of a language that is not listed: less than any listed one, and more than a refused one."""


def chosen_in(query: Mapping[str, str]) -> Language | None:
    """Return the language named in the address (``?lang=en``); ``None`` without one and for an unsupported one."""
    match query.get("lang"):
        case "zh":
            return "zh"
        case "en":
            return "en"
        case _:
            return None


@lru_cache(maxsize=256)
def language_of(accepted: str) -> Language:
    """Return the language that an Accept-Language header prefers: Chinese unless English ranks higher.

    A range stands for its language, whatever its script or region (RFC 4647, 3.4); of two with equal weight the first
    counts, and unreadable parts are ignored.
    """
    wanted: dict[str, tuple[float, int]] = {}
    for place, part in enumerate(accepted.split(",")):
        if (found := RANGE.fullmatch(part)) is not None:
            name, weight = found[1].lower(), (float(found[2] or 1), -place)
            wanted[name] = max(weight, wanted.get(name, weight))
    others = wanted.get("*", NOT_NAMED)
    return "en" if wanted.get("en", others) > wanted.get("zh", others) else "zh"
