"""What a route checks when a page asks it from inside the process: all that it checks over HTTP."""

from typing import Any

import pytest

from chalicelib.errors import DomainError, ErrorCode
from chalicelib.http import routes as registry
from chalicelib.http.in_process import Question, ask
from chalicelib.http.responses import Answer
from chalicelib.http.routes import Call, Line, PageQuery, RequestBody, ResponseBody, Route, Routes
from chalicelib.policy import Caller, Role

OFFICES = (Role.OFFICER,)
OFFICER = Caller(sub="officer-1", roles=frozenset({Role.OFFICER}), department="traffic")
HEAD = Caller(sub="head-1", roles=frozenset({Role.HEAD}), department="traffic")


class Named(RequestBody):
    name: Line


class Echo(ResponseBody):
    said: str


class Asked:
    """Routes made for this, and how they are asked."""

    def __init__(self) -> None:
        routes = Routes("test")

        @routes.post("/things/{thing_id}", roles=OFFICES, body=Named, answer=Echo, needs_version=True, summary="-")
        def change(call: Call[Named]) -> Answer[Echo]:
            return Answer(body=Echo(said=f"{call.path} {call.body.name} {call.version}"), version=8)

        @routes.post("/things", roles=OFFICES, body=Named, answer=Echo, creates=True, summary="-")
        def create(call: Call[Named]) -> Answer[Echo]:
            return Answer(body=Echo(said=call.body.name), replayed=call.idempotency_key is not None)

        @routes.post("/secrets", roles=OFFICES, answer=Echo, fresh=True, summary="-")
        def look(_call: Call[None]) -> Answer[Echo]:
            return Answer(body=Echo(said="secret"))

        @routes.get("/anyone", public=True, query=PageQuery, answer=Echo, summary="-")
        def read(call: Call[None]) -> Answer[Echo]:
            return Answer(body=Echo(said=f"{call.who} {call.query.limit} {call.language}"))

        self.change, self.create, self.look, self.read = change, create, look, read


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, cloud: None) -> Asked:  # noqa: ARG001 - a call reads the service clock
    monkeypatch.setattr(registry, "ROUTES", [])
    return Asked()


def refused(route: Route[Any, Echo], by: Caller | None = OFFICER, **asked: Any) -> DomainError:  # noqa: ANN401 - of Question
    with pytest.raises(DomainError) as error:
        ask(route, Question(**asked), by=by, language="zh")
    return error.value


def test_an_answer_has_the_type_that_its_route_declares(made: Asked) -> None:
    question = Question(path={"thing_id": "义/%41", "act": "other"}, body={"name": " x "}, version=7)

    answer = ask(made.change, question, by=OFFICER, language="zh")

    assert answer.body.said == "{'thing_id': '义/%41'} x 7"
    assert answer.version == 8


def test_only_the_roles_of_a_route_may_ask_it(made: Asked) -> None:
    assert refused(made.create, HEAD, body={"name": "x"}).code is ErrorCode.FORBIDDEN
    assert refused(made.create, None, body={"name": "x"}).code is ErrorCode.UNAUTHENTICATED


def test_a_route_that_wants_a_fresh_login_wants_it_here_too(made: Asked) -> None:
    assert refused(made.look).code is ErrorCode.FRESH_LOGIN_REQUIRED


def test_a_route_that_is_open_to_anyone_does_not_hear_who_asks(made: Asked) -> None:
    answer = ask(made.read, Question(query={"limit": "7"}), by=OFFICER, language="en")

    assert answer.body.said == "None 7 en"


def test_body_query_version_and_key_are_checked(made: Asked) -> None:
    bad_body = refused(made.create, body={"more": 1})
    bad_query = refused(made.read, query={"limit": "0"})

    assert (bad_body.code, [fault.pointer for fault in bad_body.faults]) == (
        ErrorCode.INVALID_BODY,
        ["/name", "/more"],
    )
    assert (bad_query.code, [fault.pointer for fault in bad_query.faults]) == (ErrorCode.INVALID_QUERY, ["/limit"])
    assert refused(made.change, path={"thing_id": "a"}, body={"name": "x"}).code is ErrorCode.PRECONDITION_REQUIRED
    assert refused(made.change, path={"thing_id": ""}, body={"name": "x"}, version=1).code is ErrorCode.NOT_FOUND
    assert refused(made.create, body={"name": "x"}, key="a b").code is ErrorCode.INVALID_IDEMPOTENCY_KEY


def test_a_key_reaches_the_route(made: Asked) -> None:
    body = {"name": "x"}

    keyed = ask(made.create, Question(body=body, key="k-1"), by=OFFICER, language="zh")
    bare = ask(made.create, Question(body=body), by=OFFICER, language="zh")

    assert (keyed.replayed, bare.replayed) == (True, False)
