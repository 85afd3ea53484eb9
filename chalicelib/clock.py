"""The only place that reads the time."""

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
DECEMBER = 12


def real_now() -> datetime:
    """Return the machine's own time, in UTC, by which tokens are checked on every stage."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class ServiceClock:
    """The time that cases use: real time, except that the local stage can shift it for demonstrations."""

    offset: timedelta = timedelta(0)

    def now(self) -> datetime:
        """Return the current instant in UTC, to the second: due dates and events are counted in whole seconds."""
        return (real_now() + self.offset).replace(microsecond=0)


def day_in_shanghai(instant: datetime) -> date:
    """Return the calendar day of an instant in China."""
    return instant.astimezone(SHANGHAI).date()


def day_written(day: date) -> str:
    """Return a day as Chinese documents write it: ``2026年12月1日``."""
    return f"{day.year}年{day.month}月{day.day}日"


def months_after(day: date, months: int) -> date:
    """Return the same day some months later, or that month's last day if there is no such day (民法典第202条)."""
    year, month = divmod(day.year * DECEMBER + day.month - 1 + months, DECEMBER)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def instant_text(instant: datetime) -> str:
    """Return an instant as RFC 3339 in UTC with whole seconds, which sorts as text."""
    # ``strftime`` takes nearly twice as long, and a filing formats two dozen instants.
    return f"{instant.astimezone(UTC).isoformat()[:19]}Z"


def instant_from(text: str) -> datetime:
    """Parse the output of ``instant_text``; raises ``ValueError`` for text without an offset."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        message = "an instant needs an offset from UTC"
        raise ValueError(message)
    return instant.astimezone(UTC)
