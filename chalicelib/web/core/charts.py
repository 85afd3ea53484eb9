"""Charts as the server draws them: bars in a picture without words, beside which their figures stand in a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

HEIGHT: Final = 100
STEP: Final = 30
"""How much room each group of bars has, in units of the picture."""
GAP: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar: what it shows, which decides its colour, and where it stands; ``y`` counts from the top."""

    shows: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The bars of a picture that is ``width`` wide and ``HEIGHT`` high, which stands for ``most``."""

    bars: tuple[Bar, ...]
    width: int
    most: int


def beside(groups: Sequence[Mapping[str, int]], *, whole: int | None = None) -> Chart:
    """Draw each group's numbers side by side; ``whole`` is as high as the picture, else the tallest bar of all."""
    most = whole or max((number for group in groups for number in group.values()), default=0) or 1
    bars = []
    for place, group in enumerate(groups):
        wide = (STEP - 2 * GAP) // max(len(group), 1)
        for within, (shows, number) in enumerate(group.items()):
            high = number * HEIGHT // most
            x = place * STEP + GAP + within * wide
            bars.append(Bar(shows=shows, x=x, y=HEIGHT - high, width=wide, height=high))
    return Chart(bars=tuple(bars), width=max(len(groups), 1) * STEP, most=most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a picture: what it shows, which decides its colour, and its points as SVG writes them."""

    shows: str
    points: str


def lines(groups: Sequence[Mapping[str, int]]) -> tuple[Line, ...]:
    """Draw each number of the groups as a line from left to right; the highest point of all is at the top."""
    most = max((number for group in groups for number in group.values()), default=0) or 1
    return tuple(
        Line(
            shows=shows,
            points=" ".join(
                f"{place * STEP},{HEIGHT - group[shows] * HEIGHT // most}" for place, group in enumerate(groups)
            ),
        )
        for shows in (groups[0] if groups else ())
    )


def stacked(groups: Sequence[Mapping[str, int]]) -> Chart:
    """Draw each group's numbers one upon the other, the tallest pile as high as the picture."""
    most = max((sum(group.values()) for group in groups), default=0) or 1
    bars = []
    for place, group in enumerate(groups):
        below = 0
        for shows, number in group.items():
            low, below = below * HEIGHT // most, below + number
            high = below * HEIGHT // most
            x = place * STEP + GAP
            bars.append(Bar(shows=shows, x=x, y=HEIGHT - high, width=STEP - 2 * GAP, height=high - low))
    return Chart(bars=tuple(bars), width=max(len(groups), 1) * STEP, most=most)
