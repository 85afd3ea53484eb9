"""Which clocks a case waits for in each state, by which lists show its light and its day."""

from collections.abc import Iterable, Mapping
from typing import Final

from chalicelib.cases.model.case import CaseCard, State, owner_of
from chalicelib.clocks.model import Clock, ClockKind
from chalicelib.clocks.rules.clocks import id_of

REPORTED: Final = "reported"
NOT_RECTIFIED: Final = "not-rectified"
"""After what the office's time for the next step begins anew, in the id of its clock."""

DUTIES: Final[Mapping[State, tuple[ClockKind, ...]]] = {
    State.PENDING_CREDIT: (ClockKind.CREDIT_RECHECK,),
    State.PENDING_IDENTITY: (ClockKind.IDENTITY_CHECK,),
    State.AWAITING_MATERIALS: (ClockKind.MATERIALS,),
    State.RECEIVED: (ClockKind.ACCEPTANCE,),
    State.CORRECTION_ASKED: (ClockKind.CORRECTION,),
    State.ACCEPTED: (ClockKind.HANDLING_PROMISED,),
    State.PAUSED: (ClockKind.HANDLING_PROMISED,),
    State.SUSPENDED: (ClockKind.HANDLING_PROMISED,),
    State.DECIDED: (ClockKind.DELIVERY, ClockKind.VERIFICATION),
    State.CLOSED: (ClockKind.VERIFICATION,),
}
"""What is owed next in a state; in those that are left out nothing is."""

OF_A_BROKEN_PROMISE: Final = (
    (ClockKind.RECTIFICATION, ""),
    (ClockKind.CONSEQUENCE, ""),
    (ClockKind.CONSEQUENCE, REPORTED),
    (ClockKind.CONSEQUENCE, NOT_RECTIFIED),
)
"""What is owed besides as long as a promise stands as broken: kinds of clocks, and the ends of their ids."""


def clocks_awaited(card: CaseCard) -> tuple[tuple[str, str], ...]:
    """Return the clocks that a case waits for, by owner and id; it may have had no need of some."""
    kinds = [(kind, "") for kind in DUTIES.get(card.state, ())]
    also = OF_A_BROKEN_PROMISE if kinds and card.finding else ()
    return tuple(
        (owner_of(card.case_no), id_of(kind, suffix_of(card.clock_suffix, end))) for kind, end in (*kinds, *also)
    )


def suffix_of(*parts: str) -> str:
    """Join what keeps a clock apart from others of its kind; blank parts say nothing."""
    return "-".join(part for part in parts if part)


def due_next(clocks: Iterable[Clock]) -> Clock | None:
    """Return the clock that is due first of those that were not stopped, if any."""
    return min((clock for clock in clocks if clock.stopped_at is None), key=lambda clock: clock.due_at, default=None)
