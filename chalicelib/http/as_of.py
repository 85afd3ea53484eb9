"""Requests for the state at a past moment."""

from datetime import datetime

from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.http.routes import Call, Instant, Query


class AsOfQuery(Query):
    """The moment whose state is returned; now by default."""

    at: Instant | None = None


def moment_in(call: Call[None]) -> datetime:
    """Return the requested moment; ``INVALID_QUERY`` if it is in the future."""
    at: datetime = call.query.at or call.at
    if at > call.at:
        fault = FieldError(pointer="/at", detail="时刻不得晚于现在。", english="This moment has not come yet.")
        raise DomainError(ErrorCode.INVALID_QUERY, faults=(fault,))
    return at
