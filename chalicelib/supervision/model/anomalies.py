"""A signal of window dressing (注水疑点): something that looks better than it was, and the events that it rests on."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AnomalyKind(StrEnum):
    """What was seen (疑点种类, R4.19, R4.20)."""

    LATE_ENTRY = "late_entry"
    CLOSED_AND_REOPENED = "closed_and_reopened"
    CLOSED_CLOSE_TO_DUE = "closed_close_to_due"
    CLOSED_AND_CONTRADICTED = "closed_and_contradicted"
    SECOND_CORRECTION = "second_correction"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """An event that a signal rests on, as its timeline has it."""

    owner: str
    seq: int
    kind: str
    occurred_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly:
    """Something for a person to look at: it accuses nobody, and no number is ever made of it.

    ``officer`` is the staff id of whoever did the act that it is about, blank if that was no officer.
    ``found_at`` is when the last of its events was recorded, so that whoever looks again finds the same.
    """

    signal_id: str
    kind: AnomalyKind
    case_no: str
    department: str
    item_code: str
    officer: str
    found_at: datetime
    events: tuple[Evidence, ...]
