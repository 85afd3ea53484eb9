"""What a route is, what its function is given, and what it gives back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from chalicelib.api.cursors import cursors
from chalicelib.dynamo.idempotency import IdempotencyKey
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role
from chalicelib.shapes import Body, Query, Shape

B = TypeVar("B")

Language: TypeAlias = Literal["zh", "en"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a route answers: a body, the version for the ETag, and whether an earlier request had made it already.

    ``text`` is there in place of a body where the route answers a file; ``headers`` then say of which type.
    """

    body: Shape | None = None
    text: str | None = None
    status: int | None = None
    version: int | None = None
    replayed: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[B]):
    """One request, verified and parsed.

    ``who`` is ``None`` on public routes only; ``path`` holds the decoded parameters; ``query`` is the route's own
    query model, already checked; ``version`` is the one that ``If-Match`` names, on routes that need it; ``once`` is
    there if the caller sent an ``Idempotency-Key``; ``at`` is the instant of the service clock; ``origin`` is the
    address and the browser that the gateway saw, for a keyed digest and for nothing else.
    """

    route: "Route"
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
        """Who is calling; ``UNAUTHENTICATED`` on a public route."""
        if self.who is None:
            raise DomainError(ErrorCode.UNAUTHENTICATED)
        return self.who

    @property
    def version(self) -> int:
        """The version that ``If-Match`` names, on a route that needs it."""
        if self.sent_version is None:
            raise DomainError(ErrorCode.PRECONDITION_REQUIRED)
        return self.sent_version

    @property
    def position(self) -> dict[str, Any] | None:
        """Where the page begins: what ``next_cursor`` sealed for this caller, route and filter; else ``None``."""
        sealed: str | None = self.query.cursor
        return None if sealed is None else cursors().open(sealed, about=self._list)

    def next_cursor(self, position: Mapping[str, Any] | None) -> str | None:
        """Seal where the next page begins (strings, numbers, lists and objects), so that it fits this list only."""
        return None if position is None else cursors().seal(position, about=self._list)

    @property
    def _list(self) -> str:
        """Which list of whose this is: a position in another one must not be taken for a position in this."""
        filters: dict[str, object] = self.query.model_dump(mode="json", exclude={"limit", "cursor"})
        return repr((self.route.path, self.who and self.who.sub, sorted(self.path.items()), sorted(filters.items())))


View: TypeAlias = Callable[[Call[Any]], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One route: from this alone come its checks, its page in OpenAPI and its tests."""

    method: str
    path: str
    view: View
    tag: str
    summary: str
    roles: frozenset[Role]
    body: type[Body] | None
    query: type[Query] | None
    answer: type[Shape] | None
    status: int
    is_public: bool
    creates: bool
    needs_version: bool
    is_fresh: bool
    also: int | None = None
    names_another: bool = False
    is_discreet: bool = False
    files: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The route as people and idempotency digests name it."""
        return f"{self.method} {self.path}"
