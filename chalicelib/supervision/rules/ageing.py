"""How long open cases have waited (在办件龄), and for whom, in bands of days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from chalicelib.clock import day_in_shanghai
from chalicelib.clocks.model import Clock, ClockKind
from chalicelib.clocks.rules.indexes import ClockStatus

BANDS: Final = (1, 3, 5, 10, 20, 60)
"""The last day of each band; the day on which the clock started is day 0, and the last band is open-ended.

No law sets them: a board needs a few bands, narrow where most limits end.
"""


class Waiting(StrEnum):
    """What an open case waits for: acceptance, a decision, or the end of a pause."""

    ACCEPTANCE = "acceptance"
    DECISION = "decision"
    PAUSE = "pause"


KINDS: Final = {ClockKind.ACCEPTANCE: Waiting.ACCEPTANCE, ClockKind.HANDLING_PROMISED: Waiting.DECISION}
"""The clocks that run for an open case; never two at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Cases aged ``first`` to ``last`` days inclusive, by what they wait for; the last band has no last day."""

    first: int
    last: int | None
    waiting: dict[Waiting, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ageing:
    """The open cases of a department, by how long they have waited.

    ``oldest`` is the longest wait in days, ``None`` without cases; ``is_more`` means that not all cases were read.
    """

    department: str
    bands: tuple[Band, ...]
    oldest: int | None = None
    is_more: bool = False

    @property
    def open(self) -> int:
        """How many cases were counted."""
        return sum(number for band in self.bands for number in band.waiting.values())


def ageing_of(department: str, waits: Iterable[tuple[Clock, ClockStatus]], *, today: date, is_more: bool) -> Ageing:
    """Group clocks by the days since they started; one that started today has waited 0 days."""
    ages = [((today - day_in_shanghai(clock.started_at)).days, _waiting(clock, status)) for clock, status in waits]
    return Ageing(
        department=department,
        bands=_bands(ages),
        oldest=max((days for days, _ in ages), default=None),
        is_more=is_more,
    )


def together(ageings: Sequence[Ageing], *, department: str) -> Ageing:
    """Return the sum over several departments."""
    columns = zip(*(one.bands for one in ageings), strict=True)
    return Ageing(
        department=department,
        bands=tuple(
            Band(
                first=column[0].first,
                last=column[0].last,
                waiting={what: sum(band.waiting[what] for band in column) for what in Waiting},
            )
            for column in columns
        )
        or _bands(()),
        oldest=max((one.oldest for one in ageings if one.oldest is not None), default=None),
        is_more=any(one.is_more for one in ageings),
    )


def _waiting(clock: Clock, status: ClockStatus) -> Waiting:
    return Waiting.PAUSE if status is ClockStatus.PAUSED else KINDS[clock.kind]


def _bands(ages: Sequence[tuple[int, Waiting]]) -> tuple[Band, ...]:
    bounds = zip((0, *(last + 1 for last in BANDS)), (*BANDS, None), strict=True)
    return tuple(
        Band(
            first=first,
            last=last,
            waiting={
                what: sum(one is what and first <= days and (last is None or days <= last) for days, one in ages)
                for what in Waiting
            },
        )
        for first, last in bounds
    )
