"""What a pack says of ways back: objections, repairs, and what each may end in."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple


class ObjectionLimit(NamedTuple):
    """One time limit for answering an objection (异议处理期限); of several the one that ends first counts (R3.10)."""

    value: int
    unit: str
    basis: str


class ObjectionGround(NamedTuple):
    """What an objection may be about (异议事由), and by kind of entry what it may end in (R3.12)."""

    code: str
    name: str
    english: str
    outcomes: Mapping[str, tuple[str, ...]]
    basis: str


class PausedClasses(NamedTuple):
    """Which classes of measures have no effect while an objection is open (异议期间暂停, R3.9)."""

    classes: tuple[str, ...]
    basis: str


class RepairPromise(NamedTuple):
    """What is promised with a repair (信用承诺书), word for word."""

    text: str
    english: str
    basis: str


class RepairRefusal(NamedTuple):
    """Why a repair may be refused (不予修复事由): each with its article (R3.13)."""

    code: str
    name: str
    english: str
    basis: str


class Recourse(NamedTuple):
    """All that a pack sets for ways back (异议与修复)."""

    limits: tuple[ObjectionLimit, ...]
    grounds: tuple[ObjectionGround, ...]
    paused: PausedClasses
    promise: RepairPromise
    refusals: tuple[RepairRefusal, ...]

    def ground(self, code: str) -> ObjectionGround | None:
        """Return a ground of objections, or None where the closed list does not have it."""
        return next((ground for ground in self.grounds if ground.code == code), None)

    def refusal(self, code: str) -> RepairRefusal | None:
        """Return why a repair may be refused, or None where the closed list does not have it."""
        return next((refusal for refusal in self.refusals if refusal.code == code), None)

    def bases(self) -> Iterator[str]:
        """Yield what every part of it rests on."""
        yield from (limit.basis for limit in self.limits)
        yield from (ground.basis for ground in self.grounds)
        yield from (self.paused.basis, self.promise.basis)
        yield from (refusal.basis for refusal in self.refusals)
