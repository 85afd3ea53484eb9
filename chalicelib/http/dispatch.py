"""From a request to its route, and from the route's answer to a response."""

from collections.abc import Mapping
from typing import Any

from chalice.app import Response

from chalicelib.clock import real_now
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.http.language import Language, language_of
from chalicelib.http.names import require_names
from chalicelib.http.parsing import (
    body_of,
    idempotency_key_of,
    origin_of,
    path_of,
    query_of,
    raw_body_of,
    version_of,
)
from chalicelib.http.request import Call, Event, headers_of
from chalicelib.http.responses import refuse, response_of
from chalicelib.http.routes import Route
from chalicelib.http.signatures import require_signed
from chalicelib.http.tokens import caller_of, require_fresh
from chalicelib.logging import tell
from chalicelib.policy import Caller


def respond(route: Route, event: Event) -> Response:
    """Handle one request; whatever happens, the client gets JSON or a problem, and the log one error code."""
    try:
        answer = route.view(_call(route, event))
        return response_of(answer, status=route.status, is_public=route.is_public)
    except Exception as error:  # noqa: BLE001 - the last place where an error can become a response
        return refuse(error, event, route=route.name)


def call_of(
    route: Route, event: Event, headers: Mapping[str, str], language: Language, *, who: Caller | None
) -> Call[Any]:
    """Return the request, checked and parsed for its route, from a caller who is already authenticated."""
    if who is not None:
        tell(role=",".join(sorted(who.roles)))
        if not who.roles & route.roles:
            raise DomainError(ErrorCode.FORBIDDEN)
        if route.is_fresh:
            require_fresh(who, at=real_now())
    path = require_names(path_of(event))
    # The time of a rating must stay private.
    if "case_no" in path and not route.is_discreet:
        _tell_case(path["case_no"])
    raw = raw_body_of(event)
    is_versioned = route.needs_version or (route.takes_version and "if-match" in headers)
    version = version_of(headers.get("if-match")) if is_versioned else None
    idempotency_key = (
        idempotency_key_of(route, who, headers.get("idempotency-key"), path, raw) if route.creates else None
    )
    return Call(
        place=route.path,
        who=who,
        body=body_of(route, headers.get("content-type", ""), raw),
        query=query_of(route, event),
        path=path,
        at=container().clock.now(),
        language=language,
        sent_version=version,
        idempotency_key=idempotency_key,
        origin=origin_of(event),
    )


def _call(route: Route, event: Event) -> Call[Any]:
    headers = headers_of(event)
    language = language_of(headers.get("accept-language", ""))
    who = None
    if not route.is_public:
        role, is_acting = headers.get("x-acting-role"), route.method != "GET"
        who = caller_of(headers.get("authorization", ""), role=role, is_acting=is_acting)
    if route.is_signed:
        require_signed(raw_body_of(event), headers)
    return call_of(route, event, headers, language, who=who)


def _tell_case(case_no: str) -> None:
    """Let the log say which case this is about; any other text may be somebody's own number."""
    from chalicelib.cases.rules.case_numbers import is_case_no  # noqa: PLC0415 - most requests are about no case

    if is_case_no(case_no):
        tell(case_no=case_no)
