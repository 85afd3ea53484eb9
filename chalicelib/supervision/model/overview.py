"""The board at one look: how many cases are late, near, paused or with nobody, and which they are."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from chalicelib.alerts.model.alerts import Acknowledgement, Alert
from chalicelib.cases.model.case import CaseCard
from chalicelib.clocks.model import Clock, Light


class Show(StrEnum):
    """Which cases of the board are shown; ``DUE`` are those that are due on one day."""

    LATE = "late"
    NEAR = "near"
    PAUSED = "paused"
    UNASSIGNED = "unassigned"
    OPEN = "open"
    DUE = "due"


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many cases were found; ``is_more`` where not all were looked at, so that there may be more."""

    number: int
    is_more: bool = False

    def __add__(self, other: "Count") -> "Count":
        """Return the sum of both."""
        return Count(number=self.number + other.number, is_more=self.is_more or other.is_more)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDay:
    """How many cases are due on a day; ``None`` where none of that day was looked at."""

    day: date
    cases: Count | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What clocks say of a department now.

    ``late`` are cases and other matters with a duty of the office that is past its last second; ``late_today`` those of
    them that are so since midnight. The others are cases that wait to be accepted or decided.
    """

    late: Count
    late_today: Count
    near: Count
    paused: Count
    unassigned: Count
    due: tuple[DueDay, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Filter for the cases of the board; ``due_on`` goes with ``Show.DUE``."""

    show: Show = Show.LATE
    department: str | None = None
    officer: str | None = None
    item: str | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardCase:
    """A case of the board with the duty that is due first.

    ``card`` is ``None`` where the duty is about something else than a case, ``step`` names the step of handling
    (办理环节) that it is, blank if it is none. ``answer`` is the newest reason given for
    its lateness, ``asked`` the alert that waits for one: the caller's own (``is_own``), or that of the highest level.
    """

    clock: Clock
    light: Light
    card: CaseCard | None
    step: str
    answer: Acknowledgement | None
    asked: Alert | None
    is_own: bool
