"""Loading and saving the register."""

from collections.abc import Collection
from typing import Any

from pynamodb.expressions.condition import Condition

from chalicelib.dynamo.model import Page, Position
from chalicelib.dynamo.pages import page_of_matching
from chalicelib.dynamo.transaction import read_together
from chalicelib.policy import Role
from chalicelib.staff.model import StaffMember, StaffState, owner_of
from chalicelib.staff.table import PersonRow, StaffRow
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.repository import Repository


class StaffStore(Repository[StaffMember]):
    """All entries, and the subject keys of everybody who has logged in."""

    kind = "staff"
    row = StaffRow

    def known(self, staff_id: str, person: str) -> tuple[StaffMember | None, frozenset[SubjectKey]]:
        """Return an entry and the subject keys that the person was vouched for: one strongly consistent read."""
        row, vouched = read_together(StaffRow(owner_of(staff_id)), PersonRow(_pk(person)))
        member = None if row is None else self.from_row(row)
        return member, _subjects(vouched if isinstance(vouched, PersonRow) else None)

    def named(self, staff_ids: Collection[str]) -> tuple[StaffMember, ...]:
        """Return the entries that exist among these, a hundred in one read."""
        rows = read_together(*(StaffRow(owner_of(staff_id)) for staff_id in staff_ids))
        return tuple(self.from_row(row) for row in rows if row is not None)

    def vouched(self, person: str) -> frozenset[SubjectKey]:
        """Return the subject keys that a person was vouched for; they may lag behind by a second."""
        try:
            return _subjects(PersonRow.get(_pk(person)))
        except PersonRow.DoesNotExist:
            return frozenset()

    def vouch(self, person: str, subjects: Collection[SubjectKey]) -> None:
        """Add subject keys to those of a person. Idempotent, whoever else adds some at the same moment."""
        PersonRow(_pk(person)).update(actions=[PersonRow.subjects.add(set(subjects))])

    def of_department(
        self, department: str, *, role: Role | None, state: StaffState | None, limit: int, after: Position | None
    ) -> Page[StaffMember]:
        """Return a page of a department's staff, by staff id, those who have left included unless a state is named."""
        return page_of_matching(
            StaffRow.by_department,
            department,
            self.from_row,
            limit=limit,
            after=after,
            matches=_matching(role, state),
            newest_first=False,
        )

    def deputised_by(self, staff_id: str) -> tuple[StaffMember, ...]:
        """Return everybody whose recorded absence names somebody as deputy, whenever it is."""
        return tuple(self.from_row(row) for row in StaffRow.by_deputy.query(staff_id))

    def _columns(self, member: StaffMember) -> dict[str, Any]:
        return {
            "document": member,
            "department": member.department or None,
            "roles": {role.value for role in member.roles} or None,
            "state": member.state.value,
            "deputy": None if member.absence is None else member.absence.deputy,
        }


def _matching(role: Role | None, state: StaffState | None) -> Condition | None:
    has_role: Condition | None = None if role is None else StaffRow.roles.contains(role.value)
    if state is None:
        return has_role
    is_so: Condition = StaffRow.state == state.value
    return is_so if has_role is None else has_role & is_so


def _pk(person: str) -> str:
    return f"person:{person}"


def _subjects(row: PersonRow | None) -> frozenset[SubjectKey]:
    return frozenset(SubjectKey(key) for key in (row and row.subjects) or ())
