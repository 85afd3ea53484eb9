"""What may be done to a flag, by whom and from which of its states."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from chalicelib.policy import Role
from chalicelib.sanctions.model.flags import OVER, FlagState


class FlagStep(StrEnum):
    """Steps on the way of a flag (惩戒步骤), in the order in which they are usual."""

    SERVE = "service"
    STATE = "statement"
    CONFIRM = "confirmation"
    RESUME = "resumption"
    LIFT = "lifting"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRight:
    """Who takes a step, and from which states."""

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
"""Every step; what else a step wants stands in its rule."""


def is_defence_open(due_at: datetime | None, *, has_spoken: bool, at: datetime) -> bool:
    """Say whether nobody may decide yet: the subject was not told, or may still speak and has not (R1.18)."""
    return due_at is None or (not has_spoken and at <= due_at)
