"""Loading the editions packaged with the code (工作日历版本)."""

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from chalicelib.workdays.model.calendar import Calendar
from chalicelib.workdays.model.limits import Edition, Notice

EDITIONS = Path(__file__).with_name("editions")


@cache
def load_calendar() -> Calendar:
    """Return the calendar of all packaged editions, read once per process, on first use."""
    texts = (path.read_text(encoding="utf-8") for path in sorted(EDITIONS.glob("*.json")))
    return Calendar(tuple(edition_from(json.loads(text)) for text in texts))


def edition_from(data: Mapping[str, Any]) -> Edition:
    """Read an edition from its JSON form: ``year``, ``notice``, and festivals by day.

    Raises ``KeyError`` or ``ValueError`` for invalid data.
    """
    notice = data["notice"]
    return Edition(
        year=data["year"],
        notice=Notice(
            title=notice["title"], number=notice["number"], issued_on=date.fromisoformat(notice["issued_on"])
        ),
        holidays=_by_day(data["holidays"]),
        make_up_days=_by_day(data["make_up_days"]),
    )


def _by_day(names: Mapping[str, str]) -> dict[date, str]:
    return {date.fromisoformat(day): name for day, name in names.items()}
