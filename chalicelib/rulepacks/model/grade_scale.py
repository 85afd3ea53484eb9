"""A scale of credit grades (信用评价等级), if a pack has one: bands, who is graded, what counts and how much."""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple


class InputKey(StrEnum):
    """What a scale may count: only a person's own credit.

    Kept promises are none of it: only who promises can keep one, and choosing certificates lowers no grade (R1.3).
    """

    MINOR_RECORDS = "records.minor"
    GENERAL_RECORDS = "records.general"
    SERIOUS_RECORDS = "records.serious"
    FLAGS = "flags"


class Weight(NamedTuple):
    """The points that each of an input gives, or takes; those beyond ``most`` have no effect."""

    key: InputKey
    name: str
    english: str
    points: int
    most: int | None
    basis: str


class Band(NamedTuple):
    """A grade's labels (等级), and the points needed for it."""

    name: str
    english: str
    least: int


class GradeScale(NamedTuple):
    """One edition of a scale; subjects with a kind of number that it does not name have no grade (R6.11).

    A score starts at ``base`` and stays between 0 and ``top``; ``bands`` are best first, and the last begins at 0.
    """

    edition: str
    name: str
    english: str
    subject_kinds: tuple[str, ...]
    base: int
    top: int
    weights: tuple[Weight, ...]
    bands: tuple[Band, ...]
    basis: str

    def bases(self) -> Iterator[str]:
        """Yield the basis of every part."""
        yield self.basis
        yield from (weight.basis for weight in self.weights)

    def band(self, score: int) -> Band:
        """Return the best band that a score reaches."""
        return next(band for band in self.bands if band.least <= score)


def require_sound(scale: GradeScale) -> GradeScale:
    """Return the scale if everybody it covers has exactly one grade; ``ValueError`` otherwise."""
    least = [band.least for band in scale.bands]
    if not least or least[-1] != 0 or least != sorted(set(least), reverse=True) or least[0] > scale.top:
        message = f"the bands of {scale.edition} must go down to 0, each once and the first within {scale.top}"
        raise ValueError(message)
    if not 0 <= scale.base <= scale.top:
        message = f"{scale.edition} begins at {scale.base}, which is not between 0 and {scale.top}"
        raise ValueError(message)
    keys = [weight.key for weight in scale.weights]
    if len(set(keys)) < len(keys):
        message = f"{scale.edition} counts something twice"
        raise ValueError(message)
    return scale
