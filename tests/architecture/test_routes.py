"""What every route, reason and event kind must bring."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any, get_args

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import BaseModel

from app import app
from chalicelib.addresses import API, PORTAL
from chalicelib.credit.model.record_schema import RecordLine
from chalicelib.errors import ErrorCode
from chalicelib.fault_texts import OTHERWISE
from chalicelib.http.field_errors import FAULT_TEXTS
from chalicelib.http.openapi import document
from chalicelib.http.problems import STATUS, TEXTS, problem_of
from chalicelib.http.routes import ROUTES, import_all
from chalicelib.policy import Role
from chalicelib.readable import Readable
from chalicelib.timeline.event_types import LABELS, EventKind
from infra import addresses
from tests.cloud import Reply, require_documented

import_all()

HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    """The OpenAPI document as clients get it."""
    whole: dict[str, Any] = json.loads(json.dumps(document(ROUTES)))
    return whole


def test_a_route_names_its_roles_or_says_that_it_is_public() -> None:
    named = [route.name for route in ROUTES if route.roles and all(isinstance(role, Role) for role in route.roles)]
    public = [route.name for route in ROUTES if route.is_public]

    assert sorted([*named, *public]) == sorted(route.name for route in ROUTES)


def test_a_route_says_what_it_is_for_and_what_it_answers() -> None:
    silent = [route.name for route in ROUTES if not (route.summary and route.view.__doc__)]
    without_answer = [route.name for route in ROUTES if route.answer is None and not route.files]

    assert silent == []
    assert without_answer == [route.name for route in ROUTES if route.status == 204]


def test_a_text_in_a_body_can_be_read_or_has_a_pattern() -> None:
    bodies = {route.body for route in ROUTES if route.body} | {RecordLine}
    texts = dict(found for body in bodies for found in texts_in(body, name=body.__name__))

    assert len(texts) > 100
    assert {name for name, kinds in texts.items() if not kinds} == {
        "DocumentRequest.name",  # the name of a file, which is cleaned and no reason to refuse
        "FileCaseRequest.signature",  # a compact JWS, or the answer of an authenticator
        "SigningKeyRequest.jwk",  # members of a key
        "StaffIdentityInput.number",  # what does not belong in an identifier is taken out or refused by the rules
        "SubjectInput.number",
    }


def texts_in(kind: Any, *kinds: object, name: str) -> Iterator[tuple[str, bool]]:  # noqa: ANN401 - any annotation
    """Every text in a model with whether it is ``Readable`` or has a pattern."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for field, info in kind.model_fields.items():
            yield from texts_in(info.annotation, *info.metadata, name=f"{kind.__name__}.{field}")
    elif kind is str:
        yield name, any(isinstance(each, Readable) or getattr(each, "pattern", None) for each in kinds)
    elif hasattr(kind, "__metadata__"):
        yield from texts_in(kind.__origin__, *kinds, *kind.__metadata__, name=name)
    else:
        for each in get_args(kind):
            yield from texts_in(each, name=name)


def test_the_addresses_are_those_that_the_decorators_name() -> None:
    assert addresses.FILE.read_text(encoding="utf-8") == addresses.text(), "`make addresses` writes them anew"


MISSING = """
import sys
from importlib import import_module
from chalicelib.addresses import API, PORTAL
from chalicelib.http.routes import ROUTES
from chalicelib.web.core.pages import PAGES

for module, names in [*API.items(), *PORTAL.items()]:
    for name in [name for name in sys.modules if name.startswith(("chalicelib.api.", "chalicelib.web."))]:
        if not name.startswith("chalicelib.web.core"):
            del sys.modules[name]
    ROUTES.clear()
    PAGES.clear()
    import_module(module)
    for name in sorted(set(names) - {*PAGES, *(route.name for route in ROUTES)}):
        print(module, name)
"""
"""What a fresh function would miss: each module alone, since another one that was asked before hides the fault."""


def test_each_address_is_there_as_soon_as_its_module_is_imported() -> None:
    done = subprocess.run([sys.executable, "-c", MISSING], check=True, capture_output=True, text=True)

    assert done.stdout == ""


def test_every_address_is_deployed_and_nothing_else() -> None:
    deployed = {f"{method} {path}" for path, methods in app.routes.items() for method in methods}

    assert deployed == {name for listed in (API, PORTAL) for names in listed.values() for name in names}


def test_the_published_document_is_valid(published: dict[str, Any]) -> None:
    assert published["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(published).validate()


def operations(published: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in published["paths"].items()
        for method, operation in methods.items()
    }


def parameters(published: dict[str, Any], name: str) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in operations(published)[name]["parameters"]}


def test_a_parameter_is_required_if_the_route_cannot_do_without(published: dict[str, Any]) -> None:
    assert parameters(published, "GET /v1/me/credit/repair")["entry"]["required"] is True
    assert parameters(published, "GET /v1/me/credit/queries")["limit"]["required"] is False


def test_no_parameter_is_null(published: dict[str, Any]) -> None:
    nullable = [
        f"{name}: {each['name']}"
        for name, operation in operations(published).items()
        for each in operation["parameters"]
        if '"null"' in json.dumps(each["schema"]) or each["schema"].get("default", "") is None
    ]

    assert nullable == []


def test_the_document_has_the_bounds_of_days_and_instants(published: dict[str, Any]) -> None:
    day = parameters(published, "GET /v1/supervision/statistics")["from"]["schema"]
    instant = parameters(published, "GET /v1/calendars")["at"]["schema"]

    assert (day["format"], instant["format"]) == ("date", "date-time")
    for value, is_allowed in {"1899-12-31": False, "1900-01-01": True, "2199-12-31": True, "2200-01-01": False}.items():
        assert bool(re.search(day["pattern"], value)) is is_allowed
        assert bool(re.search(instant["pattern"], f"{value}T23:59:59+08:00")) is is_allowed
    assert not re.search(instant["pattern"], "2026-09-28T12:00:00")


def test_the_document_has_the_forms_of_names_and_versions(published: dict[str, Any]) -> None:
    decision = parameters(published, "POST /v1/cases/{case_no}/decision")
    version = parameters(published, "GET /v1/items/{item_code}/versions/{version}")["version"]

    assert decision["case_no"]["schema"] == {"type": "string", "pattern": "^[0-9A-Z]{17}$"}
    assert decision["Idempotency-Key"]["schema"] == {"type": "string", "pattern": "^[!-~]{1,255}$"}
    assert decision["If-Match"]["required"] is True
    assert re.search(decision["If-Match"]["schema"]["pattern"], '"7"')
    assert version["schema"] == {"type": "string", "pattern": "^[1-9][0-9]{0,5}$"}


def test_an_object_whose_keys_have_a_form_has_no_others(published: dict[str, Any]) -> None:
    answers = published["components"]["schemas"]["DraftRequest"]["properties"]["answers"]

    assert list(answers["patternProperties"]) == ["^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"]
    assert answers["additionalProperties"] is False


def test_a_body_of_which_nothing_is_required_may_be_left_out(published: dict[str, Any]) -> None:
    assert operations(published)["POST /v1/cases/{case_no}/delivery"]["requestBody"]["required"] is False
    assert operations(published)["POST /v1/cases/{case_no}/decision"]["requestBody"]["required"] is True


def test_every_operation_lists_its_refusals_by_status_and_code(published: dict[str, Any]) -> None:
    def codes(name: str, status: str) -> list[str]:
        refusal = operations(published)[name]["responses"][status]["content"]["application/problem+json"]["schema"]
        return list(refusal["properties"]["code"]["enum"])

    assert codes("GET /v1/measures", "404") == ["NOT_FOUND"]
    assert codes("POST /v1/subscriptions", "404") == ["NOT_FOUND"]
    assert codes("PUT /v1/calendars/{year}", "428") == ["PRECONDITION_REQUIRED"]
    assert codes("POST /v1/cases/{case_no}/extension", "409") == [
        "ALREADY_EXTENDED",
        "BUSY",
        "EXTENSION_TOO_LATE",
        "STEP_NOT_ALLOWED",
    ]
    assert codes("POST /v1/flags/{flag_id}/confirmation", "403") == ["FORBIDDEN", "OWN_MATTER"]
    for operation in operations(published).values():
        assert {"400", "413", "500", "503"} <= set(operation["responses"])


def test_an_answer_that_its_route_does_not_name_fails_the_test_that_gets_it() -> None:
    event = {"requestContext": {"httpMethod": "GET", "resourcePath": "/v1/guides"}}

    require_documented(event, Reply(400, {}, '{"code": "INVALID_QUERY"}'))
    with pytest.raises(AssertionError, match="does not say that it answers SUBJECT_BARRED"):
        require_documented(event, Reply(409, {}, '{"code": "SUBJECT_BARRED"}'))
    with pytest.raises(AssertionError, match="answered 204"):
        require_documented(event, Reply(204, {}, ""))


def test_every_operation_says_who_may_call_it(published: dict[str, Any]) -> None:
    every = operations(published)

    assert [name for name, operation in every.items() if not operation["x-roles"]] == []
    assert [name for name, operation in every.items() if operation["x-roles"] == ["anyone"]] == [
        name for name, operation in every.items() if operation["security"] == []
    ]


def unlike(texts: Mapping[str, tuple[str, str]]) -> list[str]:
    """Of texts by their names, those that are not one in Chinese and the same in English."""
    return [
        name
        for name, (chinese, english) in texts.items()
        if not HAN.search(chinese)
        or not english
        or HAN.search(english)
        or set(re.findall(r"{\w+}", chinese)) != set(re.findall(r"{\w+}", english))
    ]


def test_a_reason_has_a_status_and_a_text_in_both_languages() -> None:
    problems = {reason: problem_of(reason) for reason in ErrorCode}
    said = {f"{reason} title": (one.title_zh, one.title_en) for reason, one in problems.items()}
    said |= {f"{reason} detail": (one.detail_zh, one.detail_en) for reason, one in problems.items()}

    assert unlike(said) == []
    assert [reason for reason, one in problems.items() if not 400 <= one.status < 600] == []


def test_no_text_is_left_of_a_reason_that_is_gone() -> None:
    assert set(json.loads(TEXTS.read_text(encoding="utf-8"))) == set(STATUS) == set(ErrorCode)


def test_a_fault_has_a_text_in_both_languages() -> None:
    assert unlike({**FAULT_TEXTS, "otherwise": OTHERWISE}) == []


def test_an_event_kind_has_a_label_in_both_languages() -> None:
    assert unlike({kind: LABELS[kind] for kind in EventKind}) == []
