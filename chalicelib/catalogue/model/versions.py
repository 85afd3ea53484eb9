"""What is in force of an item, what waits for its day, and what lists show of it."""

from dataclasses import dataclass, field
from datetime import date

from chalicelib.catalogue.model.items import Audience, Limits
from chalicelib.timeline.events import ChainHead


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What lists show of a version, and what searching looks at."""

    code: str
    version: int
    effective_from: date
    name: str
    name_en: str
    summary: str
    department: str
    audience: Audience
    keywords: tuple[str, ...]
    offers_commitment: bool
    limits: Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Which version is current (现行版本), and which one waits for its day, if any."""

    current: Listed | None = None
    upcoming: Listed | None = None

    def on(self, day: date) -> Listed | None:
        """Return what is in force on a day; ``None`` before the first version's day."""
        if self.upcoming is not None and self.upcoming.effective_from <= day:
            return self.upcoming
        return self.current

    @property
    def code(self) -> str:
        """The item's code; empty for a shelf on which nothing stands."""
        return next((listed.code for listed in (self.current, self.upcoming) if listed is not None), "")

    @property
    def latest(self) -> int:
        """The highest version published so far, 0 for none."""
        return max((listed.version for listed in (self.current, self.upcoming) if listed is not None), default=0)

    def with_new(self, listed: Listed, *, on: date) -> "Shelf":
        """Return the shelf after a publication on that day; what waited and has not come yet is replaced."""
        if listed.effective_from <= on:
            return Shelf(current=listed)
        return Shelf(current=self.on(on), upcoming=listed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is kept of an item beside its versions: the shelf, and where its timeline ends.

    ``version`` counts publications; 0 stands for an item that is new.
    """

    code: str
    shelf: Shelf = Shelf()
    head: ChainHead = field(default_factory=ChainHead)
    version: int = 0

    @property
    def owner(self) -> str:
        """What the item's timeline is kept under."""
        return f"item:{self.code}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A page of items; ``after`` is the code to go on from, ``None`` at the end."""

    items: tuple[Listed, ...]
    after: str | None
