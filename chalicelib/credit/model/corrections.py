"""What a person found wrong in a record and put right (更正), for good: a source that says it again changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """That one content was ``wrong`` and what is ``right``; ``wrong`` is None where it was left out."""

    name: str
    wrong: str | None
    right: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """What people ruled on a record (异议处理结果): an earlier last day, and corrections, the latest last."""

    ends_on: date | None = None
    corrections: tuple[Correction, ...] = ()

    def until(self, day: date | None) -> date | None:
        """Return a last day as it may be: not beyond the one that was ruled."""
        return day if day is None or self.ends_on is None else min(day, self.ends_on)

    def put_right(self, contents: Mapping[str, str]) -> dict[str, str]:
        """Return contents with what was found wrong in them put right; what a source says anew stays as it says it."""
        right = dict(contents)
        for correction in self.corrections:
            if right.get(correction.name) == correction.wrong:
                right[correction.name] = correction.right
        return right
