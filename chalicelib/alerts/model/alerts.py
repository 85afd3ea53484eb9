"""An alert: who is alerted about which clock, and whether they have answered."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """The answer to an alert (督办回应): the reason for the delay, shown to the applicant, and the expected day."""

    by: str
    at: datetime
    reason: str
    expected_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert for one clock, level and recipient.

    ``level`` is 0 for the handler's warning, 1 for the department, 2 for its head, 3 for the monitoring office.
    ``recipient`` is ``<role>.<department>``: whoever holds that role there; ``officer`` is the one among them who has
    the case, blank while nobody has it. ``published_at`` is when it was pushed or kept for a digest. ``round`` is the
    clock's: a milestone that was taken back and reached again raises a new alert (R4.21). ``withdrawn_at`` is when the
    milestone was taken back or lost its point, after which nobody has to answer. ``item`` is the clock's, blank if it
    has none.
    """

    alert_id: str
    owner: str
    clock_id: str
    clock_kind: str
    milestone: str
    level: int
    recipient: str
    department: str
    pack: str
    channels: tuple[str, ...]
    due_on: date
    raised_at: datetime
    published_at: datetime | None = None
    acknowledgement: Acknowledgement | None = None
    round: int = 0
    withdrawn_at: datetime | None = None
    officer: str = ""
    item: str = ""

    @property
    def inbox(self) -> str:
        """The name of the inbox in which it lies: of one person, or of all who hold the role."""
        return f"{self.recipient}/{self.officer}" if self.officer else self.recipient

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to answer."""
        return self.acknowledgement is None and self.withdrawn_at is None

    @property
    def state(self) -> str:
        """The state by which lists filter."""
        if self.acknowledgement is not None:
            return "acknowledged"
        return "open" if self.withdrawn_at is None else "withdrawn"
