"""A pack's rules for objections and repairs, and their possible outcomes."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple


class ObjectionLimit(NamedTuple):
    """One time limit for answering an objection (异议处理期限); if there are several, the earliest counts (R3.10)."""

    value: int
    unit: str
    basis: str


class ObjectionGround(NamedTuple):
    """A ground for an objection (异议事由), with the possible outcomes for each kind of entry (R3.12)."""

    code: str
    name: str
    english: str
    outcomes: Mapping[str, tuple[str, ...]]
    basis: str


class PausedClasses(NamedTuple):
    """What is suspended while an objection is open (异议期间暂停, R3.9): classes of measures, and records' bars."""

    classes: tuple[str, ...]
    records: bool
    basis: str


class RepairPromise(NamedTuple):
    """The promise made with a repair (信用承诺书), word for word."""

    text: str
    english: str
    basis: str


class NoticeText(NamedTuple):
    """A notice that goes with every document of its kind, word for word."""

    text: str
    english: str
    basis: str


class RepairRefusal(NamedTuple):
    """A ground for refusing a repair (不予修复事由), with its article (R3.13)."""

    code: str
    name: str
    english: str
    basis: str


class Recourse(NamedTuple):
    """Everything a pack sets for objections and repairs (异议与修复)."""

    limits: tuple[ObjectionLimit, ...]
    grounds: tuple[ObjectionGround, ...]
    paused: PausedClasses
    promise: RepairPromise
    refusals: tuple[RepairRefusal, ...]
    remedy_notice: NoticeText
    """What every adverse decision says of remedies (行政许可法第38条), with ``{review}`` and ``{court}`` to fill in."""
    repair_notice: NoticeText
    """How credit is repaired (信用修复告知书), delivered with the decision (两书同达, R3.4)."""

    def ground(self, code: str) -> ObjectionGround | None:
        """Return a ground for an objection, or ``None`` if the closed list does not have it."""
        return next((ground for ground in self.grounds if ground.code == code), None)

    def refusal(self, code: str) -> RepairRefusal | None:
        """Return a ground for refusing a repair, or ``None`` if the closed list does not have it."""
        return next((refusal for refusal in self.refusals if refusal.code == code), None)

    def bases(self) -> Iterator[str]:
        """Yield the basis of every part."""
        yield from (limit.basis for limit in self.limits)
        yield from (ground.basis for ground in self.grounds)
        yield from (self.paused.basis, self.promise.basis, self.remedy_notice.basis, self.repair_notice.basis)
        yield from (refusal.basis for refusal in self.refusals)
