"""A walk: its parts, which go on side by side, and how far each has come."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self, TypeAlias

Place: TypeAlias = dict[str, Any]
"""Where a step begins: JSON values, known to the walk alone; empty at the beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one step of a part did; ``place`` is where the next begins, ``None`` at the end of the part.

    ``not_before`` lets the next step wait.
    """

    looked_at: int = 0
    changed: int = 0
    failed: int = 0
    place: Place | None = None
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a walk; ``rev`` is the condition of every step, so that of two side by side only one counts.

    ``walk`` is the kind of walk and what it is for (``recount:2027/1``), ``place`` is ``None`` once it is done.
    """

    walk: str
    part: str
    place: Place | None
    looked_at: int = 0
    changed: int = 0
    failed: int = 0
    not_before: datetime | None = None
    rev: int = 1

    @property
    def is_done(self) -> bool:
        """Whether the part has reached its end."""
        return self.place is None

    def after(self, step: Step) -> Self:
        """Return the part after a step."""
        return replace(
            self,
            place=step.place,
            looked_at=self.looked_at + step.looked_at,
            changed=self.changed + step.changed,
            failed=self.failed + step.failed,
            not_before=step.not_before,
            rev=self.rev + 1,
        )

    def anew(self) -> Self:
        """Return the part at its beginning again."""
        return replace(self, place={}, looked_at=0, changed=0, failed=0, not_before=None, rev=self.rev + 1)
