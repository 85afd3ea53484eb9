"""What was measured, and whether it is within its reach."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure and what it should reach, at most or at least; ``reach`` is None where nothing was promised."""

    name: str
    value: float
    reach: float | None
    remark: str
    is_floor: bool = False

    @property
    def is_met(self) -> bool | None:
        """Whether the figure is within its reach."""
        if self.reach is None:
            return None
        return self.value >= self.reach if self.is_floor else self.value <= self.reach

    def __str__(self) -> str:
        """Give a line of the printed table."""
        met = {True: "reached", False: "MISSED", None: ""}[self.is_met]
        bound = ">=" if self.is_floor else "<="
        reach = "" if self.reach is None else f"{bound} {self.reach:g}"
        return f"{self.name:<62} {self.value:9.2f}  {reach:<9} {met:<8} {self.remark}"
