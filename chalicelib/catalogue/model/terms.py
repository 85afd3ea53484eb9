"""For whom an item is, and within which time: what lists show of it and what is asked of it most often."""

from dataclasses import dataclass
from enum import StrEnum

from chalicelib.workdays.model.limits import Limit, Unit


class Audience(StrEnum):
    """Whom an item is for (服务对象)."""

    NATURAL = "natural"
    LEGAL = "legal"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenLimit:
    """A time limit as an editor entered it; it may be incomplete until the publication rules have checked it."""

    value: int = 0
    unit: Unit | None = None
    basis: str = ""

    def counted(self) -> Limit:
        """Return the limit for a clock; raises ``TypeError`` or ``ValueError`` if it is incomplete."""
        return Limit(value=self.value, unit=self.unit, basis=self.basis)  # type: ignore[arg-type]  # Limit refuses None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The promised limit (承诺办结时限) and the statutory one (法定办结时限)."""

    promised: WrittenLimit = WrittenLimit()
    statutory: WrittenLimit = WrittenLimit()
