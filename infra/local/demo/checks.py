"""What must hold, and what is said when it does not."""

from collections.abc import Collection
from typing import Any, TypeVar

T = TypeVar("T")


class NotAsItShouldBeError(Exception):
    """Something came that was not expected; the message says what, what was expected and what came."""

    def __init__(self, what: str, *, expected: object, came: object) -> None:
        """Name the thing in words, and put what was expected beside what came."""
        super().__init__(f"{what}\n    应为 expected: {expected!r}\n    实为 came:     {came!r}")


def expect(what: str, came: T, expected: T) -> T:
    """Return what came if it is exactly what was expected."""
    if came != expected:
        raise NotAsItShouldBeError(what, expected=expected, came=came)
    return came


def expect_part(what: str, came: object, part: str) -> None:
    """Go on if a text has this part."""
    if not isinstance(came, str) or part not in came:
        raise NotAsItShouldBeError(what, expected=part, came=came)


def expect_words(what: str, came: object) -> str:
    """Return what came if it is a text that says something."""
    if not isinstance(came, str) or not came.strip():
        raise NotAsItShouldBeError(what, expected="a text (文字)", came=came)
    return came


def the_one(what: str, found: Collection[dict[str, Any]], **having: object) -> dict[str, Any]:
    """Return the one thing of a list that has these values; none or several are not as it should be."""
    matching = [each for each in found if all(each.get(name) == value for name, value in having.items())]
    if len(matching) != 1:
        raise NotAsItShouldBeError(what, expected=f"exactly one with {having}", came=matching or list(found))
    return matching[0]
