"""How a recipient wants to be warned, and what is told together."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Yellow(StrEnum):
    """When yellow alerts are pushed (黄灯提醒方式): each by itself, or once a day; red ones never wait."""

    AT_ONCE = "at_once"
    DAILY = "daily"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """How a recipient (``<role>.<department>``) wants to be warned.

    ``told_until`` is up to when the alerts that were kept for digests are in one, as RFC 3339 text; it is empty
    before the first.
    """

    recipient: str
    yellow: Yellow = Yellow.AT_ONCE
    set_by: str = ""
    set_at: datetime | None = None
    told_until: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A recipient's digest of one day (每日摘要): the alerts kept after ``since`` and up to ``until``.

    ``number`` is how many they were when it was made, ``channels`` where they would have gone one by one.
    """

    recipient: str
    day: date
    since: str
    until: str
    number: int
    channels: tuple[str, ...]
    made_at: datetime
    published_at: datetime | None = None

    @property
    def digest_id(self) -> str:
        """The name under which it is read: whose and of which day."""
        return f"{self.recipient}.{self.day.isoformat()}"
