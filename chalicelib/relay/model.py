"""What the relay is asked to tell again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A walk over the events recorded from one instant until before another, which hands them over to be told again.

    Of one ``owner`` or of all; to the ``listeners`` named or to all; to none in a ``dry_run``, which only counts.
    ``position`` is where the walk goes on: ``None`` at its beginning, and again when it ``is_over``. ``found`` is how
    many events of the span it has met.
    """

    since: datetime
    until: datetime
    owner: str = ""
    listeners: tuple[str, ...] = ()
    dry_run: bool = False
    position: dict[str, Any] | None = None
    found: int = 0
    is_over: bool = False
