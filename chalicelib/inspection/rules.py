"""Whether a mandate is in force, and whether a case is within it."""

from collections.abc import Iterable
from datetime import datetime

from chalicelib.clock import day_in_shanghai
from chalicelib.clocks.model import Light
from chalicelib.inspection.model import CaseFacts, Mandate, Scope


def is_in_force(mandate: Mandate, *, at: datetime) -> bool:
    """Whether the mandate allows reading: it is approved, and its last day (to its end in Shanghai) has not passed."""
    return mandate.approved_at is not None and day_in_shanghai(at) <= mandate.expires_on


def covers(scope: Scope, case: CaseFacts) -> bool:
    """Whether a case is within a scope: it matches every list that is not empty; both end days are included."""
    return (
        bool(scope.departments or scope.case_nos)
        and (not scope.departments or case.department in scope.departments)
        and (not scope.items or case.item_code in scope.items)
        and (not scope.case_nos or case.case_no in scope.case_nos)
        and (scope.received_from is None or scope.received_from <= case.received_on)
        and (scope.received_to is None or case.received_on <= scope.received_to)
    )


def may_audit(mandate: Mandate, department: str | None) -> bool:
    """Whether somebody of a department may audit what is read under a mandate: not if it is over that department."""
    return department not in mandate.scope.departments


GRAVITY = (Light.GREEN, Light.GREY, Light.WHITE, Light.YELLOW, Light.RED)


def gravest(lights: Iterable[Light]) -> Light:
    """Return the most serious light; GREEN for a case without clocks."""
    return max(lights, key=GRAVITY.index, default=Light.GREEN)
