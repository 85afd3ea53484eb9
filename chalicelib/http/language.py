"""In which language somebody is answered: the one that was chosen, else the one that a browser wants most."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, Literal, TypeAlias

Language: TypeAlias = Literal["zh", "en"]

TAGS: Final[Mapping[Language, str]] = {"zh": "zh-CN", "en": "en"}
"""The languages as Content-Language and HTML name them."""

RANGE: Final = re.compile(
    r"\s*(\*|[a-z]{1,8})(?:-[a-z0-9]{1,8})*\s*(?:;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?", re.IGNORECASE | re.ASCII
)
"""One part of Accept-Language: a language range and how much it is wanted (RFC 9110, 12.5.4)."""

NOT_NAMED: Final = (0.0005, 0)
"""How much a language is wanted that nobody names: less than any that is named, and more than one that is refused."""


def chosen_in(query: Mapping[str, str]) -> Language | None:
    """Return the language that an address names (``?lang=en``); ``None`` for none and for one that we do not speak."""
    match query.get("lang"):
        case "zh":
            return "zh"
        case "en":
            return "en"
        case _:
            return None


@lru_cache(maxsize=256)
def language_of(accepted: str) -> Language:
    """Return the language that an Accept-Language header wants most: Chinese unless it ranks English higher.

    A range stands for its language, whatever script or region it adds (RFC 4647, 3.4); of two that are wanted alike
    the first one counts, and what cannot be read counts for nothing.
    """
    wanted: dict[str, tuple[float, int]] = {}
    for place, part in enumerate(accepted.split(",")):
        if (found := RANGE.fullmatch(part)) is not None:
            name, weight = found[1].lower(), (float(found[2] or 1), -place)
            wanted[name] = max(weight, wanted.get(name, weight))
    others = wanted.get("*", NOT_NAMED)
    return "en" if wanted.get("en", others) > wanted.get("zh", others) else "zh"
