"""OpenAPI 3.1, generated from the routes: the documentation always matches the checks."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from chalicelib.bounds.store import bounds
from chalicelib.errors import ErrorCode
from chalicelib.http.problems import STATUS, problem_of
from chalicelib.http.routes import Route
from chalicelib.policy import FOR_THEMSELVES, Role

REFERENCE = "#/components/schemas/{model}"
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "enum": sorted(reason.value for reason in ErrorCode)},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "RFC 6901"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
ALWAYS_POSSIBLE = (ErrorCode.INTERNAL_ERROR, ErrorCode.UNAVAILABLE)


def document(described: Sequence[Route]) -> dict[str, Any]:
    """Return the OpenAPI document of these routes."""
    names, schemas = _schemas(described)
    paths: dict[str, dict[str, Any]] = {}
    for route in described:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, names)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "信诺 Xinnuo",
            "version": "1",
            "description": "Public services on the strength of a signed promise.",
        },
        "paths": paths,
        "components": {
            "schemas": {**schemas, "Problem": PROBLEM},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _schemas(described: Sequence[Route]) -> tuple[Mapping[Any, Any], dict[str, Any]]:
    """Return the reference to each model, and the schemas referred to."""
    wanted: dict[tuple[type[BaseModel], Any], None] = {}
    for route in described:
        if route.body:
            wanted[route.body, "validation"] = None
        if route.answer:
            wanted[route.answer, "serialization"] = None
    references, definitions = models_json_schema(list(wanted), ref_template=REFERENCE)
    return {model: schema for (model, _), schema in references.items()}, definitions.get("$defs", {})


def _operation(route: Route, names: Mapping[type[BaseModel], Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": _operation_id(route),
        "summary": route.summary,
        "tags": [route.tag],
        "x-roles": sorted(route.roles) or ["anyone"],
        "security": [] if route.is_public else [{"bearer": []}],
        "parameters": [*_in_path(route), *_in_query(route), *_in_headers(route)],
        "responses": {
            **{str(status): _success(route, names) for status in (route.status, route.also) if status is not None},
            **_refusals(route),
        },
    }
    if route.view.__doc__:
        operation["description"] = route.view.__doc__.strip()
    if route.body:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": names[route.body]}}}
    return operation


def _operation_id(route: Route) -> str:
    return re.sub(r"\W+", "_", f"{route.method.lower()}{route.path.replace('{', '').replace('}', '')}").strip("_")


def _in_path(route: Route) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", route.path)
    ]


def _in_query(route: Route) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    schema = route.query.model_json_schema()
    return [
        {"name": name, "in": "query", "required": False, "schema": _inlined(one, schema.get("$defs", {}))}
        for name, one in schema["properties"].items()
    ]


def _inlined(schema: Any, definitions: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a JSON schema is any JSON
    """Inline definitions where they are referred to, because parameters have no definitions of their own."""
    if isinstance(schema, list):
        return [_inlined(one, definitions) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    return {name: _inlined(one, definitions) for name, one in schema.items()}


def _in_headers(route: Route) -> list[dict[str, Any]]:
    headers: list[dict[str, Any]] = [
        {"name": "Accept-Language", "in": "header", "required": False, "schema": {"type": "string", "default": "zh-CN"}}
    ]
    if route.roles - FOR_THEMSELVES - {Role.SYSTEM}:
        offices = sorted(route.roles - FOR_THEMSELVES - {Role.SYSTEM})
        headers.append(
            {
                "name": "X-Acting-Role",
                "in": "header",
                "required": False,
                "description": "The role in which staff act; required of a token with several.",
                "schema": {"type": "string", "enum": offices},
            }
        )
    if route.needs_version:
        headers.append({"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"}})
    if route.creates:
        key = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"}
        headers.append({"name": "Idempotency-Key", "in": "header", "required": False, "schema": key})
    return headers


def _success(route: Route, names: Mapping[type[BaseModel], Any]) -> dict[str, Any]:
    success: dict[str, Any] = {"description": "Done"}
    if route.answer:
        success["content"] = {"application/json": {"schema": names[route.answer]}}
    if route.files:
        success["content"] = {media: {"schema": {"type": "string"}} for media in route.files}
    return success


def _refusals(route: Route) -> dict[str, Any]:
    """Return the problems that follow from the route's declaration, by status."""
    reasons = [*ALWAYS_POSSIBLE]
    if not route.is_public:
        reasons += [ErrorCode.UNAUTHENTICATED, ErrorCode.FORBIDDEN, ErrorCode.ACTING_ROLE_MISSING]
    if "{" in route.path or route.names_another:
        reasons.append(ErrorCode.NOT_FOUND)
    if route.query:
        reasons.append(ErrorCode.INVALID_QUERY)
    if route.method != "GET":
        reasons += [ErrorCode.INVALID_BODY, ErrorCode.BODY_TOO_LARGE, ErrorCode.BUSY, ErrorCode.INVALID_IDENTIFIER]
    if route.body:
        reasons.append(ErrorCode.UNSUPPORTED_MEDIA_TYPE)
    if route.needs_version:
        reasons += [ErrorCode.PRECONDITION_REQUIRED, ErrorCode.STALE_VERSION]
    reasons += [bound.code for bound in bounds().counts.values() if route.name in bound.routes]
    by_status: dict[str, Any] = {}
    for reason in sorted(reasons, key=STATUS.__getitem__):
        by_status.setdefault(str(STATUS[reason]), _refusal(problem_of(reason).title_en))
    return by_status


def _refusal(title: str) -> dict[str, Any]:
    reference = {"$ref": REFERENCE.format(model="Problem")}
    return {"description": title, "content": {"application/problem+json": {"schema": reference}}}
