"""Asking a route from inside the process, as the portal's pages do: the same checks, and no second request."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any
from urllib.parse import quote

from chalicelib.api.addresses import ADDRESSES
from chalicelib.api.calls import Answer, Language
from chalicelib.api.edge import route_named
from chalicelib.api.exchange import call_of
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a route is asked.

    ``version`` is what ``If-Match`` would name and ``key`` the ``Idempotency-Key``; ``context`` is what the gateway
    says of the request behind it.
    """

    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    version: int | None = None
    key: str | None = None
    context: Mapping[str, Any] = field(default_factory=dict)


def ask(name: str, question: Question, *, by: Caller | None, language: Language) -> Answer:
    """Return what the route ``name`` answers to somebody who is known already; whatever it refuses is raised.

    A route that is open to anyone does not hear who asks, as over HTTP.
    """
    import_module(_files()[name])
    route = route_named(name)
    if by is None and not route.is_public:
        raise DomainError(ErrorCode.UNAUTHENTICATED)
    headers = {} if question.version is None else {"if-match": f'"{question.version}"'}
    if question.key is not None:
        headers["idempotency-key"] = question.key
    event = {
        "pathParameters": {name: quote(value, safe="") for name, value in question.path.items()},
        "multiValueQueryStringParameters": {name: [value] for name, value in question.query.items()},
        "body": None if question.body is None else json.dumps(question.body, ensure_ascii=False),
        "requestContext": question.context,
    }
    return route.view(call_of(route, event, headers, language, who=None if route.is_public else by))


@cache
def _files() -> Mapping[str, str]:
    return {name: file for file, names in ADDRESSES.items() for name in names}
