"""Responses for alerts (督办提醒)."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BeforeValidator, Field

from chalicelib.alerts.model.alerts import Alert
from chalicelib.http.routes import ResponseBody
from chalicelib.http.schemas import BlankAsNull
from chalicelib.policy import Role

ANSWERERS = (Role.OFFICER, Role.SUPERVISOR, Role.HEAD, Role.MONITOR, Role.CALENDAR_EDITOR, Role.CREDIT_OFFICER)
RECIPIENTS = (*ANSWERERS, Role.INSPECTOR)
"""Who gets alerts; inspectors answer none, for the office would read it (R7.13)."""


def case_no_of(owner: str) -> str | None:
    """Return the case number in an owner's name, ``None`` if the owner is not a case."""
    kind, _, name = owner.partition(":")
    return name if kind == "case" else None


OwnersCaseNo = Annotated[str | None, BeforeValidator(case_no_of), Field(validation_alias="owner")]
"""The case number, read from a timeline's owner; null where the owner is not a case."""


class AlertResponse(ResponseBody):
    """An alert to the caller, with its acknowledgement once there is one.

    ``officer`` has the case, null while nobody has it and the alert is for all who hold the role.
    """

    id: Annotated[str, Field(validation_alias="alert_id")]
    case_no: OwnersCaseNo
    owner: str
    clock_id: str
    clock_kind: str
    milestone: str
    level: int
    recipient: str
    officer: BlankAsNull
    department: str
    due_on: date
    raised_at: datetime
    state: str
    reason: str | None
    expected_on: date | None
    acknowledged_at: datetime | None


def alert_response(alert: Alert) -> AlertResponse:
    """Build the response for an alert."""
    answer = alert.acknowledgement
    return AlertResponse.of(
        alert,
        reason=answer and answer.reason,
        expected_on=answer and answer.expected_on,
        acknowledged_at=answer and answer.at,
    )
