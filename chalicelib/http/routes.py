"""Declaring routes: each names its roles, its body and its answer, and everything else follows from that.

A module of routes creates one ``Routes`` and decorates its functions with ``@routes.post("/v1/drafts", roles=…, …)``;
each takes a ``Call`` with its body and returns an ``Answer``. The function's name then refers to the ``Route``, which
knows both types: calls from the portal's pages are type-checked like any other call.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, Generic, Required, TypeAlias, TypedDict, Unpack, overload

from typing_extensions import TypeVar

from chalicelib.addresses import API
from chalicelib.errors import ErrorCode
from chalicelib.http.request import Call
from chalicelib.http.responses import Answer
from chalicelib.http.schemas import PageQuery, PageResponse, Query, ResponseBody
from chalicelib.policy import Role
from chalicelib.validation import Code, Day, Instant, Line, LineOrBlank, RequestBody, Text, TextOrBlank

__all__ = [
    "ROUTES",
    "Answer",
    "Call",
    "Code",
    "Day",
    "Instant",
    "Line",
    "LineOrBlank",
    "PageQuery",
    "PageResponse",
    "Query",
    "RequestBody",
    "ResponseBody",
    "Route",
    "Routes",
    "Text",
    "TextOrBlank",
    "import_all",
    "route_named",
]

B = TypeVar("B", bound=RequestBody | None, default=Any)
R = TypeVar("R", bound=ResponseBody | None, default=Any)

PARAMETER: Final = re.compile(r"{(\w+)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(Generic[B, R]):
    """One route: the source of its checks, its OpenAPI entry, its tests, and its type for in-process calls."""

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
    errors: tuple[ErrorCode, ...] = ()
    also: int | None = None
    takes_version: bool = False
    is_discreet: bool = False
    is_signed: bool = False
    files: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The route's name for people and for idempotency keys."""
        return f"{self.method} {self.path}"

    @property
    def parameters(self) -> list[str]:
        """The names of the path parameters."""
        return PARAMETER.findall(self.path)


Decorator: TypeAlias = Callable[[Callable[[Call[B]], Answer[R]]], Route[B, R]]

ROUTES: list[Route] = []
"""Every route of every module imported so far, in the order of import."""


class Options(TypedDict, total=False):
    """The options of a route.

    ``public``: anyone, without a token. ``creates``: accepts an Idempotency-Key. ``needs_version``: requires If-Match.
    ``takes_version``: accepts If-Match. ``fresh``: the login must be at most 300 seconds old. ``errors``: what the
    route's own rules may answer, beside what follows from its declaration. ``also``: another status of a successful
    answer. ``files``: the media types of a file returned in place of JSON. ``discreet``: the log does not say which
    case. ``signed``: the SMS gateway signs it in place of a token (Standard Webhooks).
    """

    summary: Required[str]
    roles: Collection[Role]
    query: type[Query]
    status: int
    public: bool
    creates: bool
    needs_version: bool
    fresh: bool
    errors: Collection[ErrorCode]
    also: int
    takes_version: bool
    discreet: bool
    signed: bool
    files: tuple[str, ...]


class Routes:
    """The routes of one module; after a change, ``make addresses`` writes down anew which module has which."""

    def __init__(self, tag: str) -> None:
        """Start without routes; ``tag`` groups them in OpenAPI."""
        self.get = Method("GET", tag)
        self.post = Method("POST", tag)
        self.put = Method("PUT", tag)
        self.delete = Method("DELETE", tag)


class Method:
    """Registers functions for one HTTP method; ``answer`` is the class of the body that they return."""

    def __init__(self, method: str, tag: str) -> None:
        """``tag`` groups the routes in OpenAPI."""
        self._method = method
        self._tag = tag

    @overload
    def __call__(self, path: str, *, answer: type[R], body: type[B], **options: Unpack[Options]) -> Decorator[B, R]: ...
    @overload
    def __call__(self, path: str, *, answer: type[R], **options: Unpack[Options]) -> Decorator[None, R]: ...
    @overload
    def __call__(self, path: str, *, answer: None, **options: Unpack[Options]) -> Decorator[None, None]: ...
    def __call__(self, path: str, *, answer: Any, body: Any = None, **options: Unpack[Options]) -> Callable[..., Any]:
        """Register a function as a route."""

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
                errors=tuple(options.get("errors", ())),
                also=options.get("also"),
                takes_version=options.get("takes_version", False),
                is_discreet=options.get("discreet", False),
                is_signed=options.get("signed", False),
                files=options.get("files", ()),
            )
            if route.is_public == bool(route.roles):
                message = f"{route.name} names its roles or says that it is public, one of the two"
                raise ValueError(message)
            ROUTES.append(route)
            return route

        return register


def import_all() -> None:
    """Import every module of routes, for whoever must see them all."""
    for module in API:
        import_module(module)


def route_named(name: str) -> Route:
    """Return a route by its name, such as ``GET /v1/items``; its module must have been imported."""
    return next(route for route in ROUTES if route.name == name)
