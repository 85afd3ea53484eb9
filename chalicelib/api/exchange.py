"""From an API Gateway event to a call, and from an answer or a refusal to a response."""

import json
from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from chalice.app import Response
from pynamodb.exceptions import PynamoDBException

from chalicelib.api.calls import Answer, Call, Language, Route
from chalicelib.api.fault_texts import FAULT_TEXTS, fault_text
from chalicelib.api.identity import caller_of, require_fresh
from chalicelib.api.problems import problem_of
from chalicelib.api.reading import Event, body_of, once_of, origin_of, path_of, query_of, raw_body_of, version_of
from chalicelib.cases.rules.case_numbers import is_case_no
from chalicelib.clock import real_now
from chalicelib.dynamo.transaction import ConflictError
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.logging import logger, tell
from chalicelib.policy import Caller
from chalicelib.wiring import services

FAULTY_CALL = frozenset({"ParamValidationError", "ValidationException", "SerializationException"})
"""What AWS calls our own mistakes; everything else it says no to is its being unavailable."""

RETRY_AFTER = {ErrorCode.UNAVAILABLE: "5", ErrorCode.CREDIT_SOURCE_DOWN: "30", ErrorCode.BUSY: "1"}


def respond(route: Route, event: Event) -> Response:
    """Answer one request; whatever happens, the client gets JSON or a problem, and the log one reason."""
    headers = {name.lower(): value for name, value in event["headers"].items()}
    language = language_of(headers.get("accept-language", ""))
    try:
        return _response(route, route.view(_call(route, event, headers, language)))
    except DomainError as refusal:
        return problem(refusal, language)
    except ConflictError:
        return problem(DomainError(ErrorCode.BUSY), language)
    except (PynamoDBException, BotoCoreError, ClientError) as error:
        code = _code_of(error)
        logger("api").exception("store_failed", route=route.name, code=code)
        return problem(
            DomainError(ErrorCode.INTERNAL_ERROR if code in FAULTY_CALL else ErrorCode.UNAVAILABLE), language
        )
    except Exception:  # noqa: BLE001 - the last place where a fault of ours can become an answer
        logger("api").exception("unexpected", route=route.name)
        return problem(DomainError(ErrorCode.INTERNAL_ERROR), language)


def problem(refusal: DomainError, language: Language) -> Response:
    """Say no in the client's language (RFC 9457)."""
    reason = refusal.code
    known = problem_of(reason)
    title, detail = (known.title_zh, known.detail_zh) if language == "zh" else (known.title_en, known.detail_en)
    if "basis" in refusal.facts:
        basis = refusal.facts["basis"]
        detail = f"{detail}依据：{basis}。" if language == "zh" else f"{detail} Basis: {basis}."
    body: dict[str, Any] = {
        **refusal.facts,
        "type": f"urn:xinnuo:problem:{reason.lower().replace('_', '-')}",
        "title": title,
        "status": known.status,
        "detail": detail,
        "code": reason.value,
    }
    if refusal.faults:
        body["errors"] = [{"pointer": fault.pointer, "detail": told(fault, language)} for fault in refusal.faults]
    tell(reason=refusal.code.value)
    headers: dict[str, str | list[str]] = {
        "Content-Type": "application/problem+json",
        "Content-Language": "zh-CN" if language == "zh" else "en",
        "Cache-Control": "no-store",
    }
    if known.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if refusal.code in RETRY_AFTER:
        headers["Retry-After"] = RETRY_AFTER[refusal.code]
    return Response(json.dumps(body, ensure_ascii=False), headers=headers, status_code=known.status)


def told(fault: FieldError, language: Language) -> str:
    """Return what is wrong with one field, in one language only."""
    if fault.code in FAULT_TEXTS:
        return fault_text(fault.code, fault.blanks, language)
    return fault.english if language == "en" and fault.english else fault.detail


@lru_cache(maxsize=256)
def language_of(accepted: str) -> Language:
    """Return the language that an Accept-Language header wants most: Chinese unless it ranks English higher."""
    best: tuple[float, Language] = (0.0, "zh")
    for part in accepted.split(","):
        tag, _, weight = part.partition(";")
        language: Language = "en" if tag.strip().lower().partition("-")[0] == "en" else "zh"
        if tag.strip().lower().partition("-")[0] not in {"zh", "en", "*"}:
            continue
        try:
            quality = float(weight.strip().removeprefix("q=")) if weight else 1.0
        except ValueError:
            continue
        if quality > best[0]:
            best = (quality, language)
    return best[1]


def _call(route: Route, event: Event, headers: Mapping[str, str], language: Language) -> Call[Any]:
    who = None if route.is_public else caller_of(headers.get("authorization", ""))
    return call_of(route, event, headers, language, who=who)


def call_of(
    route: Route, event: Event, headers: Mapping[str, str], language: Language, *, who: Caller | None
) -> Call[Any]:
    """Return a request as its route takes it, or refuse it: who may not call, or what is not as it should be."""
    if who is not None:
        tell(role=",".join(sorted(who.roles)))
        if not who.roles & route.roles:
            raise DomainError(ErrorCode.FORBIDDEN)
        if route.is_fresh:
            require_fresh(who, at=real_now())
    path = path_of(event)
    # Anything else in its place may be somebody's own number; and who rates in which minute is nobody's to know.
    if is_case_no(path.get("case_no", "")) and not route.is_discreet:
        tell(case_no=path["case_no"])
    raw = raw_body_of(event)
    version = version_of(headers.get("if-match")) if route.needs_version or "if-match" in headers else None
    once = once_of(route, who, headers.get("idempotency-key"), path, raw) if route.creates else None
    return Call(
        route=route,
        who=who,
        body=body_of(route, headers.get("content-type", ""), raw),
        query=query_of(route, event),
        path=path,
        at=services().clock.now(),
        language=language,
        sent_version=version,
        idempotency_key=once,
        origin=origin_of(event),
    )


def _response(route: Route, answer: Answer) -> Response:
    headers: dict[str, str | list[str]] = {
        "Content-Type": "application/json",
        "Cache-Control": "no-cache" if route.is_public else "no-store",
        **answer.headers,
    }
    if answer.version is not None:
        headers["ETag"] = f'"{answer.version}"'
    if answer.replayed:
        headers["Idempotency-Replayed"] = "true"
    body = "" if answer.body is None else answer.body.model_dump_json()
    return Response(
        body if answer.text is None else answer.text, headers=headers, status_code=answer.status or route.status
    )


def _code_of(error: Exception) -> str:
    """Return what AWS, or the way to it, calls the error."""
    cause = getattr(error, "cause", None) or error
    return str(cause.response.get("Error", {}).get("Code")) if isinstance(cause, ClientError) else type(cause).__name__
