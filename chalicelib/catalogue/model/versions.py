"""The current and the upcoming version of an item, and its entry in lists."""

from dataclasses import dataclass, field, replace
from datetime import date

from chalicelib.catalogue.model.terms import Audience, Limits
from chalicelib.timeline.events import ChainHead


@dataclass(frozen=True, slots=True, kw_only=True)
class Abolition:
    """The abolition of an item (事项取消): from the day ``effective_on`` nothing is filed.

    ``document_no`` (文号) and ``basis`` say by what it was abolished, ``turn_to`` where people turn instead.
    """

    effective_on: date
    document_no: str
    basis: str
    turn_to: str
    turn_to_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A version's entry in lists; ``jurisdiction`` is its rule pack, ``abolition`` what became of its item."""

    code: str
    version: int
    effective_from: date
    name: str
    name_en: str
    summary: str
    department: str
    audience: Audience
    offers_commitment: bool
    limits: Limits
    jurisdiction: str
    abolition: Abolition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemVersions:
    """The current version (现行版本) of an item and the upcoming one, if any, and its abolition, if it has an end."""

    current: Listed | None = None
    upcoming: Listed | None = None
    abolition: Abolition | None = None

    def is_abolished(self, day: date) -> bool:
        """Whether nothing is filed any more: from the day of the abolition on."""
        return self.abolition is not None and self.abolition.effective_on <= day

    def on(self, day: date) -> Listed | None:
        """Return the version in force on a day, of an abolished item the last one; ``None`` before the first one.

        A version that would have begun when the item had ended never came into force.
        """
        coming = self.upcoming
        if coming is None or coming.effective_from > day or self.is_abolished(coming.effective_from):
            return self.current
        return coming

    @property
    def code(self) -> str:
        """The item's code; empty if nothing has been published."""
        return next((listed.code for listed in (self.current, self.upcoming) if listed is not None), "")

    @property
    def latest(self) -> int:
        """The highest version published so far, 0 if there is none."""
        return max((listed.version for listed in (self.current, self.upcoming) if listed is not None), default=0)

    def with_new(self, listed: Listed, *, on: date) -> "ItemVersions":
        """Return the versions after a publication on that day; an upcoming version not yet in force is replaced."""
        if listed.effective_from <= on:
            return replace(self, current=listed, upcoming=None)
        return replace(self, current=self.on(on), upcoming=listed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The stored state of an item apart from its versions: current and upcoming version, and the head of its timeline.

    ``version`` counts publications; 0 is a new item.
    """

    code: str
    shelf: ItemVersions = ItemVersions()
    head: ChainHead = field(default_factory=ChainHead)
    version: int = 0

    @property
    def owner(self) -> str:
        """The name of the item's timeline."""
        return f"item:{self.code}"
