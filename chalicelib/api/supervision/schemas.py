"""How an alert is told."""

from datetime import date, datetime

from chalicelib.alerts.model.alerts import Alert
from chalicelib.http.routes import Shape
from chalicelib.policy import Role

RECIPIENTS = (Role.OFFICER, Role.SUPERVISOR, Role.HEAD, Role.MONITOR, Role.CALENDAR_EDITOR, Role.CREDIT_OFFICER)


class AlertShape(Shape):
    """An alert to the caller, and its answer once there is one."""

    id: str
    case_no: str | None
    owner: str
    clock_id: str
    clock_kind: str
    milestone: str
    level: int
    recipient: str
    department: str
    due_on: date
    raised_at: datetime
    state: str
    reason: str | None
    expected_on: date | None
    acknowledged_at: datetime | None


def alert_shape(alert: Alert) -> AlertShape:
    """Return an alert as it is told."""
    answer = alert.acknowledgement
    return AlertShape(
        id=alert.alert_id,
        case_no=case_no_of(alert.owner),
        owner=alert.owner,
        clock_id=alert.clock_id,
        clock_kind=alert.clock_kind,
        milestone=alert.milestone,
        level=alert.level,
        recipient=alert.recipient,
        department=alert.department,
        due_on=alert.due_on,
        raised_at=alert.raised_at,
        state=alert.state,
        reason=answer.reason if answer else None,
        expected_on=answer.expected_on if answer else None,
        acknowledged_at=answer.at if answer else None,
    )


def case_no_of(owner: str) -> str | None:
    """Return the case number in an owner's name, ``None`` where the owner is no case."""
    kind, _, name = owner.partition(":")
    return name if kind == "case" else None
