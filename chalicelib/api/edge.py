"""Routes of functions: each names its roles, its body and its answer, and everything else follows from that.

A file of routes makes one ``Routes`` and decorates its functions with ``@routes.post("/v1/drafts", roles=…, …)``;
each takes a ``Call`` of its body and gives back an ``Answer``.
"""

from collections.abc import Callable, Collection
from typing import Any, Required, TypeAlias, TypedDict, TypeVar, Unpack, overload

from chalicelib.api.calls import Answer, Call, Route
from chalicelib.policy import Role
from chalicelib.shapes import Body, Code, Day, Instant, Line, Page, PageQuery, Query, Shape, Text

__all__ = [
    "ROUTES",
    "Answer",
    "Body",
    "Call",
    "Code",
    "Day",
    "Instant",
    "Line",
    "Page",
    "PageQuery",
    "Query",
    "Route",
    "Routes",
    "Shape",
    "Text",
    "route_named",
]

B = TypeVar("B", bound=Body)
Decorator: TypeAlias = Callable[[Callable[[Call[B]], Answer]], Callable[[Call[B]], Answer]]
BareDecorator: TypeAlias = Callable[[Callable[[Call[None]], Answer]], Callable[[Call[None]], Answer]]

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
    answer: Required[type[Shape] | None]
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
        self.tag = tag

    def get(self, path: str, **options: Unpack[Options]) -> BareDecorator:
        """Make a function answer GET."""
        return self._route("GET", path, None, options)

    @overload
    def post(self, path: str, *, body: type[B], **options: Unpack[Options]) -> Decorator[B]: ...
    @overload
    def post(self, path: str, **options: Unpack[Options]) -> BareDecorator: ...
    def post(self, path: str, *, body: type[Body] | None = None, **options: Unpack[Options]) -> Callable[..., Any]:
        """Make a function answer POST."""
        return self._route("POST", path, body, options)

    @overload
    def put(self, path: str, *, body: type[B], **options: Unpack[Options]) -> Decorator[B]: ...
    @overload
    def put(self, path: str, **options: Unpack[Options]) -> BareDecorator: ...
    def put(self, path: str, *, body: type[Body] | None = None, **options: Unpack[Options]) -> Callable[..., Any]:
        """Make a function answer PUT."""
        return self._route("PUT", path, body, options)

    def delete(self, path: str, **options: Unpack[Options]) -> BareDecorator:
        """Make a function answer DELETE."""
        return self._route("DELETE", path, None, options)

    def _route(self, method: str, path: str, body: type[Body] | None, options: Options) -> Callable[..., Any]:
        def register(view: Callable[[Call[Any]], Answer]) -> Callable[[Call[Any]], Answer]:
            route = Route(
                method=method,
                path=path,
                view=view,
                tag=self.tag,
                summary=options["summary"],
                roles=frozenset(options.get("roles", ())),
                body=body,
                query=options.get("query"),
                answer=options["answer"],
                status=options.get("status", 200 if options["answer"] or options.get("files") else 204),
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
            return view

        return register


def route_named(name: str) -> Route:
    """Return a route by its name, such as ``GET /v1/items``; its file must have been imported."""
    return next(route for route in ROUTES if route.name == name)
