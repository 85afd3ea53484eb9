"""An anomaly (注水疑点): something that looks better than it was, with the events it rests on."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AnomalyKind(StrEnum):
    """What was found (疑点种类, R4.19, R4.20)."""

    LATE_ENTRY = "late_entry"
    CLOSED_AND_REOPENED = "closed_and_reopened"
    CLOSED_CLOSE_TO_DUE = "closed_close_to_due"
    CLOSED_WITHOUT_RESULT = "closed_without_result"
    CLOSED_AND_CONTRADICTED = "closed_and_contradicted"
    SECOND_CORRECTION = "second_correction"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """An event that an anomaly rests on, as recorded in its timeline."""

    owner: str
    seq: int
    kind: str
    occurred_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly:
    """Something for a person to look at: it accuses nobody, and never counts towards any score.

    ``officer`` is the staff id of whoever did the act in question, blank if it was not an officer. ``found_at`` is
    when the last of its events was recorded, so that finding it again gives the same anomaly.
    """

    signal_id: str
    kind: AnomalyKind
    case_no: str
    department: str
    item_code: str
    officer: str
    found_at: datetime
    events: tuple[Evidence, ...]
