"""Which error codes a route may answer: documented by the routes, and held against every answer of the tests."""

from typing import Final

from chalicelib.bounds.store import bounds
from chalicelib.errors import ErrorCode
from chalicelib.http.routes import PageQuery, Route
from chalicelib.policy import FOR_THEMSELVES, Role

ANY_ROUTE: Final = (
    ErrorCode.INVALID_QUERY,
    ErrorCode.INVALID_BODY,
    ErrorCode.BODY_TOO_LARGE,
    ErrorCode.UNAVAILABLE,
    ErrorCode.INTERNAL_ERROR,
)
"""What any request may be refused for: even a route without parameters or a body may be sent some."""


def refusals_of(route: Route) -> frozenset[ErrorCode]:
    """Return what a route may answer: the codes it names, and those that follow from its declaration and its bounds."""
    is_of_an_office = bool(route.roles - FOR_THEMSELVES - {Role.SYSTEM})
    names_something = bool(route.parameters or route.body)
    is_paged = route.query is not None and issubclass(route.query, PageQuery)
    declared = (
        (not route.is_public, (ErrorCode.UNAUTHENTICATED, ErrorCode.FORBIDDEN, ErrorCode.ACTING_ROLE_MISSING)),
        (is_of_an_office and names_something, (ErrorCode.OWN_MATTER,)),
        (route.is_signed, (ErrorCode.UNAUTHENTICATED,)),
        (route.is_fresh, (ErrorCode.FRESH_LOGIN_REQUIRED,)),
        (bool(route.parameters), (ErrorCode.NOT_FOUND,)),
        (is_paged, (ErrorCode.INVALID_CURSOR,)),
        (route.method != "GET", (ErrorCode.BUSY,)),
        (route.body is not None, (ErrorCode.UNSUPPORTED_MEDIA_TYPE,)),
        (route.needs_version, (ErrorCode.PRECONDITION_REQUIRED,)),
        (route.needs_version or route.takes_version, (ErrorCode.STALE_VERSION,)),
        (route.creates, (ErrorCode.INVALID_IDEMPOTENCY_KEY, ErrorCode.IDEMPOTENCY_KEY_REUSED)),
    )
    following = (code for holds, codes in declared if holds for code in codes)
    bounded = (bound.code for bound in bounds().counts.values() if route.name in bound.routes)
    return frozenset((*ANY_ROUTE, *route.errors, *following, *bounded))
