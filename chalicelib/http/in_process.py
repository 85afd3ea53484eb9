"""Calling a route inside the process, as the portal's pages do: the same checks, without a second request."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote

from chalicelib.errors import DomainError, ErrorCode
from chalicelib.http.dispatch import call_of
from chalicelib.http.language import Language
from chalicelib.http.responses import Answer
from chalicelib.http.routes import Route
from chalicelib.http.schemas import ResponseBody
from chalicelib.policy import Caller

R = TypeVar("R", bound=ResponseBody | None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A request to a route.

    ``path`` may hold more than the route's parameters; ``version`` is the value for ``If-Match`` and ``key`` that for
    ``Idempotency-Key``; ``context`` is the gateway's context of the request behind it.
    """

    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, object] | None = None
    version: int | None = None
    key: str | None = None
    context: Mapping[str, Any] = field(default_factory=dict)


def ask(route: Route[Any, R], question: Question, *, by: Caller | None, language: Language) -> Answer[R]:
    """Return a route's answer to a caller who is already authenticated; its errors are raised.

    An empty parameter is left out: it is a field of a form that was left blank.
    A public route does not learn who asks, as over HTTP.
    """
    if by is None and not route.is_public:
        raise DomainError(ErrorCode.UNAUTHENTICATED)
    headers = {} if question.version is None else {"if-match": f'"{question.version}"'}
    if question.key is not None:
        headers["idempotency-key"] = question.key
    event = {
        "pathParameters": {name: quote(question.path[name], safe="") for name in route.parameters},
        "multiValueQueryStringParameters": {name: [value] for name, value in question.query.items() if value},
        "body": None if question.body is None else json.dumps(question.body, ensure_ascii=False),
        "requestContext": question.context,
    }
    return route.view(call_of(route, event, headers, language, who=None if route.is_public else by))
