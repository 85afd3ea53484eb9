"""How long records may be shown (公示期), by the rules in force on the day of the finding (R3.1, R3.16)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple


class DisplayPeriod(NamedTuple):
    """How long a record of one severity may be shown (公示期), in months: the minimum and the maximum."""

    least_months: int
    most_months: int
    basis: str


class DisplayRules(NamedTuple):
    """An edition of the periods, by severity, for findings from its first day on."""

    edition: str
    judged_from: date
    periods: Mapping[str, DisplayPeriod]


def rules_of_the_day(editions: Sequence[DisplayRules], judged_on: date) -> DisplayRules:
    """Return the edition for the day of a finding; ``editions`` are oldest first, and the oldest has no beginning."""
    return next((rules for rules in reversed(editions) if rules.judged_from <= judged_on), editions[0])
