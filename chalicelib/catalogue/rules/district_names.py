"""Finding the district that somebody has written (区县), in as many or as few words as people write it."""

from collections.abc import Iterator
from typing import Final

from chalicelib.catalogue.rules.districts import districts

TAIL: Final = 2
"""How many characters of the district's own name must stand at the end, with or without 市, 区 or 县."""


def codes_of(text: str) -> tuple[str, ...]:
    """Return the codes of all districts that a text may mean: one if it is clear, none if there is no such district.

    Provinces and cities may be shortened or left out (浙江义乌, 义乌市). A code stands for itself.
    """
    written = "".join(text.split())
    known = districts()
    if written in known:
        return (written,)
    exact = tuple(code for code, name in known.items() if name == written)
    return exact or tuple(_meant(written))


def _meant(written: str) -> Iterator[str]:
    if len(written) < TAIL:
        return
    tail = written[-TAIL:]
    for code, name in districts().items():
        if (name.endswith(tail) or name[:-1].endswith(tail)) and _stands_in(written, name):
            yield code


def _stands_in(written: str, name: str) -> bool:
    """Whether the characters of a text stand in a name in the same order."""
    rest = iter(name)
    return all(char in rest for char in written)
