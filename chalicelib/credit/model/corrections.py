"""Lasting corrections to a record (更正): if the source repeats the mistake, the correction still holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A correction of one content field from ``wrong`` to ``right``; ``wrong`` is None if the field was missing."""

    name: str
    wrong: str | None
    right: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """The decisions on objections to a record (异议处理结果): an earlier last day, and corrections, the latest last."""

    ends_on: date | None = None
    corrections: tuple[Correction, ...] = ()

    def until(self, day: date | None) -> date | None:
        """Return the last day, but no later than the one decided."""
        return day if day is None or self.ends_on is None else min(day, self.ends_on)

    def put_right(self, contents: Mapping[str, str]) -> dict[str, str]:
        """Return the contents with the known mistakes corrected; other values from the source are kept."""
        right = dict(contents)
        for correction in self.corrections:
            if right.get(correction.name) == correction.wrong:
                right[correction.name] = correction.right
        return right
