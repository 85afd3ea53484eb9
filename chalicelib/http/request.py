"""The event behind a request, and what a route's function receives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeAlias, TypeVar

from chalicelib.dynamo.idempotency import IdempotencyKey
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.http.cursors import cursors
from chalicelib.http.language import Language
from chalicelib.policy import Caller

B = TypeVar("B")

Event: TypeAlias = Mapping[str, Any]
"""An API Gateway REST event, with all its keys present."""


def headers_of(event: Event) -> Mapping[str, str]:
    """Return the headers by their names in lower case."""
    return {name.lower(): value for name, value in event["headers"].items()}


def speaker_of(who: Caller | None) -> str:
    """Name a caller with all that they speak for: the same login may come back for another subject or office."""
    if who is None:
        return ""
    return repr((who.sub, who.subject, sorted(role.value for role in who.roles), who.department))


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[B]):
    """One request, authenticated and parsed.

    ``place`` is the route's path as declared; ``who`` is ``None`` on public routes only; ``path`` holds the decoded
    parameters; ``query`` is the route's own query model, already checked; ``version`` is the value of ``If-Match``, on
    routes that need it; ``idempotency_key`` is set if the caller sent an ``Idempotency-Key``; ``at`` is the instant of
    the service clock; ``origin`` is the address and the browser as seen by the gateway, used for a keyed digest and
    for nothing else.
    """

    place: str
    who: Caller | None
    body: B
    query: Any
    path: Mapping[str, str]
    at: datetime
    language: Language
    sent_version: int | None = None
    idempotency_key: IdempotencyKey | None = None
    origin: str = field(default="", repr=False)

    @property
    def caller(self) -> Caller:
        """The caller; ``UNAUTHENTICATED`` on a public route."""
        if self.who is None:
            raise DomainError(ErrorCode.UNAUTHENTICATED)
        return self.who

    @property
    def address(self) -> str:
        """The client's address as seen by the gateway, for a keyed digest and for nothing else; blank if unknown."""
        return self.origin.partition("\0")[0]

    @property
    def version(self) -> int:
        """The version in ``If-Match``, on a route that needs it."""
        if self.sent_version is None:
            raise DomainError(ErrorCode.PRECONDITION_REQUIRED)
        return self.sent_version

    @property
    def position(self) -> dict[str, Any] | None:
        """Where the page begins, from a cursor for this caller, route and filter; ``None`` for the first page."""
        sealed: str | None = self.query.cursor
        return None if sealed is None else cursors().open(sealed, about=self._list, at=self.at)

    def next_cursor(self, position: Mapping[str, Any] | None) -> str | None:
        """Return the cursor of the next page (strings, numbers, lists and objects), valid for this list only."""
        return None if position is None else cursors().seal(position, about=self._list, at=self.at)

    @property
    def _list(self) -> str:
        """Identify the list and its caller, so that a position from another list is not accepted here."""
        filters: dict[str, object] = self.query.model_dump(mode="json", exclude={"limit", "cursor"})
        return repr((self.place, speaker_of(self.who), sorted(self.path.items()), sorted(filters.items())))
