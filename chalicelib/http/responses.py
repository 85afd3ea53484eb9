"""What a route's function returns, and the response made from it or from an error."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Generic, TypeVar

from chalice.app import Response

from chalicelib.http.language import TAGS, language_of
from chalicelib.http.problems import failure_of
from chalicelib.http.request import Event, headers_of
from chalicelib.http.schemas import ResponseBody

R = TypeVar("R", bound=ResponseBody | None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Generic[R]):
    """A route's answer: a body, the version for the ETag, and whether an earlier request had created it.

    ``text`` replaces the body if the route returns a file; ``headers`` then give its type.
    """

    body: R
    text: str | None = None
    status: int | None = None
    version: int | None = None
    replayed: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


def response_of(answer: Answer[Any], *, status: int, is_public: bool) -> Response:
    """Return the response for an answer; responses that are not public must not be cached."""
    headers: dict[str, str | list[str]] = {
        "Content-Type": "application/json",
        "Cache-Control": "no-cache" if is_public else "no-store",
        **answer.headers,
    }
    if answer.version is not None:
        headers["ETag"] = f'"{answer.version}"'
    if answer.replayed:
        headers["Idempotency-Replayed"] = "true"
    body = "" if answer.body is None else answer.body.model_dump_json()
    return Response(body if answer.text is None else answer.text, headers=headers, status_code=answer.status or status)


def refuse(error: Exception, event: Event, *, route: str) -> Response:
    """Return the response for an error, in the client's language (RFC 9457)."""
    failure = failure_of(error, language_of(headers_of(event).get("accept-language", "")), route=route)
    detail = failure.detail
    if "basis" in failure.facts:
        basis = failure.facts["basis"]
        detail = f"{detail}依据：{basis}。" if failure.language == "zh" else f"{detail} Basis: {basis}."
    body: dict[str, Any] = {
        **failure.facts,
        "type": f"urn:xinnuo:problem:{failure.reason.lower().replace('_', '-')}",
        "title": failure.title,
        "status": failure.status,
        "detail": detail,
        "code": failure.reason.value,
    }
    if failure.faults:
        body["errors"] = [{"pointer": pointer, "detail": text} for pointer, text in failure.faults]
    headers: dict[str, str | list[str]] = {
        "Content-Type": "application/problem+json",
        "Content-Language": TAGS[failure.language],
        "Cache-Control": "no-store",
        **failure.headers,
    }
    if failure.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(json.dumps(body, ensure_ascii=False), headers=headers, status_code=failure.status)
