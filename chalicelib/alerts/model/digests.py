"""Warning preferences, and daily digests."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Yellow(StrEnum):
    """How yellow alerts are pushed (黄灯提醒方式): one by one, or once a day; red ones never wait."""

    AT_ONCE = "at_once"
    DAILY = "daily"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """How a recipient (``<role>.<department>``) wants to be warned.

    ``told_until`` is the instant up to which kept alerts are in a digest, as RFC 3339 text; empty before the first
    one.
    """

    recipient: str
    yellow: Yellow = Yellow.AT_ONCE
    set_by: str = ""
    set_at: datetime | None = None
    told_until: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A recipient's digest of one day (每日摘要): the alerts kept after ``since`` and up to ``until``.

    ``number`` is how many there were when it was made, ``channels`` where they would have gone one by one.
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
        """The digest's id: its recipient and day."""
        return f"{self.recipient}.{self.day.isoformat()}"
