"""Which calendar counts when: the editions that had been loaded by an instant."""

from datetime import datetime
from typing import Protocol, TypedDict

from chalicelib.workdays.model.calendar import Calendar
from chalicelib.workdays.model.limits import YellowRule


class Counting(TypedDict):
    """What dates are counted by."""

    calendar: Calendar
    yellow: YellowRule


class Calendars(Protocol):
    """The calendar of now, and that of any moment before; editions packaged with the code were always loaded."""

    def current(self) -> Calendar:
        """Return the calendar that new dates are counted on."""

    def at(self, instant: datetime) -> Calendar:
        """Return the calendar that dates were counted on at an instant."""


class FixedCalendars:
    """One calendar at any moment."""

    def __init__(self, calendar: Calendar) -> None:
        """Answer with this calendar always."""
        self._calendar = calendar

    def current(self) -> Calendar:
        """Return the one calendar."""
        return self._calendar

    def at(self, instant: datetime) -> Calendar:  # noqa: ARG002 - it is the same at any moment
        """Return the one calendar."""
        return self._calendar
