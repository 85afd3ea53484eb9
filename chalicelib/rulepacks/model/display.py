"""How long records may be shown (公示期), by the rules in force on the day of the finding (R3.1, R3.16)."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import reduce
from typing import NamedTuple


class DisplayPeriod(NamedTuple):
    """How long a record of one severity may be shown (公示期), in months: the minimum and the maximum."""

    least_months: int
    most_months: int
    basis: str

    def milder(self, later: "DisplayPeriod") -> "DisplayPeriod":
        """Return each of the two numbers as the milder rule has it, with both bases if the later one changes any."""
        least = min(self.least_months, later.least_months)
        most = min(self.most_months, later.most_months)
        if (least, most) == self[:2]:
            return self
        return DisplayPeriod(least_months=least, most_months=most, basis=f"{self.basis}；从旧兼从轻：{later.basis}")


class DisplayRules(NamedTuple):
    """An edition of the periods, by severity, for findings from its first day on."""

    edition: str
    judged_from: date
    periods: Mapping[str, DisplayPeriod]

    def milder(self, later: "DisplayRules") -> "DisplayRules":
        """Return these rules, with every number of a later edition that is milder; ``edition`` then names both."""
        periods = {severity: period.milder(later.periods[severity]) for severity, period in self.periods.items()}
        if periods == self.periods:
            return self
        return DisplayRules(edition=f"{self.edition}+{later.edition}", judged_from=self.judged_from, periods=periods)


def rules_of_the_day(editions: Sequence[DisplayRules], judged_on: date, *, on: date) -> DisplayRules:
    """Return the rules for what was found on a day: those of then, unless later ones are milder (从旧兼从轻, R3.16).

    The milder number counts for each period by itself, whatever the severity; of later editions only those that are in
    force ``on`` the day of asking. ``editions`` are oldest first, and the oldest has no beginning.
    """
    begun = [rules for rules in editions if rules.judged_from <= judged_on]
    then = begun[-1] if begun else editions[0]
    later = (rules for rules in editions if then.judged_from < rules.judged_from <= on)
    return reduce(DisplayRules.milder, later, then)
