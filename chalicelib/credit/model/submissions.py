"""Submissions to the credit record, and the directory that says what may be recorded."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache

from chalicelib.credit.model.records import Severity, Text
from chalicelib.subjects.model.subjects import Identity, SubjectKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A record as submitted; anything may be missing, so that all faults can be reported at once."""

    source: str
    record_id: str
    kind: str | None = None
    severity: str | None = None
    publicity: str | None = None
    document_no: str | None = None
    organ: str | None = None
    effective_on: date | None = None
    served_at: datetime | None = None
    judged_on: date | None = None
    received_on: date | None = None
    display_until: date | None = None
    display_reason: str | None = None
    expires_on: date | None = None
    basis: str | None = None
    repair_notice: str | None = None
    contents: Mapping[str, str] = field(default_factory=dict)
    consent: str | None = None
    related_items: Sequence[str] = ()
    update_due_on: date | None = None
    source_version: int | None = None


class Fate(StrEnum):
    """The result of processing a line (处理结果)."""

    STORED = "stored"
    UNCHANGED = "unchanged"
    LATE = "late"
    REFUSED = "refused"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A file being imported: its name, who submitted it, and the time given to all its records."""

    name: str
    actor: str
    department: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The subject of some lines, resolved once for all of them."""

    about: Identity
    key: SubjectKey
    name_digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A line of a file: its number, content, subject and size in bytes."""

    line: int
    submission: Submission
    subject: Subject
    size: int = 0

    @property
    def name(self) -> tuple[str, str]:
        """The source and the id of the record."""
        return self.submission.source, self.submission.record_id

    def of(self, batch: Batch) -> str:
        """Return the origin stored with the record, so that processing the line again is recognised."""
        return f"{batch.name}:{self.line}"

    def was_taken(self, by_whom: str, batch: Batch) -> bool:
        """Whether a record with origin ``by_whom`` came from this line of the same file or a later one."""
        name, _, line = by_whom.rpartition(":")
        return name == batch.name and self.line <= int(line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The result for a line, with the error if it was refused: the rules' own, or one that nobody expected."""

    handed: Handed
    fate: Fate
    error: Exception | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of credit data (信用信息类别) that the directory allows.

    ``gravest`` is how severe a record of the kind can be at most. ``trusted`` are the sources of the place whose own
    systems hand in such records as they were decided, so that nobody has to confirm them here.
    """

    code: str
    name: Text
    gravest: Severity = Severity.NONE
    trusted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """Something that may never be held against anybody (不得列为失信), and the words that it is known by."""

    code: str
    name: Text
    words: tuple[str, ...]
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """An edition of the national base directory (全国公共信用信息基础目录).

    ``forbidden`` kinds may not be kept at all, ``with_consent`` kinds only with the subject's written consent, and
    ``never_adverse`` matters not as anything adverse.
    """

    edition: str
    title: str
    in_force_from: date
    kinds: tuple[Kind, ...]
    forbidden: tuple[Kind, ...]
    with_consent: tuple[Kind, ...]
    sources: tuple[str, ...]
    never_adverse: tuple[Matter, ...] = ()

    def kind(self, code: str) -> Kind | None:
        """Return the kind with that code, or None."""
        return next((kind for kind in self.kinds if kind.code == code), None)

    def forbids(self, name: str) -> Kind | None:
        """Return the forbidden kind that a name refers to, or None."""
        return _meant(name, self.forbidden)

    def wants_consent_for(self, name: str) -> Kind | None:
        """Return the kind requiring consent that a name refers to, or None."""
        return _meant(name, self.with_consent)

    def holds_harmless(self, texts: Iterable[str]) -> Matter | None:
        """Return the matter that one of the texts names and that may not be held against anybody, or None."""
        said = "\n".join(texts).casefold()
        return next((matter for matter in self.never_adverse if any(word in said for word in matter.words)), None)

    def trusts(self, source: str, kind: str) -> bool:
        """Whether records of a kind are as good as confirmed when the source's own system hands them in."""
        known = self.kind(kind)
        return known is not None and source in known.trusted


def _meant(name: str, kinds: Iterable[Kind]) -> Kind | None:
    """Return the kind that a name refers to, however it is spelt: ``Blood-Type``, ``bloodType``, ``of.blood_type``."""
    parts = _parts(name)
    return next((kind for kind in kinds if _folded(kind.code) in parts), None)


@lru_cache
def _parts(name: str) -> frozenset[str]:
    """Return a name and its parts, normalised; cached because the lines of a file repeat the same few names."""
    return frozenset(_folded(part) for part in (name, *name.split(".")))


@lru_cache
def _folded(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())
