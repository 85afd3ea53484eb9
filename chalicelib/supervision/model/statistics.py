"""What is counted (统计指标), by department, item and the day in Shanghai on which it was recorded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

K = TypeVar("K", str, int)


class Measure(StrEnum):
    """What is counted; measures with levels or kinds appear in the counts as ``measure:level``.

    ``COMPLETED`` counts first decisions by how many days before them the case was filed (``completed:3``), so that
    they are told of the cases that were filed in any span. ``OPEN`` is the change in the number of cases that are still
    to be decided (在办).
    """

    RECEIVED = "received"
    ON_PROMISE = "on_promise"
    OUT_OF_HOURS = "out_of_hours"
    ACCEPTED = "accepted"
    DEEMED_ACCEPTED = "deemed_accepted"
    NOT_ACCEPTED = "not_accepted"
    RETURNED = "returned"
    PAUSED = "paused"
    DECIDED = "decided"
    COMPLETED = "completed"
    OPEN = "open"
    DECIDED_AGAIN = "decided_again"
    LATE = "late"
    LATE_EXCUSED = "late_excused"
    LATE_AGAIN = "late_again"
    LATE_AGAIN_EXCUSED = "late_again_excused"
    REOPENED = "reopened"
    RATED = "rated"
    RATED_SUSPICIOUSLY = "rated_suspiciously"
    ALERTED = "alerted"
    ACKNOWLEDGED = "acknowledged"
    CARD_GIVEN = "card_given"
    CARD_WITHDRAWN = "card_withdrawn"
    COMPLAINED = "complained"
    FLAG_SET = "flag_set"
    FLAG_OVERTURNED = "flag_overturned"
    DAYS_TO_OVERTURN = "days_to_overturn"
    FLAG_IN_FORCE = "flag_in_force"
    ENTERED = "entered"
    ENTERED_LATE = "entered_late"


class Span(StrEnum):
    """Durations in minutes: working minutes of handling, plain minutes to an acknowledgement."""

    HANDLING = "handling"
    ACKNOWLEDGEMENT = "acknowledgement"


ALL_ITEMS = "*"
"""In place of an item's code: the figures of all items together."""

BY_THE_SECOND = frozenset({Measure.RECEIVED, Measure.ACCEPTED, Measure.DECIDED, Measure.COMPLETED})
"""Measures that are available as of any instant."""


def is_by_the_second(name: str) -> bool:
    """Whether a count, by its name with or without a level, is available as of any instant."""
    return name.partition(":")[0] in BY_THE_SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """A late decision: its last second in time and when it was made; an outage may still excuse it.

    ``is_again`` says that the case had been decided before.
    """

    due_at: datetime
    done_at: datetime
    is_again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LateDecision:
    """A late decision as counted, with its department and item."""

    department: str
    item_code: str
    late: Late


class Because(StrEnum):
    """How a flag in force was overturned (解除途径); reaching its last day overturns nothing."""

    LIFTING = "lifting"
    OBJECTION = "objection"
    REPAIR = "repair"
    REVERSAL = "reversal"
    AMENDMENT = "amendment"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagStep:
    """What one event of a flag adds to the figures of its measure, in the edition it was imposed under.

    ``department`` is the one that proposed the flag, whoever ends it; ``in_force`` is the change in the number in
    force.
    """

    department: str
    edition: str
    measure_code: str
    counts: Mapping[str, int] = field(default_factory=dict)
    in_force: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one event adds; ``minutes`` has at most one value per span, ``at`` is when the event was recorded."""

    event_id: str
    department: str
    item_code: str
    day: date
    at: datetime
    counts: Mapping[str, int] = field(default_factory=dict)
    minutes: Mapping[Span, int] = field(default_factory=dict)
    late: Late | None = None
    flag: FlagStep | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Sums of contributions; addition is lossless and the order does not matter.

    ``buckets`` are the sketch of each span (see ``rules.quantiles``), ``longest`` the longest value of each in
    minutes.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    buckets: Mapping[Span, Mapping[int, int]] = field(default_factory=dict)
    longest: Mapping[Span, int] = field(default_factory=dict)

    def __add__(self, other: "Figures") -> "Figures":
        """Return the sum of both."""
        return Figures(
            counts=_sum(self.counts, other.counts),
            buckets={
                span: _sum(self.buckets.get(span, {}), other.buckets.get(span, {}))
                for span in sorted({*self.buckets, *other.buckets})
            },
            longest={
                span: max(self.longest.get(span, 0), other.longest.get(span, 0))
                for span in sorted({*self.longest, *other.longest})
            },
        )

    def of(self, measure: Measure) -> int:
        """Return one count, 0 if there is none."""
        return self.counts.get(measure, 0)

    def by(self, measure: Measure) -> dict[str, int]:
        """Return the counts of a measure by level or kind, in order."""
        prefix = f"{measure}:"
        return {key.removeprefix(prefix): n for key, n in sorted(self.counts.items()) if key.startswith(prefix)}


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigures:
    """The figures of one department and day, of one item or of ``ALL_ITEMS``.

    ``by_hour`` has what is told as of any instant, by the hours of the day in Shanghai.
    """

    department: str
    item_code: str
    day: date
    figures: Figures
    by_hour: Mapping[int, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureFigures:
    """The figures of one measure in one edition of the list (R2.16); flags in force are counted as of now."""

    edition: str
    measure_code: str
    figures: Figures


def _sum(one: Mapping[K, int], other: Mapping[K, int]) -> dict[K, int]:
    keys: list[K] = sorted(one.keys() | other.keys())
    return {key: one.get(key, 0) + other.get(key, 0) for key in keys}
