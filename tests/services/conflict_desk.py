"""The credit office's desk for names that do not match: what waits there, and what a person decides."""

from chalicelib.container import container
from chalicelib.credit.model.identity_conflicts import Conflict, ConflictState, Outcome
from chalicelib.policy import Caller, Role
from tests.builders import NOON, a_caller

CREDIT = a_caller(Role.CREDIT_OFFICER, sub="credit", department="credit")


def conflicts(state: ConflictState = ConflictState.OPEN) -> tuple[Conflict, ...]:
    """The conflicts in a state, oldest first."""
    return container().conflicts.page(state, by=CREDIT, limit=50, after=None).items


def decide(conflict: Conflict, outcome: Outcome, *, version: int | None = None, by: Caller = CREDIT) -> Conflict:
    """Find that two names are one person's, or two people's."""
    return container().conflicts.decide(
        conflict.conflict_id,
        outcome,
        evidence="户籍证明1号",
        reason="核对了证件。",
        by=by,
        version=version or conflict.version,
        at=NOON,
    )


def decide_the_one(outcome: Outcome) -> Conflict:
    """Decide the only conflict that waits."""
    (conflict,) = conflicts()
    return decide(conflict, outcome)
