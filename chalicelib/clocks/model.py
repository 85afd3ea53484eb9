"""A clock: one duty, its limit, its pauses and its due date."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from chalicelib.workdays.model.limits import Limit


class ClockKind(StrEnum):
    """What a clock measures (时限种类); ``about`` has the id of a step (办理环节), or of what is brought later."""

    MATERIALS = "materials"
    LATER_MATERIAL = "later_material"
    CORRECTION = "correction"
    ACCEPTANCE = "acceptance"
    HANDLING_PROMISED = "handling_promised"
    HANDLING_STATUTORY = "handling_statutory"
    STEP = "step"
    DELIVERY = "delivery"
    VERIFICATION = "verification"
    SUSPENSION = "suspension"
    CONSEQUENCE = "consequence"
    RECTIFICATION = "rectification"
    DEFENCE = "defence"
    ACKNOWLEDGEMENT = "acknowledgement"
    CREDIT_RECHECK = "credit_recheck"
    IDENTITY_CHECK = "identity_check"
    CARD_REPLY = "card_reply"
    CARD_APPEAL = "card_appeal"
    RATING_ANSWER = "rating_answer"
    COMPLAINT = "complaint"
    FLAG_NOTICE = "flag_notice"
    PROPAGATION = "propagation"
    OBJECTION = "objection"
    REPAIR_AUTHORITY = "repair_authority"
    REPAIR_SITE = "repair_site"


class TaskKind(StrEnum):
    """What the sweep goes on with beside clocks; each kind names the step that does it."""

    EVALUATION = "evaluation"
    HANDOVER = "handover"
    WITHDRAWAL = "withdrawal"


NOT_WARNED = frozenset(
    {
        ClockKind.DEFENCE,
        ClockKind.ACKNOWLEDGEMENT,
        ClockKind.CREDIT_RECHECK,
        ClockKind.FLAG_NOTICE,
        ClockKind.PROPAGATION,
    }
)
"""Kinds without a warning: nobody could act on it, or the warning is the duty itself."""

OUTLASTING = frozenset(
    {
        ClockKind.ACKNOWLEDGEMENT,
        ClockKind.CARD_REPLY,
        ClockKind.CARD_APPEAL,
        ClockKind.RATING_ANSWER,
        ClockKind.COMPLAINT,
    }
)
"""Duties about a case that continue after it is closed or assigned to somebody else."""


class Light(StrEnum):
    """The forecast of a clock (灯): it blames nobody."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    GREY = "grey"
    WHITE = "white"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockPause:
    """Time that does not count (期间扣除), with its ground, its article and the end that the applicant was told."""

    started_at: datetime
    ended_at: datetime | None = None
    ground: str
    basis: str
    expected_until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """The one extension (延期) of a handling limit, and when the head granted it."""

    by: Limit
    granted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One time limit that binds an office or a person.

    ``owner`` is whose timeline records it, ``clock_id`` its name there; ``responsible`` is the staff id or the role
    that must act, ``pack`` the rule pack that says who is alerted, ``about`` what it refers to (an alert's id).
    ``due_at`` is the last second in time, ``due_on`` its day in Shanghai; ``provisional`` means that the date depends
    on a working calendar that is not announced yet, so nobody may be called late by it.

    ``warned_at`` and ``passed_at`` are milestones that have been recorded, ``recheck_at`` when a wait is checked again.
    ``round`` is increased when a recorded milestone is taken back, so that recording it again is a new event. ``item``
    is the code of the service item concerned, blank if there is none. Milestones, ``recheck_at`` and ``rev`` come from
    the row and are not part of the stored document: lists show none of them, and so a milestone changes no index but
    that of due clocks.
    """

    owner: str
    clock_id: str
    kind: ClockKind
    department: str
    responsible: str
    limit: Limit
    pack: str
    started_at: datetime
    due_at: datetime
    due_on: date
    provisional: bool
    yellow_at: datetime
    pauses: tuple[ClockPause, ...] = ()
    extension: Extension | None = None
    about: str = ""
    level: int = 0
    warned_at: Annotated[datetime | None, Field(exclude=True)] = None
    passed_at: Annotated[datetime | None, Field(exclude=True)] = None
    stopped_at: datetime | None = None
    recheck_at: Annotated[datetime | None, Field(exclude=True)] = None
    round: int = 0
    item: str = ""
    rev: Annotated[int, Field(exclude=True)] = 1

    @property
    def open_pause(self) -> ClockPause | None:
        """The ongoing pause, if any."""
        return next((pause for pause in self.pauses if pause.ended_at is None), None)

    @property
    def is_running(self) -> bool:
        """Whether time is counting now."""
        return self.stopped_at is None and self.open_pause is None

    def is_late(self, at: datetime) -> bool:
        """Whether the last second in time is over; neither a provisional date nor a pause makes anybody late.

        During a pause the moment at which it started decides: time does not count until it ends.
        """
        within = (
            pause.started_at
            for pause in self.pauses
            if pause.started_at <= at and (pause.ended_at is None or at <= pause.ended_at)
        )
        return not self.provisional and min(within, default=at) > self.due_at

    def is_undecidable(self, at: datetime) -> bool:
        """Whether lateness cannot be decided: the calculated last second is past, but its year is not announced."""
        return self.provisional and at > self.due_at


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockOutline:
    """As much of an open clock as it takes to count it; ``paused_until`` is what the applicant was told of a pause."""

    owner: str
    kind: str
    responsible: str
    due_at: datetime
    yellow_at: datetime
    paused_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlines:
    """The first clocks of a list, oldest due first; ``is_more`` if others follow, which were not looked at."""

    clocks: tuple[ClockOutline, ...]
    is_more: bool
