"""Routes of functions: each names its roles, its body and its answer, and everything else follows from that.

A file of routes makes one ``Routes`` and decorates its functions with ``@routes.post("/v1/drafts", roles=…, …)``;
each takes a ``Call`` of its body and gives back an ``Answer``. Its name then stands for the ``Route``, which knows the
types of both: what a page of the portal gets from it is checked like any other call.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final, Generic, Required, TypeAlias, TypedDict, Unpack, overload

from typing_extensions import TypeVar

from chalicelib.http.request import Call
from chalicelib.http.responses import Answer
from chalicelib.http.schemas import PageQuery, PageResponse, Query, ResponseBody
from chalicelib.policy import Role
from chalicelib.validation import Code, Day, Instant, Line, RequestBody, Text

__all__ = [
    "ROUTES",
    "Answer",
    "Call",
    "Code",
    "Day",
    "Instant",
    "Line",
    "PageQuery",
    "PageResponse",
    "Query",
    "RequestBody",
    "ResponseBody",
    "Route",
    "Routes",
    "Text",
    "route_named",
]

B = TypeVar("B", bound=RequestBody | None, default=Any)
R = TypeVar("R", bound=ResponseBody | None, default=Any)

PARAMETER: Final = re.compile(r"{(\w+)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(Generic[B, R]):
    """One route: from this alone come its checks, its page in OpenAPI, its tests, and what a page gets from it."""

    method: str
    path: str
    view: Callable[[Call[B]], Answer[R]]
    tag: str
    summary: str
    roles: frozenset[Role]
    body: type[RequestBody] | None
    query: type[Query] | None
    answer: type[ResponseBody] | None
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

    @property
    def parameters(self) -> list[str]:
        """The names in its path."""
        return PARAMETER.findall(self.path)


Decorator: TypeAlias = Callable[[Callable[[Call[B]], Answer[R]]], Route[B, R]]

ROUTES: list[Route] = []
"""Every route of every file imported so far, in the order of import."""


class Options(TypedDict, total=False):
    """What a route may say of itself.

    ``public``: anyone, without a token. ``creates``: takes an Idempotency-Key. ``needs_version``: wants If-Match.
    ``fresh``: the login must be at most 300 seconds old. ``also``: another status of a good answer.
    ``files``: the media types of a file that is answered in place of JSON.
    ``names_another``: the body names a thing that may not be there. ``discreet``: the log does not say which case.
    """

    summary: Required[str]
    roles: Collection[Role]
    query: type[Query]
    status: int
    public: bool
    creates: bool
    needs_version: bool
    fresh: bool
    also: int
    names_another: bool
    discreet: bool
    files: tuple[str, ...]


class Routes:
    """The routes of one file; ``addresses.py`` lists them too, so that the file is imported when one is asked for."""

    def __init__(self, tag: str) -> None:
        """Begin without routes; ``tag`` groups them in OpenAPI."""
        self.get = Method("GET", tag)
        self.post = Method("POST", tag)
        self.put = Method("PUT", tag)
        self.delete = Method("DELETE", tag)


class Method:
    """Makes functions answer one method of HTTP; ``answer`` is the class of the body that they give back."""

    def __init__(self, method: str, tag: str) -> None:
        """Know for which method, and for which group in OpenAPI."""
        self._method = method
        self._tag = tag

    @overload
    def __call__(self, path: str, *, answer: type[R], body: type[B], **options: Unpack[Options]) -> Decorator[B, R]: ...
    @overload
    def __call__(self, path: str, *, answer: type[R], **options: Unpack[Options]) -> Decorator[None, R]: ...
    @overload
    def __call__(self, path: str, *, answer: None, **options: Unpack[Options]) -> Decorator[None, None]: ...
    def __call__(self, path: str, *, answer: Any, body: Any = None, **options: Unpack[Options]) -> Callable[..., Any]:
        """Make a route of a function."""

        def register(view: Callable[[Call[Any]], Answer[Any]]) -> Route:
            route: Route = Route(
                method=self._method,
                path=path,
                view=view,
                tag=self._tag,
                summary=options["summary"],
                roles=frozenset(options.get("roles", ())),
                body=body,
                query=options.get("query"),
                answer=answer,
                status=options.get("status", 200 if answer or options.get("files") else 204),
                is_public=options.get("public", False),
                creates=options.get("creates", False),
                needs_version=options.get("needs_version", False),
                is_fresh=options.get("fresh", False),
                also=options.get("also"),
                names_another=options.get("names_another", False),
                is_discreet=options.get("discreet", False),
                files=options.get("files", ()),
            )
            if route.is_public == bool(route.roles):
                message = f"{route.name} names its roles or says that it is public, one of the two"
                raise ValueError(message)
            ROUTES.append(route)
            return route

        return register


def route_named(name: str) -> Route:
    """Return a route by its name, such as ``GET /v1/items``; its file must have been imported."""
    return next(route for route in ROUTES if route.name == name)
