"""OpenAPI 3.1, generated from the routes: the documentation always matches the checks."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from chalicelib.errors import ErrorCode
from chalicelib.http.names import schema_of
from chalicelib.http.parsing import ETAG, IDEMPOTENCY_KEY
from chalicelib.http.problems import STATUS, problem_of
from chalicelib.http.refusals import refusals_of
from chalicelib.http.routes import Route
from chalicelib.http.signatures import SIGNED_BY
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


ABOUT = """Public services on the strength of a signed promise.

Text in the formats `readable-line` and `readable-text` is taken without the space around it and composed (NFC). It
holds no control or private-use characters and none that hide or turn what is written; a line has no breaks or tabs.

A request that fits its schema may still be refused with 400 and a pointer to the field, for a rule that no schema can
state, such as a range that ends before it begins."""


class Closed(GenerateJsonSchema):
    """JSON schemas in which an object whose keys have a form has no others."""

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """Return the schema of a mapping."""
        made = super().dict_schema(schema)
        return {**made, "additionalProperties": False} if "patternProperties" in made else made


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
            "description": ABOUT,
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
    references, definitions = models_json_schema(list(wanted), ref_template=REFERENCE, schema_generator=Closed)
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
        operation["requestBody"] = {
            "required": any(field.is_required() for field in route.body.model_fields.values()),
            "content": {"application/json": {"schema": names[route.body]}},
        }
    return operation


def _operation_id(route: Route) -> str:
    return re.sub(r"\W+", "_", f"{route.method.lower()}{route.path.replace('{', '').replace('}', '')}").strip("_")


def _in_path(route: Route) -> list[dict[str, Any]]:
    return [{"name": name, "in": "path", "required": True, "schema": schema_of(name)} for name in route.parameters]


def _in_query(route: Route) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    schema = route.query.model_json_schema()
    required = schema.get("required", ())
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "schema": _given(_inlined(one, schema.get("$defs", {}))),
        }
        for name, one in schema["properties"].items()
    ]


def _given(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a parameter that is there: one that may be absent is never null."""
    if schema.get("default", ...) is None:
        del schema["default"]
    if "anyOf" in schema:
        (only,) = (one for one in schema.pop("anyOf") if one != {"type": "null"})
        return {**only, **schema}
    return schema


def _inlined(schema: Any, definitions: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a JSON schema is any JSON
    """Inline definitions where they are referred to, because parameters have no definitions of their own."""
    if isinstance(schema, list):
        return [_inlined(one, definitions) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        beside = {name: one for name, one in schema.items() if name != "$ref"}
        return {**_inlined(definitions[schema["$ref"].rpartition("/")[2]], definitions), **beside}
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
    if route.needs_version or route.takes_version:
        version = {"type": "string", "pattern": f"^{ETAG.pattern}$"}
        headers.append({"name": "If-Match", "in": "header", "required": route.needs_version, "schema": version})
    if route.is_signed:
        signed = {"in": "header", "required": True, "schema": {"type": "string"}}
        headers.extend({"name": name, **signed} for name in SIGNED_BY)
    if route.creates:
        key = {"type": "string", "pattern": f"^{IDEMPOTENCY_KEY.pattern}$"}
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
    """Return the problems that the route may answer by status, each with its codes."""
    by_status: dict[int, list[ErrorCode]] = {}
    for code in sorted(refusals_of(route)):
        by_status.setdefault(STATUS[code], []).append(code)
    return {str(status): _refusal(by_status[status]) for status in sorted(by_status)}


def _refusal(codes: Sequence[ErrorCode]) -> dict[str, Any]:
    problem = {"$ref": REFERENCE.format(model="Problem"), "properties": {"code": {"enum": [*codes]}}}
    return {
        "description": "; ".join(problem_of(code).title_en for code in codes),
        "content": {"application/problem+json": {"schema": problem}},
    }
