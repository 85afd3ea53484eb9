"""Guides (引导办理): small trees of questions in which every path ends at one smallest unit (业务办理项)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from chalicelib.catalogue.model.questions import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One possible answer to a question of a guide.

    ``leads_to`` is the id of the next question or of an ending; ``fills`` are answers to the item's own questions that
    this choice already implies.
    """

    value: str
    text: str
    text_en: str
    leads_to: str
    fills: Mapping[str, Answer] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fork:
    """A question of a guide (single choice)."""

    id: str
    text: str
    text_en: str
    choices: tuple[Choice, ...]
    hint: str = ""
    hint_en: str = ""

    def choice(self, value: str) -> Choice | None:
        """Return the choice with this value, or ``None``."""
        return next((choice for choice in self.choices if choice.value == value), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Where a guide ends: a smallest unit, either an item of the catalogue or a service at the office named."""

    id: str
    name: str
    name_en: str
    office: str
    office_en: str
    item_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """One edition of a guide; ``code`` is the parent item (``parent``) whose items it leads to.

    Raises ``ValueError`` if a choice leads nowhere, if there is a cycle, or if a question or ending cannot be reached.
    """

    code: str
    in_force_from: date
    source: str
    name: str
    name_en: str
    summary: str
    summary_en: str
    keywords: tuple[str, ...]
    first: str
    forks: tuple[Fork, ...]
    endings: tuple[Ending, ...]

    def __post_init__(self) -> None:
        """Follow every path to its end."""
        known = [*(fork.id for fork in self.forks), *(ending.id for ending in self.endings)]
        if len(set(known)) < len(known):
            message = f"{self.code} names two things alike"
            raise ValueError(message)
        reached = set(self._reached(self.first, behind=()))
        if reached != set(known):
            message = f"{self.code} never leads to {sorted(set(known) - reached)}"
            raise ValueError(message)

    def fork(self, name: str) -> Fork | None:
        """Return the question with this id, or ``None``."""
        return next((fork for fork in self.forks if fork.id == name), None)

    def ending(self, name: str) -> Ending | None:
        """Return the ending with this id, or ``None``."""
        return next((ending for ending in self.endings if ending.id == name), None)

    def _reached(self, place: str, *, behind: tuple[str, ...]) -> Iterator[str]:
        yield place
        fork = self.fork(place)
        if fork is None:
            if self.ending(place) is None:
                message = f"{self.code} leads to {place}, which there is not"
                raise ValueError(message)
            return
        if place in behind:
            message = f"{self.code} leads round in a circle at {place}"
            raise ValueError(message)
        for choice in fork.choices:
            yield from self._reached(choice.leads_to, behind=(*behind, place))


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A question with the answer that was given."""

    fork: Fork
    choice: Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideProgress:
    """How far somebody has got in a guide: the answers so far, and either the next question or the ending."""

    given: tuple[Given, ...] = ()
    fork: Fork | None = None
    ending: Ending | None = None

    @property
    def answers(self) -> Mapping[str, Answer]:
        """The answers to the item's own questions that follow from the choices made so far."""
        return {name: answer for one in self.given for name, answer in one.choice.fills.items()}
