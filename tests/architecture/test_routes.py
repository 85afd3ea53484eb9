"""What every route, reason and event kind must bring."""

import importlib
import json
import pkgutil
import re
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

import chalicelib.api
from app import app
from chalicelib.api.addresses import ADDRESSES, import_all
from chalicelib.errors import ErrorCode
from chalicelib.http.field_errors import FAULT_TEXTS, OTHERWISE
from chalicelib.http.openapi import document
from chalicelib.http.problems import STATUS, TEXTS, problem_of
from chalicelib.http.routes import ROUTES, Route
from chalicelib.policy import Role
from chalicelib.timeline.event_types import LABELS, EventKind
from chalicelib.web.addresses import ADDRESSES as PAGES

import_all()

HAN = re.compile(r"[\u4e00-\u9fff]")
MODULES = [module.name for module in pkgutil.iter_modules(chalicelib.api.__path__, "chalicelib.api.")]


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    """The OpenAPI document as clients get it."""
    whole: dict[str, Any] = json.loads(json.dumps(document(ROUTES)))
    return whole


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_a_route_names_its_roles_or_says_that_it_is_public(route: Route) -> None:
    assert route.is_public is (not route.roles)
    assert all(isinstance(role, Role) for role in route.roles)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_a_route_says_what_it_is_for_and_what_it_answers(route: Route) -> None:
    assert route.summary
    assert route.view.__doc__
    assert (route.answer is None and not route.files) is (route.status == 204)


def test_every_route_has_its_address_beside_its_file() -> None:
    with_routes = {name for name in MODULES if hasattr(importlib.import_module(name), "routes")}
    declared = {(route.view.__module__, route.name) for route in ROUTES}

    assert declared == {(file, name) for file, names in ADDRESSES.items() for name in names}
    assert set(ADDRESSES) == with_routes


def test_every_address_is_deployed_and_nothing_else() -> None:
    deployed = {f"{method} {path}" for path, methods in app.routes.items() for method in methods}

    assert deployed == {name for listed in (ADDRESSES, PAGES) for names in listed.values() for name in names}


def test_the_published_document_is_valid(published: dict[str, Any]) -> None:
    assert published["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(published).validate()


def test_every_operation_says_who_may_call_it(published: dict[str, Any]) -> None:
    for methods in published["paths"].values():
        for operation in methods.values():
            assert operation["x-roles"]
            assert (operation["security"] == []) is (operation["x-roles"] == ["anyone"])


@pytest.mark.parametrize("reason", ErrorCode)
def test_a_reason_has_a_status_and_a_text_in_both_languages(reason: ErrorCode) -> None:
    problem = problem_of(reason)

    assert 400 <= problem.status < 600
    assert HAN.search(problem.title_zh)
    assert HAN.search(problem.detail_zh)
    assert problem.title_en
    assert problem.detail_en
    assert not HAN.search(problem.title_en + problem.detail_en)


def test_no_text_is_left_of_a_reason_that_is_gone() -> None:
    assert set(json.loads(TEXTS.read_text(encoding="utf-8"))) == set(STATUS) == set(ErrorCode)


@pytest.mark.parametrize("texts", [*FAULT_TEXTS.values(), OTHERWISE], ids=lambda texts: texts[1])
def test_a_fault_has_a_text_in_both_languages(texts: tuple[str, str]) -> None:
    chinese, english = texts

    assert HAN.search(chinese)
    assert not HAN.search(english)
    assert set(re.findall(r"{\w+}", chinese)) == set(re.findall(r"{\w+}", english))


@pytest.mark.parametrize("kind", EventKind)
def test_an_event_kind_has_a_label_in_both_languages(kind: EventKind) -> None:
    chinese, english = LABELS[kind]

    assert HAN.search(chinese)
    assert not HAN.search(english)
