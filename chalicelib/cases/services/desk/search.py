"""Finding a case by what a caller says of themselves: by the whole name, or by the phone number that they confirmed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from chalicelib.cases.model.case import Case, CaseCard
from chalicelib.cases.rules.reading import ReadingPurpose, require_said
from chalicelib.cases.services.desk.notes import COLLEAGUES
from chalicelib.cases.services.reading import CaseReading
from chalicelib.cases.store import CaseStore
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, require, sees
from chalicelib.subjects.model.subjects import SubjectKey

MOST: Final = 10
"""How many cases are found at most: each leaves a trace, and with more the caller has to say more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """The cases that were found, newest first; ``is_more`` if there are others."""

    cards: tuple[CaseCard, ...]
    is_more: bool


class CaseSearch:
    """Finds cases of the caller's own department; each that is shown has the look on its timeline (R7.5)."""

    def __init__(
        self,
        store: CaseStore,
        reading: CaseReading,
        *,
        names: Callable[[str], tuple[str, ...]],
        phones: Callable[[str], tuple[SubjectKey, ...]],
    ) -> None:
        """``names`` gives the keyed digests that a name may have, ``phones`` who has confirmed a number."""
        self._store = store
        self._reading = reading
        self._names = names
        self._phones = phones

    def by_name(self, name: str, *, purpose: ReadingPurpose | None, by: Caller, at: datetime) -> Hits:
        """Return the cases of applicants of exactly this name, as it was when they were filed.

        Raises ``PURPOSE_REQUIRED`` for an officer who does not say for what they look.
        """
        department = _department_of(by, purpose)
        return self._hits(
            self._store.called(department, self._names(name), limit=MOST + 1), purpose=purpose, by=by, at=at
        )

    def by_phone(self, phone: str, *, purpose: ReadingPurpose | None, by: Caller, at: datetime) -> Hits:
        """Return the cases of whoever has confirmed this number; none for what is no number. Raises as ``by_name``."""
        department = _department_of(by, purpose)
        cards = [
            card
            for subject in self._phones(phone)
            for card in self._store.of_subject(
                subject, state=None, department=department, limit=MOST + 1, after=None
            ).items
        ]
        newest = sorted(cards, key=lambda card: card.received_at, reverse=True)
        return self._hits([card.case_no for card in newest], purpose=purpose, by=by, at=at)

    def _hits(self, numbers: Iterable[str], *, purpose: ReadingPurpose | None, by: Caller, at: datetime) -> Hits:
        """Put the look at each case on record, and return them; what concerns the caller is not among them."""
        listed = list(numbers)
        found = self._store.together(listed[:MOST]) if listed else ()
        seen = [case for case in found if _may_see(case, by)]
        for case in seen:
            self._reading.leave_trace(case, purpose, by=by, at=at)
        return Hits(cards=tuple(case.card for case in seen), is_more=len(listed) > MOST)


def _may_see(case: Case, by: Caller) -> bool:
    return sees(by, roles=COLLEAGUES, department=case.department, subjects=case.people)


def _department_of(by: Caller, purpose: ReadingPurpose | None) -> str:
    if by.department is None:
        raise DomainError(ErrorCode.FORBIDDEN)
    require(by, roles=COLLEAGUES, department=by.department)
    require_said(purpose, by=by)
    return by.department
