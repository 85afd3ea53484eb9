"""Notes among colleagues about a case (内部备注), which its department alone reads."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from chalicelib.authorities.model import Act
from chalicelib.cases.model.case import Case
from chalicelib.cases.model.notes import Notes
from chalicelib.cases.rules import notes as rules
from chalicelib.cases.rules.case_numbers import is_case_no
from chalicelib.cases.rules.reading import ReadingPurpose
from chalicelib.cases.services.access import CaseAccess, Step
from chalicelib.cases.services.reading import CaseReading
from chalicelib.cases.store import CaseStore, NoteStore
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role
from chalicelib.rulepacks.model.pack import RulePack

COLLEAGUES: Final = (Role.OFFICER, Role.SUPERVISOR, Role.HEAD)
LOOK: Final = Step(roles=COLLEAGUES, act=Act.VIEW, told="case")


class CaseNotes:
    """Keeps the notes of cases, apart from their timelines."""

    def __init__(
        self,
        cases: CaseStore,
        notes: NoteStore,
        access: CaseAccess,
        reading: CaseReading,
        *,
        pack: Callable[[str, datetime], RulePack],
    ) -> None:
        """``reading`` puts the look on record, as at the case; ``pack`` says for how long documents stay."""
        self._cases = cases
        self._notes = notes
        self._access = access
        self._reading = reading
        self._pack = pack

    def read(self, case_no: str, *, purpose: ReadingPurpose | None, by: Caller, at: datetime) -> Notes:
        """Return the notes of a case of the caller's department; ``PURPOSE_REQUIRED`` as at the case itself."""
        return self._notes.of(self._case(case_no, purpose=purpose, by=by, at=at).case_no, at=at)

    def of_case(self, case: Case, *, by: Caller, at: datetime) -> Notes:
        """Return the notes of a case of the caller's department that was just opened, with the look on record."""
        self._access.require(case, LOOK, by=by, at=at)
        return self._notes.of(case.case_no, at=at)

    @retry_on_conflict
    def add(self, case_no: str, text: str, *, by: Caller, at: datetime) -> Notes:
        """Add a note to a case of the caller's department.

        Whoever writes one handles the case. Raises ``INVALID_BODY`` once there are as many as there may be.
        """
        handling = ReadingPurpose.HANDLING if Role.OFFICER in by.roles else None
        case = self._case(case_no, purpose=handling, by=by, at=at)
        before = self._notes.of(case.case_no, at=at)
        after = rules.with_note(before, text, by=by.actor, at=at)
        if after is before:
            return before
        years = self._pack(case.terms.pack, at).documents.years
        with transaction() as tx:
            self._notes.save(after, until=rules.kept_until(at, years=years), tx=tx)
        return replace(after, version=before.version + 1)

    def _case(self, case_no: str, *, purpose: ReadingPurpose | None, by: Caller, at: datetime) -> Case:
        if not is_case_no(case_no):
            raise DomainError(ErrorCode.NOT_FOUND)
        case = self._cases.load(case_no)
        self._access.require(case, LOOK, by=by, at=at)
        self._reading.leave_trace(case, purpose, by=by, at=at)
        return case
