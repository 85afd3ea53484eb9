"""The steps on a flag: who may take them, and from which states."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from chalicelib.policy import Role
from chalicelib.sanctions.model.flags import OVER, FlagState


class FlagStep(StrEnum):
    """The steps on a flag (惩戒步骤), in their usual order."""

    SERVE = "service"
    STATE = "statement"
    CONFIRM = "confirmation"
    RESUME = "resumption"
    LIFT = "lifting"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRight:
    """Who may take a step, and from which states."""

    role: Role
    states: frozenset[FlagState]


STEPS: Final[Mapping[FlagStep, StepRight]] = {
    FlagStep.SERVE: StepRight(role=Role.CREDIT_OFFICER, states=frozenset({FlagState.PROPOSED})),
    FlagStep.STATE: StepRight(role=Role.APPLICANT, states=frozenset({FlagState.SERVED, FlagState.ANSWERED})),
    FlagStep.CONFIRM: StepRight(
        role=Role.CREDIT_OFFICER, states=frozenset({FlagState.PROPOSED, FlagState.SERVED, FlagState.ANSWERED})
    ),
    FlagStep.RESUME: StepRight(role=Role.CREDIT_OFFICER, states=frozenset({FlagState.SUSPENDED})),
    FlagStep.LIFT: StepRight(role=Role.CREDIT_OFFICER, states=frozenset(FlagState) - OVER),
}
"""The right to each step; further conditions are in the rule of the step."""


def is_defence_open(due_at: datetime | None, *, has_spoken: bool, at: datetime) -> bool:
    """Whether a decision must wait: not yet served, or the subject may still make a statement (R1.18)."""
    return due_at is None or (not has_spoken and at <= due_at)
