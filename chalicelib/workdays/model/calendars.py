"""Which calendar was in use when, by the editions loaded by then."""

from datetime import datetime
from typing import Protocol, TypedDict

from chalicelib.workdays.model.calendar import Calendar
from chalicelib.workdays.model.limits import YellowRule


class Counting(TypedDict):
    """What due dates are calculated with."""

    calendar: Calendar
    yellow: YellowRule


class Calendars(Protocol):
    """The current calendar, and that of any moment in the past; packaged editions count as always loaded."""

    def current(self) -> Calendar:
        """Return the calendar for new dates."""

    def at(self, instant: datetime) -> Calendar:
        """Return the calendar that was in use at an instant."""
